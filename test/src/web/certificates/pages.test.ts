import { createHash, X509Certificate } from 'node:crypto';
import { testApp } from '../../../database.ts';
import { signedInAs, visitorAt } from '../people.ts';
import { webWorld } from '../world.ts';

const world = await webWorld();
const { services, certificateId } = world;
const base = await testApp(services);
const path = `/certificates/${certificateId}`;
const as = (name: 'operator' | 'registrar' | 'auditor' | 'verifier') => visitorAt(base, world.tokenOf.get(name));

test('a registrar of another agency is told that it belongs to somebody else, file and all', async () => {
  const outside = visitorAt(base, await signedInAs(services, 'registrar', 'H01'));
  for (const address of [path, `${path}/file/der`]) {
    const { status, html } = await outside.get(address);
    expect([address, status, html.includes('data-problem="outside-your-agency"')]).toEqual([address, 403, true]);
  }
  expect((await as('registrar').get(path)).status).toBe(200);
});

test('fields, uses, path, fingerprint, history and structure are there', async () => {
  const { html } = await as('operator').get(`${path}?lang=vi`);
  const der = (await services.db('certificates').where({ id: certificateId }).first('der') as { der: Buffer }).der;
  const fingerprint = createHash('sha256').update(der).digest('hex').toUpperCase().match(/../g)!.join(':');
  for (const part of ['Còn hiệu lực', 'Ký cam kết, chống chối bỏ', 'Đường dẫn chứng thực', fingerprint, 'Phê duyệt: cấp mới', 'OBJECT IDENTIFIER', '2.5.29.15 keyUsage']) expect(html).toContain(part);
});

test('the audit is shown to an auditor alone', async () => {
  expect((await as('auditor').get(path)).html).toContain('certificate.issued');
  expect((await as('operator').get(path)).html).not.toContain('certificate.issued');
  expect((await as('verifier').get(path)).html).not.toContain('Phê duyệt: cấp mới');
});

test.each([['der', 'application/pkix-cert', 'cer'], ['pem', 'application/pem-certificate-chain', 'pem'], ['p7c', 'application/pkcs7-mime; smime-type=certs-only', 'p7c']])('%s is saved', async (format, type, ending) => {
  const answer = await fetch(`${base}${path}/file/${format}`, { headers: { cookie: `antin=${world.tokenOf.get('operator')}` } });
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, type]);
  expect(answer.headers.get('content-disposition')).toContain(`.${ending}"`);
  const bytes = Buffer.from(await answer.arrayBuffer());
  if (format !== 'p7c') expect(new X509Certificate(bytes).subject).toContain('CN=');
});

test('a revocation needs a ground and a yes; a day to come is refused beside the field', async () => {
  const operator = as('operator');
  const revoke = (fields: Record<string, string>) => operator.post(`${path}/revoke`, fields);
  expect(await revoke({ comment: 'công văn 12' })).toMatchObject({ status: 422, html: expect.stringMatching(/Chọn căn cứ thu hồi\.[\s\S]*công văn 12/) });
  expect((await revoke({ ground: 'retired', invalidityDate: '2099-01-01' })).html).toContain('Ngày này không được ở tương lai.');
  expect((await revoke({ ground: 'retired', invalidityDate: '2026-02-31' })).html).toContain('Nhập ngày có thật.');
  expect((await revoke({ ground: 'agency-dissolved', comment: 'x'.repeat(1_001) })).html).toContain('1.000 ký tự');
  const asked = await revoke({ ground: 'device-lost' });
  expect([asked.status, asked.html.includes('danh sách thu hồi mới được công bố ngay')]).toEqual([200, true]);
  expect(await services.db('revocations').where({ certificateId })).toEqual([]);
});

test('what was typed comes back when it is to be changed; then it is revoked with its reason, once', async () => {
  const operator = as('operator');
  const fields = { ground: 'device-lost', invalidityDate: '2026-01-02', comment: 'báo qua điện thoại' };
  expect((await operator.post(`${path}/revoke`, { ...fields, step: 'change' })).html).toMatch(/value="2026-01-02"[\s\S]*báo qua điện thoại/);
  const done = await operator.post(`${path}/revoke`, { ...fields, step: 'confirmed' });
  expect([done.status, done.location]).toEqual([303, `${path}?done=revoked`]);
  const row = await services.db('revocations').where({ certificateId }).first('reason', 'ground', 'invalidityDate', 'comment');
  expect(row).toEqual({ reason: 'keyCompromise', ground: 'device-lost', invalidityDate: new Date('2026-01-01T17:00:00Z'), comment: 'báo qua điện thoại' });
  const { html } = await operator.get(`${path}?done=revoked`);
  for (const part of ['Chứng thư đã bị thu hồi.', 'Thất lạc thiết bị', 'Lộ khóa hoặc mất thiết bị', 'báo qua điện thoại']) expect(html).toContain(part);
  expect((await operator.post(`${path}/revoke`, { ...fields, step: 'confirmed' })).html).toContain('Chứng thư này đã bị thu hồi trước đó.');
});
