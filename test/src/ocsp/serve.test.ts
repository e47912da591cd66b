import { setTimeout as sleep } from 'node:timers/promises';
import { parseCertificate, type Certificate } from '../../../pki/certificate/parse.ts';
import { buildCertId } from '../../../pki/ocsp/cert-id.ts';
import { buildOcspRequest } from '../../../pki/ocsp/request.ts';
import { parseOcspResponse } from '../../../pki/ocsp/response.ts';
import { revokeCertificate } from '../../../src/certificates/revoke.ts';
import { answerCounter } from '../../../src/load/count.ts';
import { findLoad } from '../../../src/load/find.ts';
import { issueForTest, testActor, testAuthorities } from '../../authorities.ts';
import { testApp, testServices, type TestServices } from '../../database.ts';

let services: TestServices;
let base: string;
let ca: Certificate;
beforeAll(async () => {
  services = await testServices();
  const { issuing } = await testAuthorities(services);
  ca = parseCertificate((await services.db('certificates').where({ id: issuing.certificateId }).first('der')).der);
  base = await testApp(services);
  await services.notices.listen('nothing', () => undefined, () => undefined);
});

function requestFor(der: Uint8Array, nonce?: Uint8Array): Buffer {
  const serialNumber = Buffer.from(parseCertificate(der).serialNumber.toString(16), 'hex');
  return Buffer.from(buildOcspRequest({ certIds: [buildCertId({ issuer: ca, serialNumber, digest: 'sha1' })], ...(nonce ? { nonce } : {}) }));
}
const get = (request: Buffer, headers: Record<string, string> = {}) => fetch(`${base}/ocsp/${encodeURIComponent(request.toString('base64'))}`, { headers });
const post = (body: Buffer) => fetch(`${base}/ocsp`, { method: 'POST', headers: { 'content-type': 'application/ocsp-request' }, body: new Uint8Array(body) });
const bytesOf = async (answer: Response) => Buffer.from(await answer.arrayBuffer());
const statusIn = (der: Uint8Array) => parseOcspResponse(der).responses[0]!.status.status;

test('a GET answer carries what a cache needs (RFC 5019 §6.2)', async () => {
  const answer = await get(requestFor((await issueForTest(services)).der));
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    'content-type': 'application/ocsp-response', 'cache-control': 'max-age=14400, public, no-transform, must-revalidate',
    'last-modified': 'Mon, 02 Nov 2026 02:00:00 GMT', expires: 'Mon, 02 Nov 2026 06:00:00 GMT', etag: expect.stringMatching(/^"[0-9a-f]{32}"$/),
  });
});

test('the second asker gets the same bytes, and 304 when it has them', async () => {
  const request = requestFor((await issueForTest(services)).der);
  const first = await get(request);
  const second = await get(request);
  expect(await bytesOf(second)).toEqual(await bytesOf(first));
  expect((await get(request, { 'if-none-match': first.headers.get('etag')! })).status).toBe(304);
});

test.each([['GET', get], ['POST', post]])('a kept good is gone as soon as the certificate is revoked: %s', async (_method, send) => {
  const { certificateId, der } = await issueForTest(services);
  const request = requestFor(der);
  expect(statusIn(await bytesOf(await send(request)))).toBe('good');
  expect(statusIn(await bytesOf(await send(request)))).toBe('good');
  await revokeCertificate(services, testActor, { certificateId, reason: 'superseded' });
  let status = 'good';
  for (let i = 0; i < 100 && status === 'good'; i++) {
    status = statusIn(await bytesOf(await send(request)));
    await sleep(10);
  }
  expect(status).toBe('revoked');
});

test('a nonce is never kept', async () => {
  const request = requestFor((await issueForTest(services)).der, Buffer.alloc(16, 7));
  const [first, second] = [await post(request), await post(request)];
  expect(first.headers.get('cache-control')).toBe('no-store');
  expect(await bytesOf(first)).not.toEqual(await bytesOf(second));
});

test.each([
  ['no request in the address', () => fetch(`${base}/ocsp/`)],
  ['not base64', () => fetch(`${base}/ocsp/%zz!`)],
  ['a body too large', () => post(Buffer.alloc(100_000))],
  ['a body that is no request', () => post(Buffer.from('hello'))],
])('%s is malformedRequest in the protocol\'s own form', async (_case, send) => {
  const answer = await send();
  expect([answer.status, (await bytesOf(answer)).toString('hex')]).toEqual([200, '30030a0101']);
});

test('every answer is counted by its kind: kept ones, errors and those a cache already had', async () => {
  const counter = answerCounter(services);
  const countedNow = async (): Promise<number[]> => {
    await counter.store();
    return (await findLoad(services)).ocsp.hours.at(-1)!.answers;
  };
  const before = await countedNow();
  const { certificateId, der } = await issueForTest(services);
  const request = requestFor(der);
  const etag = (await get(request)).headers.get('etag')!;
  await get(request, { 'if-none-match': etag });
  await post(request);
  await post(requestFor(der, Buffer.alloc(16, 3)));
  await revokeCertificate(services, testActor, { certificateId, reason: 'superseded' });
  await post(requestFor(der, Buffer.alloc(16, 4)));
  await post(Buffer.from('hello'));
  await post(Buffer.from(buildOcspRequest({ certIds: [buildCertId({ issuer: ca, serialNumber: Buffer.alloc(16, 1), digest: 'sha1' })] })));
  const [good, revoked, unknown, error] = (await countedNow()).map((answers, i) => answers - before[i]!);
  expect({ good, revoked, unknown, error }).toEqual({ good: 4, revoked: 1, unknown: 1, error: 1 });
});

test('other methods are told which there are', async () => {
  expect((await fetch(`${base}/ocsp`, { method: 'PUT', body: 'x' })).headers.get('allow')).toBe('GET, HEAD, POST');
});
