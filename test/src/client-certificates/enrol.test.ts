import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { enrolCertificate } from '../../../src/client-certificates/enrol.ts';
import { offerEnrolment } from '../../../src/passkeys/enrol.ts';
import { issueForTest, officialOrder, testAuthorities } from '../../authorities.ts';
import { testApp, testServices } from '../../database.ts';
import { csrFor, newKey } from '../requests/people.ts';
import { signIn, visitorAt } from '../web/people.ts';
import { certificateOf, newOperator, sessionOf, type Person } from './people.ts';

const services = await testServices();
await testAuthorities(services);
const base = await testApp(services);
const from = { address: '192.0.2.7', userAgent: 'test', requestId: randomUUID() };

const enrol = async (person: Person, method: 'passkey' | 'enrolment', csr?: string): ReturnType<typeof enrolCertificate> =>
  enrolCertificate(services, await sessionOf(services, person, method), { name: 'Thẻ công vụ', csr: csr ?? await csrFor(), from, language: 'vi' });
const mailsTo = async ({ email }: Person, template: string): Promise<number> => (await services.db('mails').where({ recipient: email, template })).length;

test('a session by mailed link makes the first certificate, ends, and becomes a full one that ends with the certificate', async () => {
  const person = await newOperator(services);
  const visitor = visitorAt(base, await signIn(services, { kind: 'operator', id: person.id }, 'enrolment'));
  expect((await visitor.get('/work-list')).status).toBe(403);
  const before = visitor.cookie;
  const made = await visitor.post('/account/certificates', { name: 'Máy tính cơ quan', where: 'browser', csr: await csrFor() });
  expect([made.status, made.location]).toEqual([303, expect.stringMatching(/^\/account\/certificates\/[\w-]{36}\?done=made$/)]);
  expect(visitor.cookie).not.toBe(before);
  expect((await visitor.get('/work-list')).status).toBe(200);
  const shown = await visitor.get(made.location!);
  expect(shown.html).toContain('Chứng thư đã được cấp.');
  const pem = await visitor.get(made.location!.replace('?done=made', '/file/pem'));
  expect(pem.html.match(/BEGIN CERTIFICATE/g)).toHaveLength(3);
  expect(await mailsTo(person, 'operator-certificate-added')).toBe(1);
  const id = made.location!.split(/[/?]/)[3]!;
  const row = await services.db('sessions').where({ operatorId: person.id }).whereNull('endedAt').select('method', 'certificateId');
  expect(row).toEqual([{ method: 'client-certificate', certificateId: id }]);
});

test('whoever has a certificate gets no link by mail, and an older link enrols neither a second one nor a passkey', async () => {
  const person = await newOperator(services);
  const older = await sessionOf(services, person, 'enrolment');
  await certificateOf(services, person);
  await visitorAt(base).post('/sign-in', { email: person.email });
  expect(await mailsTo(person, 'sign-in-link')).toBe(0);
  await expect(enrol(person, 'enrolment')).rejects.toMatchObject({ code: 'certificate-enrolment-over' });
  await expect(offerEnrolment(services, older)).rejects.toMatchObject({ code: 'passkey-enrolment-over' });
});

test('one that has ended or was revoked by an administrator opens no way by mail either', async () => {
  const person = await newOperator(services);
  const { id } = await certificateOf(services, person);
  await services.db('certificates').where({ id }).update({ state: 'revoked' });
  await expect(enrol(person, 'enrolment')).rejects.toMatchObject({ code: 'certificate-enrolment-over' });
  await services.db('certificates').where({ id }).update({ state: 'issued', notAfter: new Date(services.now().getTime() - 1_000) });
  await expect(enrol(person, 'enrolment')).rejects.toMatchObject({ code: 'certificate-enrolment-over' });
});

test('whoever has a passkey makes certificates only signed in with it', async () => {
  const person = await newOperator(services);
  await services.db('passkeys').insert({
    id: randomUUID(), credentialId: Buffer.from(randomUUID()), operatorId: person.id, officialId: null, name: 'Điện thoại', publicKey: Buffer.from([1]), counter: 1, transports: [], synced: false, createdAt: services.now(),
  });
  await expect(enrol(person, 'enrolment')).rejects.toMatchObject({ code: 'certificate-enrolment-over' });
  expect((await enrol(person, 'passkey')).session).toBeUndefined();
});

test('of two first certificates at once one is made', async () => {
  const person = await newOperator(services);
  const outcomes = await Promise.allSettled([enrol(person, 'enrolment'), enrol(person, 'enrolment')]);
  expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
  expect(await services.db('operator_certificates').where({ operatorId: person.id })).toHaveLength(1);
});

const refusals: readonly [string, () => Promise<string>, string][] = [
  ['a key that is too weak', () => csrFor(generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey), 'key-too-weak'],
  ['a kind of key that browsers cannot use', () => csrFor(generateKeyPairSync('ed25519').privateKey), 'algorithm-not-allowed'],
  ['the name of somebody else', () => csrFor(newKey(), [['CN', 'Nguyễn Văn Quản Trị']]), 'subject-mismatch'],
  ['no request at all', async () => 'xin chào', 'csr-malformed'],
];

test.each(refusals)('refused, and nothing is left behind: %s', async (_what, csr, code) => {
  const person = await newOperator(services);
  await expect(enrol(person, 'passkey', await csr())).rejects.toMatchObject({ code });
  expect(await services.db('operator_certificates').where({ operatorId: person.id })).toHaveLength(0);
});

test('nobody gets a certificate for the key of somebody else, not even of the same name', async () => {
  const key = newKey();
  await certificateOf(services, await newOperator(services), { key });
  await expect(enrol(await newOperator(services), 'passkey', await csrFor(key))).rejects.toMatchObject({ code: 'key-used-by-another' });
});

test('the same person renews with the same key or another', async () => {
  const person = await newOperator(services);
  const key = newKey();
  await certificateOf(services, person, { key });
  await certificateOf(services, person, { key });
  await certificateOf(services, person);
  expect(await services.db('operator_certificates').where({ operatorId: person.id })).toHaveLength(3);
});

test('ten in force are enough', async () => {
  const person = await newOperator(services);
  for (let i = 0; i < 10; i++) await enrol(person, 'passkey');
  await expect(enrol(person, 'passkey')).rejects.toMatchObject({ code: 'certificate-enrolment-over' });
});

test('mistakes stand beside their fields, with what was typed', async () => {
  const person = await newOperator(services);
  const visitor = visitorAt(base, await signIn(services, { kind: 'operator', id: person.id }));
  const nameless = await visitor.post('/account/certificates', { name: ' ', where: 'browser', csr: await csrFor() });
  expect([nameless.status, nameless.html.includes('href="#name"')]).toEqual([422, true]);
  const other = await visitor.post('/account/certificates', { name: 'Thẻ của tôi', where: 'browser', csr: await csrFor(newKey(), [['CN', 'Người khác']]) });
  expect([other.status, other.html.includes('value="Thẻ của tôi"'), other.html.includes('Tên trong yêu cầu cấp chứng thư không khớp')]).toEqual([422, true, true]);
});

test('what is of somebody else is not there', async () => {
  const { id } = await certificateOf(services, await newOperator(services));
  const { id: stranger } = await newOperator(services);
  const visitor = visitorAt(base, await signIn(services, { kind: 'operator', id: stranger }));
  for (const path of ['', '/file/pem']) expect((await visitor.get(`/account/certificates/${id}${path}`)).status).toBe(404);
  expect((await visitor.post('/account/certificates/remove', { id })).status).toBe(404);
  const { certificateId } = await issueForTest(services, officialOrder());
  expect((await visitor.get(`/account/certificates/${certificateId}`)).status).toBe(404);
});
