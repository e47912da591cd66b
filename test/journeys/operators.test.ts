import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { wordsIn } from '../../src/web/text/words.ts';
import { testApp } from '../database.ts';
import { decideAll, requestWorld, submitted } from '../src/requests/people.ts';
import { look, openBrowser, openWindow, violations, type OpenPage } from '../src/web/browser.ts';
import { signIn } from '../src/web/people.ts';

const world = await requestWorld();
const { services, people } = world;
const base = await testApp(services);
const browser = await openBrowser();
const tokenOf = async (who: keyof typeof people): Promise<string> => signIn(services, { kind: 'operator', id: people[who].id });
const tokens = { examiner: await tokenOf('examiner'), approver: await tokenOf('approver') };

/** The subject of the certificate that the link on the page saves, as openssl reads it. */
async function subjectOfDownload({ page }: OpenPage): Promise<string> {
  const [download] = await Promise.all([page.waitForEvent('download'), page.locator('a[href$="/file/pem"]').click()]);
  const { stdout } = await promisify(execFile)('openssl', ['x509', '-in', (await download.path())!, '-noout', '-subject', '-nameopt', 'utf8,sep_multiline']);
  return stdout;
}

test.each([
  ['vi', 'on', true], ['en', 'on', true], ['vi', 'off', false], ['en', 'off', false],
] as const)('in %s, scripts %s: one operator examines and may not approve, another approves, and the certificate is issued', async (language, _scripts, javaScriptEnabled) => {
  const t = wordsIn(language);
  const request = await submitted(world);
  await decideAll(world, request.id, [['registrar', 'confirm']]);
  const { name } = (await services.db('officials').where({ id: request.officialId }).first('name')) as { name: string };
  const examiner = await openWindow(browser, base, { token: tokens.examiner, javaScriptEnabled });
  const approver = await openWindow(browser, base, { token: tokens.approver, javaScriptEnabled });
  const open = async ({ page }: OpenPage): Promise<void> => {
    await page.goto(`${base}/work-list?lang=${language}`);
    await page.getByRole('link', { name, exact: true }).click();
    await page.getByRole('heading', { name, exact: true }).waitFor();
  };
  const decide = async ({ page }: OpenPage, choice: string): Promise<void> => {
    await page.getByLabel(choice, { exact: true }).check();
    await page.getByRole('button', { name: t('work.decide') }).click();
  };

  await open(examiner);
  await examiner.page.getByRole('button', { name: t('work.decide') }).click();
  await examiner.page.getByRole('alert').getByText(t('work.decisionMissing')).waitFor();
  await decide(examiner, t('work.doReturn'));
  await examiner.page.getByRole('alert').getByText(t('work.reasonMissing')).waitFor();
  if (javaScriptEnabled) expect(await violations(examiner.page)).toEqual([]);
  await look(examiner.page, `${language}-work-list-id-mistake`);
  await decide(examiner, t('work.doExamine'));
  await examiner.page.getByText(t('work.decided')).waitFor();
  await examiner.page.getByText(t('work.handExamined')).waitFor();
  expect(await examiner.page.getByLabel(t('work.doApprove'), { exact: true }).count()).toBe(0);
  await look(examiner.page, `${language}-work-list-id-examined`);

  await open(approver);
  await look(approver.page, `${language}-work-list-id-to-approve`);
  await decide(approver, t('work.doApprove'));
  await approver.page.getByRole('link', { name: t('work.openCertificate') }).click();
  await approver.page.getByRole('heading', { name, exact: true }).waitFor();
  await approver.page.getByText(t('status.good')).first().waitFor();
  expect(await subjectOfDownload(approver)).toContain(name);
  const certificateId = new URL(approver.page.url()).pathname.split('/').at(-1)!;
  const issued = services.db('requests').join('certificates', 'certificates.id', 'requests.new_certificate_id').where({ 'requests.id': request.id });
  expect(await issued.first('certificates.id', 'certificates.state')).toEqual({ id: certificateId, state: 'issued' });
  expect([...examiner.complaints, ...approver.complaints]).toEqual([]);
  await Promise.all([examiner.close(), approver.close()]);
}, 120_000);
