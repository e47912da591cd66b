import type { Browser } from 'playwright-core';
import { auditVerificationTasks } from '../../../../src/audit-verifications/run.ts';
import { sealAudit } from '../../../../src/audit/seal.ts';
import { testApp, testServices } from '../../../database.ts';
import { fits, look, openBrowser, openWindow, violations } from '../browser.ts';
import { signedInAs, visitorAt } from '../people.ts';

const services = await testServices();
const base = await testApp(services);
const token = await signedInAs(services, 'auditor');
const auditor = visitorAt(base, token);
let browser: Browser;

beforeAll(async () => { browser = await openBrowser(); }, 120_000);

test('the chain is verified in the background, and what somebody changed in the database is found and named', async () => {
  expect((await auditor.get('/audit/verification')).html).toContain('Chưa kiểm tra lần nào');
  await sealAudit(services);
  const asked = await auditor.post('/audit/verification');
  expect([asked.status, asked.location]).toEqual([303, '/audit/verification']);
  const running = await auditor.get('/audit/verification');
  expect([running.html.includes('Đang kiểm tra'), running.html.includes('<progress')]).toEqual([true, true]);
  await services.runJobs(auditVerificationTasks);
  expect((await auditor.get('/audit/verification')).html).toContain('Nhật ký còn nguyên vẹn');

  await services.db.raw('alter table audit_entries disable trigger append_only');
  await services.db.raw(`update audit_entries set actor_name = 'Ai đó' where sequence = 1`);
  services.clock.advance({ seconds: 1 });
  await auditor.post('/audit/verification');
  await services.runJobs(auditVerificationTasks);
  const bad = await auditor.get('/audit/verification');
  for (const said of ['Nhật ký đã bị can thiệp', 'nội dung mục đã bị sửa', 'href="/audit/1"', 'Người thử auditor']) expect(bad.html).toContain(said);
});

test('one that stopped on the way is said so, and can be asked for again', async () => {
  services.clock.advance({ minutes: 1 });
  await auditor.post('/audit/verification');
  services.clock.advance({ minutes: 6 });
  const stalled = await auditor.get('/audit/verification');
  expect([stalled.html.includes('đã dừng giữa chừng'), stalled.html.includes('Kiểm tra ngay')]).toEqual([true, true]);
  await services.runJobs(auditVerificationTasks);
});

test('the page follows it live and shows the result by itself', async () => {
  services.clock.advance({ minutes: 1 });
  const { page, complaints, close } = await openWindow(browser, base, { token });
  await page.goto(`${base}/audit/verification`);
  await page.click('main form button');
  await page.waitForSelector('#live:visible');
  expect([await violations(page), await fits(page)]).toEqual([[], true]);
  await look(page, 'vi-audit-verifying');
  await services.runJobs(auditVerificationTasks);
  await page.waitForSelector('h2:has-text("Kết quả gần nhất")');
  expect([await violations(page), await fits(page)]).toEqual([[], true]);
  await look(page, 'vi-audit-verified');
  expect(complaints).toEqual([]);
  await close();
}, 180_000);
