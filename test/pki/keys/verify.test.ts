import { constants, createPublicKey, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { DerReader } from '../../../pki/asn1/der-reader.ts';
import { derNull, explicit, integer, oid, sequence } from '../../../pki/asn1/der-writer.ts';
import { oids } from '../../../pki/asn1/oids.ts';
import { readAlgorithm, signatureAlgorithmDer, type AlgorithmIdentifier, type Digest, type SignatureScheme } from '../../../pki/keys/algorithm.ts';
import { parsePublicKey } from '../../../pki/keys/public-key.ts';
import { signerFrom, type SignerOptions } from '../../../pki/keys/signer.ts';
import { verifySignature, verifySignatureOnPool } from '../../../pki/keys/verify.ts';

const algorithm = (der: Uint8Array): AlgorithmIdentifier => readAlgorithm(new DerReader(der));
const byScheme = (scheme: SignatureScheme): AlgorithmIdentifier => algorithm(signatureAlgorithmDer(scheme));
const message = Buffer.from('kết quả giải quyết thủ tục hành chính');

const pssPair = (digest: string, salt: number): { publicKey: KeyObject; privateKey: KeyObject } => generateKeyPairSync('rsa-pss', {
  // the declared type of saltLength is a string, the checked one a number
  modulusLength: 2048, hashAlgorithm: digest, mgf1HashAlgorithm: digest, saltLength: salt as unknown as string,
});

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
const keys: [string, ReturnType<typeof signerFrom>][] = ([
  [rsa, {}], [rsa, { digest: 'sha512' }], [rsa, { pss: true }], [rsa, { pss: true, digest: 'sha384' }],
  [pssPair('sha256', 32).privateKey, {}],
  [p256, {}], [p256, { digest: 'sha512' }],
  [generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey, {}], [generateKeyPairSync('ec', { namedCurve: 'P-521' }).privateKey, {}],
  [generateKeyPairSync('ed25519').privateKey, {}],
  [generateKeyPairSync('ml-dsa-44').privateKey, {}], [generateKeyPairSync('ml-dsa-65').privateKey, {}], [generateKeyPairSync('ml-dsa-87').privateKey, {}],
] as [KeyObject, SignerOptions][]).map(([key, options]) => {
  const signer = signerFrom(key, options);
  return [`${signer.scheme}, ${signer.publicKey.bits} bits`, signer];
});

describe.each(keys)('%s', (_name, signer) => {
  test('verifies what it signed and nothing else', async () => {
    const signature = Uint8Array.from(await signer.sign(message));
    expect(verifySignature(byScheme(signer.scheme), signer.publicKey, message, signature)).toMatchObject({ valid: true });
    expect(verifySignature(byScheme(signer.scheme), signer.publicKey, message.subarray(1), signature).valid).toBe(false);
    signature[signature.length >> 1]! ^= 1;
    expect(verifySignature(byScheme(signer.scheme), signer.publicKey, message, signature).valid).toBe(false);
  });

  test('the thread pool says the same', async () => {
    const signature = Uint8Array.from(await signer.sign(message));
    for (const [signed, value] of [[message, signature], [message.subarray(1), signature], [message, signature.with(-1, signature.at(-1)! ^ 1)], [message, new Uint8Array(0)]] as const) {
      expect(await verifySignatureOnPool(byScheme(signer.scheme), signer.publicKey, signed, value))
        .toEqual(verifySignature(byScheme(signer.scheme), signer.publicKey, signed, value));
    }
  });

  test('no other algorithm accepts the signature', async () => {
    const signature = await signer.sign(message);
    for (const scheme of ['rsa-sha256', 'rsa-sha384', 'ecdsa-sha256', 'ecdsa-sha384', 'ed25519', 'ml-dsa-44', 'ml-dsa-65', 'rsa-pss-sha512'] as const) {
      if (scheme !== signer.scheme) expect(verifySignature(byScheme(scheme), signer.publicKey, message, signature).valid).toBe(false);
    }
  });
});

const rsaKey = parsePublicKey(createPublicKey(rsa).export({ format: 'der', type: 'spki' }));
const p256Key = parsePublicKey(createPublicKey(p256).export({ format: 'der', type: 'spki' }));
const v15 = sign('sha256', message, rsa);
const pss = (salt: number): Buffer => sign('sha256', message, { key: rsa, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: salt });
const hash = (digest: string): Uint8Array => sequence(oid(digest), derNull);
const pssWith = (parts: { hash?: string; mask?: string; salt?: number; trailer?: number }): AlgorithmIdentifier => algorithm(sequence(oid(oids.rsassaPss), sequence(
  ...(parts.hash ? [explicit(0, hash(parts.hash))] : []),
  ...(parts.mask ? [explicit(1, sequence(oid(oids.mgf1), hash(parts.mask)))] : []),
  ...(parts.salt === undefined ? [] : [explicit(2, integer(parts.salt))]),
  ...(parts.trailer === undefined ? [] : [explicit(3, integer(parts.trailer))]),
)));
const sha256 = oids.sha256;
const pssSha1 = sign('sha1', message, { key: rsa, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 20 });

test.each([
  // the rule                                                    algorithm                                                              key      signature  outcome
  ['v1.5 with NULL (RFC 4055 §5)',                               algorithm(sequence(oid(oids.sha256WithRSAEncryption), derNull)),         rsaKey,  v15,       'valid'],
  ['v1.5 with absent parameters is tolerated',                   algorithm(sequence(oid(oids.sha256WithRSAEncryption))),                  rsaKey,  v15,       'valid'],
  ['v1.5 with other parameters is not',                          algorithm(sequence(oid(oids.sha256WithRSAEncryption), integer(1))),      rsaKey,  v15,       'algorithm-not-supported'],
  ['a bare rsaEncryption names no digest',                       algorithm(sequence(oid(oids.rsaEncryption), derNull)),                   rsaKey,  v15,       'algorithm-not-supported'],
  ['PSS as stated',                                              pssWith({ hash: sha256, mask: sha256, salt: 32 }),                       rsaKey,  pss(32),   'valid'],
  ['PSS, another salt than stated',                              pssWith({ hash: sha256, mask: sha256, salt: 32 }),                       rsaKey,  pss(20),   'signature-invalid'],
  ['PSS, absent salt means 20 (RFC 4055 §3.1)',                  pssWith({ hash: sha256, mask: sha256 }),                                 rsaKey,  pss(20),   'valid'],
  ['PSS, all defaults mean SHA-1',                               pssWith({}),                                                             rsaKey,  pssSha1,   'valid'],
  ['PSS, MGF1 with another digest',                              pssWith({ hash: sha256, mask: oids.sha1, salt: 32 }),                    rsaKey,  pss(32),   'algorithm-not-supported'],
  ['PSS, trailer 1 stated',                                      pssWith({ hash: sha256, mask: sha256, salt: 32, trailer: 1 }),           rsaKey,  pss(32),   'valid'],
  ['PSS, another trailer',                                       pssWith({ hash: sha256, mask: sha256, salt: 32, trailer: 2 }),           rsaKey,  pss(32),   'algorithm-not-supported'],
  ['PSS, absurd salt',                                           pssWith({ hash: sha256, mask: sha256, salt: 100_000 }),                  rsaKey,  pss(32),   'algorithm-not-supported'],
  ['PSS without parameters',                                     algorithm(sequence(oid(oids.rsassaPss))),                                rsaKey,  pss(32),   'algorithm-not-supported'],
  ['ECDSA with parameters (RFC 5758 §3.2)',                      algorithm(sequence(oid(oids.ecdsaWithSha256), derNull)),                 p256Key, v15,       'algorithm-not-supported'],
  ['ECDSA under an RSA key',                                     byScheme('ecdsa-sha256'),                                                rsaKey,  v15,       'algorithm-mismatch'],
  ['Ed25519 with parameters (RFC 8410 §3)',                      algorithm(sequence(oid(oids.ed25519), derNull)),                         p256Key, v15,       'algorithm-not-supported'],
  ['an algorithm of nobody',                                     algorithm(sequence(oid('1.2.3.4'))),                                     rsaKey,  v15,       'algorithm-not-supported'],
  ['ECDSA with r = 0',                                           byScheme('ecdsa-sha256'), p256Key, sequence(integer(0), integer(1)),                           'signature-invalid'],
  ['ECDSA with a negative s',                                    byScheme('ecdsa-sha256'), p256Key, sequence(integer(1), integer(-1)),                          'signature-invalid'],
  ['ECDSA with something behind',                                byScheme('ecdsa-sha256'), p256Key, sequence(integer(1), integer(1), derNull),                  'signature-invalid'],
  ['ECDSA with no bytes',                                        byScheme('ecdsa-sha256'), p256Key, new Uint8Array(0),                                          'signature-invalid'],
])('%s', (_rule, named, key, signature, outcome) => {
  const verdict = verifySignature(named, key, message, signature);
  expect(verdict.valid ? 'valid' : verdict.reason).toBe(outcome);
});

test('a PSS key holds to its own parameters (RFC 4055 §3.3)', async () => {
  const key = pssPair('sha384', 48);
  const publicKey = parsePublicKey(key.publicKey.export({ format: 'der', type: 'spki' }));
  const signature = await signerFrom(key.privateKey, { digest: 'sha384' }).sign(message);
  expect(verifySignature(byScheme('rsa-pss-sha384'), publicKey, message, signature)).toEqual({ valid: true, digest: 'sha384' });
  expect(verifySignature(byScheme('rsa-pss-sha256'), publicKey, message, signature)).toEqual({ valid: false, reason: 'algorithm-mismatch' });
  expect(verifySignature(byScheme('rsa-sha384'), publicKey, message, signature)).toEqual({ valid: false, reason: 'algorithm-mismatch' });
});

test('whatever the bytes of a signature are, the answer is a verdict', () => {
  fc.assert(fc.property(fc.constantFrom(...keys), fc.uint8Array({ maxLength: 400 }), ([, signer], signature) => {
    expect(verifySignature(byScheme(signer.scheme), signer.publicKey, message, signature).valid).toBe(false);
  }), { numRuns: 100 });
});

interface Vector { tcId: number; msg: string; sig: string; ctx?: string; result: 'valid' | 'invalid' | 'acceptable'; flags: string[] }
interface Group { publicKeyDer: string; sha?: string; sLen?: number; tests: Vector[] }

const folder = join(import.meta.dirname, '../../../../shared/corpora/wycheproof/vectors');
const published = existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith('.json')) : [];

/** The AlgorithmIdentifier that says what a file of vectors is about. */
function algorithmOf(name: string, { sha, sLen }: Group): AlgorithmIdentifier {
  const digest = sha?.toLowerCase().replace('-', '') as Digest;
  if (name === 'RSASSA-PSS') return pssWith({ hash: oids[digest as 'sha256'], mask: oids[digest as 'sha256'], salt: sLen! });
  if (name === 'RSASSA-PKCS1-v1_5') return byScheme(`rsa-${digest}` as SignatureScheme);
  if (name === 'ECDSA') return byScheme(`ecdsa-${digest}` as SignatureScheme);
  return name === 'EDDSA' ? algorithm(sequence(oid(oids.ed25519))) : byScheme(name.toLowerCase() as SignatureScheme);
}

/** X.509, CMS and OCSP sign with the empty ML-DSA context (RFC 9881 §3); vectors with another are not about them. */
const isOurs = (vector: Vector): boolean => vector.ctx === undefined || vector.ctx === '';

(published.length === 0 ? test.skip : test).each(published.length === 0 ? ['the published vectors are not at hand'] : published)('Wycheproof: %s', (file) => {
  const { algorithm: name, testGroups } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as { algorithm: string; testGroups: Group[] };
  const wrong: number[] = [];
  for (const group of testGroups) {
    let verified: (vector: Vector) => boolean;
    try {
      const key = parsePublicKey(Buffer.from(group.publicKeyDer, 'hex'));
      const named = key.type === 'ed448' ? algorithm(sequence(oid(oids.ed448))) : algorithmOf(name, group);
      verified = ({ msg, sig }) => verifySignature(named, key, Buffer.from(msg, 'hex'), Buffer.from(sig, 'hex')).valid;
    } catch {
      verified = () => false;
    }
    for (const vector of group.tests) {
      if (vector.result !== 'acceptable' && isOurs(vector) && verified(vector) !== (vector.result === 'valid')) wrong.push(vector.tcId);
    }
  }
  expect(wrong).toEqual([]);
});
