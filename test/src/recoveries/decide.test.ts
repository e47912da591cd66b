import { randomUUID } from 'node:crypto';
import { addOperator } from '../../../src/access/operators.ts';
import { openFacts } from '../../../src/notifications/sealed.ts';
import { askRecovery } from '../../../src/recoveries/ask.ts';
import { approveRecovery, refuseRecovery } from '../../../src/recoveries/decide.ts';
import { actorFor, testApp, testServices } from '../../database.ts';
import { testActor } from '../../authorities.ts';
import { signIn, visitorAt } from '../web/people.ts';

const services = await testServices();
const base = await testApp(services);
const [first, second] = [await actorFor(services, 'administrator'), await actorFor(services, 'administrator')];
const reason = 'Mất điện thoại; đã xác minh qua điện thoại của cơ quan.';

async function lostOperator(email: string | undefined = `${randomUUID().slice(0, 8)}@bcy.gov.vn`): Promise<{ id: string; email: string }> {
  const { id } = await services.db.transaction((tx) => addOperator(tx, testActor, { name: 'Người mất khóa', email, kind: 'person', roles: ['operator'] }, services.now()));
  await services.db('passkeys').insert({
    id: randomUUID(), credentialId: Buffer.from(randomUUID()), operatorId: id, officialId: null, name: 'Điện thoại', publicKey: Buffer.from([1]), counter: 1, transports: [], synced: false, createdAt: services.now(),
  });
  return { id, email: email ?? '' };
}

test('two administrators let somebody back: old passkeys and sessions end, and the mailed link leads to setting up a new one', async () => {
  const { id, email } = await lostOperator();
  const open = visitorAt(base, await signIn(services, { kind: 'operator', id }));
  expect((await open.get('/account')).status).toBe(200);
  const { id: recovery } = await askRecovery(services, first, { operatorId: id, reason });
  expect((await open.get('/account')).status).toBe(200);
  expect(await services.db('mails').where({ recipient: email })).toHaveLength(0);

  expect(await approveRecovery(services, second, recovery)).toMatchObject({ approved: true, decidedBy: second.id });
  expect((await open.get('/account')).status).toBe(303);
  expect(await services.db('passkeys').where({ operatorId: id }).whereNull('removedAt')).toHaveLength(0);
  const mail = (await services.db('mails').where({ recipient: email, template: 'recovery-link' }).first('template', 'dedupeKey', 'facts')) as Parameters<typeof openFacts>[1];
  expect(JSON.stringify(mail.facts)).not.toContain('/sign-in/link');
  const link = new URL((await openFacts(services, mail))['link']!);
  const back = visitorAt(base);
  expect((await back.post('/sign-in/link', { token: link.searchParams.get('token')! })).location).toBe('/welcome');
  expect((await back.get('/welcome')).location).toBe('/account/passkeys');
  expect((await back.get('/account/passkeys')).html).toContain('Thiết lập khóa đăng nhập');
  expect((await back.get('/work-list')).status).toBe(403);
  const entries = (await services.db('audit_entries').where({ subjectType: 'operator', subjectId: id }).orderBy('sequence').select('action', 'actorId')) as { action: string; actorId: string }[];
  expect(entries.slice(1)).toEqual([
    { action: 'recovery.asked', actorId: first.id }, { action: 'recovery.approved', actorId: second.id }, { action: 'sign-in.link-made', actorId: second.id },
  ]);
});

test('one person is never two: neither who asked nor who is to be let back agrees', async () => {
  const { id } = await lostOperator();
  const { id: recovery } = await askRecovery(services, first, { operatorId: id, reason });
  await expect(approveRecovery(services, first, recovery)).rejects.toMatchObject({ code: 'own-request' });
  await expect(approveRecovery(services, { ...second, id }, recovery)).rejects.toMatchObject({ code: 'own-request' });
  await expect(askRecovery(services, first, { operatorId: first.id, reason })).rejects.toMatchObject({ code: 'own-request' });
  expect(await services.db('passkeys').where({ operatorId: id }).whereNull('removedAt')).toHaveLength(1);
});

test('a recovery is asked for once and decided once, by one of two at the same moment', async () => {
  const { id } = await lostOperator();
  const { id: recovery } = await askRecovery(services, first, { operatorId: id, reason });
  await expect(askRecovery(services, second, { operatorId: id, reason })).rejects.toMatchObject({ code: 'duplicate-request' });
  const outcomes = await Promise.allSettled([approveRecovery(services, second, recovery), approveRecovery(services, second, recovery)]);
  expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
  await expect(refuseRecovery(services, second, recovery)).rejects.toMatchObject({ code: 'state-changed' });
  await expect(askRecovery(services, second, { operatorId: id, reason })).resolves.toMatchObject({ approved: null });
});

test('a refusal changes nothing, and who cannot be written to cannot be let back', async () => {
  const { id } = await lostOperator();
  const { id: recovery } = await askRecovery(services, first, { operatorId: id, reason });
  expect(await refuseRecovery(services, second, recovery)).toMatchObject({ approved: false });
  expect(await services.db('passkeys').where({ operatorId: id }).whereNull('removedAt')).toHaveLength(1);
  await services.db('operators').where({ id }).update({ email: null });
  await expect(askRecovery(services, first, { operatorId: id, reason })).rejects.toMatchObject({ code: 'recovery-impossible' });
  await services.db('operators').where({ id }).update({ email: 'a@bcy.gov.vn', active: false });
  await expect(askRecovery(services, first, { operatorId: id, reason })).rejects.toMatchObject({ code: 'recovery-impossible' });
  await expect(approveRecovery(services, second, randomUUID())).rejects.toMatchObject({ code: 'not-found' });
});
