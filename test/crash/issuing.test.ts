import { execFile } from 'node:child_process';
import { createHash, X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseCertificate } from '../../pki/certificate/parse.ts';
import { resumeIssuing } from '../../src/certificates/complete.ts';
import { testAuthorities } from '../authorities.ts';
import { atEnd, testServices, type TestServices } from '../database.ts';

const child = join(import.meta.dirname, 'issue-child.ts');
let services: TestServices;
let kek: string;
let folder: string;
beforeAll(async () => {
  services = await testServices();
  kek = (services.config.kek as { text: string }).text;
  await testAuthorities(services);
  services.clock.set('2026-11-02T04:00:00Z');
  folder = await mkdtemp(join(tmpdir(), 'antin-crash-'));
  atEnd(() => rm(folder, { recursive: true }));
});

/** Runs the child until it dies by its own hand. */
function runChild(signedFile: string, where: string, after: number): Promise<{ signal: string | null; handedOut: string[]; errors: string }> {
  return new Promise((done) => {
    execFile(process.execPath, [child, signedFile, where, String(after)], {
      env: { PATH: process.env['PATH'], DATABASE_URL: services.databaseUrl, ANTIN_KEK: kek }, timeout: 30_000,
    }, (error, stdout, stderr) => done({ signal: error?.signal ?? null, handedOut: stdout.split('\n').filter(Boolean), errors: stderr }));
  });
}

test.each([
  ['before signing', 2, 5],
  ['while signing', 3, 5],
  ['while signing', 8, 5],
  ['inside the second transaction', 2, 5],
  ['after the second transaction', 2, 0],
])('killed %s (%i): nothing signed is unknown, and what was prepared is finished', async (where, after, left) => {
  const signedFile = join(folder, `${where}-${after}`.replaceAll(' ', '-'));
  const { signal, handedOut, errors } = await runChild(signedFile, where, after);
  expect([signal, errors]).toEqual(['SIGKILL', '']);

  const prepared = await services.db('certificates').where({ state: 'prepared' }).select('id');
  expect(prepared).toHaveLength(left);
  const unsigned = (await services.db('unfinished_certificates').pluck('tbs')) as Buffer[];
  const finished = (await services.db('certificates').whereNotNull('der').pluck('der')) as Buffer[];
  const known = new Set([...unsigned, ...finished.map((der) => parseCertificate(der).tbs)].map((tbs) => createHash('sha256').update(tbs).digest('hex')));
  const signed = (await readFile(signedFile, 'utf8').catch(() => '')).split('\n').filter(Boolean);
  expect(signed.filter((tbs) => !known.has(tbs))).toEqual([]);

  expect(await resumeIssuing(services)).toBe(left);
  const unfinished = await services.db('certificates').where({ state: 'prepared' }).select('id');
  expect(unfinished).toEqual([]);
  const issued = await services.db('certificates').where({ state: 'issued' }).select('serialNumber', 'der');
  const serials = new Set(issued.map(({ serialNumber }) => serialNumber.toString('hex')));
  expect(handedOut.filter((serial) => !serials.has(serial))).toEqual([]);
  for (const { der } of issued) expect(new X509Certificate(der).serialNumber).toHaveLength(40);
});
