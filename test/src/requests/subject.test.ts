import { buildName, type NameParts } from '../../../pki/name/build.ts';
import { parseName } from '../../../pki/name/parse.ts';
import { printName } from '../../../pki/name/print.ts';
import { composeSubject, contentHash, encodeSubject, requireSubject, type Content } from '../../../src/requests/subject.ts';

const province = { certificateName: 'Ủy ban nhân dân tỉnh Bắc Ninh', locality: 'Bắc Ninh' };
const department = { certificateName: 'Sở Tài chính', locality: null };
const office = { certificateName: 'Phòng Ngân sách', locality: null };
const official = { name: 'Nguyễn Thị Ánh', email: 'anhnt@bacninh.gov.vn' };

test.each([
  ['a person of level 3', { holder: 'official', levels: [province, department, office], official },
    'E=anhnt@bacninh.gov.vn,CN=Nguyễn Thị Ánh,OU=Phòng Ngân sách,OU=Sở Tài chính,O=Ủy ban nhân dân tỉnh Bắc Ninh,L=Bắc Ninh,C=VN'],
  ['an agency is its own CN, not repeated as OU', { holder: 'agency', levels: [province, department] },
    'CN=Sở Tài chính,O=Ủy ban nhân dân tỉnh Bắc Ninh,L=Bắc Ninh,C=VN'],
  ['an agency of level 1', { holder: 'agency', levels: [province] },
    'CN=Ủy ban nhân dân tỉnh Bắc Ninh,O=Ủy ban nhân dân tỉnh Bắc Ninh,L=Bắc Ninh,C=VN'],
  ['a service stands below its agency', { holder: 'service', levels: [province, department], serviceName: 'mot-cua.bacninh.gov.vn' },
    'CN=mot-cua.bacninh.gov.vn,OU=Sở Tài chính,O=Ủy ban nhân dân tỉnh Bắc Ninh,L=Bắc Ninh,C=VN'],
] as const)('%s', (_rule, bearer, printed) => {
  expect(printName(encodeSubject(composeSubject(bearer)))).toBe(printed);
});

const subject = encodeSubject(composeSubject({ holder: 'official', levels: [province, department, department], official }));
const asked = (parts: NameParts) => parseName(buildName(parts));

test.each<[string, NameParts]>([
  ['nothing', []],
  ['the name alone', [['CN', 'Nguyễn Thị Ánh']]],
  ['another order', [['CN', 'Nguyễn Thị Ánh'], ['C', 'VN']]],
  ['another case (RFC 5280 §7.1)', [['CN', 'NGUYỄN THỊ ÁNH']]],
  ['the same letters put together from parts', [['CN', 'Nguyễn Thị Ánh'.normalize('NFD')]]],
  ['an OU as often as it stands', [['OU', 'Sở Tài chính'], ['OU', 'Sở Tài chính']]],
])('a request may name %s', (_what, parts) => {
  expect(() => requireSubject(asked(parts), subject)).not.toThrow();
});

test.each<[string, NameParts]>([
  ['another person', [['CN', 'Nguyễn Văn Anh']]],
  ['a title the register does not know', [['CN', 'Nguyễn Thị Ánh'], ['T', 'Chủ tịch']]],
  ['another agency', [['CN', 'Nguyễn Thị Ánh'], ['O', 'Bộ Tài chính']]],
  ['the right value under another type', [['O', 'Nguyễn Thị Ánh']]],
  ['an OU once too often', [['OU', 'Sở Tài chính'], ['OU', 'Sở Tài chính'], ['OU', 'Sở Tài chính']]],
  ['a name without diacritics', [['CN', 'Nguyen Thi Anh']]],
])('a request may not name %s', (_what, parts) => {
  expect(() => requireSubject(asked(parts), subject)).toThrow(expect.objectContaining({ code: 'subject-mismatch' }));
});

const content: Content = {
  kind: 'issue', profile: 'official-signing', agencyId: 'a', officialId: 'o', serviceName: null, certificateId: null, subject: [['CN', 'A']],
  spkiHash: new Uint8Array(32), days: 1825, endsAt: null, ground: null, reason: null, invalidityDate: null, note: null,
};
test.each<[keyof Content, Partial<Content>]>([
  ['kind', { kind: 'change' }], ['profile', { profile: 'agency-seal' }], ['agencyId', { agencyId: 'b' }], ['officialId', { officialId: 'p' }],
  ['serviceName', { serviceName: 's' }], ['certificateId', { certificateId: 'c' }], ['subject', { subject: [['CN', 'B']] }],
  ['spkiHash', { spkiHash: new Uint8Array(32).fill(1) }], ['days', { days: 1 }], ['endsAt', { endsAt: new Date(0) }], ['ground', { ground: 'retired' }],
  ['reason', { reason: 'superseded' }], ['invalidityDate', { invalidityDate: new Date(0) }], ['note', { note: 'n' }],
])('the hash of what is decided changes with %s', (_field, change) => {
  expect(contentHash({ ...content, ...change })).not.toEqual(contentHash(content));
  expect(contentHash({ ...content })).toEqual(contentHash(content));
});
