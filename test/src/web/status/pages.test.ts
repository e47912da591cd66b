import { revokeCertificate } from '../../../../src/certificates/revoke.ts';
import { testApp } from '../../../database.ts';
import { webWorld } from '../world.ts';

const world = await webWorld();
const { services } = world;
const base = await testApp(services);
const { serialNumber, subjectText } = (await services.db('certificates').where({ id: world.certificateId }).first('serialNumber', 'subjectText')) as { serialNumber: Buffer; subjectText: string };
const serial = serialNumber.toString('hex');

async function ask(typed: string, language = 'vi'): Promise<{ status: number; html: string }> {
  const answer = await fetch(`${base}/status?serial=${encodeURIComponent(typed)}&lang=${language}`);
  return { status: answer.status, html: await answer.text() };
}

test.each([
  ['as it is', serial], ['in pairs', serial.toUpperCase().replaceAll(/..(?=.)/g, '$&:')], ['with spaces around', `  ${serial} `], ['as programmers write it', `0x${serial}`],
])('a serial number %s is found, and no name with it', async (_how, typed) => {
  const { status, html } = await ask(typed);
  expect([status, html.includes('Còn hiệu lực')]).toEqual([200, true]);
  const commonName = /CN=([^,+]+)/.exec(subjectText)?.[1] ?? subjectText;
  expect(html).not.toContain(commonName);
});

test.each([['too long', 'ab'.repeat(21)], ['no hex', 'chứng thư'], ['markup', '"><b>x</b>']])('%s: said beside the field, what was typed stays', async (_what, typed) => {
  const { status, html } = await ask(typed);
  expect(status).toBe(422);
  expect(html).toContain('Số hiệu gồm các chữ số');
  expect(html).not.toContain('"><b>');
});

test('an unknown number says so, in English as well', async () => {
  expect((await ask('00ff')).html).toContain('Không có chứng thư nào mang số hiệu này');
  expect((await ask('00ff', 'en')).html).toContain('No certificate has this serial number');
});

test('a revocation is shown the same second, with its reason', async () => {
  await revokeCertificate(services, world.people.approver, { certificateId: world.certificateId, reason: 'keyCompromise', ground: 'device-lost' });
  const { html } = await ask(serial);
  expect(html).toContain('Đã thu hồi');
  expect(html).toContain('Lộ khóa hoặc mất thiết bị');
  expect(html).not.toContain('Còn hiệu lực');
});
