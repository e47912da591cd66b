import { publishCrl } from '../../../src/crl/publish.ts';
import { testActor, testAuthorities } from '../../authorities.ts';
import { testApp, testServices, type TestServices } from '../../database.ts';

let services: TestServices;
let base: string;
let issuing: Awaited<ReturnType<typeof testAuthorities>>['issuing'];
beforeAll(async () => {
  services = await testServices();
  ({ issuing } = await testAuthorities(services));
  base = await testApp(services);
});

const get = (path: string, headers: Record<string, string> = {}) => fetch(`${base}${path}`, { headers });

test('a CRL carries what a cache needs (RFC 5019 §6, RFC 9111)', async () => {
  const answer = await get(`/crl/${issuing.label}.crl`);
  expect(answer.status).toBe(200);
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    'content-type': 'application/pkix-crl', 'last-modified': 'Mon, 02 Nov 2026 02:00:00 GMT', expires: 'Mon, 09 Nov 2026 02:00:00 GMT',
    'cache-control': 'max-age=3600, public, no-transform, must-revalidate', etag: expect.stringMatching(/^"1-[0-9a-f]{16}"$/),
  });
});

test('who has it already gets 304, until there is a new one', async () => {
  const path = `/crl/${issuing.label}.crl`;
  const etag = (await get(path)).headers.get('etag')!;
  const again = await get(path, { 'if-none-match': etag });
  expect([again.status, (await again.arrayBuffer()).byteLength]).toEqual([304, 0]);
  await publishCrl(services, testActor, issuing.generationId);
  expect(await eventually(async () => (await get(path, { 'if-none-match': etag })).status === 200)).toBe(true);
});

test.each([
  ['/crl/nobody-g1.crl', 404], ['/crl/', 404], ['/crl/a/b.crl', 404],
])('GET %s is %i', async (path, status) => {
  expect((await get(path)).status).toBe(status);
});

test('only reading is answered', async () => {
  const answer = await fetch(`${base}/crl/${issuing.label}.crl`, { method: 'POST', body: 'x' });
  expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
});

test('the CA certificate is served for caIssuers and is the one of the generation', async () => {
  const answer = await get(`/ca/${issuing.label}.cer`);
  const { der } = await services.db('certificates').where({ id: issuing.certificateId }).first('der');
  expect(answer.headers.get('content-type')).toBe('application/pkix-cert');
  expect(Buffer.from(await answer.arrayBuffer())).toEqual(der);
  expect((await get('/ca/nobody-g1.cer')).status).toBe(404);
});

async function eventually(holds: () => Promise<boolean>): Promise<boolean> {
  for (let i = 0; i < 100; i++) {
    if (await holds()) return true;
    await new Promise((done) => setTimeout(done, 20));
  }
  return false;
}
