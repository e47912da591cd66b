import { randomUUID, X509Certificate } from 'node:crypto';
import { parseCertificate } from '../../../pki/certificate/parse.ts';
import { indexNew } from '../../../src/certificates/tasks.ts';
import { issueForTest, officialOrder, testAuthorities } from '../../authorities.ts';
import { apiKeyFor, atEnd, testApp, testServices, type TestServices } from '../../database.ts';
import { opensslFolder } from '../../openssl.ts';

let services: TestServices;
let base: string;
let key: string;
beforeAll(async () => {
  services = await testServices();
  await testAuthorities(services);
  base = await testApp(services);
  key = await apiKeyFor(services, 'operator');
});

const call = (path: string, options: { as?: string; accept?: string; body?: unknown } = {}) => fetch(`${base}/api/v1${path}`, {
  headers: { authorization: `Bearer ${options.as ?? key}`, ...(options.accept ? { accept: options.accept } : {}), ...(options.body ? { 'content-type': 'application/json' } : {}) },
  ...(options.body ? { method: 'POST', body: JSON.stringify(options.body) } : {}),
});
const named = (name: string, agencyPath = 'H05') => officialOrder({
  subject: [['C', 'VN'], ['O', 'UBND tỉnh thử nghiệm'], ['CN', name]], holder: { agencyId: null, agencyPath, officialId: randomUUID() },
});
const subjectsOf = async (answer: Response) => ((await answer.json()) as { items: { subject: string }[] }).items.map(({ subject }) => subject.split(',')[0]);

test.each([['tran thi dao'], ['TRẦN THỊ ĐÀO'], ['dao tran']])('found without diacritics, in any case and order: %s', async (q) => {
  await services.db('certificate_arrivals').delete();
  const { certificateId } = await issueForTest(services, named('Trần Thị Đào'));
  const idsFound = async () => ((await (await call(`/certificates?q=${encodeURIComponent(q)}`)).json()) as { items: { id: string }[] }).items.map(({ id }) => id);
  expect(await idsFound()).toContain(certificateId);
  await indexNew(services);
  expect(await services.db('certificate_arrivals')).toEqual([]);
  expect(await idsFound()).toContain(certificateId);
});

test('a percent sign is a percent sign', async () => {
  expect(await subjectsOf(await call('/certificates?q=%25'))).toEqual([]);
});

test('by serial number, state and page', async () => {
  const { der } = await issueForTest(services);
  const serialNumber = parseCertificate(der).serialNumber.toString(16).toUpperCase();
  const found = (await (await call(`/certificates?serialNumber=${serialNumber}`)).json()) as { items: { serialNumber: string }[] };
  expect(found.items.map((item) => item.serialNumber)).toEqual([serialNumber.toLowerCase()]);
  expect(await subjectsOf(await call('/certificates?state=void'))).toEqual([]);
  for (let i = 0; i < 3; i++) await issueForTest(services);
  const first = (await (await call('/certificates?limit=2')).json()) as { items: { id: string }[]; next: string };
  const second = (await (await call(`/certificates?limit=2&after=${first.next}`)).json()) as { items: { id: string }[] };
  expect(new Set([...first.items, ...second.items].map(({ id }) => id)).size).toBe(4);
});

test('a registrar sees the own agency and below, and not the rest', async () => {
  const mine = await issueForTest(services, named('Người trong', 'H07.12'));
  const other = await issueForTest(services, named('Người ngoài', 'H071'));
  const registrar = await apiKeyFor(services, 'registrar', 'H07');
  expect(await subjectsOf(await call('/certificates', { as: registrar }))).toEqual(['CN=Người trong']);
  expect((await call(`/certificates/${mine.certificateId}`, { as: registrar })).status).toBe(200);
  expect((await call(`/certificates/${other.certificateId}`, { as: registrar })).status).toBe(403);
  expect((await call(`/certificates/${mine.certificateId}/revocation`, { as: registrar, body: { reason: 'superseded' } })).status).toBe(403);
});

describe('one certificate by Accept', () => {
  test('DER', async () => {
    const { certificateId, der } = await issueForTest(services);
    const answer = await call(`/certificates/${certificateId}`, { accept: 'application/pkix-cert' });
    expect([answer.headers.get('content-type'), Buffer.from(await answer.arrayBuffer())]).toEqual(['application/pkix-cert', Buffer.from(der)]);
  });

  test('a PEM chain, each certified by the next, without the root', async () => {
    const { certificateId } = await issueForTest(services);
    const pem = await (await call(`/certificates/${certificateId}`, { accept: 'application/pem-certificate-chain' })).text();
    const [leaf, ca, ...more] = pem.match(/-----BEGIN[^]+?-----END CERTIFICATE-----/g)!.map((one) => new X509Certificate(one));
    expect([leaf!.checkIssued(ca!), leaf!.verify(ca!.publicKey), more.length]).toEqual([true, true, 0]);
  });

  test('PKCS#7, read by openssl', async () => {
    const { certificateId } = await issueForTest(services);
    const folder = await opensslFolder();
    atEnd(folder.remove);
    await folder.write('bag.p7c', new Uint8Array(await (await call(`/certificates/${certificateId}`, { accept: 'application/pkcs7-mime' })).arrayBuffer()));
    const said = await folder.openssl('pkcs7', '-inform', 'DER', '-in', 'bag.p7c', '-print_certs');
    expect(said.output.match(/-----BEGIN CERTIFICATE-----/g)).toHaveLength(3);
  });

  test('something else is not to be had', async () => {
    const { certificateId } = await issueForTest(services);
    expect((await call(`/certificates/${certificateId}`, { accept: 'image/png' })).status).toBe(406);
  });
});

test('revoked over the API once, then 409; what is unknown is 404, what is no reason 422', async () => {
  const { certificateId } = await issueForTest(services);
  const revoke = (id: string, reason: string) => call(`/certificates/${id}/revocation`, { body: { reason, comment: 'left' } });
  expect((await revoke(certificateId, 'certificateHold')).status).toBe(422);
  expect((await revoke(certificateId, 'affiliationChanged')).status).toBe(201);
  const again = await revoke(certificateId, 'affiliationChanged');
  expect([again.status, ((await again.json()) as { type: string }).type]).toEqual([409, 'urn:antin:problem:certificate-already-revoked']);
  expect((await revoke(randomUUID(), 'superseded')).status).toBe(404);
  expect(await (await call(`/certificates/${certificateId}`)).json()).toMatchObject({ state: 'revoked', revocation: { reason: 'affiliationChanged' } });
});

test('a legal ground that is named decides on the reason', async () => {
  const { certificateId } = await issueForTest(services);
  const revoke = (body: object) => call(`/certificates/${certificateId}/revocation`, { body });
  expect((await revoke({ reason: 'superseded', ground: 'retired' })).status).toBe(422);
  expect((await revoke({ reason: 'cessationOfOperation', ground: 'fired' })).status).toBe(422);
  expect((await revoke({ reason: 'cessationOfOperation', ground: 'retired' })).status).toBe(201);
  expect(await services.db('revocations').where({ certificateId }).first('ground')).toEqual({ ground: 'retired' });
});
