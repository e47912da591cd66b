import { execFileSync } from 'node:child_process';
import type { AddressInfo } from 'node:net';
import { webhookReceiver } from '../../scripts/webhook-receiver.ts';

const secret = 'antinwh_pN9tQb3sW1xY7zK0mL4vR8uT2eH6gJ5dF-cA_iOqXyZ';
const taken: unknown[] = [];
const server = webhookReceiver(secret, (event) => taken.push(event));
let url: string;
beforeAll(async () => {
  await new Promise<void>((done) => void server.listen(0, '127.0.0.1', done));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});
afterAll(() => server.close());
beforeEach(() => taken.splice(0));

/** As someone without our code would sign: by openssl. */
const macOf = (timestamp: string, body: string): string =>
  execFileSync('openssl', ['dgst', '-sha256', '-hmac', secret, '-hex'], { input: `${timestamp}.${body}` }).toString().trim().split(' ').at(-1)!;
const now = (): string => String(Math.floor(Date.now() / 1000));
const post = async (body: string, timestamp: string, mac: string): Promise<number> =>
  (await fetch(url, { method: 'POST', body, headers: { 'antin-timestamp': timestamp, 'antin-signature': `v1=${mac}` } })).status;
const delivery = (id: string): string => JSON.stringify({ deliveryId: id, event: { type: 'certificate.revoked' } });

test('a delivery is taken once, however often it comes', async () => {
  const at = now();
  const body = delivery('one');
  expect([await post(body, at, macOf(at, body)), await post(body, at, macOf(at, body))]).toEqual([204, 204]);
  expect(taken).toEqual([{ type: 'certificate.revoked' }]);
});

test.each<[string, (at: string, body: string) => [body: string, at: string, mac: string], number]>([
  ['another body', (at, body) => [`${body} `, at, macOf(at, body)], 401],
  ['another time', (at, body) => [body, String(Number(at) + 1), macOf(at, body)], 401],
  ['an old delivery', (_at, body) => [body, '1700000000', macOf('1700000000', body)], 401],
  ['no signature', (at, body) => [body, at, ''], 401],
  ['a signature over what is no JSON', (at) => ['{', at, macOf(at, '{')], 400],
  ['more than a delivery holds', (at) => ['x'.repeat(1_100_000), at, '0'.repeat(64)], 413],
])('%s is refused', async (_what, made, status) => {
  expect(await post(...made(now(), delivery('two')))).toBe(status);
  expect(taken).toEqual([]);
});
