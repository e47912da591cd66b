import { findAgencyByCode } from '../../../src/agencies/find.ts';
import { writePlannedResults } from '../../../src/bulk/planned.ts';
import type { Action } from '../../../src/reorganisation/model.ts';
import { decideReorganisation } from '../../../src/reorganisation/decide.ts';
import { planReorganisation } from '../../../src/reorganisation/plan.ts';
import { findReorganisations, getReorganisation, previewReorganisation } from '../../../src/reorganisation/show.ts';
import type { Actor } from '../../../src/services.ts';
import { actorFor } from '../../database.ts';
import { foundLand } from './land.ts';

const land = await foundLand();
const { services } = land;
await land.agency('H05.1', 'Xã Một');
await land.agency('H05.1.1', 'Tổ Một');
await land.agency('H05.2', 'Xã Hai');
await land.agency('H05.3', 'Xã Ba');
await land.agency('H05.6', 'Sở "Một", Hai; #3 + <4>');
for (const [code, name] of [['H01.5', 'Sở Năm'], ['H01.7', 'Sở Bảy']] as const) await land.agency(code, name);
const person = await land.official(await land.agency('H05.4', 'Xã Bốn'));

const into = { code: 'H05.9', name: 'Xã Mới' };
const stranger = '00000000-0000-4000-8000-000000000000';

test.each<[string, Action[]]>([
  ['an agency named twice in one merger', [{ type: 'merge-into-new', agencies: ['H05.1', 'H05.1'], into }]],
  ['an agency named in two actions', [{ type: 'merge-into-new', agencies: ['H05.1', 'H05.2'], into }, { type: 'dissolve', agency: 'H05.2' }]],
  ['an agency named twice in two spellings', [{ type: 'merge-into-new', agencies: ['H05.1', '000.00.1.H05', 'H05.2', 'H05.2'], into }]],
  ['a circle', [{ type: 'merge-into-existing', agencies: ['H05.1'], into: 'H05.2' }, { type: 'merge-into-existing', agencies: ['H05.2'], into: 'H05.1' }]],
  ['a merger into itself', [{ type: 'merge-into-existing', agencies: ['H05.1'], into: 'H05.1' }]],
  ['a merger into a unit of its own', [{ type: 'merge-into-existing', agencies: ['H05.1'], into: 'H05.1.1' }]],
  ['an agency and one below it', [{ type: 'rename', agency: 'H05.1.1', name: 'Tổ Hai' }, { type: 'dissolve', agency: 'H05.1' }]],
  ['a new body below one that ends', [{ type: 'merge-into-new', agencies: ['H05.1', 'H05.2'], into: { code: 'H05.1.7', name: 'Xã Mới' } }]],
  ['a code that was given out', [{ type: 'merge-into-new', agencies: ['H05.1', 'H05.2'], into: { code: 'H05.3', name: 'Xã Mới' } }]],
  ['a code that is none', [{ type: 'merge-into-new', agencies: ['H05.1', 'H05.2'], into: { code: 'xã', name: 'Xã Mới' } }]],
  ['a name longer than certificates hold', [{ type: 'rename', agency: 'H05.1', name: 'X'.repeat(65) }]],
  ['an agency that is closed', [{ type: 'merge-into-existing', agencies: ['H02'], into: 'H05.1' }]],
  ['an agency that is not there', [{ type: 'dissolve', agency: 'H05.777' }]],
  ['a merger of one', [{ type: 'merge-into-new', agencies: ['H05.1'], into }]],
  ['a split into one', [{ type: 'split', agency: 'H05.1', into: [into] }]],
  ['a seal of somebody else', [{ type: 'merge-into-new', agencies: ['H05.1', 'H05.2'], into, sealOf: 'H05.3' }]],
  ['a person moved twice', [{ type: 'move', officials: [person.id, person.id], to: 'H05.3' }]],
  ['a person who is not there', [{ type: 'move', officials: [stranger], to: 'H05.3' }]],
  ['a person moved into an agency that ends', [{ type: 'dissolve', agency: 'H05.3' }, { type: 'move', officials: [person.id], to: 'H05.3' }]],
])('refused: %s', async (_case, actions) => {
  await expect(land.plan(actions)).rejects.toMatchObject({ code: 'invalid-fields' });
  expect(await services.db('reorganisations').where({ title: 'x' })).toEqual([]);
});

test('a plan that overlaps an open one is refused, also one above it; a refused plan is out of the way', async () => {
  const first = await land.plan([{ type: 'dissolve', agency: 'H05.1.1' }]);
  await expect(land.plan([{ type: 'rename', agency: 'H05.1', name: 'Xã Khác' }])).rejects.toMatchObject({ code: 'duplicate-request', facts: { reorganisation: first.id } });
  await expect(land.plan([{ type: 'dissolve', agency: 'H05.1.1' }])).rejects.toMatchObject({ code: 'duplicate-request' });
  await decideReorganisation(services, land.examiner, first.id, { decision: 'refuse', reason: 'chưa có nghị quyết' });
  const second = await land.plan([{ type: 'rename', agency: 'H05.1', name: 'Xã Khác' }]);
  expect(second).toMatchObject({ state: 'checked' });
  await decideReorganisation(services, land.examiner, second.id, { decision: 'refuse', reason: 'thử' });
});

test('two others approve what they saw: not the author, not one alone, not another content', async () => {
  const { id, contentHash } = await land.plan([{ type: 'rename', agency: 'H05.2', name: 'Xã Hai Mới' }]);
  const approve = (actor: typeof land.author, hash?: string) => decideReorganisation(services, actor, id, { decision: 'approve', ...(hash === undefined ? {} : { contentHash: hash }) });
  await expect(approve(land.author, contentHash)).rejects.toMatchObject({ code: 'own-request' });
  await expect(approve(land.examiner)).rejects.toMatchObject({ code: 'invalid-fields' });
  await expect(approve(land.examiner, '0'.repeat(64))).rejects.toMatchObject({ code: 'state-changed' });
  expect(await approve(land.examiner, contentHash)).toMatchObject({ state: 'examined' });
  await expect(approve(land.examiner, contentHash)).rejects.toMatchObject({ code: 'own-request' });
  await expect(decideReorganisation(services, land.approver, id, { decision: 'refuse' })).rejects.toMatchObject({ code: 'invalid-fields' });
  expect(await approve(land.approver, contentHash)).toMatchObject({ state: 'running' });
  await expect(approve(land.approver, contentHash)).rejects.toMatchObject({ code: 'state-changed' });
  await decideReorganisation(services, land.approver, id, { decision: 'stop' });
  await decideReorganisation(services, land.approver, id, { decision: 'refuse', reason: 'thôi' });
  await expect(approve(land.approver, contentHash)).rejects.toMatchObject({ code: 'request-already-decided' });
});

describe('who looks after one agency', () => {
  let local: Actor;
  beforeAll(async () => { local = await actorFor(services, 'registrar', 'H05'); });
  const drawn = (actions: Action[]) => {
    services.clock.advance({ minutes: 1 });
    return planReorganisation(services, local, { title: 'của tỉnh', legalBasis: 'NQ 2', actions });
  };

  test('plans for what stands below it, in several actions, and decides nothing', async () => {
    const { id } = await drawn([{ type: 'merge-into-new', agencies: ['H05.1', 'H05.3'], into: { code: 'H05.20', name: 'Xã Hai Mươi' } }, { type: 'move', officials: [person.id], to: 'H05.6' }]);
    expect(await getReorganisation(services.db, local, id)).toMatchObject({ state: 'checked', people: 1, submittedBy: local.id });
    expect((await findReorganisations(services.db, local, { limit: 5 })).items[0]?.id).toBe(id);
    await expect(decideReorganisation(services, local, id, { decision: 'stop' })).rejects.toMatchObject({ code: 'outside-your-agency' });
    await decideReorganisation(services, land.examiner, id, { decision: 'refuse', reason: 'thử' });
  });

  test.each<[string, Action[], string]>([
    ['an agency elsewhere', [{ type: 'dissolve', agency: 'H01.5' }], 'outside-your-agency'],
    ['a merger into an agency elsewhere', [{ type: 'merge-into-existing', agencies: ['H05.3'], into: 'H01.5' }], 'outside-your-agency'],
    ['a successor elsewhere', [{ type: 'dissolve', agency: 'H05.3', successor: 'H01.5' }], 'outside-your-agency'],
    ['a new body elsewhere', [{ type: 'split', agency: 'H05.3', into: [{ code: 'H05.21', name: 'Xã A' }, { code: 'H01.21', name: 'Xã B' }] }], 'outside-your-agency'],
    ['its own end', [{ type: 'dissolve', agency: 'H05' }], 'outside-your-agency'],
    ['people sent elsewhere', [{ type: 'move', officials: [person.id], to: 'H01.5' }], 'outside-your-agency'],
  ])('does not plan %s', async (_what, actions, code) => {
    await expect(drawn(actions)).rejects.toMatchObject({ code });
  });

  test('neither fetches people from elsewhere nor learns of them', async () => {
    const far = await land.official(await land.agency('H01.6', 'Sở Xa'));
    await expect(drawn([{ type: 'move', officials: [far.id], to: 'H05.3' }])).rejects.toMatchObject({ code: 'invalid-fields' });
    const plan = await land.plan([{ type: 'dissolve', agency: 'H01.6', successor: 'H05.3' }]);
    expect(await getReorganisation(services.db, local, plan.id)).toMatchObject({ state: 'checked' });
    const elsewhere = await land.plan([{ type: 'rename', agency: 'H01.5', name: 'Sở Năm Mới' }]);
    await expect(getReorganisation(services.db, local, elsewhere.id)).rejects.toMatchObject({ code: 'outside-your-agency' });
    expect((await findReorganisations(services.db, local, { limit: 50 })).items.map(({ id }) => id)).not.toContain(elsewhere.id);
    const both = await land.plan([{ type: 'move', officials: [far.id, person.id], to: 'H01.7' }]);
    const seen = await previewReorganisation(services.db, local, both, 10);
    expect([seen.people.items.map(({ officialId }) => officialId), seen.lines.items.map(({ officialId }) => officialId)]).toEqual([[person.id], [person.id]]);
    expect((await writePlannedResults(services.db, both.bulkId, local.agencyPath)).toString().split('\r\n')).toHaveLength(3);
    for (const { id } of [plan, elsewhere, both]) await decideReorganisation(services, land.examiner, id, { decision: 'refuse', reason: 'thử' });
  });
});

test('a plan that is not there is decided by nobody', async () => {
  await expect(decideReorganisation(services, land.examiner, stranger, { decision: 'stop' })).rejects.toMatchObject({ code: 'not-found' });
});

test('a certificate whose name stays as it is has no line, whatever its name is written with', async () => {
  const odd = await findAgencyByCode(services.db, 'H05.6');
  const stays = await land.official(odd);
  const plan = await land.plan([{ type: 'move', officials: [stays.id], to: 'H05.6' }]);
  expect(plan).toMatchObject({ lines: 0, people: 1 });
  await decideReorganisation(services, land.examiner, plan.id, { decision: 'refuse', reason: 'thử' });
});
