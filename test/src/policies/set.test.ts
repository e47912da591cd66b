import { policiesAt, policyAt } from '../../../src/policies/find.ts';
import { policyKeys } from '../../../src/policies/keys.ts';
import { setHoliday, setPolicy } from '../../../src/policies/set.ts';
import { actorFor, testServices } from '../../database.ts';

const services = await testServices();
const administrator = await actorFor(services, 'administrator');
const at = (iso: string): Date => new Date(iso);
const source = 'NĐ thử nghiệm';

test('every policy has its row from the start', async () => {
  const policies = await policiesAt(services.db, services.now());
  for (const key of policyKeys) expect(policies.get(key)).toBeDefined();
});

test('a new value holds from its instant on, and what held before stays readable', async () => {
  const from = at('2027-01-01T00:00:00+07:00');
  await setPolicy(services, administrator, { key: 'renewal.min_days_left', value: 60, effectiveFrom: from, source });
  expect(await policyAt(services.db, 'renewal.min_days_left', new Date(from.getTime() - 1))).toBe(30);
  expect(await policyAt(services.db, 'renewal.min_days_left', from)).toBe(60);
});

test.each([
  ['what has held is never changed', { value: 2, effectiveFrom: at('2026-11-01T00:00:00Z') }, 'invalid-fields'],
  ['a value out of bounds', { value: -1, effectiveFrom: at('2027-06-01T00:00:00Z') }, 'invalid-fields'],
  ['a yes where a number belongs', { value: true, effectiveFrom: at('2027-06-01T00:00:00Z') }, 'invalid-fields'],
])('%s', async (_rule, input, code) => {
  await expect(setPolicy(services, administrator, { key: 'renewal.max_count', source, ...input })).rejects.toMatchObject({ code });
});

test('of two values set at once for one instant one wins', async () => {
  const set = (value: number) => setPolicy(services, administrator, { key: 'renewal.max_days', value, effectiveFrom: at('2027-03-01T00:00:00Z'), source });
  const outcomes = await Promise.allSettled([set(1000), set(1001)]);
  expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
  expect(outcomes.find((o) => o.status === 'rejected')?.reason).toMatchObject({ code: 'state-changed' });
});

test('the database itself refuses to edit or delete a policy', async () => {
  await expect(services.db('policies').where({ key: 'subscriber.max_days' }).update({ source: 'x' })).rejects.toThrow('never edited');
  await expect(services.db('policies').where({ key: 'subscriber.max_days' }).delete()).rejects.toThrow('never edited');
});

test('a change leaves its audit entry, a refused one none', async () => {
  const entries = await services.db('audit_entries').where({ action: 'policy.set', subjectId: 'renewal.max_count' });
  expect(entries).toHaveLength(0);
  expect(await services.db('audit_entries').where({ action: 'policy.set', subjectId: 'renewal.min_days_left' })).toHaveLength(1);
});

test('holidays are set for days to come alone', async () => {
  const holiday = { day: '2028-01-01', working: false, name: 'Tết Dương lịch', source };
  expect(await setHoliday(services, administrator, holiday)).toEqual(holiday);
  await expect(setHoliday(services, administrator, { ...holiday, day: '2026-11-02' })).rejects.toMatchObject({ code: 'invalid-fields' });
});
