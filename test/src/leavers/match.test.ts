import { matchLeavers } from '../../../src/leavers/match.ts';
import { changeOfficial } from '../../../src/officials/register.ts';
import { submitRequest } from '../../../src/requests/submit.ts';
import { actorFor } from '../../database.ts';
import { csrFor, decideAll, requestWorld } from '../requests/people.ts';

const world = await requestWorld();
const { services, people } = world;

async function certified(change: object = {}): Promise<{ id: string; name: string; email: string; certificateId: string }> {
  const official = await world.newOfficial(change);
  const request = await submitRequest(services, people.registrar, { kind: 'issue', profile: 'official-signing', officialId: official.id, csr: await csrFor() });
  return { ...official, certificateId: (await decideAll(world, request.id)).newCertificateId! };
}
const match = (lines: readonly string[], submit = false, actor = people.registrar) =>
  matchLeavers(services, actor, Buffer.from(['Họ tên,CCCD,Email,Lý do', ...lines].join('\r\n')), submit);

test('each person gets a proposal', async () => {
  const byNumber = await certified({ nationalId: '027185012345', birthDate: '1985-03-02' });
  const [retired, moved, changing, other, bare] = [await certified(), await certified(), await certified(), await certified(), await world.newOfficial()];
  const { people: found, mistakes } = await match([
    `${byNumber.name},027185012345,,Nghỉ hưu`, `${retired.name.normalize('NFD')},,${retired.email.toUpperCase()},THÔI VIỆC`, `${moved.name},,${moved.email},Chuyển công tác`,
    `${changing.name},,${changing.email},Chuyển công tác - thay đổi nội dung`, `Một Người Khác,,${other.email},Nghỉ hưu`, `${bare.name},,${bare.email},Nghỉ hưu`, 'Không Ai,,khong@ai.gov.vn,Từ trần',
  ]);
  expect(mistakes).toEqual([]);
  expect(found.map(({ proposal, certificates }) => [proposal, certificates.length]))
    .toEqual([['revoke', 1], ['revoke', 1], ['decide', 1], ['change', 1], ['check-person', 1], ['nothing', 0], ['unknown', 0]]);
  expect(await services.db('requests').where({ kind: 'revoke' })).toEqual([]);
});

test('revocations become drafts with the law’s ground, once', async () => {
  const [retired, moved] = [await certified(), await certified()];
  const lines = [`${retired.name},,${retired.email},Nghỉ hưu`, `${moved.name},,${moved.email},Chuyển công tác - thu hồi`];
  const { people: first } = await match(lines, true);
  const ids = first.map(({ certificates }) => certificates[0]!.requestId!);
  expect(await Promise.all(ids.map((id) => services.db('requests').where({ id }).first('state', 'ground', 'reason', 'transfer')))).toEqual([
    { state: 'draft', ground: 'retired', reason: 'cessationOfOperation', transfer: null }, { state: 'draft', ground: 'position-changed', reason: 'affiliationChanged', transfer: 'revoke' }]);
  const { people: again } = await match(lines, true);
  expect(again.map(({ certificates }) => certificates[0]!.requestId)).toEqual(ids);
  expect((await decideAll(world, ids[0]!)).state).toBe('completed');
});

test('who has left in the register is still found by a certificate that lives', async () => {
  const gone = await certified();
  await changeOfficial(services, people.registrar, gone.id, { left: true });
  expect((await match([`${gone.name},,${gone.email},Nghỉ hưu`])).people).toMatchObject([{ proposal: 'revoke', certificates: [{ id: gone.certificateId }] }]);
});

test('a list sees no further than its sender', async () => {
  const official = await certified();
  const stranger = await actorFor(services, 'registrar', 'H50');
  expect((await match([`${official.name},,${official.email},Nghỉ hưu`], true, stranger)).people).toMatchObject([{ proposal: 'unknown', officialId: null, certificates: [] }]);
});

test('broken lines are named and cost themselves alone', async () => {
  const { people: found, mistakes } = await match(['A,"x" y,,Nghỉ hưu', ',,a@b.vn,Nghỉ hưu', 'A,,,Nghỉ hưu', 'A,123,,Nghỉ hưu', 'A,,a@b.vn,Bỏ việc', '=A1,,c@b.vn,Nghỉ hưu', 'B,,c@b.vn,Nghỉ hưu']);
  expect(mistakes).toEqual([
    { line: 2, code: 'unreadable' }, { line: 3, code: 'name-missing' }, { line: 4, code: 'nobody-named' }, { line: 5, code: 'national-id' }, { line: 6, code: 'departure-unknown' }, { line: 8, code: 'repeated' },
  ]);
  expect(found).toMatchObject([{ line: 7, name: '=A1', proposal: 'unknown' }]);
});

test.each([['no header', ''], ['no reason', 'Họ tên,Email\nA,b@c.vn'], ['nobody to find by', 'Họ tên,Lý do\nA,Nghỉ hưu']])('a file with %s is refused', async (_what, text) => {
  await expect(matchLeavers(services, people.registrar, Buffer.from(text), false)).rejects.toMatchObject({ code: 'invalid-fields' });
});
