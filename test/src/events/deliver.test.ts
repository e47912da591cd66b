import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { deliverWebhooks, forgetDeliveries } from '../../../src/events/deliver.ts';
import { eventRoutes } from '../../../src/events/routes.ts';
import { recordEvents, type EventType } from '../../../src/events/record.ts';
import { sequenceEvents } from '../../../src/events/sequence.ts';
import { eventTasks } from '../../../src/events/tasks.ts';
import { apiKeyFor, atEnd, testApp, testServices, type TestServices } from '../../database.ts';
import { isGenuine } from '../../../scripts/webhook-receiver.ts';

interface Received { path: string; headers: IncomingHttpHeaders; body: Buffer; said: { deliveryId: string; event: { subject: { id: string }; type: string; cursor: string } } }
let services: TestServices;
let base: string;
let address: string;
const received: Received[] = [];
/** What the receiver answers, by path; 204 unless told. */
const replies = new Map<string, { status: number; headers?: Record<string, string> } | 'silence' | 'endless'>();
beforeAll(async () => {
  services = await testServices({ WEBHOOK_NETWORKS: '127.0.0.0/8' });
  base = await testApp(services, { endpoints: eventRoutes });
  const receiver = createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => {
      const body = Buffer.concat(chunks);
      received.push({ path: req.url!, headers: req.headers, body, said: JSON.parse(body.toString()) as Received['said'] });
      const reply = replies.get(req.url!) ?? { status: 204 };
      if (reply === 'silence') return void req.socket.destroy();
      if (reply === 'endless') {
        const more = (): void => { while (!res.destroyed && res.write(Buffer.alloc(65_536))); };
        res.writeHead(200).on('drain', more).on('error', () => undefined);
        return more();
      }
      res.writeHead(reply.status, reply.headers).end('taken');
    });
  });
  await new Promise<void>((done) => receiver.listen(0, '127.0.0.1', done));
  atEnd(async () => { receiver.closeAllConnections(); receiver.close(); });
  address = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
});
beforeEach(async () => {
  await services.db('webhook_deliveries').delete();
  await services.db('webhooks').delete();
  received.length = 0;
  replies.clear();
});

const call = async (method: string, path: string, body?: object, role: 'administrator' | 'registrar' | 'operator' = 'administrator', agencyPath?: string) => {
  const answer = await fetch(`${base}/api/v1${path}`, {
    method, headers: { authorization: `Bearer ${await apiKeyFor(services, role, agencyPath)}`, ...(body ? { 'content-type': 'application/json' } : {}) },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> & { id: string; signingSecret: string; items: Record<string, unknown>[] } };
};
const subscribe = async (path: string, more: object = {}) => (await call('POST', '/webhooks', { url: `${address}${path}`, contact: 'it@bacninh.gov.vn', language: 'en', ...more })).body;
const happen = async (ids: string[], type: EventType = 'certificate.revoked', agencyPath: string | null = 'H05') => {
  await services.db.transaction((tx) => recordEvents(tx, ids.map((id) => ({ type, subject: { type: 'certificate', id }, agencyPath, data: {} }))));
  await sequenceEvents(services, { wait: true });
};
const subjects = (path: string) => received.filter((r) => r.path === path).map((r) => r.said.event.subject.id);

test('what happens arrives by itself, in order, signed over timestamp and body', async () => {
  const { signingSecret } = await subscribe('/a');
  await services.db.transaction((tx) => recordEvents(tx, ['1', '2', '3'].map((id) => ({ type: 'certificate.revoked', subject: { type: 'certificate', id }, agencyPath: 'H05', data: {} }))));
  await sequenceEvents(services, { wait: true });
  await services.runJobs(eventTasks);
  expect(subjects('/a')).toEqual(['1', '2', '3']);
  const [first] = received;
  const headers = { timestamp: String(first?.headers['antin-timestamp']), signature: String(first?.headers['antin-signature']) };
  const check = (change: { secret?: string; headers?: object; body?: Buffer; now?: Date } = {}) =>
    isGenuine(change.secret ?? signingSecret, { ...headers, ...change.headers, body: change.body ?? first!.body }, (change.now ?? services.now()).getTime());
  expect(first?.headers['antin-delivery']).toBe(first?.said.deliveryId);
  expect(check()).toBe(true);
  expect(check({ secret: 'antinwh_other' })).toBe(false);
  expect(check({ body: Buffer.concat([first!.body, Buffer.of(32)]) })).toBe(false);
  expect(check({ headers: { timestamp: String(Number(headers.timestamp) + 1) } })).toBe(false);
  expect(check({ headers: { signature: headers.signature.replace('v1=', 'v2=') } })).toBe(false);
  expect(check({ now: new Date(services.now().getTime() + 301_000) })).toBe(false);
});

test('the secret is stored sealed, shown once and replaceable', async () => {
  const { id, signingSecret } = await subscribe('/secret');
  const { secret } = await services.db('webhooks').first('secret');
  expect(secret.includes(signingSecret)).toBe(false);
  expect(JSON.stringify((await call('GET', '/webhooks')).body)).not.toContain('antinwh_');
  expect(JSON.stringify(await services.db('audit_entries').where({ subjectId: id }))).not.toContain(signingSecret);
  const again = (await call('POST', `/webhooks/${id}/secret`)).body.signingSecret;
  await happen(['x']);
  await deliverWebhooks(services);
  const sent = { timestamp: String(received[0]?.headers['antin-timestamp']), signature: String(received[0]?.headers['antin-signature']), body: received[0]!.body };
  expect([again, signingSecret].map((one) => isGenuine(one, sent, services.now().getTime()))).toEqual([true, false]);
});

test.each([
  ['an error', { status: 500 }], ['a redirect, which is not followed', { status: 302, headers: { location: '/target' } }], ['a broken connection', 'silence' as const],
])('%s: the same delivery again later, under the same id, until it is taken', async (_what, reply) => {
  await subscribe('/f');
  replies.set('/f', reply);
  await happen(['1', '2']);
  await deliverWebhooks(services);
  expect(subjects('/f')).toEqual(['1']);
  await deliverWebhooks(services);
  expect(subjects('/f')).toEqual(['1']);
  replies.delete('/f');
  services.clock.advance({ seconds: 10 });
  await deliverWebhooks(services);
  expect(subjects('/f').toSorted()).toEqual(['1', '1', '2']);
  expect(subjects('/target')).toEqual([]);
  expect(new Set(received.filter((r) => r.said.event.subject.id === '1').map((r) => r.said.deliveryId)).size).toBe(1);
  expect(await services.db('webhooks').first('failures', 'failingSince')).toMatchObject({ failures: 0, failingSince: null });
});

test('an answer without end is not read to its end', async () => {
  await subscribe('/endless');
  replies.set('/endless', 'endless');
  await happen(['1']);
  await deliverWebhooks(services);
  expect(await services.db('webhook_deliveries').pluck('state')).toEqual(['delivered']);
});

test('one event that is refused holds up neither those behind it nor other receivers', async () => {
  await subscribe('/poison');
  await subscribe('/healthy');
  replies.set('/poison', { status: 400 });
  await happen(['1', '2']);
  await deliverWebhooks(services);
  expect(subjects('/healthy')).toEqual(['1', '2']);
  services.clock.advance({ seconds: 10 });
  await services.db('webhook_deliveries').where({ state: 'waiting', attempts: 1 }).update({ nextAttemptAt: new Date(services.now().getTime() + 60_000) });
  replies.delete('/poison');
  await deliverWebhooks(services);
  expect(subjects('/poison')).toEqual(['1', '2']);
});

test('of several nodes at once each delivery is sent by one', async () => {
  await subscribe('/nodes');
  await happen(Array.from({ length: 30 }, (_, i) => `n${i}`));
  await Promise.all([deliverWebhooks(services), deliverWebhooks(services), deliverWebhooks(services)]);
  expect(subjects('/nodes')).toEqual(Array.from({ length: 30 }, (_, i) => `n${i}`));
});

test('a receiver that takes nothing for three days is switched off with a mail and an audit entry; it can be switched on again', async () => {
  const { id } = await subscribe('/gone');
  replies.set('/gone', { status: 503 });
  await happen(['1']);
  for (let hours = 0; hours <= 74; hours += 2) {
    await deliverWebhooks(services);
    services.clock.advance({ hours: 2 });
  }
  expect((await call('GET', '/webhooks')).body.items[0]).toMatchObject({ state: 'disabled', lastError: 'answered 503' });
  expect(await services.db('mails').select('recipient', 'template')).toEqual([{ recipient: 'it@bacninh.gov.vn', template: 'webhook-disabled' }]);
  expect(await services.db('audit_entries').where({ subjectId: id }).orderBy('sequence').pluck('action')).toEqual(['webhook.subscribed', 'webhook.disabled']);
  expect((await call('GET', `/webhooks/${id}/deliveries?state=failed`)).body.items).toHaveLength(1);
  replies.delete('/gone');
  expect((await call('PATCH', `/webhooks/${id}`, { state: 'active' })).status).toBe(200);
  await happen(['2']);
  await deliverWebhooks(services);
  expect(subjects('/gone').at(-1)).toBe('2');
});

test('each gets what was subscribed to: types, own agency and below', async () => {
  await subscribe('/types', { types: ['certificate.issued'] });
  await subscribe('/agency', { agencyPath: 'H05' });
  await happen(['revoked']);
  await happen(['issued'], 'certificate.issued', 'H05.H05_1');
  await happen(['elsewhere'], 'certificate.issued', 'H050');
  await happen(['of the CA'], 'certificate.issued', null);
  await deliverWebhooks(services);
  expect(subjects('/types')).toEqual(['issued', 'elsewhere', 'of the CA']);
  expect(subjects('/agency')).toEqual(['revoked', 'issued']);
});

test('who may subscribe, and to what', async () => {
  const body = { url: `${address}/who`, contact: 'it@x.vn' };
  expect((await call('POST', '/webhooks', body, 'operator')).status).toBe(403);
  expect((await call('POST', '/webhooks', { ...body, agencyPath: 'H050' }, 'registrar', 'H05')).status).toBe(403);
  const own = await call('POST', '/webhooks', body, 'registrar', 'H05');
  expect(own).toMatchObject({ status: 201, body: { agencyPath: 'H05' } });
  expect((await call('PATCH', `/webhooks/${own.body.id}`, { state: 'removed' }, 'registrar', 'H50')).status).toBe(403);
  expect((await call('GET', '/webhooks', undefined, 'registrar', 'H50')).body.items).toEqual([]);
  for (const wrong of [{ url: 'http://10.0.0.1/' }, { url: 'https://127.0.0.1:1/#x' }, { contact: 'a@x.vn\r\nBcc: b@x.vn' }, { types: ['nothing'] }]) {
    expect((await call('POST', '/webhooks', { ...body, ...wrong })).status).toBe(422);
  }
  expect((await call('PATCH', `/webhooks/${own.body.id}`, { state: 'removed' })).status).toBe(200);
  expect((await call('PATCH', `/webhooks/${own.body.id}`, { state: 'active' })).status).toBe(404);
});

test('a name that leads inside is refused when it is resolved, whatever was said at the subscription', async () => {
  await subscribe('/dns');
  const { port } = new URL(address);
  await services.db('webhooks').update({ url: `http://localhost:${port}/dns` });
  await happen(['1']);
  await deliverWebhooks({ ...services, config: { ...services.config, webhookNetworks: ['10.0.0.0/8'] } });
  expect(received).toEqual([]);
  expect((await services.db('webhook_deliveries').first('lastError')).lastError).toMatch(/not allowed/);
});

test('what was sent is forgotten after a season, what waits and the events are not', async () => {
  await subscribe('/old');
  await happen(['1', '2']);
  await services.db('webhook_deliveries').where({ position: (await services.db('webhook_deliveries').min('position as p').first())!['p'] }).update({ state: 'delivered', finishedAt: services.now() });
  const events = await services.db('events').count('* as n').first();
  services.clock.advance({ days: 89 });
  expect(await forgetDeliveries(services)).toBe(0);
  services.clock.advance({ days: 2 });
  expect(await forgetDeliveries(services)).toBe(1);
  expect(await services.db('webhook_deliveries').pluck('state')).toEqual(['waiting']);
  expect(await services.db('events').count('* as n').first()).toEqual(events);
});
