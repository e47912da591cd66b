import fc from 'fast-check';
import { oids } from '../../../pki/asn1/oids.ts';
import { tags } from '../../../pki/asn1/tags.ts';
import { PkiError } from '../../../pki/error.ts';
import { buildName, type NamePartType } from '../../../pki/name/build.ts';
import { nameAttribute, parseName } from '../../../pki/name/parse.ts';
import { printName } from '../../../pki/name/print.ts';

test('a name is read back as it was built, each value in the string type of its attribute', () => {
  const name = parseName(buildName([
    ['C', 'VN'], ['L', 'Sơn La'], ['O', 'ỦY BAN NHÂN DÂN TỈNH SƠN LA'], ['OU', 'SỞ NỘI VỤ'], ['OU', 'VĂN PHÒNG'], ['CN', 'Nguyễn Văn Ánh'], ['E', 'anh@sonla.gov.vn'],
  ]));
  expect(printName(name)).toBe('E=anh@sonla.gov.vn,CN=Nguyễn Văn Ánh,OU=VĂN PHÒNG,OU=SỞ NỘI VỤ,O=ỦY BAN NHÂN DÂN TỈNH SƠN LA,L=Sơn La,C=VN');
  expect(name.rdns.flat().map(({ tag }) => tag)).toEqual([tags.printableString, ...Array<number>(5).fill(tags.utf8String), tags.ia5String]);
  expect(nameAttribute(name, oids.organizationalUnitName)).toBe('SỞ NỘI VỤ');
  expect(nameAttribute(name, oids.title)).toBeUndefined();
});

test('letters in pieces are put together (NFC)', () => {
  expect(buildName([['CN', 'Nguyễn Văn Ánh'.normalize('NFD')]])).toEqual(buildName([['CN', 'Nguyễn Văn Ánh'.normalize('NFC')]]));
});

test.each<[string, NamePartType, string]>([
  ['an empty value', 'CN', ''],
  ['spaces at an end', 'CN', ' Ánh'],
  ['two spaces in a row', 'CN', 'Nguyễn  Ánh'],
  ['a name of 65 characters (ub-common-name)', 'CN', 'Đ'.repeat(65)],
  ['a control character', 'CN', 'Ánh\u0000'],
  ['a direction override', 'O', 'BỘ\u202eABC'],
  ['a space of no width', 'O', 'BỘ\u200bABC'],
  ['a country in small letters', 'C', 'vn'],
  ['a country of three letters', 'C', 'VNM'],
  ['an address without @', 'E', 'anh'],
  ['an address of one host alone', 'E', 'anh@localhost'],
  ['an address with a name around it', 'E', 'Anh <anh@sonla.gov.vn>'],
  ['an address with an accent', 'E', 'ánh@sonla.gov.vn'],
  ['a serial number outside PrintableString', 'SERIALNUMBER', 'Số 1'],
])('refused: %s', (_rule, type, value) => {
  expect(() => buildName([[type, value]])).toThrow(expect.objectContaining({ code: 'name-malformed' }));
});

test.each([
  ['64 characters are within the bound', 'Đ'.repeat(64)],
  ['an apostrophe, a hyphen, brackets', "Ban (số 1) - Y'Ông"],
])('accepted: %s', (_rule, value) => {
  expect(nameAttribute(parseName(buildName([['CN', value]])), oids.commonName)).toBe(value);
});

test('whatever the text is, it is refused or read back the same in NFC', () => {
  fc.assert(fc.property(fc.string({ unit: 'grapheme', maxLength: 80 }), (text) => {
    let der: Uint8Array;
    try {
      der = buildName([['CN', text]]);
    } catch (error) {
      expect(error).toBeInstanceOf(PkiError);
      return;
    }
    expect(nameAttribute(parseName(der), oids.commonName)).toBe(text.normalize('NFC'));
  }));
});
