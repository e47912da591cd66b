import {
  bitString, boolean, element, explicit, integer, namedBits, octetString, oid, printableString, sequence, utf8String,
} from '../../../pki/asn1/der-writer.ts';
import { oids } from '../../../pki/asn1/oids.ts';
import { tags } from '../../../pki/asn1/tags.ts';
import { parseCertificate, serialHex } from '../../../pki/certificate/parse.ts';
import { sha256Fingerprint } from '../../../pki/certificate/fingerprint.ts';
import { dnsNames, extension, makeEntity } from '../../../scripts/make-chain.ts';

const root = makeEntity({ subject: 'Bộ Nội vụ', ca: true, pathLength: 1 });
const leaf = makeEntity({ subject: 'leaf', issuer: root, extKeyUsage: [oids.clientAuth], extensions: [dnsNames('a.vn')] });

/** A certificate of our own making: every part can be replaced. */
interface Parts { version?: Uint8Array; serial?: Uint8Array; notBefore?: Uint8Array; extensions?: Uint8Array[]; after?: Uint8Array; signature?: Uint8Array; outside?: Uint8Array }
const algorithm = sequence(oid(oids.ecdsaWithSha256));
const name = sequence(element(tags.set, sequence(oid(oids.commonName), utf8String('x'))));
const utc = (text: string): Uint8Array => element(tags.utcTime, Buffer.from(text));
const empty = new Uint8Array(0);

function build({ version = explicit(0, integer(2)), serial = integer(1), notBefore = utc('200101000000Z'), extensions, after = empty, signature, outside = empty }: Parts): Uint8Array {
  const tbs = sequence(
    version, serial, algorithm, name, sequence(notBefore, utc('391231235959Z')), name, leaf.certificate.publicKey.der,
    ...(extensions ? [explicit(3, sequence(...extensions))] : []), after,
  );
  return Buffer.concat([sequence(tbs, algorithm, signature ?? bitString(Uint8Array.of(1))), outside]);
}

test('what a certificate says comes back decoded', () => {
  const { certificate } = leaf;
  expect(certificate).toMatchObject({
    version: 3, notBefore: new Date('2020-01-01T00:00:00Z'), extKeyUsage: [oids.clientAuth], subjectAltName: [{ type: 'dNSName', value: 'a.vn' }],
    basicConstraints: undefined, ocspUrls: [], ocspNoCheck: false,
  });
  expect([...certificate.keyUsage!]).toEqual(['digitalSignature']);
  expect(certificate.authorityKeyIdentifier!.keyIdentifier).toEqual(root.certificate.subjectKeyIdentifier);
  expect(root.certificate.basicConstraints).toEqual({ ca: true, pathLength: 1 });
  expect(sha256Fingerprint(certificate.der)).toMatch(/^[0-9a-f]{64}$/);
});

const keyUsage = (bits: Uint8Array): Uint8Array[] => [extension(oids.keyUsage, true, bits)];
const alternative = (tag: number, content: Uint8Array): Uint8Array[] => [extension(oids.subjectAltName, false, sequence(element(tag, content)))];
const constraints = (...octets: number[]): Uint8Array[] =>
  [extension(oids.nameConstraints, true, sequence(explicit(0, sequence(element(0x87, Uint8Array.from(octets))))))];

test.each<[string, Parts, string]>([
  ['bytes after the certificate', { outside: Uint8Array.of(0) }, 'asn1-trailing-bytes'],
  ['bytes after the last field', { after: integer(1) }, 'asn1-trailing-bytes'],
  ['version 1 written out (X.690 §11.5)', { version: explicit(0, integer(0)) }, 'certificate-malformed'],
  ['version 4 (§4.1.2.1)', { version: explicit(0, integer(3)) }, 'certificate-malformed'],
  ['extensions in version 1 (§4.1.2.9)', { version: empty, extensions: keyUsage(namedBits([0])) }, 'certificate-malformed'],
  ['no extensions in the list (§4.1.2.9)', { extensions: [] }, 'extensions-empty'],
  ['an extension twice (§4.2)', { extensions: [...keyUsage(namedBits([0])), ...keyUsage(namedBits([0]))] }, 'extension-repeated'],
  ['a serial that is not shortest (X.690 §8.3.2)', { serial: element(tags.integer, Uint8Array.of(0, 1)) }, 'asn1-not-der'],
  ['a serial beyond all measure (§4.1.2.2)', { serial: integer(1n << 400n) }, 'certificate-malformed'],
  ['a month 13 (§4.1.2.5)', { notBefore: utc('201301000000Z') }, 'asn1-time-malformed'],
  ['a time without seconds (§4.1.2.5.1)', { notBefore: utc('2001010000Z') }, 'asn1-time-malformed'],
  ['signature bits that are no octets', { signature: bitString(Uint8Array.of(0x80), 7) }, 'certificate-malformed'],
  ['key usage without a bit (§4.2.1.3)', { extensions: keyUsage(bitString(empty)) }, 'extension-malformed'],
  ['an address of five octets (§4.2.1.6)', { extensions: alternative(0x87, Uint8Array.of(1, 2, 3, 4, 5)) }, 'extension-malformed'],
  ['a name outside ASCII (§4.2.1.6)', { extensions: alternative(0x82, Uint8Array.of(0xc3, 0xa9)) }, 'extension-malformed'],
  ['no name at all (§4.2.1.6)', { extensions: [extension(oids.subjectAltName, false, sequence())] }, 'extension-malformed'],
  ['a mask with a hole (§4.2.1.10)', { extensions: constraints(192, 0, 2, 0, 255, 0, 255, 0) }, 'extension-malformed'],
  ['constraints that constrain nothing (§4.2.1.10)', { extensions: [extension(oids.nameConstraints, true, sequence())] }, 'extension-malformed'],
  ['a policy twice (§4.2.1.4)', { extensions: [extension(oids.certificatePolicies, false, sequence(sequence(oid('1.2')), sequence(oid('1.2'))))] }, 'extension-malformed'],
  ['empty policy constraints (§4.2.1.11)', { extensions: [extension(oids.policyConstraints, true, sequence())] }, 'extension-malformed'],
  ['an empty purpose list (§4.2.1.12)', { extensions: [extension(oids.extKeyUsage, false, sequence())] }, 'extension-malformed'],
  ['bytes after the value of an extension', { extensions: [extension(oids.basicConstraints, true, Buffer.concat([sequence(), integer(1)]))] }, 'extension-malformed'],
])('%s is refused by its rule', (_what, parts, code) => {
  expect(() => parseCertificate(build(parts))).toThrow(expect.objectContaining({ code }));
});

test.each<[string, Parts, string]>([
  ['FALSE written out (X.690 §11.5)', { extensions: [sequence(oid('1.2.3'), boolean(false), octetString(empty))] }, 'default-encoded'],
  ['zero bits at the end of a bit list (X.690 §11.2.2)', { extensions: keyUsage(bitString(Uint8Array.of(0x80), 0)) }, 'trailing-zero-bits'],
  ['GeneralizedTime before 2050 (§4.1.2.5)', { notBefore: element(tags.generalizedTime, Buffer.from('20200101000000Z')) }, 'time-form'],
])('%s is read, noted, and left to policy', (_what, parts, irregularity) => {
  expect([...parseCertificate(build(parts)).irregularities]).toEqual([irregularity]);
});

test.each<[bigint, string]>([[1n, '01'], [255n, 'ff'], [256n, '0100'], [-128n, '-80'], [0n, '00']])('serial %s is %s', (serial, hex) => {
  expect(serialHex(serial)).toBe(hex);
  expect(parseCertificate(build({ serial: integer(serial) })).serialNumber).toBe(serial);
});

test('two certificates of one file are one too many', () => {
  expect(() => parseCertificate(Buffer.concat([leaf.certificate.der, root.certificate.der]))).toThrow(expect.objectContaining({ code: 'asn1-trailing-bytes' }));
  expect(() => parseCertificate(printableString('x'))).toThrow(expect.objectContaining({ code: 'asn1-unexpected-tag' }));
});
