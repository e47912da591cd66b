import { closeAgency } from '../../../src/agencies/close.ts';
import { createAgency, renameAgency } from '../../../src/agencies/create.ts';
import { agencyRoutes } from '../../../src/agencies/routes.ts';
import { findAgency, findAgencyDetails } from '../../../src/agencies/store.ts';
import { addOperator } from '../../../src/access/operators.ts';
import { systemActor } from '../../../src/access/actors.ts';
import { issueForTest, officialOrder, testAuthorities } from '../../authorities.ts';
import { actorFor, apiKeyFor, personFor, testApp, testServices } from '../../database.ts';

const services = await testServices();
const operator = await actorFor(services, 'operator');
const bound = { ...operator, agencyPath: 'H05' };
let number = 100;
const open = async (above = 'H05') => {
  const agency = await createAgency(services, operator, { code: `${above}.${number++}`, name: 'Xã Một' });
  services.clock.advance({ minutes: 1 });
  return agency;
};

test('a closed agency hangs below its successor with all that carries its path', async () => {
  await testAuthorities(services);
  const [old, heir] = [await open(), await open('H49')];
  const unit = await createAgency(services, operator, { code: `${old.code}.1`, name: 'Phòng' });
  services.clock.advance({ minutes: 1 });
  await closeAgency(services, operator, unit.id, {});
  const registrar = await personFor(services, 'registrar', old.path);
  const { certificateId } = await issueForTest(services, officialOrder({ holder: { agencyId: old.id, agencyPath: old.path, officialId: null } }));
  const closed = await closeAgency(services, operator, old.id, { successorCode: heir.code });
  expect(closed).toMatchObject({ path: `${heir.path}.${old.path.split('.')[1]}`, successorId: heir.id, validTo: services.now() });
  expect((await findAgency(services.db, { id: unit.id }))!.path).toBe(`${closed.path}.${unit.path.split('.')[2]}`);
  expect(await services.db('certificates').where({ id: certificateId }).pluck('agency_path')).toEqual([closed.path]);
  expect(await services.db('operators').where({ id: registrar.actor.id }).pluck('agency_path')).toEqual([closed.path]);
  const [entry] = await services.db('audit_entries').where({ action: 'agency.closed', subjectId: old.id }).select('after');
  expect(entry).toMatchObject({ after: { successor: heir.code, path: closed.path } });
});

test('an agency shows its seals and whom it took over from', async () => {
  const [old, heir] = [await open(), await open()];
  const subject = [['C', 'VN'], ['O', 'UBND tỉnh thử nghiệm'], ['CN', 'Xã Một']] as const;
  const seal = await issueForTest(services, officialOrder({ profile: 'agency-seal', subject, holder: { agencyId: heir.id, agencyPath: heir.path, officialId: null } }));
  await issueForTest(services, officialOrder({ holder: { agencyId: heir.id, agencyPath: heir.path, officialId: null } }));
  await closeAgency(services, operator, old.id, { successorCode: heir.code });
  const details = await findAgencyDetails(services.db, (await findAgency(services.db, { id: heir.id }))!);
  expect(details).toMatchObject({ predecessorCodes: [old.code], seals: [{ id: seal.certificateId, state: 'issued' }] });
});

test('a successor can be named later, once', async () => {
  const [old, heir] = [await open(), await open()];
  const at = services.now();
  await closeAgency(services, operator, old.id, { closedAt: at });
  services.clock.advance({ minutes: 1 });
  await expect(closeAgency(services, operator, old.id, {})).rejects.toMatchObject({ code: 'state-changed' });
  expect(await closeAgency(services, operator, old.id, { successorCode: heir.code })).toMatchObject({ validTo: at, successorId: heir.id });
  await expect(closeAgency(services, operator, old.id, { successorCode: 'H05' })).rejects.toMatchObject({ code: 'state-changed' });
});

test.each<[string, (id: string) => Promise<object>, string]>([
  ['an end in the future', async () => ({ closedAt: new Date('2030-01-01') }), 'invalid-fields'],
  ['an end before the beginning', async () => ({ closedAt: new Date('2020-01-01') }), 'invalid-fields'],
  ['a successor that is not there', async () => ({ successorCode: 'H05.9999' }), 'invalid-fields'],
  ['a successor that is closed', async () => ({ successorCode: 'H02' }), 'invalid-fields'],
  ['itself as successor', async (id) => ({ successorCode: (await findAgency(services.db, { id }))!.code }), 'invalid-fields'],
  ['a successor outside the reach', async () => ({ successorCode: 'H49' }), 'outside-your-agency'],
])('%s is refused', async (_rule, input, code) => {
  const { id } = await open();
  await expect(closeAgency(services, bound, id, await input(id))).rejects.toMatchObject({ code });
  expect((await findAgency(services.db, { id }))!.validTo).toBeNull();
});

test('units below are closed first; a name of today is older than its end', async () => {
  const agency = await open();
  const unit = await createAgency(services, operator, { code: `${agency.code}.1`, name: 'Phòng' });
  services.clock.advance({ minutes: 1 });
  await expect(closeAgency(services, operator, agency.id, {})).rejects.toMatchObject({ code: 'state-changed', facts: { open: unit.code } });
  const before = services.now();
  services.clock.advance({ minutes: 1 });
  await renameAgency(services, operator, unit.id, { name: 'Phòng mới' });
  services.clock.advance({ minutes: 1 });
  await expect(closeAgency(services, operator, unit.id, { closedAt: before })).rejects.toMatchObject({ code: 'invalid-fields' });
  await expect(closeAgency(services, operator, '00000000-0000-4000-8000-000000000000', {})).rejects.toMatchObject({ code: 'not-found' });
});

test('registrars of an agency: its own and those above, none that ended', async () => {
  const agency = await open('H55');
  const system = systemActor('test');
  const add = async (name: string, agencyPath: string, expiresAt?: Date) => services.db.transaction((tx) =>
    addOperator(tx, system, { name, kind: 'person', roles: ['registrar'], agencyPath, expiresAt }, services.now()));
  const tomorrow = new Date(services.now().getTime() + 86_400_000);
  await add('Của tỉnh', 'H55');
  await add('Của sở', agency.path, tomorrow);
  await add('Hết hạn', agency.path, new Date(services.now().getTime() + 1000));
  services.clock.advance({ minutes: 1 });
  await add('Sở khác', `H55.H55_1`);
  const base = await testApp(services, { endpoints: agencyRoutes });
  const ask = async (): Promise<{ items: { name: string; agencyCode: string }[] }> => (await fetch(`${base}/api/v1/agencies/${agency.code}/registrars`,
    { headers: { authorization: `Bearer ${await apiKeyFor(services, 'auditor')}` } })).json() as Promise<{ items: { name: string; agencyCode: string }[] }>;
  expect((await ask()).items.map((r) => [r.name, r.agencyCode])).toEqual([['Của sở', agency.code], ['Của tỉnh', 'H55']]);
  services.clock.advance({ days: 2 });
  expect((await ask()).items.map((r) => r.name)).toEqual(['Của tỉnh']);
});
