import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { parseTimestampResponse } from '../../../pki/timestamp/response.ts';
import { buildTimestampRequest } from '../../../pki/timestamp/request.ts';
import { parseTimestampToken } from '../../../pki/timestamp/token.ts';
import { stamp } from '../../../src/timestamp/stamp.ts';
import { renewTimestampUnit } from '../../../src/timestamp/unit.ts';
import { testAuthorities } from '../../authorities.ts';
import { atEnd, testApp, testServices, type TestServices } from '../../database.ts';
import { opensslFolder } from '../../openssl.ts';

let services: TestServices;
let base: string;
let folder: Awaited<ReturnType<typeof opensslFolder>>;
beforeAll(async () => {
  services = await testServices();
  const { root, issuing } = await testAuthorities(services);
  base = await testApp(services);
  folder = await opensslFolder();
  atEnd(folder.remove);
  const der = async (id: string) => (await services.db('certificates').where({ id }).first('der')).der as Buffer;
  await folder.writePem('root.pem', 'CERTIFICATE', await der(root.certificateId));
  await folder.writePem('ca.pem', 'CERTIFICATE', await der(issuing.certificateId));
  await folder.write('document', 'a result of the public service');
});

const post = (body: Uint8Array, contentType = 'application/timestamp-query') =>
  fetch(`${base}/tsa`, { method: 'POST', headers: { 'content-type': contentType }, body: new Uint8Array(body) });
const imprint = { digest: 'sha256' as const, value: createHash('sha256').update('x').digest() };
const sure = { isCertain: async () => true };
const answerOf = async (response: Response) => parseTimestampResponse(new Uint8Array(await response.arrayBuffer()));

test.each([
  ['with the certificate', ['-cert']], ['without it', []], ['SHA-512', ['-cert', '-sha512']], ['no nonce', ['-cert', '-no_nonce']],
])('openssl ts -verify accepts a token: %s', async (_how, options) => {
  await folder.openssl('ts', '-query', '-data', 'document', '-out', 'query.tsq', ...options);
  const answer = await post(await readFile(folder.path('query.tsq')));
  expect(answer.headers.get('content-type')).toBe('application/timestamp-reply');
  await folder.write('reply.tsr', new Uint8Array(await answer.arrayBuffer()));
  const unit = (await services.db('certificates').where({ profile: 'timestamping' }).first('der')).der;
  await folder.writePem('chain.pem', 'CERTIFICATE', await readPem('ca.pem'), unit);
  const at = String(Math.floor(services.now().getTime() / 1000));
  const said = await folder.openssl('ts', '-verify', '-queryfile', 'query.tsq', '-in', 'reply.tsr', '-CAfile', 'root.pem', '-untrusted', 'chain.pem', '-attime', at);
  expect(said.output).toContain('Verification: OK');
  const text = (await folder.openssl('ts', '-reply', '-in', 'reply.tsr', '-text')).output;
  expect(text).toContain('Accuracy: 0x01 seconds');
  expect(text).toContain('Time stamp: Nov  2 02:00:00 2026 GMT');
});

async function readPem(name: string): Promise<Buffer> {
  return Buffer.from((await readFile(folder.path(name), 'latin1')).replaceAll(/-----[^-]+-----|\s/g, ''), 'base64');
}

test('serial numbers are positive, at most 160 bits, and differ', async () => {
  const answers = await Promise.all(Array.from({ length: 40 }, () => post(buildTimestampRequest({ imprint, certReq: false })).then(answerOf)));
  const serials = answers.map(({ token }) => parseTimestampToken(token!).tstInfo.serialNumber);
  expect(new Set(serials).size).toBe(40);
  for (const serial of serials) expect(serial > 0n && serial < 1n << 159n).toBe(true);
});

test.each([
  ['SHA-1', { imprint: { digest: 'sha1' as const, value: Buffer.alloc(20) }, certReq: false }, 'badAlg'],
  ['a policy that is not ours', { imprint, certReq: false, policy: '1.2.3.4' }, 'unacceptedPolicy'],
])('%s is refused with %s', async (_case, request, failInfo) => {
  expect(await answerOf(await post(buildTimestampRequest(request)))).toMatchObject({ status: 2, failInfo: [failInfo], token: undefined });
});

test.each([['garbage', Buffer.from('hello')], ['100,000 bytes', Buffer.alloc(100_000)]])('%s is badDataFormat', async (_case, body) => {
  expect(await answerOf(await post(body))).toMatchObject({ status: 2, failInfo: ['badDataFormat'] });
});

test('another media type is 415, another method 405', async () => {
  expect((await post(Buffer.alloc(3), 'text/plain')).status).toBe(415);
  expect((await fetch(`${base}/tsa`)).status).toBe(405);
});

test('who doubts the clock stamps nothing', async () => {
  const request = buildTimestampRequest({ imprint, certReq: false });
  const doubtful = parseTimestampResponse(await stamp(services, { isCertain: async () => false }, request));
  expect(doubtful).toMatchObject({ status: 2, failInfo: ['timeNotAvailable'] });
  expect(parseTimestampResponse(await stamp(services, sure, request)).status).toBe(0);
});

test('a unit\'s key is in use for a year, then the next one stamps', async () => {
  const stampedBy = async () => parseTimestampToken(parseTimestampResponse(await stamp(services, sure, buildTimestampRequest({ imprint, certReq: true }))).token!).signerInfo.sid;
  const first = await stampedBy();
  await renewTimestampUnit(services);
  expect(await stampedBy()).toEqual(first);
  services.clock.advance({ days: 366 });
  await Promise.all([renewTimestampUnit(services), renewTimestampUnit(services)]);
  expect(await services.db('timestamp_units').pluck('key_id')).toHaveLength(2);
  expect(await stampedBy()).not.toEqual(first);
});
