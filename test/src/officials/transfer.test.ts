import { findAgency } from '../../../src/agencies/store.ts';
import { closeAgency } from '../../../src/agencies/close.ts';
import { createAgency } from '../../../src/agencies/create.ts';
import { getOfficial } from '../../../src/officials/find.ts';
import { moveOfficials } from '../../../src/officials/move.ts';
import { changeOfficial, registerOfficial } from '../../../src/officials/register.ts';
import { officialRoutes } from '../../../src/officials/routes.ts';
import { askTransfer, decideTransfer } from '../../../src/officials/transfer.ts';
import { actorFor, apiKeyFor, testApp, testServices } from '../../database.ts';

const services = await testServices();
const operator = await actorFor(services, 'operator');
const giving = await actorFor(services, 'registrar', 'H05');
const receiving = await actorFor(services, 'registrar', 'H49');
const idOf = async (code: string): Promise<string> => (await findAgency(services.db, { code }))!.id;
const [bacNinh, quangNinh] = [await idOf('H05'), await idOf('H49')];
let number = 0;

async function serving() {
  const nationalId = `001085${String(++number).padStart(6, '0')}`;
  const official = await registerOfficial(services, giving, {
    agencyId: bacNinh, name: 'Đỗ Thị Ứng', position: 'Chuyên viên', email: `t${number}@bacninh.gov.vn`, nationalId, birthDate: '1985-03-02',
  });
  services.clock.advance({ minutes: 1 });
  return { ...official, order: { nationalId, toAgencyId: quangNinh, position: 'Trưởng phòng', email: `T${number}@quangninh.gov.vn` } };
}

test('asked by the one agency, released by the other: the entry moves with its history', async () => {
  const { id, order } = await serving();
  const transfer = await askTransfer(services, receiving, order);
  expect(transfer).toMatchObject({ state: 'asked', fromAgencyCode: 'H05', toAgencyCode: 'H49', email: order.email.toLowerCase() });
  services.clock.advance({ days: 1 });
  expect(await decideTransfer(services, giving, transfer.id, { decision: 'release' })).toMatchObject({ state: 'released', decidedBy: giving.id });
  const moved = await getOfficial(services, receiving, id);
  expect(moved).toMatchObject({ agencyCode: 'H49', position: 'Trưởng phòng', email: order.email.toLowerCase(), nationalId: '0010********' });
  expect(moved.history.map((h) => h.agencyCode)).toEqual(['H49', 'H05']);
  await expect(getOfficial(services, giving, id)).rejects.toMatchObject({ code: 'outside-your-agency' });
  const actions = await services.db('audit_entries').where({ subjectId: id }).orderBy('sequence').pluck('action');
  expect(actions).toEqual(['official.registered', 'official.transfer-asked', 'official.moved', 'official.transfer-released']);
});

test('a refusal needs a reason, and leaves the way open to ask again', async () => {
  const { id, order } = await serving();
  const { id: transfer } = await askTransfer(services, receiving, order);
  await expect(decideTransfer(services, giving, transfer, { decision: 'refuse' })).rejects.toMatchObject({ code: 'invalid-fields' });
  expect(await decideTransfer(services, giving, transfer, { decision: 'refuse', reason: 'Chưa bàn giao công việc' })).toMatchObject({ state: 'refused' });
  await expect(decideTransfer(services, giving, transfer, { decision: 'release' })).rejects.toMatchObject({ code: 'request-already-decided' });
  expect(await getOfficial(services, giving, id)).toMatchObject({ agencyCode: 'H05' });
  await askTransfer(services, receiving, order);
});

test.each<[string, (order: Awaited<ReturnType<typeof serving>>['order']) => object, string]>([
  ['a number nobody serves under', () => ({ nationalId: '001085999999' }), 'not-found'],
  ['an agency outside the reach', () => ({ toAgencyId: bacNinh }), 'outside-your-agency'],
  ['an agency that is not there', () => ({ toAgencyId: '00000000-0000-4000-8000-000000000000' }), 'invalid-fields'],
])('%s is refused', async (_rule, change, code) => {
  const { order } = await serving();
  await expect(askTransfer(services, receiving, { ...order, ...change(order) })).rejects.toMatchObject({ code });
});

test('one transfer at a time; nobody both asks and releases; only the giving side decides', async () => {
  const { order } = await serving();
  const { id } = await askTransfer(services, receiving, order);
  await expect(askTransfer(services, receiving, order)).rejects.toMatchObject({ code: 'duplicate-request' });
  await expect(decideTransfer(services, receiving, id, { decision: 'release' })).rejects.toMatchObject({ code: 'outside-your-agency' });
  await expect(decideTransfer(services, giving, '00000000-0000-4000-8000-000000000000', { decision: 'release' })).rejects.toMatchObject({ code: 'not-found' });
  const own = await serving();
  const asked = await askTransfer(services, operator, own.order);
  await expect(decideTransfer(services, operator, asked.id, { decision: 'release' })).rejects.toMatchObject({ code: 'own-request' });
  await expect(askTransfer(services, giving, { ...own.order, toAgencyId: bacNinh })).rejects.toMatchObject({ code: 'duplicate-request' });
});

test.each<[string, (entry: Awaited<ReturnType<typeof serving>>) => Promise<unknown>, string]>([
  ['the person has left', (entry) => changeOfficial(services, giving, entry.id, { left: true }), 'state-changed'],
  ['the person was moved', async (entry) => changeOfficial(services, operator, entry.id, { agencyId: await idOf('H50') }), 'state-changed'],
  ['the new e-mail serves another', (entry) => registerOfficial(services, receiving, { agencyId: quangNinh, name: 'Khác', position: 'Văn thư', email: entry.order.email }), 'duplicate-request'],
])('what changed meanwhile is noticed: %s', async (_what, change, code) => {
  const entry = await serving();
  const { id } = await askTransfer(services, receiving, entry.order);
  await change(entry);
  await expect(decideTransfer(services, { ...giving, agencyPath: undefined }, id, { decision: 'release' })).rejects.toMatchObject({ code });
});

test('an agency that closed takes nobody in', async () => {
  const entry = await serving();
  const { id: to } = await createAgency(services, operator, { code: 'H49.400', name: 'Sở' });
  const { id } = await askTransfer(services, receiving, { ...entry.order, toAgencyId: to });
  services.clock.advance({ days: 1 });
  await closeAgency(services, operator, to, {});
  await expect(decideTransfer(services, giving, id, { decision: 'release' })).rejects.toMatchObject({ code: 'state-changed' });
});

test('over HTTP each side sees its transfers, and no one else', async () => {
  const base = await testApp(services, { endpoints: officialRoutes });
  const { order } = await serving();
  const call = async (path: string, agency: string, body?: object): Promise<{ status: number; id?: string; items?: { id: string }[] }> => {
    const token = await apiKeyFor(services, 'registrar', agency);
    const response = await fetch(`${base}/api/v1/officials/transfers${path}`, {
      method: body ? 'POST' : 'GET', headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' }, ...(body ? { body: JSON.stringify(body) } : {}),
    });
    return { ...((await response.json()) as object), status: response.status };
  };
  const { id } = await call('', 'H49', order);
  for (const [agency, status] of [['H49', 200], ['H05', 200], ['H50', 403]] as const) {
    expect((await call(`/${id}`, agency)).status).toBe(status);
    expect((await call('?state=asked&limit=200', agency)).items!.some((t) => t.id === id)).toBe(status === 200);
  }
  expect((await call('', 'H49', { ...order, nationalId: '1' })).status).toBe(422);
  expect(await call(`/${id}/decision`, 'H05', { decision: 'release' })).toMatchObject({ status: 200, state: 'released' });
});

test('many are moved in one go, each with history and an audit entry; one unknown stops all', async () => {
  const entries = [await serving(), await serving(), await serving()];
  const moves = entries.map(({ id }, i) => ({ officialId: id, agencyId: quangNinh, ...(i === 0 ? { position: 'Trưởng phòng' } : {}) }));
  const move = (list: typeof moves) => services.db.transaction((tx) => moveOfficials(tx, operator, list, services.now()));
  await expect(move([...moves, { officialId: '00000000-0000-4000-8000-000000000000', agencyId: quangNinh }])).rejects.toMatchObject({ code: 'not-found' });
  await move(moves);
  for (const [i, { id }] of entries.entries()) {
    const { history } = await getOfficial(services, receiving, id);
    expect(history.map((h) => [h.agencyCode, h.position])).toEqual([['H49', i === 0 ? 'Trưởng phòng' : 'Chuyên viên'], ['H05', 'Chuyên viên']]);
  }
  expect(await services.db('audit_entries').where({ action: 'official.moved' }).whereIn('subjectId', entries.map(({ id }) => id))).toHaveLength(3);
});
