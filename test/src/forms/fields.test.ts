import { drawForm } from '../../../src/forms/draw.ts';
import { fillForm } from '../../../src/forms/fields.ts';
import type { FormFacts } from '../../../src/forms/store.ts';
import { readPdf } from '../../../pki/pdf-file/document.ts';

const facts: FormFacts = {
  id: '00000000-0000-4000-8000-000000000001', kind: 'issue', state: 'draft', profile: 'official-signing', contentHash: new Uint8Array(32), composedAt: new Date('2026-11-02T18:00:00Z'),
  subjectText: 'CN=Nguyễn Thị Ánh,O=Ủy ban nhân dân tỉnh Bắc Ninh,C=VN', spkiHash: new Uint8Array(32), days: 1825, endsAt: null, device: null, serviceName: null, ground: null, reason: null,
  invalidityDate: null, note: null, transfer: null, wetSigned: false, agencyId: 'a', agencyCode: 'H05', agencyPath: 'H05', agencyName: 'Ủy ban nhân dân tỉnh Bắc Ninh', locality: 'Bắc Ninh',
  official: { name: 'Nguyễn Thị Ánh', position: 'Chánh Văn phòng', email: 'anh@bacninh.gov.vn' }, serialNumber: null, notAfter: null,
};

test.each<[string, Partial<FormFacts>, string]>([
  ['01', {}, 'Nguyễn Thị Ánh'],
  ['02', { profile: 'agency-seal', official: null }, 'H05'],
  ['03', { profile: 'service-tls-client', official: null, serviceName: 'cong.bacninh.gov.vn' }, 'cong.bacninh.gov.vn'],
  ['04', { kind: 'renew', serialNumber: '0a1b' }, 'gia hạn'],
  ['04', { kind: 'change', serialNumber: '0a1b', transfer: 'change', note: 'chuyển công tác' }, 'thay đổi nội dung (Điều 15)'],
  ['05', { kind: 'revoke', serialNumber: '0a1b', ground: 'device-lost', reason: 'keyCompromise' }, 'thất lạc thiết bị lưu khóa bí mật'],
  ['06', { kind: 'restore-device', serialNumber: '0a1b', note: 'khóa mã PIN' }, 'khóa mã PIN'],
])('form %s holds what was asked (%j)', async (number, change, value) => {
  const filled = fillForm({ ...facts, ...change });
  expect(filled.number).toBe(number);
  expect(filled.rows.map(([, text]) => text)).toContain(value);
  const pdf = await drawForm(filled, { requestId: facts.id, contentHash: facts.contentHash, agencyName: facts.agencyName, locality: facts.locality, date: facts.composedAt });
  expect(() => readPdf(pdf)).not.toThrow();
});

test('a note of the greatest length runs over pages', async () => {
  const filled = fillForm({ ...facts, note: 'Ghi chú rất dài. '.repeat(117) });
  const pdf = await drawForm(filled, { requestId: facts.id, contentHash: facts.contentHash, agencyName: facts.agencyName, locality: null, date: facts.composedAt });
  expect(Buffer.from(pdf).toString('latin1').match(/\/Type \/Page\n/g)!.length).toBeGreaterThan(1);
});
