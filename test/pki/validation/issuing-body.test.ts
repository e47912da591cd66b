import { compareIssuingBody } from '../../../pki/validation/issuing-body.ts';
import type { SignatureReport, SignerKind } from '../../../pki/validation/report.ts';

const signed = (organization: string | null, organizationalUnits: string[] = [], commonName = 'Nguyễn Văn A', kind: SignerKind = 'personal'): SignatureReport =>
  ({ type: 'signature', signer: { organization, organizationalUnits, commonName, kind } }) as unknown as SignatureReport;
const codes = (expected: string | undefined, ...signatures: SignatureReport[]): string[] => compareIssuingBody(expected, signatures).map(({ code }) => code);

test.each([
  ['the body is O', 'UBND tỉnh Bắc Ninh', signed('ỦY BAN NHÂN DÂN TỈNH BẮC NINH'), ['issuing-body-matches']],
  ['the body is an OU below', 'Uỷ ban nhân dân xã Tân Lập', signed('UBND TỈNH', ['ỦY BAN NHÂN DÂN XÃ TÂN LẬP']), ['issuing-body-matches']],
  ['the body is the seal itself', 'Cục Thuế', signed('BỘ TÀI CHÍNH', [], 'CỤC THUẾ', 'organisation-seal'), ['issuing-body-matches']],
  ['a person is no body', 'Nguyễn Văn A', signed('UBND TỈNH'), ['issuing-body-differs']],
  ['decomposed letters are the same', 'Sở Tư pháp'.normalize('NFD'), signed('SỞ TƯ PHÁP'.normalize('NFC')), ['issuing-body-matches']],
  ['another body', 'UBND huyện X', signed('UBND huyện Y'), ['issuing-body-differs']],
  ['a part of a name is another name', 'Sở', signed('Sở Y tế'), ['issuing-body-differs']],
  ['nothing to compare with', '   ', signed('UBND huyện Y'), []],
  ['nothing was asked', undefined, signed('UBND huyện Y'), []],
])('%s', (_what, expected, signature, found) => {
  expect(codes(expected, signature)).toEqual(found);
});

test('any of the signatures may bear the name, and none has to', () => {
  expect(codes('Sở Y tế', signed(null), signed('Sở Y tế'))).toEqual(['issuing-body-matches']);
  expect(codes('Sở Y tế')).toEqual([]);
});

test('a difference is a warning with both names', () => {
  expect(compareIssuingBody('UBND huyện X', [signed('UBND huyện Y')])).toEqual([
    { code: 'issuing-body-differs', level: 'warning', facts: { expected: 'UBND huyện X', found: 'UBND huyện Y' } }]);
});
