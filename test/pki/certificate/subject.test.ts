import { fitsLayout, layoutSubject, type SubjectFacts } from '../../../pki/certificate/subject.ts';
import { initialProfile } from '../../../pki/certificate/profiles.ts';
import { buildName, type NameParts } from '../../../pki/name/build.ts';
import { parseName } from '../../../pki/name/parse.ts';

const official = initialProfile('official-signing');
const facts: SubjectFacts = {
  country: 'VN', province: 'Sơn La', organisation: 'ỦY BAN NHÂN DÂN TỈNH SƠN LA', unit: ['SỞ NỘI VỤ', 'VĂN PHÒNG'], name: 'Nguyễn Văn Ánh', email: 'anh@sonla.gov.vn',
};

test('the facts in the order of the layout: C, L, O, OU…, CN, E', () => {
  const parts = layoutSubject(official, facts);
  expect(parts.map(([type]) => type)).toEqual(['C', 'L', 'O', 'OU', 'OU', 'CN', 'E']);
  expect(fitsLayout(official.subjectLayout, parseName(buildName(parts)))).toBe(true);
});

test.each<[string, SubjectFacts]>([
  ['a name is required', { ...facts, name: [] }],
  ['an organisation is required', { country: 'VN', name: 'Ánh' }],
  ['at most three units', { ...facts, unit: ['A', 'B', 'C', 'D'] }],
])('refused: %s', (_rule, wrong) => {
  expect(() => layoutSubject(official, wrong)).toThrow(expect.objectContaining({ code: 'profile-violation' }));
});

test.each<[string, NameParts, boolean]>([
  ['without the optional parts', [['C', 'VN'], ['O', 'BỘ TÀI CHÍNH'], ['CN', 'Ánh']], true],
  ['in another order', [['C', 'VN'], ['CN', 'Ánh'], ['O', 'BỘ TÀI CHÍNH']], false],
  ['with a title, which no layout has', [['C', 'VN'], ['O', 'BỘ TÀI CHÍNH'], ['T', 'Trưởng phòng'], ['CN', 'Ánh']], false],
  ['with two common names', [['C', 'VN'], ['O', 'BỘ TÀI CHÍNH'], ['CN', 'Ánh'], ['CN', 'Minh']], false],
  ['without a country', [['O', 'BỘ TÀI CHÍNH'], ['CN', 'Ánh']], false],
])('a subject %s: %j fits %s', (_what, parts, fits) => {
  expect(fitsLayout(official.subjectLayout, parseName(buildName(parts)))).toBe(fits);
});
