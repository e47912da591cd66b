import { presentCertificate, fingerprintOf, holderName } from '../../../../src/web/my-certificates/present.ts';
import { wordsIn } from '../../../../src/web/text/words.ts';
import type { OwnCertificate } from '../../../../src/holders/find.ts';
import { makeEntity } from '../../../../scripts/make-chain.ts';

const now = new Date('2026-11-02T02:00:00Z');
const days = (count: number): Date => new Date(now.getTime() + count * 86_400_000);
const { der } = makeEntity({ subject: 'Nguyễn Văn An' }).certificate;
const certificate: OwnCertificate = {
  id: 'a', serialNumber: '0a1b', subjectText: '', profile: 'official-signing', state: 'issued', notBefore: days(-100), notAfter: days(1_825), generationId: 'g', der, agencyPath: 'H05', revokedAt: null, ground: null, replaced: false,
};

test.each([
  // the rule                                     change                                                      tag     state                      until                              renew  revoke
  ['in force',                                    {},                                                         'good', 'Còn hiệu lực',            'Còn 1.825 ngày, đến 01/11/2031',  true,  true],
  ['sixty days before the end it is said',        { notAfter: days(60) },                                     'wait', 'Sắp hết hạn',             'Còn 60 ngày, đến 01/01/2027',     true,  true],
  ['a day more and it is not',                    { notAfter: days(61) },                                     'good', 'Còn hiệu lực',            'Còn 61 ngày, đến 02/01/2027',     true,  true],
  ['the last hours count as a day',               { notAfter: new Date(now.getTime() + 3_600_000) },          'wait', 'Sắp hết hạn',             'Còn 1 ngày, đến 02/11/2026',      true,  true],
  ['expired',                                     { notAfter: days(-1) },                                     'off',  'Đã hết hạn',              'Hết hiệu lực ngày 01/11/2026',    false, false],
  ['one on hold can be revoked, not renewed',     { state: 'on_hold' },                                       'wait', 'Đang tạm dừng',           'Còn 1.825 ngày, đến 01/11/2031',  false, true],
  ['expired on hold is expired',                  { state: 'on_hold', notAfter: days(-1) },                   'off',  'Đã hết hạn',              'Hết hiệu lực ngày 01/11/2026',    false, false],
  ['revoked, with the moment',                    { state: 'revoked', revokedAt: days(-2) },                  'bad',  'Đã thu hồi',              'Thu hồi lúc 31/10/2026 09:00',    false, false],
  ['one that starts later',                       { notBefore: days(1) },                                     'wait', 'Chưa đến ngày hiệu lực',  'Còn 1.825 ngày, đến 01/11/2031',  true,  true],
  ['one with a successor is renewed no more',     { replaced: true },                                         'good', 'Còn hiệu lực',            'Còn 1.825 ngày, đến 01/11/2031',  false, true],
] as const)('%s', (_rule, change, stateTag, stateText, until, canRenew, canRevoke) => {
  expect(presentCertificate({ ...certificate, ...change }, now, wordsIn('vi'))).toMatchObject({ stateTag, stateText, until, canRenew, canRevoke });
});

test('what it may be used for is said in words, in both languages', () => {
  expect(presentCertificate(certificate, now, wordsIn('vi')).uses).toBe('Ký số văn bản và kết quả giải quyết thủ tục hành chính');
  expect(presentCertificate({ ...certificate, profile: 'authority-seal' }, now, wordsIn('en')).uses).toContain('authority-seal');
});

test('whose it is and its fingerprint come from the certificate itself', () => {
  expect(holderName(der)).toContain('Nguyễn Văn An');
  expect(fingerprintOf(new Uint8Array())).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
});
