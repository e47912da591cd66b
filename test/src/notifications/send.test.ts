import { randomUUID } from 'node:crypto';
import { createServer, type AddressInfo } from 'node:net';
import { queueMail, queueMails, type NewMail } from '../../../src/notifications/queue.ts';
import { notificationRoutes } from '../../../src/notifications/routes.ts';
import { sealFact } from '../../../src/notifications/sealed.ts';
import { notificationTasks, sendMails } from '../../../src/notifications/send.ts';
import { Problem } from '../../../src/problems.ts';
import { apiKeyFor, atEnd, testApp, testServices, type TestServices } from '../../database.ts';
import { testMailServer, type TestMailServer } from '../../mail-server.ts';

let services: TestServices;
let mailServer: TestMailServer;
let answer: ((code: number) => Error | undefined) | undefined;
beforeAll(async () => {
  mailServer = await testMailServer({
    onRcptTo({ address }, _session, done) {
      const code = Number(/^code(\d+)/.exec(address)?.[1] ?? 0);
      done(answer?.(code) ?? (code === 0 ? null : Object.assign(new Error('no'), { responseCode: code })));
    },
  });
  services = await testServices({ SMTP_URL: `smtp://127.0.0.1:${mailServer.port}`, MAIL_FROM: 'Ấn Tín <no-reply@pki.test>' });
});
beforeEach(async () => {
  answer = undefined;
  mailServer.received.length = 0;
  await services.db('mails').delete();
});

const facts = { name: 'Nguyễn Văn A', subject: 'CN=Nguyễn Văn A', serialNumber: '4a', endsOn: '2027-01-01', daysLeft: '30', renewUrl: 'http://pki.test/renew/1' };
const mail = (change: Partial<NewMail> = {}): NewMail => ({ to: 'a@bacninh.gov.vn', template: 'certificate-expiring', language: 'vi', facts, ...change });
const queue = (...mails: NewMail[]) => services.db.transaction((tx) => queueMails(tx, mails));
const states = async () => services.db('mails').orderBy('recipient').pluck('state') as Promise<string[]>;
const rest = async () => services.runJobs(notificationTasks);

test('a mail that was queued arrives, in Vietnamese, as text and HTML', async () => {
  await queue(mail());
  await rest();
  const [got] = mailServer.received;
  expect(mailServer.received).toHaveLength(1);
  expect([got?.from, got?.to]).toEqual(['no-reply@pki.test', ['a@bacninh.gov.vn']]);
  expect(got?.header('Subject')).toBe('Chứng thư của Nguyễn Văn A còn 30 ngày');
  expect(got?.header('From')).toBe('Ấn Tín <no-reply@pki.test>');
  expect(got?.header('Auto-Submitted')).toBe('auto-generated');
  expect(got?.text).toContain('Gia hạn chứng thư: http://pki.test/renew/1');
  expect(got?.html).toContain('<html lang="vi">');
  expect(got?.html).toContain('<a href="http://pki.test/renew/1">');
  expect(await services.db('mails').first('state', 'facts', 'attempts')).toMatchObject({ state: 'sent', facts: null, attempts: 1 });
});

test('a transaction that fails sends nothing', async () => {
  await services.db.transaction(async (tx) => {
    await queueMail(tx, mail());
    throw new Error('undone');
  }).catch(() => undefined);
  await rest();
  expect(mailServer.received).toEqual([]);
});

test('one dedupe key is one mail, in one list, in two transactions and after it was sent', async () => {
  expect(await queue(mail({ dedupeKey: 'k1' }), mail({ dedupeKey: 'k1' }))).toBe(1);
  await Promise.all([queue(mail({ dedupeKey: 'k1' })), queue(mail({ dedupeKey: 'k2' }))]);
  await rest();
  expect(await queue(mail({ dedupeKey: 'k1' }))).toBe(0);
  await rest();
  expect(mailServer.received).toHaveLength(2);
});

test('a server that is down for an hour loses nothing, and nothing goes out twice', async () => {
  await mailServer.down();
  await queue(...Array.from({ length: 25 }, (_, i) => mail({ to: `p${i}@bacninh.gov.vn`, dedupeKey: `hour ${i}` })));
  for (let minute = 0; minute < 60; minute += 5) {
    await sendMails(services);
    services.clock.advance({ minutes: 5 });
  }
  expect(new Set(await states())).toEqual(new Set(['queued']));
  expect((await services.db('mails').first('lastError')).lastError).toMatch(/ECONNREFUSED/);
  await mailServer.up();
  services.clock.advance({ minutes: 15 });
  await Promise.all([sendMails(services), sendMails(services), sendMails(services)]);
  await sendMails(services);
  expect(new Set(await states())).toEqual(new Set(['sent']));
  expect(mailServer.received.map(({ to }) => to[0] ?? '').toSorted()).toEqual(Array.from({ length: 25 }, (_, i) => `p${i}@bacninh.gov.vn`).toSorted());
});

test('a sealed fact lies in the queue as nobody reads it, waits for the keys, and goes out in clear', async () => {
  const code = await sealFact(services, 'code 1', '7Q2M-X0AB-99KD-TR5E');
  await queue(mail({ template: 'revocation-code', dedupeKey: 'code 1', facts: { name: 'An', serialNumber: '4a', code, revokeUrl: 'http://pki.test/revoke' } }));
  expect(JSON.stringify(await services.db('mails').select())).not.toContain('7Q2M');
  const keyless = { ...services, keystore: { ...services.keystore, secrets: { ...services.keystore.secrets, open: () => Promise.reject(new Problem('keystore-unavailable')) } } };
  await sendMails(keyless);
  expect([await states(), mailServer.received]).toEqual([['queued'], []]);
  services.clock.advance({ minutes: 2 });
  await sendMails(services);
  expect(await states()).toEqual(['sent']);
  expect(mailServer.received[0]!.text).toContain('7Q2M-X0AB-99KD-TR5E');
});

test('a mail refused for good is failed, one put off is tried again later; the others go out', async () => {
  await queue(mail({ to: 'a@x.vn' }), mail({ to: 'code450@x.vn' }), mail({ to: 'code550@x.vn' }), mail({ to: 'z@x.vn' }));
  await sendMails(services);
  expect(await states()).toEqual(['sent', 'queued', 'failed', 'sent']);
  answer = () => new Error('never asked');
  await sendMails(services);
  expect(await states()).toEqual(['sent', 'queued', 'failed', 'sent']);
  answer = undefined;
  await services.db('mails').where({ recipient: 'code450@x.vn' }).update({ recipient: 'b@x.vn' });
  services.clock.advance({ minutes: 1 });
  await sendMails(services);
  expect(await states()).toEqual(['sent', 'sent', 'failed', 'sent']);
});

test('a connection that breaks after the text went out leaves the mail uncertain: it is not sent again by itself', async () => {
  const replies: [RegExp, string][] = [[/^DATA/, '354 go on'], [/^(EHLO|MAIL|RCPT)/, '250 ok']];
  const rude = createServer((socket) => {
    socket.on('error', () => undefined).write('220 rude\r\n');
    socket.on('data', (bytes) => {
      const said = bytes.toString('latin1');
      if (said.endsWith('\r\n.\r\n')) socket.destroy();
      const reply = replies.find(([command]) => command.test(said))?.[1];
      if (reply !== undefined) socket.write(`${reply}\r\n`);
    });
  });
  await new Promise<void>((done) => rude.listen(0, '127.0.0.1', done));
  atEnd(async () => void rude.close());
  const config = { ...services.config, mail: { smtpUrl: `smtp://127.0.0.1:${(rude.address() as AddressInfo).port}`, from: 'a@b.vn', domain: 'pki.test' } };
  await queue(mail());
  await sendMails({ ...services, config });
  expect(await states()).toEqual(['uncertain']);
  await sendMails(services);
  expect(mailServer.received).toEqual([]);
});

test('what was being sent when a node died is uncertain after a while, and only a person sends it once more', async () => {
  await queue(mail());
  await services.db('mails').update({ state: 'sending', sendingSince: services.now(), attempts: 1 });
  services.clock.advance({ minutes: 16 });
  await sendMails(services);
  expect(await states()).toEqual(['uncertain']);
  const base = await testApp(services, { endpoints: notificationRoutes });
  const { id } = await services.db('mails').first('id');
  const retry = async (role: 'administrator' | 'operator', which = id) => (await fetch(`${base}/api/v1/notifications/${which}/retry`, {
    method: 'POST', headers: { authorization: `Bearer ${await apiKeyFor(services, role)}` },
  })).status;
  expect(await retry('operator')).toBe(403);
  expect(await retry('administrator')).toBe(200);
  await sendMails(services);
  expect(mailServer.received).toHaveLength(1);
  expect([await retry('administrator'), await retry('administrator', randomUUID())]).toEqual([409, 404]);
});

test.each([
  ['a second recipient', 'a@x.vn, b@x.vn'], ['a line end', 'a@x.vn\r\nBcc: b@x.vn'], ['a bare line feed', 'a@x.vn\nRCPT TO:<b@x.vn>'],
  ['a display name', 'A <a@x.vn>'], ['a space', 'a b@x.vn'], ['no domain', 'a@'], ['a null', 'a\0@x.vn'], ['quotes', '"a b"@x.vn'], ['an over-long name', `${'a'.repeat(65)}@x.vn`],
])('an address with %s is kept as failed, never written to, and does not undo the caller', async (_rule, to) => {
  await queue(mail({ to }), mail({ to: 'good@x.vn' }));
  await rest();
  expect(mailServer.received.map((got) => got.to)).toEqual([['good@x.vn']]);
  expect((await services.db('mails').where({ state: 'failed' })).map((row) => row.lastError)).toEqual(['the address is not a mail address']);
});

test('facts cannot add a header or a tag, and only web addresses become links', async () => {
  await queue(mail({ facts: { ...facts, name: 'A\r\nBcc: evil@x.vn\r\n\r\n', subject: '<script>alert(1)</script>', renewUrl: 'javascript:alert(1)' } }));
  await rest();
  const [got] = mailServer.received;
  expect(got?.to).toEqual(['a@bacninh.gov.vn']);
  expect(got?.header('Bcc')).toBeUndefined();
  expect(got?.header('Subject')).toBe('Chứng thư của A Bcc: evil@x.vn còn 30 ngày');
  expect(got?.html).toContain('&lt;script&gt;');
  expect(got?.html).not.toMatch(/<script|<a /);
});

test.each([
  ['a server without TLS where it is demanded', '', '?requireTLS=true'], ['a server that does not know the password', 'user:wrong@', ''],
])('nothing is handed to %s, and nothing is lost', async (_what, user, query) => {
  const strange = await testMailServer({ disabledCommands: ['STARTTLS'], allowInsecureAuth: true, authOptional: true, onAuth: (_auth, _session, done) => done(new Error('no')) });
  const config = { ...services.config, mail: { smtpUrl: `smtp://${user}127.0.0.1:${strange.port}/${query}`, from: 'a@b.vn', domain: 'pki.test' } };
  await queue(mail());
  await sendMails({ ...services, config });
  expect([strange.received.length, await states()]).toEqual([0, ['queued']]);
  services.clock.advance({ minutes: 2 });
  await sendMails(services);
  expect(mailServer.received).toHaveLength(1);
});

test('without a mail server mails stay queued and are shown as such; what is too old is not sent later', async () => {
  await queue(mail({ to: 'old@x.vn' }), mail({ to: 'young@x.vn' }));
  const off = { ...services, config: { ...services.config, mail: undefined } };
  await sendMails(off);
  expect(await states()).toEqual(['queued', 'queued']);
  const list = async (world: TestServices) => (await fetch(`${await testApp(world, { endpoints: notificationRoutes })}/api/v1/notifications?state=queued`, { headers: { authorization: `Bearer ${await apiKeyFor(services, 'operator')}` } })).json();
  const shown = (await list(off)) as { sending: boolean; items: Record<string, unknown>[] };
  expect([shown.sending, shown.items.length, 'facts' in shown.items[0]!]).toEqual([false, 2, false]);
  expect(await list(services)).toMatchObject({ sending: true });
  const ofAnAgency = { headers: { authorization: `Bearer ${await apiKeyFor(services, 'operator', 'H05')}` } };
  expect((await fetch(`${await testApp(services, { endpoints: notificationRoutes })}/api/v1/notifications`, ofAnAgency)).status).toBe(403);
  await services.db('mails').where({ recipient: 'old@x.vn' }).update({ queuedAt: services.db.raw(`queued_at - interval '31 days'`) });
  await sendMails(services);
  expect(await states()).toEqual(['expired', 'sent']);
});
