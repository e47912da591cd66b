import { element, oid, sequence, setOf, utf8String } from '../../../pki/asn1/der-writer.ts';
import { oids } from '../../../pki/asn1/oids.ts';
import { parseName } from '../../../pki/name/parse.ts';
import { printName, sayName } from '../../../pki/name/print.ts';

const attribute = (dotted: string, value: Uint8Array): Uint8Array => sequence(oid(dotted), value);
const print = (...attributes: Uint8Array[]): string => printName(parseName(sequence(...attributes.map((one) => setOf(one)))));
const cn = (text: string): Uint8Array => attribute(oids.commonName, utf8String(text));

test.each([
  // the rule of RFC 4514                          name                                             printed
  ['the most specific part comes first (§2.1)',    print(attribute(oids.countryName, utf8String('VN')), cn('A')), 'CN=A,C=VN'],
  ['special characters are escaped (§2.4)',        print(cn('a,b+c"d\\e;f<g>h')),                   'CN=a\\,b\\+c\\"d\\\\e\\;f\\<g\\>h'],
  ['a # at the start, a space at either end',      print(cn('# ')),                                 'CN=\\#\\ '],
  ['a line break cannot break a line',             print(cn('a\nb\u0000')),                         'CN=a\\0ab\\00'],
  ['a type without a name is printed in hex',      print(attribute('1.2.3', utf8String('A'))),      '1.2.3=#0c0141'],
  ['a value that is no string is printed in hex',  print(attribute(oids.commonName, element(0x04, Uint8Array.of(1)))), 'CN=#040101'],
  ['several attributes of one RDN (§2.2)',         printName(parseName(sequence(setOf(cn('A'), attribute(oids.userId, utf8String('1')))))), 'CN=A+UID=1'],
  ['Vietnamese stays as it is',                    print(cn('Nguyễn Ánh')),                         'CN=Nguyễn Ánh'],
  ['an empty name',                                print(),                                         ''],
])('%s', (_rule, printed, expected) => {
  expect(printed).toBe(expected);
});

test.each([
  ['E=an@a.gov.vn,CN=Nguyễn Văn An,OU=Phòng Kinh tế,OU=UBND xã Tân Cương,O=UBND tỉnh Thái Nguyên,L=Thái Nguyên,C=VN', 'Nguyễn Văn An, Phòng Kinh tế, UBND xã Tân Cương, UBND tỉnh Thái Nguyên'],
  ['CN=Sở Nội vụ\\, Lao động\\\\\\+,O=UBND', 'Sở Nội vụ, Lao động\\+, UBND'], ['CN=An+T=Chủ tịch,O=UBND', 'An, UBND'], ['O=UBND,C=VN', 'O=UBND,C=VN'], ['', ''],
])('the printed name %s is said as %s', (text, said) => {
  expect(sayName(text)).toBe(said);
});
