import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { bitString, derNull, integer, oid, sequence } from '../../../pki/asn1/der-writer.ts';
import { oids } from '../../../pki/asn1/oids.ts';
import { PkiError } from '../../../pki/error.ts';
import { keyIdentifier, keyObjectOf, parsePublicKey, rsaNumbersOf, spkiHash } from '../../../pki/keys/public-key.ts';

const der = (pair: { publicKey: { export(options: { format: 'der'; type: 'spki' }): Uint8Array } }): Uint8Array => pair.publicKey.export({ format: 'der', type: 'spki' });
const rsa = der(generateKeyPairSync('rsa', { modulusLength: 2048 }));
const p256 = der(generateKeyPairSync('ec', { namedCurve: 'P-256' }));
const ed25519 = der(generateKeyPairSync('ed25519'));

test.each([
  ['RSA-2048', rsa, { type: 'rsa', bits: 2048, curve: undefined, pssOnly: false }],
  ['an RSA key for PSS alone', der(generateKeyPairSync('rsa-pss', { modulusLength: 2048 })), { type: 'rsa', bits: 2048, pssOnly: true }],
  ['P-256', p256, { type: 'ec', bits: 256, curve: 'P-256' }],
  ['P-384', der(generateKeyPairSync('ec', { namedCurve: 'P-384' })), { type: 'ec', bits: 384, curve: 'P-384' }],
  ['P-521', der(generateKeyPairSync('ec', { namedCurve: 'P-521' })), { type: 'ec', bits: 521, curve: 'P-521' }],
  ['secp256k1', der(generateKeyPairSync('ec', { namedCurve: 'secp256k1' })), { type: 'unsupported', bits: 0 }],
  ['a curve in explicit parameters (RFC 5480 §2.1.1)', der(generateKeyPairSync('ec', { namedCurve: 'P-256', paramEncoding: 'explicit' })), { type: 'unsupported' }],
  ['Ed25519', ed25519, { type: 'ed25519', bits: 256 }],
  ['Ed448', der(generateKeyPairSync('ed448')), { type: 'ed448', bits: 456 }],
  ['ML-DSA-87', der(generateKeyPairSync('ml-dsa-87')), { type: 'ml-dsa-87' }],
  ['X25519, no signature key', der(generateKeyPairSync('x25519')), { type: 'unsupported' }],
])('%s', (_what, spki, expected) => {
  expect(parsePublicKey(spki)).toMatchObject(expected);
});

const rsaWith = (parameters: Uint8Array[], modulus: bigint, exponent: bigint): Uint8Array =>
  sequence(sequence(oid(oids.rsaEncryption), ...parameters), bitString(sequence(integer(modulus), integer(exponent))));

test.each([
  ['RSA without NULL (RFC 3279 §2.3.1)', rsaWith([], 5n, 3n), 'key-malformed'],
  ['a negative modulus', rsaWith([derNull], -5n, 3n), 'key-malformed'],
  ['a negative exponent', rsaWith([derNull], 5n, -3n), 'key-malformed'],
  ['a modulus of zero', rsaWith([derNull], 0n, 3n), 'key-malformed'],
  ['a point that is too short (RFC 5480 §2.2)', sequence(sequence(oid(oids.ecPublicKey), oid(oids.p256)), bitString(Uint8Array.of(4, 1, 2))), 'key-malformed'],
  ['the point at infinity', sequence(sequence(oid(oids.ecPublicKey), oid(oids.p256)), bitString(Uint8Array.of(0))), 'key-malformed'],
  ['Ed25519 of 31 octets', sequence(sequence(oid(oids.ed25519)), bitString(new Uint8Array(31))), 'key-malformed'],
  ['Ed25519 with parameters (RFC 8410 §3)', sequence(sequence(oid(oids.ed25519), derNull), bitString(new Uint8Array(32))), 'key-malformed'],
  ['ML-DSA-44 with the length of another', sequence(sequence(oid(oids.mlDsa44)), bitString(new Uint8Array(1952))), 'key-malformed'],
  ['half an octet', sequence(sequence(oid(oids.ed25519)), bitString(new Uint8Array(32), 4)), 'key-malformed'],
  ['something behind', Buffer.concat([p256, Buffer.from([0])]), 'asn1-trailing-bytes'],
])('refused: %s', (_rule, spki, code) => {
  expect(() => parsePublicKey(spki)).toThrow(expect.objectContaining({ code }));
});

test('a point off the curve is found when the key is used', () => {
  const spoilt = Uint8Array.from(p256);
  spoilt[spoilt.length - 1]! ^= 1;
  expect(() => keyObjectOf(parsePublicKey(spoilt))).toThrow(expect.objectContaining({ code: 'key-malformed' }));
});

test('the key object is made once, the hashes are of what their RFC says', () => {
  const key = parsePublicKey(rsa);
  expect(keyObjectOf(key)).toBe(keyObjectOf(key));
  expect(rsaNumbersOf(key).exponent).toBe(65_537n);
  expect(keyIdentifier(key)).toHaveLength(20);
  expect(spkiHash(key)).not.toEqual(spkiHash(parsePublicKey(p256)));
});

test('spoilt keys are refused with a code, by the parser or when used', () => {
  fc.assert(fc.property(fc.constantFrom(rsa, p256, ed25519), fc.nat(), fc.integer({ min: 1, max: 255 }), (good, at, turn) => {
    const spoilt = Uint8Array.from(good);
    spoilt[at % spoilt.length]! ^= turn;
    try {
      keyObjectOf(parsePublicKey(spoilt));
    } catch (error) {
      expect(error).toBeInstanceOf(PkiError);
    }
  }), { numRuns: 300 });
});
