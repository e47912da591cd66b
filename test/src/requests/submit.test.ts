import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { toPem } from '../../../pki/keys/pem.ts';
import { element, sequence } from '../../../pki/asn1/der-writer.ts';
import { tags } from '../../../pki/asn1/tags.ts';
import { parseCsr } from '../../../pki/csr/parse.ts';
import { revokeCertificate } from '../../../src/certificates/revoke.ts';
import { createAgency } from '../../../src/agencies/create.ts';
import { amendRequest, submitRequest, submitRequests } from '../../../src/requests/submit.ts';
import type { Submission } from '../../../src/requests/compose.ts';
import { actorFor } from '../../database.ts';
import { csrFor, decideAll, newKey, requestWorld, submitted } from './people.ts';

const world = await requestWorld();
const { services, people } = world;
const submit = (input: Submission, key?: string) => submitRequest(services, people.registrar, input, key);
const issue = async (csr: string, change: Partial<Submission> = {}): Promise<Submission> =>
  ({ kind: 'issue', profile: 'official-signing', officialId: (await world.newOfficial()).id, csr, ...change });

/** openssl makes what our own code refuses to make. */
function opensslCsr(args: readonly string[]): string {
  return execFileSync('openssl', ['req', '-new', '-nodes', '-keyout', '/dev/null', '-subj', '/CN=x', ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
    .replace(/^[^]*?-----BEGIN/, '-----BEGIN');
}

async function tampered(): Promise<string> {
  const der = Buffer.from(parseCsr(Buffer.from(await csrFor())).der);
  der[der.length - 3]! ^= 1;
  return toPem('CERTIFICATE REQUEST', der);
}

const rsaWithExponent = (publicExponent: number): Promise<string> =>
  csrFor(generateKeyPairSync('rsa', { modulusLength: 2048, publicExponent }).privateKey);

/** RSA with the exponent 1: every message is its own signature. */
async function exponentOne(): Promise<string> {
  const good = parseCsr(Buffer.from(await rsaWithExponent(65_537)));
  const numbers = Buffer.from(good.publicKey.keyBits);
  const modulus = numbers.subarray(numbers.indexOf(Buffer.from('02820101', 'hex')), numbers.length - 5);
  const rsaKey = sequence(modulus, Buffer.from('020101', 'hex'));
  const bits = (bytes: Uint8Array): Uint8Array => element(tags.bitString, Buffer.concat([Buffer.from([0]), bytes]));
  const info = sequence(Buffer.from('020100', 'hex'), good.subject.der, sequence(good.publicKey.algorithm.der, bits(rsaKey)), Buffer.from('a000', 'hex'));
  return toPem('CERTIFICATE REQUEST', sequence(info, good.signatureAlgorithm.der, bits(good.signature)));
}

test.each<[string, () => Promise<string> | string, string]>([
  ['no PKCS#10 at all', () => 'hello', 'csr-malformed'],
  ['DER cut short', async () => toPem('CERTIFICATE REQUEST', parseCsr(Buffer.from(await csrFor())).der.subarray(0, 60)), 'csr-malformed'],
  ['a certificate in its place', async () => (await csrFor()).replaceAll('CERTIFICATE REQUEST', 'CERTIFICATE'), 'csr-malformed'],
  ['a wrong signature', tampered, 'csr-signature-invalid'],
  ['RSA of 1024 bits', () => opensslCsr(['-newkey', 'rsa:1024']), 'key-too-weak'],
  ['RSA with the exponent 3', () => rsaWithExponent(3), 'key-too-weak'],
  ['RSA with the exponent 1', exponentOne, 'key-too-weak'],
  ['a curve that is not allowed', () => opensslCsr(['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:secp256k1']), 'algorithm-not-allowed'],
  ['a signature with SHA-1', () => opensslCsr(['-newkey', 'rsa:2048', '-sha1']), 'algorithm-not-allowed'],
  ["another person's name", () => csrFor(newKey(), [['CN', 'Trần Thị Khác']]), 'subject-mismatch'],
])('%s is refused and leaves nothing', async (_rule, make, code) => {
  const input = await issue(await make());
  const before = await services.db('audit_entries').count();
  await expect(submit(input)).rejects.toMatchObject({ code });
  expect(await services.db('requests').where({ officialId: input.officialId })).toEqual([]);
  expect(await services.db('audit_entries').count()).toEqual(before);
});

test.each([
  ['RSA-2048', ['-newkey', 'rsa:2048']], ['RSA-3072', ['-newkey', 'rsa:3072']], ['P-384', ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-384']],
])("openssl's request with %s is taken", async (_key, args) => {
  const csr = opensslCsr(args);
  const official = await world.newOfficial({ name: 'x' });
  expect(await submit({ kind: 'issue', profile: 'official-signing', officialId: official.id, csr })).toMatchObject({ state: 'draft' });
});

test('a key seen under another person is refused, asked for or certified', async () => {
  const key = newKey();
  const first = await submitted(world, key);
  await expect(submit(await issue(await csrFor(key)))).rejects.toMatchObject({ code: 'key-used-by-another' });
  await decideAll(world, first.id);
  await expect(submit(await issue(await csrFor(key)))).rejects.toMatchObject({ code: 'key-used-by-another' });
});

test('a key whose certificate was revoked for compromise never comes back, not even to its owner', async () => {
  const key = newKey();
  const first = await submitted(world, key);
  const waiting = await submit({ kind: 'issue', profile: 'official-signing', officialId: first.officialId!, csr: await csrFor(key), device: 'SIM' });
  await decideAll(world, waiting.id, [['registrar', 'confirm'], ['examiner', 'examine']]);
  const { newCertificateId } = await decideAll(world, first.id);
  await revokeCertificate(services, people.approver, { certificateId: newCertificateId!, reason: 'keyCompromise' });
  await expect(decideAll(world, waiting.id, [['approver', 'approve']])).rejects.toMatchObject({ code: 'key-compromised' });
  await expect(submit({ kind: 'issue', profile: 'official-signing', officialId: first.officialId!, csr: await csrFor(key), device: 'SOFT' })).rejects.toMatchObject({ code: 'key-compromised' });
});

test('of two that ask for the same at once one is in, the other told which', async () => {
  const official = await world.newOfficial();
  const ask = async () => submit({ kind: 'issue', profile: 'official-signing', officialId: official.id, csr: await csrFor() });
  const outcomes = await Promise.allSettled([ask(), ask(), ask()]);
  const [id] = outcomes.flatMap((o) => (o.status === 'fulfilled' ? [o.value.id] : []));
  const refused = outcomes.flatMap((o) => (o.status === 'rejected' ? [o.reason] : []));
  expect(refused).toHaveLength(2);
  for (const reason of refused) expect(reason).toMatchObject({ code: 'duplicate-request', facts: { request: id } });
});

test('one subscriber may hold several certificates, one to a device', async () => {
  const official = await world.newOfficial();
  for (const device of ['TOKEN', 'SIM'] as const) {
    expect(await submit({ kind: 'issue', profile: 'official-signing', officialId: official.id, csr: await csrFor(), device })).toMatchObject({ state: 'draft' });
  }
});

test('the same idempotency key answers the same request, with other content it is refused', async () => {
  const input = await issue(await csrFor());
  const key = 'retry-0001';
  const [a, b] = await Promise.all([submit(input, key), submit(input, key)]);
  expect(b.id).toBe(a.id);
  expect((await submit(input, key)).id).toBe(a.id);
  await expect(submit({ ...input, note: 'khác' }, key)).rejects.toMatchObject({ code: 'duplicate-request' });
});

test.each<[string, Partial<Submission>, string]>([
  ['no official', { officialId: undefined }, '/officialId'],
  ['an unknown official', { officialId: '00000000-0000-4000-8000-000000000000' }, '/officialId'],
  ['an agency seal without an agency', { profile: 'agency-seal' }, '/agencyId'],
  ['a service without a name', { profile: 'service-tls-client', agencyId: world.agencyId }, '/serviceName'],
  ['no key', { csr: undefined }, '/csr'],
])('%s is named by its pointer', async (_rule, change, pointer) => {
  await expect(submit(await issue(await csrFor(), change))).rejects.toMatchObject({ code: 'invalid-fields', facts: { errors: [expect.objectContaining({ pointer })] } });
});

test('a registrar asks for no one outside the own agency', async () => {
  const stranger = await actorFor(services, 'registrar', 'H50');
  await expect(submitRequest(services, stranger, await issue(await csrFor()))).rejects.toMatchObject({ code: 'outside-your-agency' });
});

test('an agency seal and a service certificate bear the names of the register', async () => {
  const agency = await createAgency(services, people.approver, { code: 'H05.20', name: 'Sở Tư pháp' });
  const seal = await submit({ kind: 'issue', profile: 'agency-seal', agencyId: agency.id, csr: await csrFor() });
  expect(await decideAll(world, seal.id)).toMatchObject({ state: 'issued', subjectText: 'CN=Sở Tư pháp,O=Ủy ban nhân dân tỉnh Bắc Ninh,L=Bắc Ninh,C=VN' });
  const service = await submit({ kind: 'issue', profile: 'service-tls-client', agencyId: agency.id, serviceName: 'mot-cua.bacninh.gov.vn', csr: await csrFor() });
  expect(await decideAll(world, service.id)).toMatchObject({ state: 'issued', subjectText: expect.stringContaining('CN=mot-cua.bacninh.gov.vn,OU=Sở Tư pháp') });
});

test('a list is settled line by line, in its order: a bad one never stops the good ones', async () => {
  const key = newKey();
  const [a, b, c] = [await world.newOfficial(), await world.newOfficial(), await world.newOfficial()];
  const ask = { kind: 'issue', profile: 'official-signing' } as const;
  const before = Number((await services.db('audit_entries').where({ action: 'request.submitted' }).count('* as n').first())?.n);
  const outcomes = await submitRequests(services, people.registrar, [
    { input: { ...ask, officialId: a.id, csr: await csrFor(key) } },
    { input: { ...ask, officialId: b.id, csr: await csrFor(key) } },
    { input: { ...ask, officialId: a.id, csr: await csrFor() } },
    { input: { ...ask, officialId: b.id, csr: 'no key' } },
    { input: { ...ask, officialId: '00000000-0000-4000-8000-000000000000', csr: await csrFor() } },
    { input: { ...ask, officialId: c.id, keyLater: true } },
  ]);
  expect(outcomes.map((o) => (o.status === 'fulfilled' ? o.value.officialId : (o.reason as { code: string }).code)))
    .toEqual([a.id, 'key-used-by-another', 'duplicate-request', 'csr-malformed', 'invalid-fields', c.id]);
  expect(Number((await services.db('audit_entries').where({ action: 'request.submitted' }).count('* as n').first())?.n)).toBe(before + 2);
});

test('a list longer than a batch, handed in again with its keys, is answered the same', async () => {
  const list = await Promise.all(Array.from({ length: 70 }, async (_, i) =>
    ({ input: { kind: 'issue', profile: 'official-signing', officialId: (await world.newOfficial({ name: 'Người Thứ Bảy Mươi' })).id, keyLater: true } as const, idempotencyKey: `list-0001:${i}` })));
  const ids = (outcomes: Awaited<ReturnType<typeof submitRequests>>) => outcomes.map((o) => (o.status === 'fulfilled' ? o.value.id : o.reason as unknown));
  const first = ids(await submitRequests(services, people.registrar, list));
  expect(new Set(first).size).toBe(70);
  expect(ids(await submitRequests(services, people.registrar, list))).toEqual(first);
});

test('a draft without its key is confirmed once it has one', async () => {
  const { id } = await submit({ kind: 'issue', profile: 'official-signing', officialId: (await world.newOfficial()).id, keyLater: true });
  await expect(decideAll(world, id, [['registrar', 'confirm']])).rejects.toMatchObject({ code: 'invalid-fields', facts: { errors: [expect.objectContaining({ pointer: '/csr' })] } });
  await amendRequest(services, people.registrar, id, { note: 'chờ khóa' });
  await amendRequest(services, people.registrar, id, { csr: await csrFor() });
  expect((await decideAll(world, id)).state).toBe('issued');
});
