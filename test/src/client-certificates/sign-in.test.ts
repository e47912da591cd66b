import { execFile } from 'node:child_process';
import { createPublicKey, randomUUID, type KeyObject } from 'node:crypto';
import { Agent, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { promisify } from 'node:util';
import { toPem } from '../../../pki/keys/pem.ts';
import { parsePublicKey } from '../../../pki/keys/public-key.ts';
import { createApp } from '../../../src/app.ts';
import { revokeOperatorCertificate } from '../../../src/client-certificates/remove.ts';
import { createTlsServer } from '../../../src/http/tls.ts';
import { issueForTest, officialOrder, testActor, testAuthorities } from '../../authorities.ts';
import { atEnd, testApp, testServices } from '../../database.ts';
import { opensslFolder } from '../../openssl.ts';
import { newKey } from '../requests/people.ts';
import { visitorAt, type Shown } from '../web/people.ts';
import { certificateOf, newOperator, type HeldCertificate } from './people.ts';

const services = await testServices();
const { issuing } = await testAuthorities(services);
const plain = await testApp(services);
const folder = await opensslFolder();
atEnd(folder.remove);
const run = promisify(execFile);

async function tlsApp(): Promise<string> {
  const [keyFile, certificateFile] = [folder.path('server.key'), folder.path('server.pem')];
  await folder.openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', keyFile, '-out', certificateFile, '-subj', '/CN=127.0.0.1', '-days', '30');
  const server = await createTlsServer(createApp(services), { tls: { port: 0, keyFile, certificateFile }, acceptable: async () => [], log: services.log });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  atEnd(() => new Promise((done) => {
    server.close(done);
    server.closeAllConnections();
  }));
  return `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
const secure = await tlsApp();
services.config.tls = { port: 0, keyFile: '', certificateFile: '' };

const proxies = ['127.0.0.1/32'];
beforeEach(() => {
  services.config.clientCertificateProxies = [];
  services.clock.advance({ minutes: 16 });
});

interface Answer { status: number; cookie: string | undefined; html: string }

/** Presses the button as curl does, with a certificate and its key or with none. */
async function press(held?: { der: Uint8Array; key: KeyObject }, ...more: string[]): Promise<Answer> {
  const files = held ? ['--cert', await folder.writePem(`${randomUUID()}.pem`, 'CERTIFICATE', held.der), '--key', await folder.write(`${randomUUID()}.key`, held.key.export({ format: 'pem', type: 'pkcs8' }) as string)] : [];
  const { stdout } = await run('curl', ['-sk', '-i', '-X', 'POST', '-H', 'accept: text/html', ...files, ...more, `${secure}/sign-in/certificate`], { timeout: 20_000 });
  return { status: Number(/^HTTP\/\S+ (\d+)/.exec(stdout)?.[1]), cookie: /^set-cookie: antin=([^;]+)/im.exec(stdout)?.[1], html: stdout };
}

/** Presses it through a proxy that hands this header on. */
const hand = async (header: string): Promise<Shown> => {
  const answer = await fetch(`${plain}/sign-in/certificate`, { method: 'POST', redirect: 'manual', headers: { accept: 'text/html', 'client-cert': header } });
  return { status: answer.status, html: await answer.text(), location: answer.headers.get('location'), headers: answer.headers };
};
const sequenceOf = (der: Uint8Array): string => `:${Buffer.from(der).toString('base64')}:`;

const lastRefusal = async (): Promise<string> => ((await services.db('audit_entries').where({ action: 'sign-in.refused' }).orderBy('sequence', 'desc').first(services.db.raw(`after->>'why' as why`))) as { why: string }).why;
const refused = async (answer: { status: number; html: string }): Promise<[status: number, said: string, why: string]> =>
  [answer.status, /govuk-error-summary__list[^>]*>\s*<li>\s*([^<]+?)\s*</.exec(answer.html)?.[1] ?? '', await lastRefusal()];

const words = { missing: /chưa gửi chứng thư nào/, expired: /hết hạn/, revoked: /đã bị thu hồi/, stranger: /không phải chứng thư đăng nhập/, off: /ngừng hoạt động/ };

describe('directly over TLS', () => {
  test('an operator signs in with their certificate, and the audit says with which', async () => {
    const person = await newOperator(services);
    const held = await certificateOf(services, person);
    const { status, cookie, html } = await press(held);
    expect([status, /^location: (.+?)\s*$/im.exec(html)?.[1]]).toEqual([303, '/welcome']);
    expect((await visitorAt(plain, cookie).get('/work-list')).status).toBe(200);
    const started = await services.db('audit_entries').where({ action: 'session.started', actorId: person.id }).orderBy('sequence', 'desc').first('after');
    expect((started as { after: object }).after).toMatchObject({ method: 'client-certificate', certificate: held.id });
    expect((await services.db('operator_certificates').where({ certificateId: held.id }).first('lastUsedAt') as { lastUsedAt: Date }).lastUsedAt).toEqual(services.now());
  });

  test('a revocation ends the sessions that the certificate began, and lets it begin no other', async () => {
    const person = await newOperator(services);
    const held = await certificateOf(services, person);
    const other = await certificateOf(services, person, { name: 'Thẻ dự phòng' });
    const [mine, kept] = [visitorAt(plain, (await press(held)).cookie), visitorAt(plain, (await press(other)).cookie)];
    expect((await mine.get('/account')).status).toBe(200);
    await revokeOperatorCertificate(services, testActor, { operatorId: person.id, id: held.id, reason: 'keyCompromise' });
    expect((await mine.get('/account')).status).toBe(303);
    const [status, said, why] = await refused(await press(held));
    expect([status, said]).toEqual([403, expect.stringMatching(words.revoked)]);
    expect(why).toContain('it is revoked');
    expect((await kept.get('/account')).status).toBe(200);
  });

  test('a session ends with its certificate at the latest', async () => {
    const person = await newOperator(services);
    const held = await certificateOf(services, person);
    await services.db('certificates').where({ id: held.id }).update({ notAfter: new Date(services.now().getTime() + 3_600_000) });
    await press(held);
    const { expiresAt } = (await services.db('sessions').where({ certificateId: held.id }).first('expiresAt')) as { expiresAt: Date };
    expect(expiresAt.getTime() - services.now().getTime()).toBe(3_600_000);
  });

  test('without a certificate the person is told what to do', async () => {
    expect(await refused(await press())).toEqual([403, expect.stringMatching(words.missing), 'client certificate: none was shown']);
  });

  test('the key must be there: a certificate without its key ends the handshake', async () => {
    const held = await certificateOf(services, await newOperator(services));
    await expect(press({ der: held.der, key: newKey() })).rejects.toThrow();
  });

  test('a connection that takes up an earlier TLS session is of the same person', async () => {
    const held = await certificateOf(services, await newOperator(services));
    const agent = new Agent({ rejectUnauthorized: false, cert: toPem('CERTIFICATE', held.der), key: held.key.export({ format: 'pem', type: 'pkcs8' }) });
    const ask = (): Promise<{ status: number | undefined; isResumed: boolean }> => new Promise((done, failed) => {
      request(`${secure}/sign-in/certificate`, { method: 'POST', agent, headers: { accept: 'text/html' } }, (answer) => {
        const isResumed = (answer.socket as TLSSocket).isSessionReused();
        answer.resume().once('end', () => done({ status: answer.statusCode, isResumed }));
      }).once('error', failed).end();
    });
    expect([await ask(), await ask()]).toEqual([{ status: 303, isResumed: false }, { status: 303, isResumed: true }]);
    agent.destroy();
  });

  test('a header beside a good certificate is a stranger’s, and nothing counts', async () => {
    const held = await certificateOf(services, await newOperator(services));
    const [status, said, why] = await refused(await press(held, '-H', `client-cert: ${sequenceOf(held.der)}`));
    expect([status, said]).toEqual([403, expect.stringMatching(words.stranger)]);
    expect(why).toContain('which is no proxy for client certificates');
  });
});

describe('through a proxy', () => {
  test('its header signs an operator in', async () => {
    services.config.clientCertificateProxies = proxies;
    const held = await certificateOf(services, await newOperator(services));
    const answer = await hand(sequenceOf(held.der));
    expect([answer.status, answer.location]).toEqual([303, '/welcome']);
    expect((await refused(await hand('::'))).slice(0, 2)).toEqual([403, expect.stringMatching(words.missing)]);
  });

  test('the same header from anybody else is refused and recorded, whatever X-Forwarded-For says', async () => {
    const held = await certificateOf(services, await newOperator(services));
    services.config.clientCertificateProxies = ['192.0.2.10/32'];
    services.config.trustedProxies = proxies;
    const spoofed = await fetch(`${plain}/sign-in/certificate`, { method: 'POST', redirect: 'manual', headers: { accept: 'text/html', 'client-cert': sequenceOf(held.der), 'x-forwarded-for': '192.0.2.10' } });
    services.config.trustedProxies = [];
    const [status, said, why] = await refused({ status: spoofed.status, html: await spoofed.text() });
    expect([status, said, spoofed.headers.get('set-cookie')]).toEqual([403, expect.stringMatching(words.stranger), null]);
    expect(why).toBe('client certificate: Client-Cert header from 127.0.0.1, which is no proxy for client certificates');
  });

  test.each([
    ['no sequence', 'MAMCAQU=', 'malformed Client-Cert header'], ['no certificate in it', ':AAAA:', 'unreadable'], ['bytes after it', undefined, 'unreadable'],
  ])('what the proxy hands on is read strictly: %s', async (_what, header, why) => {
    services.config.clientCertificateProxies = proxies;
    const held = await certificateOf(services, await newOperator(services));
    const answer = await refused(await hand(header ?? sequenceOf(Buffer.concat([held.der, Buffer.from([0])]))));
    expect(answer).toEqual([403, expect.stringMatching(words.stranger), expect.stringContaining(why)]);
  });
});

describe('what is refused, and why', () => {
  const publicKeyOf = (key: KeyObject): ReturnType<typeof parsePublicKey> => parsePublicKey(createPublicKey(key).export({ format: 'der', type: 'spki' }));
  beforeEach(() => { services.config.clientCertificateProxies = proxies; });

  async function issued(profile: string): Promise<Uint8Array> {
    const organisation = 'Ban Cơ yếu thử nghiệm';
    const subject = [['C', 'VN'], ['O', organisation], ['CN', 'Trần Thị Thẩm Tra']] as const;
    return (await issueForTest(services, officialOrder({ profile, subject, days: 30, publicKey: publicKeyOf(newKey()), holder: { agencyId: null, agencyPath: null, officialId: null } }))).der;
  }

  test.each([
    ['an official’s certificate, for any use', 'official-signing', 'profile official-signing'],
    ['a system’s certificate, for the same use', 'service-tls-client', 'profile service-tls-client'],
    ['one for another use', 'timestamping', 'path: extended-key-usage'],
    ['one that was bound to nobody', 'operator-sign-in', 'nobody signs in with it'],
  ])('%s', async (_what, profile, why) => {
    expect(await refused(await hand(sequenceOf(await issued(profile))))).toEqual([403, expect.stringMatching(words.stranger), expect.stringContaining(why)]);
  });

  test('one of another authority with the same names and serial number', async () => {
    const held = await certificateOf(services, await newOperator(services));
    await folder.writePem('ours.pem', 'CERTIFICATE', held.der);
    const field = async (name: string): Promise<string> => (await folder.openssl('x509', '-in', 'ours.pem', '-noout', `-${name}`, '-nameopt', 'sep_multiline,utf8')).output;
    const subjectOf = (text: string): string => text.split('\n').slice(1).map((line) => line.trim()).filter(Boolean).map((part) => `/${part}`).join('');
    const serial = /serial=([0-9A-F]+)/.exec(await field('serial'))![1]!;
    const name = ['-utf8', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
    await folder.openssl('req', '-x509', ...name, '-keyout', 'rogue.key', '-out', 'rogue.pem', '-subj', subjectOf(await field('issuer')), '-days', '900', '-addext', 'basicConstraints=critical,CA:true');
    await folder.openssl('req', '-new', ...name, '-keyout', 'thief.key', '-out', 'thief.csr', '-subj', subjectOf(await field('subject')));
    await folder.write('client.ext', 'keyUsage=critical,digitalSignature\nextendedKeyUsage=clientAuth\nauthorityKeyIdentifier=keyid\n');
    const made = await folder.openssl('x509', '-req', '-in', 'thief.csr', '-CA', 'rogue.pem', '-CAkey', 'rogue.key', '-set_serial', `0x${serial}`, '-days', '90', '-extfile', 'client.ext', '-out', 'thief.der', '-outform', 'DER');
    expect(made.code).toBe(0);
    const { stdout } = await run('openssl', ['x509', '-inform', 'DER', '-in', folder.path('thief.der'), '-outform', 'PEM']);
    const der = Buffer.from(stdout.replaceAll(/-----[^-]+-----|\s/g, ''), 'base64');
    expect(await refused(await hand(sequenceOf(der)))).toEqual([403, expect.stringMatching(words.stranger), 'client certificate: path: signature-invalid']);
  });

  test('one that has ended', async () => {
    const held = await certificateOf(services, await newOperator(services));
    const before = services.now();
    services.clock.advance({ days: 181 });
    const answer = await refused(await hand(sequenceOf(held.der)));
    services.clock.set(before);
    expect(answer).toEqual([403, expect.stringMatching(words.expired), 'client certificate: path: expired']);
  });

  test('that of somebody who was switched off', async () => {
    const person = await newOperator(services);
    const held = await certificateOf(services, person);
    await services.db('operators').where({ id: person.id }).update({ active: false });
    expect(await refused(await hand(sequenceOf(held.der)))).toEqual([403, expect.stringMatching(words.off), expect.stringContaining('may not sign in')]);
  });

  test('every one of an authority that was revoked itself', async () => {
    const held = await certificateOf(services, await newOperator(services));
    const generation = { 'g.id': issuing.generationId };
    const { id } = (await services.db('certificates as c').join('authority_generations as g', 'g.certificateId', 'c.id').where(generation).first('c.id')) as { id: string };
    await services.db('certificates').where({ id }).update({ state: 'revoked' });
    const answer = await refused(await hand(sequenceOf(held.der)));
    await services.db('certificates').where({ id }).update({ state: 'issued' });
    expect(answer).toEqual([403, expect.stringMatching(words.stranger), expect.stringContaining('its authority was revoked')]);
  });

  test('attempts beyond the limit of an address', async () => {
    const statuses: number[] = [];
    for (let i = 0; i < 70; i++) statuses.push((await hand('::')).status);
    expect([new Set(statuses.slice(0, 55)), statuses.at(-1), await lastRefusal()]).toEqual([new Set([403]), 429, 'limit of the address']);
  });

  test('a form of another site', async () => {
    const held: HeldCertificate = await certificateOf(services, await newOperator(services));
    const answer = await fetch(`${plain}/sign-in/certificate`, { method: 'POST', redirect: 'manual', headers: { accept: 'text/html', 'client-cert': sequenceOf(held.der), 'sec-fetch-site': 'cross-site' } });
    expect([answer.status, answer.headers.get('set-cookie')]).toEqual([403, null]);
  });
});

test('the button is there only where a certificate can reach the service', async () => {
  expect((await visitorAt(plain).get('/sign-in')).html).toContain('action="/sign-in/certificate"');
  services.config.tls = undefined;
  expect((await visitorAt(plain).get('/sign-in')).html).not.toContain('/sign-in/certificate');
  services.config.clientCertificateProxies = proxies;
  expect((await visitorAt(plain).get('/sign-in?lang=en')).html).toContain('Sign in with your certificate');
});

test('the certificate is of the profile: half a year, for client authentication alone', async () => {
  const held = await certificateOf(services, await newOperator(services));
  await folder.write('held.pem', toPem('CERTIFICATE', held.der));
  const { output } = await folder.openssl('x509', '-in', 'held.pem', '-noout', '-text', '-nameopt', 'utf8,sep_comma_plus');
  expect(output).toMatch(/Extended Key Usage:\s+TLS Web Client Authentication\n/);
  expect(output).toContain('CN=Trần Thị Thẩm Tra');
});
