import { randomUUID, X509Certificate } from 'node:crypto';
import { parseCertificate } from '../../../pki/certificate/parse.ts';
import { prepareCertificates, prepareEach } from '../../../src/certificates/issue.ts';
import { completeCertificates, resumeIssuing } from '../../../src/certificates/complete.ts';
import { issueForTest, newPublicKey, officialOrder, testActor, testAuthorities } from '../../authorities.ts';
import { testServices, type TestServices } from '../../database.ts';

let services: TestServices;
let issuing: { generationId: string; certificateId: string };
beforeAll(async () => {
  services = await testServices();
  ({ issuing } = await testAuthorities(services));
});

const rowOf = (id: string) => services.db('certificates').where({ id }).first();

test('a certificate is issued, bears its issuer\'s signature and is stored with two audit entries', async () => {
  const { certificateId, der } = await issueForTest(services);
  const issuer = await rowOf(issuing.certificateId);
  expect(new X509Certificate(der).verify(new X509Certificate(issuer.der).publicKey)).toBe(true);
  expect(await rowOf(certificateId)).toMatchObject({ state: 'issued', der: Buffer.from(der), profile: 'official-signing' });
  const audit = await services.db('audit_entries').where({ subjectId: certificateId }).orderBy('sequence').pluck('action');
  expect(audit).toEqual(['certificate.prepared', 'certificate.issued']);
});

test('serial numbers are positive, 20 octets and differ (RFC 5280 §4.1.2.2)', async () => {
  const orders = Array.from({ length: 50 }, () => officialOrder());
  const prepared = await services.db.transaction((tx) => prepareCertificates(services, tx, testActor, orders));
  const issued = await completeCertificates(services, testActor, prepared);
  const serials = issued.map(({ der }) => parseCertificate(der).serialNumber);
  expect(new Set(serials).size).toBe(50);
  for (const serial of serials) expect(serial >> 152n).toBeGreaterThanOrEqual(0x40n);
  for (const serial of serials) expect(serial >> 152n).toBeLessThan(0x80n);
});

test('what is signed is byte for byte what was linted and stored', async () => {
  const prepared = await services.db.transaction((tx) => prepareCertificates(services, tx, testActor, [officialOrder()]));
  const { tbs } = await services.db('unfinished_certificates').where({ certificateId: prepared[0]!.certificateId }).first('tbs') as { tbs: Buffer };
  const [issued] = await completeCertificates(services, testActor, prepared);
  expect(Buffer.from(parseCertificate(issued!.der).tbs)).toEqual(tbs);
  expect(await services.db('unfinished_certificates').where({ certificateId: issued!.certificateId }).first('tbs')).toBeUndefined();
});

test('a key seen under another holder is refused, the others of the batch are not', async () => {
  const publicKey = newPublicKey();
  await issueForTest(services, officialOrder({ publicKey }));
  const outcomes = await services.db.transaction((tx) => prepareEach(services, tx, [
    { ...officialOrder({ publicKey }), actor: testActor }, { ...officialOrder(), actor: testActor },
  ]));
  expect(outcomes).toMatchObject([{ status: 'rejected', reason: { code: 'key-used-by-another' } }, { status: 'fulfilled' }]);
});

test('the same holder may come back with a key', async () => {
  const publicKey = newPublicKey();
  const holder = { agencyId: null, agencyPath: 'H05', officialId: randomUUID() };
  await issueForTest(services, officialOrder({ publicKey, holder }));
  await expect(issueForTest(services, officialOrder({ publicKey, holder }))).resolves.toBeDefined();
});

test('of two holders who bring one key at the same moment one wins', async () => {
  const publicKey = newPublicKey();
  const outcomes = await Promise.allSettled(Array.from({ length: 6 }, () => issueForTest(services, officialOrder({ publicKey }))));
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  for (const outcome of outcomes) if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'key-used-by-another' });
});

test.each([
  ['an unknown profile', { profile: 'nothing' }, 'profile-violation'],
  ['longer than the profile allows', { days: 5_000 }, 'profile-violation'],
  ['a subject the layout does not have', { subject: [['C', 'VN'], ['CN', 'Only']] as const }, 'profile-violation'],
])('%s is refused and leaves nothing', async (_rule, change, code) => {
  const order = officialOrder(change);
  await expect(issueForTest(services, order)).rejects.toMatchObject({ code });
  expect(await rowOf(order.certificateId)).toBeUndefined();
});

test('what stays prepared is finished by the same path, once', async () => {
  await resumeIssuing(services);
  const orders = [officialOrder(), officialOrder()];
  await services.db.transaction((tx) => prepareCertificates(services, tx, testActor, orders));
  expect(await resumeIssuing(services)).toBe(2);
  expect(await resumeIssuing(services)).toBe(0);
  for (const { certificateId } of orders) expect(await rowOf(certificateId)).toMatchObject({ state: 'issued' });
});

test('two nodes that finish one certificate hand out the same bytes', async () => {
  const order = officialOrder();
  const prepared = await services.db.transaction((tx) => prepareCertificates(services, tx, testActor, [order]));
  await resumeIssuing(services);
  const [late] = await completeCertificates(services, testActor, prepared);
  expect(Buffer.from(late!.der)).toEqual((await rowOf(order.certificateId)).der);
});

test('a token signs once', async () => {
  const [prepared] = await services.db.transaction((tx) => prepareCertificates(services, tx, testActor, [officialOrder()]));
  await completeCertificates(services, testActor, [prepared!]);
  await expect(completeCertificates(services, testActor, [prepared!])).rejects.toMatchObject({ code: 'already-signed' });
});

test('stored bytes that no longer pass the lint are given up, not signed', async () => {
  const order = officialOrder();
  await services.db.transaction((tx) => prepareCertificates(services, tx, testActor, [order]));
  const unfinished = () => services.db('unfinished_certificates').where({ certificateId: order.certificateId });
  const { tbs } = await unfinished().first();
  tbs[tbs.length - 1] ^= 1;
  await unfinished().update({ tbs: tbs.subarray(0, -1) });
  await resumeIssuing(services);
  expect(await rowOf(order.certificateId)).toMatchObject({ state: 'void', der: null });
});
