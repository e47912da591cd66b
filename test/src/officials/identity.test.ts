import { randomBytes } from 'node:crypto';
import { createAgency } from '../../../src/agencies/create.ts';
import { findAgency } from '../../../src/agencies/store.ts';
import { openSoftwareKeystore } from '../../../src/keystore/software.ts';
import { rotateKek } from '../../../src/keystore/rotate.ts';
import { findOfficialsByNumber, getOfficial, revealMany, revealPersonalData } from '../../../src/officials/find.ts';
import { changeOfficial, registerOfficial, type NewOfficial } from '../../../src/officials/register.ts';
import { officialRoutes } from '../../../src/officials/routes.ts';
import { actorFor, apiKeyFor, testApp, testServices } from '../../database.ts';

const services = await testServices();
const operator = await actorFor(services, 'operator');
const registrar = await actorFor(services, 'registrar', 'H05');
const idOf = async (code: string): Promise<string> => (await findAgency(services.db, { code }))!.id;
const bacNinh = await idOf('H05');
const quangNinh = await idOf('H49');
const base = await testApp(services, { endpoints: officialRoutes });
let number = 0;
const newNumber = (): string => `001085${String(++number).padStart(6, '0')}`;
const person = (change: Partial<NewOfficial> = {}): NewOfficial => ({
  agencyId: bacNinh, name: 'Đỗ Thị Ứng', position: 'Chuyên viên', email: `p${number}-${Math.random()}@bacninh.gov.vn`,
  nationalId: newNumber(), birthDate: '1985-03-02', mobile: '+84 912 345 678', sex: 'male', ...change,
});
const everything = async (): Promise<string> => {
  const tables = ['officials', 'official_identities', 'identity_checks', 'official_history', 'official_transfers', 'audit_entries'];
  return JSON.stringify(await Promise.all(tables.map(async (table) => services.db(table).select('*'))));
};
afterEach(() => services.clock.advance({ minutes: 1 }));

test('what is sealed stands nowhere in the clear, and answers show the mask alone', async () => {
  const input = person();
  const { id, warnings } = await registerOfficial(services, registrar, input);
  expect(warnings).toEqual([]);
  const stored = await everything();
  for (const secret of [input.nationalId!, '1985-03-02', '0912345678', Buffer.from(input.nationalId!).toString('hex')]) expect(stored).not.toContain(secret);
  const shown = await getOfficial(services, registrar, id);
  expect(shown).toMatchObject({ nationalId: '0010********', identityCheck: 'not-checked', identityCheckedAt: null, identityTransactionId: null });
  expect(JSON.stringify(shown)).not.toContain(input.nationalId);
});

test('one plaintext seals differently each time, and opens in its own row alone', async () => {
  const [a, b] = [await registerOfficial(services, registrar, person()), await registerOfficial(services, registrar, person())];
  const [sealedA] = await services.db('official_identities').where({ officialId: a.id }).pluck('sealed') as Buffer[];
  await services.db('official_identities').where({ officialId: b.id }).update({ sealed: sealedA });
  await expect(getOfficial(services, registrar, b.id)).rejects.toMatchObject({ code: 'keystore-unavailable' });
  await services.db('official_identities').where({ officialId: b.id }).delete();
  const before = sealedA!;
  await changeOfficial(services, registrar, a.id, { mobile: '0912345679' });
  await changeOfficial(services, registrar, a.id, { mobile: '0912345678' });
  const [after] = await services.db('official_identities').where({ officialId: a.id }).pluck('sealed') as Buffer[];
  expect(after!.equals(before)).toBe(false);
  expect(after!.length).toBe(before.length);
});

test.each<[string, Partial<NewOfficial>, string[]]>([
  ['eleven digits', { nationalId: '00108500001' }, ['/nationalId']],
  ['another year than the birth date', { nationalId: '001086000001' }, ['/nationalId']],
  ['another sex', { sex: 'female' }, ['/sex']],
  ['a number without a birth date', { birthDate: undefined }, ['/birthDate']],
  ['a birth date without a number', { nationalId: undefined }, ['/nationalId']],
  ['a mobile number that is none', { mobile: '123' }, ['/mobile']],
])('%s is refused and leaves nothing', async (_rule, change, pointers) => {
  const before = await everything();
  await expect(registerOfficial(services, registrar, person(change))).rejects.toMatchObject({
    code: 'invalid-fields', facts: { errors: pointers.map((pointer) => expect.objectContaining({ pointer }) as unknown) },
  });
  expect(await everything()).toBe(before);
});

test('an unknown province is taken with a warning', async () => {
  expect(await registerOfficial(services, registrar, person({ nationalId: '115085000001' }))).toMatchObject({ warnings: ['province-unknown'] });
});

test('an exact search finds the person within the own reach, and is recorded even where it finds nobody', async () => {
  const input = person();
  const { id } = await registerOfficial(services, registrar, input);
  expect(await findOfficialsByNumber(services, registrar, input.nationalId!)).toMatchObject([{ id, nationalId: '0010********' }]);
  expect(await findOfficialsByNumber(services, { ...registrar, agencyPath: 'H49' }, input.nationalId!)).toEqual([]);
  expect(await findOfficialsByNumber(services, operator, '001085999999')).toEqual([]);
  const entries = await services.db('audit_entries').where({ action: 'official.searched-by-number' }).orderBy('sequence').select('subjectId', 'after');
  expect(entries).toEqual([{ subjectId: id, after: { found: [id] } }, { subjectId: 'none', after: { found: [] } }, { subjectId: 'none', after: { found: [] } }]);
});

test('seeing it in full takes the permission, a purpose and the reach, and is recorded each time', async () => {
  const input = person();
  const { id } = await registerOfficial(services, registrar, input);
  const ask = async (role: 'registrar' | 'auditor' | 'operator', path: string, body: object = { purpose: 'Cấp chứng thư' }): Promise<Response> =>
    fetch(`${base}/api/v1/officials/${id}/personal-data`, {
      method: 'POST', body: JSON.stringify(body),
      headers: { authorization: `Bearer ${await apiKeyFor(services, role, role === 'registrar' ? path : undefined)}`, 'content-type': 'application/json' },
    });
  expect((await ask('auditor', '')).status).toBe(403);
  expect((await ask('registrar', 'H49')).status).toBe(403);
  expect((await ask('registrar', 'H05', {})).status).toBe(422);
  const shown = await ask('registrar', 'H05');
  expect(await shown.json()).toEqual({ nationalId: input.nationalId, birthDate: '1985-03-02', mobile: '0912345678' });
  expect(shown.headers.get('cache-control')).toBe('no-store');
  expect((await ask('operator', '')).status).toBe(200);
  const entries = await services.db('audit_entries').where({ action: 'official.personal-data-shown', subjectId: id }).pluck('after');
  expect(entries).toEqual([{ purpose: 'Cấp chứng thư' }, { purpose: 'Cấp chứng thư' }]);
});

test('many at once in one order, an access recorded for each; one outside the reach refuses all', async () => {
  const [a, b] = [await registerOfficial(services, registrar, person()), await registerOfficial(services, registrar, person({ nationalId: undefined, birthDate: undefined, sex: undefined }))];
  const reveal = (actor = registrar) => services.db.transaction((tx) => revealMany(services, tx, actor, { officialIds: [b.id, a.id], purpose: 'Lập danh sách' }));
  expect(await reveal()).toMatchObject([{ nationalId: null, mobile: '0912345678' }, { birthDate: '1985-03-02' }]);
  await expect(reveal({ ...registrar, agencyPath: 'H49' })).rejects.toMatchObject({ code: 'outside-your-agency' });
  expect(await services.db('audit_entries').where({ action: 'official.personal-data-shown' }).whereIn('subjectId', [a.id, b.id])).toHaveLength(2);
});

test('a person in two agencies is refused with the way to a transfer; whoever left may come back elsewhere', async () => {
  const input = person();
  const { id } = await registerOfficial(services, registrar, input);
  const there = { ...registrar, agencyPath: 'H49' };
  const again = person({ nationalId: input.nationalId!, agencyId: quangNinh });
  const refused = registerOfficial(services, there, again);
  await expect(refused).rejects.toMatchObject({ code: 'person-elsewhere', facts: { agency: 'H05', transfer: '/api/v1/officials/transfers' } });
  // an agency learns the code of the other one, not the entry
  expect(JSON.stringify(await refused.catch((error: { facts: object }) => error.facts))).not.toContain(id);
  await expect(registerOfficial(services, operator, again)).rejects.toMatchObject({ facts: { official: id } });
  expect(await services.db('audit_entries').where({ action: 'official.conflict-shown', subjectId: quangNinh }).pluck('after')).toEqual([{ servesIn: 'H05' }, { servesIn: 'H05' }]);
  await expect(registerOfficial(services, registrar, person({ nationalId: input.nationalId! }))).rejects.toMatchObject({ code: 'duplicate-request' });
  const other = await registerOfficial(services, there, person({ agencyId: quangNinh }));
  await expect(changeOfficial(services, there, other.id, { nationalId: input.nationalId, birthDate: '1985-03-02' })).rejects.toMatchObject({ code: 'person-elsewhere' });
  await changeOfficial(services, registrar, id, { left: true });
  const back = await registerOfficial(services, there, again);
  expect((await findOfficialsByNumber(services, operator, input.nationalId!)).map((o) => o.id)).toEqual([back.id, id]);
  await expect(changeOfficial(services, registrar, id, { left: false })).rejects.toMatchObject({ code: 'person-elsewhere' });
});

test('of two agencies that enter one person at once one wins', async () => {
  const input = person();
  const outcomes = await Promise.allSettled([input, person({ nationalId: input.nationalId!, agencyId: quangNinh })].map((one) => registerOfficial(services, operator, one)));
  expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
  expect(outcomes.find((o) => o.status === 'rejected')?.reason).toMatchObject({ code: 'person-elsewhere' });
});

test('every place an official had is kept with its dates, under the name the agency had then', async () => {
  const agency = await createAgency(services, operator, { code: 'H05.301', name: 'Sở Y tế' });
  const { id } = await registerOfficial(services, operator, person({ agencyId: agency.id }));
  const days = [services.now()];
  for (const change of [{ position: 'Phó Giám đốc' }, { agencyId: quangNinh }, { mobile: '0912000000' }, { left: true }]) {
    services.clock.advance({ days: 1 });
    days.push(services.now());
    await changeOfficial(services, operator, id, change);
  }
  const { history } = await getOfficial(services, operator, id);
  expect(history.map((h) => [h.agencyCode, h.position, h.validFrom, h.validTo])).toEqual([
    ['H49', 'Phó Giám đốc', days[2], days[4]], ['H05.301', 'Phó Giám đốc', days[1], days[2]], ['H05.301', 'Chuyên viên', days[0], days[1]],
  ]);
  expect(history[2]).toMatchObject({ agencyName: 'Sở Y tế' });
});

test('a new mobile number is no change that open requests would notice', async () => {
  const { id, updatedAt } = await registerOfficial(services, registrar, person());
  services.clock.advance({ days: 1 });
  expect((await changeOfficial(services, registrar, id, { mobile: '0912000001' })).updatedAt).toEqual(updatedAt);
  expect((await changeOfficial(services, registrar, id, { position: 'Trưởng phòng' })).updatedAt).toEqual(services.now());
});

test('an exchange of the key-encryption key leaves every number readable and found, on nodes that run on and that start', async () => {
  const input = person();
  const { id } = await registerOfficial(services, registrar, input);
  const old = (services.config.kek as { text: string }).text;
  const next = randomBytes(32).toString('base64');
  await rotateKek(services.db, { text: `${next},${old}` }, (bytes) => randomBytes(bytes));
  const started = { ...services, keystore: await openSoftwareKeystore(services, { text: next }) };
  for (const node of [services, started]) {
    expect(await revealPersonalData(node, registrar, id, 'Kiểm tra')).toMatchObject({ nationalId: input.nationalId });
    expect(await findOfficialsByNumber(node, registrar, input.nationalId!)).toMatchObject([{ id }]);
  }
  const late = { ...services, keystore: await openSoftwareKeystore(services, { text: old }) };
  await expect(revealPersonalData(late, registrar, id, 'Kiểm tra')).rejects.toMatchObject({ code: 'keystore-unavailable' });
});

test('over HTTP: entered with a mask in the answer, a wrong number answered without repeating it', async () => {
  const token = await apiKeyFor(services, 'registrar', 'H05');
  const send = async (path: string, body: object): Promise<Response> =>
    fetch(`${base}/api/v1/officials${path}`, { method: 'POST', headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' }, body: JSON.stringify(body) });
  const input = person();
  const entered = await send('', input);
  expect([entered.status, await entered.json()]).toMatchObject([201, { nationalId: '0010********', identityCheck: 'not-checked', warnings: [], devices: [] }]);
  expect(await (await send('/search', { nationalId: input.nationalId })).json()).toMatchObject({ items: [{ nationalId: '0010********' }] });
  for (const [path, body] of [['', person({ nationalId: '123456789' })], ['/search', { nationalId: '123456789' }]] as const) {
    const refused = await send(path, body);
    expect(refused.status).toBe(422);
    expect(await refused.text()).not.toContain('123456789');
  }
});
