import { utf8String } from '../../../pki/asn1/der-writer.ts';
import { oids } from '../../../pki/asn1/oids.ts';
import type { Certificate, GeneralName } from '../../../pki/certificate/parse.ts';
import { buildName } from '../../../pki/name/build.ts';
import { parseName } from '../../../pki/name/parse.ts';
import { ConstrainedNames, containmentIn, matchesServerName } from '../../../pki/path/names.ts';
import { Work } from '../../../pki/path/work.ts';

const dns = (value: string): GeneralName => ({ type: 'dNSName', value });
const mail = (value: string): GeneralName => ({ type: 'rfc822Name', value });
const uri = (value: string): GeneralName => ({ type: 'uniformResourceIdentifier', value });
const ip = (...bytes: number[]): GeneralName => ({ type: 'iPAddress', bytes: Uint8Array.from(bytes) });
const directory = (...units: string[]): GeneralName => ({
  type: 'directoryName', name: parseName(buildName([['C', 'VN'], ...units.map((unit): ['OU', string] => ['OU', unit])])),
});

test.each<[GeneralName, GeneralName, string | undefined]>([
  [dns('a.b.vn'), dns('b.vn'), 'inside'], [dns('B.VN'), dns('b.vn'), 'inside'], [dns('ab.vn'), dns('b.vn'), 'outside'],
  [dns('*.b.vn'), dns('b.vn'), 'inside'], [dns('*.b.vn'), dns('a.b.vn'), 'partly'], [dns('*.b.vn'), dns('x.a.b.vn'), 'outside'],
  [dns('.b.vn'), dns('b.vn'), undefined], [dns('a..vn'), dns('vn'), undefined], [dns('a.vn'), dns('.vn'), undefined],
  [dns('a.vn'), dns('*.vn'), undefined], [dns('a.vn'), dns(''), 'inside'],
  [mail('a@b.vn'), mail('b.vn'), 'inside'], [mail('a@x.b.vn'), mail('b.vn'), 'outside'], [mail('a@x.b.vn'), mail('.b.vn'), 'inside'],
  [mail('a@b.vn'), mail('.b.vn'), 'outside'], [mail('a@B.vn'), mail('a@b.vn'), 'inside'], [mail('A@b.vn'), mail('a@b.vn'), 'outside'],
  [mail('a@b@c.vn'), mail('c.vn'), undefined], [mail('"a@b"@c.vn'), mail('c.vn'), 'inside'], [mail('no-host'), mail('c.vn'), undefined],
  [uri('https://u@h.vn:8/p'), uri('h.vn'), 'inside'], [uri('https://x.h.vn'), uri('h.vn'), 'outside'], [uri('https://x.h.vn'), uri('.h.vn'), 'inside'],
  [uri('urn:a:b'), uri('h.vn'), undefined], [uri('https://192.0.2.1/'), uri('h.vn'), undefined],
  [ip(192, 0, 2, 9), ip(192, 0, 2, 0, 255, 255, 255, 0), 'inside'], [ip(192, 0, 3, 9), ip(192, 0, 2, 0, 255, 255, 255, 0), 'outside'],
  [ip(...Array.from({ length: 16 }, () => 1)), ip(192, 0, 2, 0, 255, 255, 255, 0), 'outside'],
  [directory('Sở', 'phòng'), directory('SỞ'), 'inside'], [directory('Sở'), directory('Sở', 'phòng'), 'outside'],
  [{ type: 'registeredID', oid: '1.2' }, { type: 'registeredID', oid: '1.2' }, undefined],
])('%j in %j (RFC 5280 §4.2.1.10)', (name, base, expected) => {
  expect(containmentIn(name, base)).toBe(expected);
});

const smtpUtf8 = (value: Uint8Array): GeneralName => ({ type: 'otherName', oid: oids.smtpUtf8Mailbox, value });
const unnamed = parseName(buildName([]));

test.each<[string, GeneralName, 'permitted' | 'excluded', string | undefined]>([
  ['the host alone counts', smtpUtf8(utf8String('thư@b.vn')), 'permitted', undefined],
  ['another host is outside', smtpUtf8(utf8String('thư@c.vn')), 'permitted', 'rfc822Name not permitted'],
  ['an excluded host is excluded', smtpUtf8(utf8String('thư@b.vn')), 'excluded', 'rfc822Name excluded'],
  ['what is no mailbox is neither', smtpUtf8(utf8String('thư')), 'excluded', 'rfc822Name excluded'],
  ['what is no UTF8String is no mailbox', smtpUtf8(Uint8Array.of(0x16, 0)), 'permitted', 'rfc822Name not permitted'],
])('a mailbox that is not ASCII under a constraint on b.vn (RFC 9598 §6): %s', (_rule, name, side, expected) => {
  const subtrees = new ConstrainedNames(false);
  subtrees.add({ permitted: [], excluded: [], [side]: [mail('b.vn')] });
  const certificate = { subject: unnamed, subjectAltName: [name] } as unknown as Certificate;
  expect(subtrees.violation(certificate, new Work({ time: new Date(0), revocation: 'none' }))).toBe(expected);
});

test('a constraint on one mailbox cannot be held against a local part that is not ASCII (RFC 9598 §6)', () => {
  expect(containmentIn(mail('thư@b.vn'), mail('a@b.vn'))).toBeUndefined();
});

test.each<[string, GeneralName[], boolean]>([
  ['a.b.vn', [dns('a.b.vn')], true], ['A.B.VN.', [dns('a.b.vn')], true], ['x.b.vn', [dns('*.b.vn')], true], ['x.y.b.vn', [dns('*.b.vn')], false],
  ['b.vn', [dns('*.b.vn')], false], ['xa.b.vn', [dns('x*.b.vn')], false], ['b.vn', [dns('*.vn')], false], ['b.vn', [], false],
  ['192.0.2.1', [ip(192, 0, 2, 1)], true], ['192.0.2.1', [dns('192.0.2.1')], false], ['::1', [ip(...Array.from({ length: 15 }, () => 0), 1)], true],
  ['2001:db8::8:800', [ip(0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 8, 8, 0)], true], ['1::2::3', [dns('a.vn')], false],
])('server name %s against %j is %s (RFC 9525 §6)', (serverName, subjectAltName, expected) => {
  expect(matchesServerName({ subjectAltName } as unknown as Certificate, serverName)).toBe(expected);
});
