import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadConfig } from '../../src/config.ts';
import { recordEvent } from '../../src/events/record.ts';
import { startService } from '../../src/main.ts';
import { queueMail } from '../../src/notifications/queue.ts';
import { createTestDatabase } from '../cluster.ts';
import { atEnd } from '../database.ts';
import { testMailServer } from '../mail-server.ts';

test('in the running service an event reaches a subscriber and a mail its reader by themselves, soon after the commit', async () => {
  const database = await createTestDatabase();
  atEnd(database.drop);
  const mailServer = await testMailServer();
  const received: string[] = [];
  const receiver = createServer((req, res) => {
    req.on('data', (chunk: Buffer) => received.push(chunk.toString())).on('end', () => res.writeHead(204).end());
  });
  await new Promise<void>((done) => receiver.listen(0, '127.0.0.1', done));
  atEnd(async () => void receiver.close());
  const service = await startService({ config: loadConfig({
    DATABASE_URL: database.url, ANTIN_KEK: randomBytes(32).toString('base64'), PORT: '0', LOG_LEVEL: 'silent', WEBHOOK_NETWORKS: '127.0.0.0/8',
    SMTP_URL: `smtp://127.0.0.1:${mailServer.port}`, MAIL_FROM: 'no-reply@pki.test',
  }) });
  atEnd(() => service.stop());
  const subscribed = await fetch(`${service.address}/api/v1/webhooks`, {
    method: 'POST', headers: { authorization: `Bearer ${service.administratorKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ url: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`, contact: 'it@x.vn' }),
  });
  expect(subscribed.status).toBe(201);
  await service.services.db.transaction(async (tx) => {
    await recordEvent(tx, { type: 'certificate.revoked', subject: { type: 'certificate', id: 'one' }, agencyPath: 'H05', data: {} });
    await queueMail(tx, { to: 'a@x.vn', template: 'webhook-disabled', language: 'en', facts: { url: 'x', since: 'y', error: 'z' } });
  });
  while (received.length === 0 || mailServer.received.length === 0) await sleep(20);
  expect(JSON.parse(received[0] ?? '')).toMatchObject({ event: { type: 'certificate.revoked', subject: { id: 'one' }, cursor: '1' } });
  expect(mailServer.received[0]?.to).toEqual(['a@x.vn']);
});
