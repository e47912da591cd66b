import { checkPrimeSync, createPublicKey, generateKeyPairSync, hash } from 'node:crypto';
import { bitString, derNull, integer, oid, sequence } from '../../../pki/asn1/der-writer.ts';
import { oids } from '../../../pki/asn1/oids.ts';
import { parsePublicKey, type PublicKey } from '../../../pki/keys/public-key.ts';
import { publishedKeys } from '../../../pki/keys/published-keys.ts';
import { findKeyWeakness } from '../../../pki/keys/weak-key.ts';

const rsaKey = (modulus: bigint, exponent = 65_537n): PublicKey =>
  parsePublicKey(sequence(sequence(oid(oids.rsaEncryption), derNull), bitString(sequence(integer(modulus), integer(exponent)))));
const ecKey = (curve: string, point: Uint8Array): PublicKey => parsePublicKey(sequence(sequence(oid(oids.ecPublicKey), oid(curve)), bitString(point)));
const spki = (pair: { publicKey: ReturnType<typeof createPublicKey> }): PublicKey => parsePublicKey(pair.publicKey.export({ format: 'der', type: 'spki' }));

/** Numbers that look random and are the same in every run. */
const numberOf = (seed: string, bits: number): bigint =>
  BigInt(`0x${Array.from({ length: Math.ceil(bits / 512) }, (_, i) => hash('sha512', `${seed}${i}`)).join('')}`) % (1n << BigInt(bits));
function primeFrom(start: bigint, step = 2n): bigint {
  let candidate = start;
  while (!checkPrimeSync(candidate)) candidate += step;
  return candidate;
}
const half = (seed: string): bigint => (3n << 1022n) + (numberOf(seed, 1020) | 1n);
const [p, q] = [primeFrom(half('p')), primeFrom(half('q'))];

/** A prime as the Infineon library made them: k M + (65537^a mod M), M the product of the first 126 primes (Nemec et al. §2.1). */
function rocaPrime(seed: string): bigint {
  const primes = Array.from({ length: 702 }, (_, n) => n).filter((n) => n > 1 && checkPrimeSync(BigInt(n)));
  const m = primes.reduce((product, prime) => product * BigInt(prime), 1n);
  let power = 1n;
  for (let i = 0n; i < numberOf(seed, 8) + 5n; i++) power = (power * 65_537n) % m;
  const k = (3n << 1022n) / m + numberOf(seed, 40);
  return primeFrom(k * m + power, m);
}

const generator = Buffer.from('036b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296', 'hex');
const rfc9500 = 'MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEQiVI+I+3gv+17KN0RFLHKh5Vj71vc75eSOkyMsxFxbFsTNEMTLjVuKFxOelIgsiZJXKZNCX0FBmrfpCkKklCcg==';
const offCurve = Buffer.alloc(65, 1).fill(4, 0, 1);

test.each([
  ['RSA under 2,048 bits',                   spki(generateKeyPairSync('rsa', { modulusLength: 1024 })),  'key-too-weak',          'NIST SP 800-57'],
  ['RSA over 16,384 bits',                   rsaKey((1n << 16_500n) + 1n),                               'key-too-weak',          'at most 16384'],
  ['exponent 1',                             rsaKey(p * q, 1n),                                          'key-too-weak',          'exponent'],
  ['exponent 3',                             rsaKey(p * q, 3n),                                          'key-too-weak',          'exponent'],
  ['an even exponent',                       rsaKey(p * q, 65_538n),                                     'key-too-weak',          'even'],
  ['an exponent of 257 bits',                rsaKey(p * q, (1n << 256n) + 1n),                           'key-too-weak',          'exponent'],
  ['an even modulus',                        rsaKey(p * q + 1n),                                         'key-too-weak',          'divisible by 2'],
  ['a modulus with a small factor',          rsaKey(p * q * 751n),                                       'key-too-weak',          'divisible by 751'],
  ['primes next to each other',              rsaKey(p * primeFrom(p + 2n)),                              'key-compromised',       'CVE-2022-26320'],
  ['the square of a prime',                  rsaKey(p * p),                                              'key-compromised',       'CVE-2022-26320'],
  ['a ROCA modulus',                         rsaKey(rocaPrime('a') * rocaPrime('b')),                    'key-compromised',       'CVE-2017-15361'],
  ['a key printed in RFC 9500',              parsePublicKey(Buffer.from(rfc9500, 'base64')),             'key-compromised',       'RFC 9500 testECCP256'],
  ['a point off the curve',                  ecKey(oids.p256, offCurve),                                 'key-too-weak',          'off the curve'],
  ['a curve that is not ours',               ecKey('1.3.132.0.10', offCurve),                            'algorithm-not-allowed', oids.ecPublicKey],
  ['DSA',                                    spki(generateKeyPairSync('dsa', { modulusLength: 1024, divisorLength: 160 })), 'algorithm-not-allowed', oids.dsa],
])('refused: %s', (_what, key, code, rule) => {
  expect(findKeyWeakness(key)).toEqual({ code, rule: expect.stringContaining(rule) });
  expect(findKeyWeakness(key)?.code).toBe(code);
});

test('private key 1 is found by its point, the generator', () => {
  const uncompressed = createPublicKey({ key: Buffer.from(ecKey(oids.p256, generator).der), format: 'der', type: 'spki' }).export({ format: 'jwk' });
  const point = Buffer.concat([Buffer.of(4), Buffer.from(uncompressed.x!, 'base64url'), Buffer.from(uncompressed.y!, 'base64url')]);
  expect(findKeyWeakness(ecKey(oids.p256, point))).toMatchObject({ code: 'key-compromised' });
});

test.each([
  ['RSA-2048', spki(generateKeyPairSync('rsa', { modulusLength: 2048 }))],
  ['RSA-2048 with exponent 2^256 - 189', rsaKey(p * q, (1n << 256n) - 189n)],
  ['P-256', spki(generateKeyPairSync('ec', { namedCurve: 'P-256' }))],
  ['P-384', spki(generateKeyPairSync('ec', { namedCurve: 'P-384' }))],
  ['P-521', spki(generateKeyPairSync('ec', { namedCurve: 'P-521' }))],
  ['Ed25519', spki(generateKeyPairSync('ed25519'))],
  ['ML-DSA-65', spki(generateKeyPairSync('ml-dsa-65'))],
])('nothing against %s', (_what, key) => {
  expect(findKeyWeakness(key)).toBeUndefined();
});

test('published keys are SHA-256 hashes, each with its source', () => {
  for (const [key, source] of publishedKeys) {
    expect(key).toMatch(/^[0-9a-f]{64}$/);
    expect(source).not.toBe('');
  }
});
