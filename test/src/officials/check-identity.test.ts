import { findAgency } from '../../../src/agencies/store.ts';
import { getOfficial } from '../../../src/officials/find.ts';
import { changeOfficial, registerOfficial, type NewOfficial } from '../../../src/officials/register.ts';
import { askIdentityCheck } from '../../../src/officials/check-identity.ts';
import { officialTasks } from '../../../src/officials/tasks.ts';
import { openPopulationRegister } from '../../../src/population/register.ts';
import { actorFor, atEnd, testServices } from '../../database.ts';
import { answerJson, honest, startPopulationServer } from '../../population-server.ts';

const off = await testServices();
const server = await startPopulationServer();
const population = await openPopulationRegister({ ...server.config, timeoutSeconds: 1 }, () => new Date(), { attempts: 1, failures: 100 });
atEnd(async () => population.close());
const services = { ...off, population };
const registrar = await actorFor(off, 'registrar', 'H05');
const bacNinh = (await findAgency(off.db, { code: 'H05' }))!.id;
const known = { name: 'Nguyễn Văn A', birthDate: '1985-03-02' };
let number = 0;
const people: Record<string, typeof known> = {};
const person = (change: Partial<NewOfficial> = {}): NewOfficial => {
  const nationalId = `001085${String(++number).padStart(6, '0')}`;
  people[nationalId] = known;
  return { agencyId: bacNinh, ...known, position: 'Chuyên viên', email: `c${number}@bacninh.gov.vn`, nationalId, ...change };
};
// the job runs with the services that have the connector
const work = async (): Promise<void> => off.runJobs(officialTasks.map((task) => ({ ...task, run: async (_services, payload) => task.run(services, payload) })));
const stateOf = async (id: string) => getOfficial(services, registrar, id);
/** What waits for later is due now. */
const letTimePass = async (): Promise<void> => void await off.db.raw('update graphile_worker._private_jobs set run_at = now()');

beforeEach(() => server.behave(honest(people)));

test('switched off, nobody is asked and the entry says so', async () => {
  const { id } = await registerOfficial(off, registrar, person());
  const before = server.asked.length;
  await work();
  expect(await stateOf(id)).toMatchObject({ identityCheck: 'not-checked', identityCheckedAt: null });
  expect(server.asked).toHaveLength(before);
  await expect(askIdentityCheck(off, registrar, id)).rejects.toMatchObject({ code: 'identity-check-off' });
  // switched on later, those entered before can be asked about
  await askIdentityCheck(services, registrar, id);
  await work();
  expect(await stateOf(id)).toMatchObject({ identityCheck: 'confirmed' });
});

test('name, number and birth date are asked; outcome, time and transaction are all that is kept', async () => {
  const input = person();
  const { id } = await registerOfficial(services, registrar, input);
  expect(await stateOf(id)).toMatchObject({ identityCheck: 'waiting' });
  await work();
  expect(server.asked.at(-1)).toEqual({ requestId: expect.any(String) as string, nationalId: input.nationalId, ...known });
  const transactionId = `DC-${server.asked.at(-1)!['requestId']}`;
  expect(await stateOf(id)).toMatchObject({ identityCheck: 'confirmed', identityCheckedAt: services.now(), identityTransactionId: transactionId });
  expect(await off.db('identity_checks').where({ officialId: id }).select('outcome', 'transactionId', 'checkedAt')).toEqual([{ outcome: 'confirmed', transactionId, checkedAt: services.now() }]);
  expect(await off.db('audit_entries').where({ subjectId: id, action: 'official.identity-checked' }).pluck('after')).toEqual([{ outcome: 'confirmed', transactionId }]);
  expect(JSON.stringify(await off.db('identity_checks').select('*'))).not.toContain('never taken in');
});

test.each([
  ['another name', { name: 'Nguyễn Văn B' }, 'differs'],
  ['another birth date', { birthDate: '1985-03-03' }, 'differs'],
  ['a number nobody has', { nationalId: '001085888888' }, 'not-found'],
])('%s is shown as %j %s', async (_what, change, outcome) => {
  const { id } = await registerOfficial(services, registrar, person(change));
  await work();
  expect(await stateOf(id)).toMatchObject({ identityCheck: outcome });
});

test('the number is not in the queue', async () => {
  const input = person();
  await registerOfficial(services, registrar, input);
  const { rows } = await off.db.raw<{ rows: object[] }>('select * from graphile_worker._private_jobs');
  expect(rows.length).toBeGreaterThan(0);
  expect(JSON.stringify(rows)).not.toContain(input.nationalId);
  await work();
});

test('down for a while: the question waits in the queue, at growing intervals, and is asked when the service is up', async () => {
  const { id } = await registerOfficial(services, registrar, person());
  await server.stop();
  const dueInMinutes: number[] = [];
  for (let i = 0; i < 3; i++) {
    await work();
    expect(await stateOf(id)).toMatchObject({ identityCheck: 'waiting' });
    const { rows } = await off.db.raw<{ rows: { s: number }[] }>('select extract(epoch from run_at - now())::int as s from graphile_worker._private_jobs');
    dueInMinutes.push(...rows.map(({ s }) => Math.round(s / 60)));
    await letTimePass();
  }
  expect(dueInMinutes).toEqual([1, 2, 4]);
  // each time personal data was handed out is in the audit, answered or not
  expect(await off.db('audit_entries').where({ subjectId: id, action: 'official.identity-sent' }).orderBy('sequence').pluck('after')).toEqual([{ tries: 1 }, { tries: 2 }, { tries: 3 }]);
  await server.start();
  await work();
  expect(await stateOf(id)).toMatchObject({ identityCheck: 'confirmed' });
});

test('a lying service confirms nobody', async () => {
  server.behave((_q, res) => answerJson(res, { requestId: '00000000-0000-4000-8000-000000000000', transactionId: 'x', result: 'match' }));
  const { id } = await registerOfficial(services, registrar, person());
  await work();
  expect(await stateOf(id)).toMatchObject({ identityCheck: 'waiting', identityTransactionId: null });
  server.behave(honest(people));
  await letTimePass();
  await work();
  expect(await stateOf(id)).toMatchObject({ identityCheck: 'confirmed' });
});

test('another name is asked anew; another position is not', async () => {
  const { id } = await registerOfficial(services, registrar, person());
  await work();
  await changeOfficial(services, registrar, id, { position: 'Trưởng phòng', mobile: '0912345678' });
  expect(await stateOf(id)).toMatchObject({ identityCheck: 'confirmed' });
  await changeOfficial(services, registrar, id, { name: 'Nguyễn Văn C' });
  expect(await stateOf(id)).toMatchObject({ identityCheck: 'waiting', identityCheckedAt: null });
  await work();
  expect(await stateOf(id)).toMatchObject({ identityCheck: 'differs' });
  expect(await off.db('identity_checks').where({ officialId: id })).toHaveLength(2);
});

test('an answer that comes after the entry changed is about someone else', async () => {
  const input = person();
  const { id } = await registerOfficial(services, registrar, input);
  let renamed = false;
  server.behave((q, res, req) => {
    if (renamed) return honest(people)(q, res, req);
    renamed = true;
    return void changeOfficial(services, registrar, id, { name: 'Trần Thị D' }).then(() => honest(people)(q, res, req));
  });
  await work();
  expect(await off.db('identity_checks').where({ officialId: id }).pluck('outcome')).toEqual(['differs']);
  expect(await stateOf(id)).toMatchObject({ identityCheck: 'differs' });
});

test('asking anew takes the reach and a number', async () => {
  const { id } = await registerOfficial(services, registrar, person({ nationalId: undefined, birthDate: undefined }));
  await expect(askIdentityCheck(services, registrar, id)).rejects.toMatchObject({ code: 'invalid-fields' });
  await expect(askIdentityCheck(services, { ...registrar, agencyPath: 'H49' }, id)).rejects.toMatchObject({ code: 'outside-your-agency' });
  await expect(askIdentityCheck(services, registrar, '00000000-0000-4000-8000-000000000000')).rejects.toMatchObject({ code: 'not-found' });
});
