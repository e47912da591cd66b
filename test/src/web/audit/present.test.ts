import { presentChange } from '../../../../src/web/audit/present.ts';
import { wordsIn } from '../../../../src/web/text/words.ts';

const [vi, en] = [wordsIn('vi'), wordsIn('en')];

test('what is new is shown by itself, in words: names, times, yes and no, states and roles', () => {
  const after = { roles: ['auditor', 'operator'], active: true, expiresAt: '2027-12-31T16:59:59.000Z', state: 'issued', nobodyKnows: 7 };
  expect(presentChange({ before: null, after }, vi)).toMatchObject({ changes: [], others: [{ label: 'NobodyKnows', value: '7' }], contents: [
    { label: 'Hoạt động', value: 'có' }, { label: 'Hết hạn', value: '31/12/2027 23:59' },
    { label: 'Vai trò', value: 'Kiểm soát viên, Cán bộ thẩm tra, phê duyệt' }, { label: 'Tình trạng', value: 'đã cấp' },
  ] });
  expect(presentChange({ before: null, after }, en).contents[0]).toEqual({ label: 'Active', value: 'yes' });
});

test('a change shows both sides of what changed alone; the rest is there too, and all of it as it is stored', () => {
  const shown = presentChange({ before: { state: 'issued', name: 'A', note: 'cũ' }, after: { state: 'revoked', name: 'A', reason: 'superseded' } }, vi);
  expect(shown.changes).toEqual([
    { label: 'Ghi chú', before: 'cũ', after: undefined }, { label: 'Lý do', before: undefined, after: 'superseded' }, { label: 'Tình trạng', before: 'đã cấp', after: 'đã thu hồi' },
  ]);
  expect(shown.others).toEqual([{ label: 'Tên', value: 'A' }]);
  expect(shown.raw.before).toBe(JSON.stringify({ state: 'issued', name: 'A', note: 'cũ' }, null, 2));
});

test('lists of things are numbered, and a value that only looks like a state of another field stays', () => {
  expect(presentChange({ before: undefined, after: { actions: [{ name: 'X', type: 'issued' }] } }, vi).contents).toEqual([
    { label: 'Việc 1: tên', value: 'X' }, { label: 'Việc 1: loại', value: 'issued' },
  ]);
  expect(presentChange({ before: null, after: null }, vi)).toEqual({ contents: [], changes: [], others: [], raw: { before: undefined, after: undefined } });
});
