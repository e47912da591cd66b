import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { tasks } from '../../src/app.ts';
import { getBulkJob } from '../../src/bulk/show.ts';
import { approved, checked, issueRows, lines, reader } from '../src/bulk/files.ts';
import { requestWorld } from '../src/requests/people.ts';

const world = await requestWorld();
const { services } = world;
const child = join(import.meta.dirname, 'bulk-child.ts');

function runChild(id: string, after: number): Promise<{ signal: string | null; said: string; errors: string }> {
  const { text: kek } = services.config.kek as { text: string };
  return new Promise((done) => {
    execFile(process.execPath, [child, id, String(after)], { env: { PATH: process.env['PATH'], DATABASE_URL: services.databaseUrl, ANTIN_KEK: kek }, timeout: 30_000 },
      (error, stdout, stderr) => done({ signal: error?.signal ?? null, said: stdout, errors: stderr }));
  });
}

test('killed twice in the middle of a chunk, the job goes on where it was: every line once, none lost', async () => {
  const many = 640;
  const job = await checked(world, 'issue', (await issueRows(world, many)).rows);
  await approved(world, job);
  // the first chunk is signed and dies unstored; the second run settles nothing of its own accord but what others finished
  expect(await runChild(job.id, 17)).toEqual({ signal: 'SIGKILL', said: '', errors: '' });
  const afterFirst = await getBulkJob(services.db, reader, job.id);
  expect(afterFirst.state).toBe('running');
  expect(afterFirst.counts.prepared).toBeGreaterThan(0);
  expect(afterFirst.counts.done).toBe(0);
  expect(await runChild(job.id, 35)).toEqual({ signal: 'SIGKILL', said: '', errors: '' });

  services.clock.advance({ minutes: 2 });
  await tasks.find(({ name }) => name === 'resume-bulk')!.run(services, {});
  expect(await getBulkJob(services.db, reader, job.id)).toMatchObject({ state: 'finished', counts: { done: many, failed: 0, prepared: 0, ready: 0 } });
  const told = await lines(services, job.id);
  expect(new Set(told.map(({ newCertificateId }) => newCertificateId)).size).toBe(many);
  const rows = await services.db('certificates').where({ profile: 'official-signing' }).select('state', 'requestId');
  expect(rows).toHaveLength(many);
  expect(new Set(rows.map(({ requestId }) => requestId)).size).toBe(many);
  expect(rows.every(({ state }) => state === 'issued')).toBe(true);
}, 60_000);
