import { createPublicKey, hash, type KeyObject } from 'node:crypto';
import { openSequence } from '../asn1/der-reader.ts';
import { derNull, oid } from '../asn1/der-writer.ts';
import { oids } from '../asn1/oids.ts';
import { integerOctets, integerOf } from '../asn1/values.ts';
import { tags } from '../asn1/tags.ts';
import { PkiError } from '../error.ts';
import { readAlgorithm, type AlgorithmIdentifier } from './algorithm.ts';

export type KeyType = 'rsa' | 'ec' | 'ed25519' | 'ed448' | 'ml-dsa-44' | 'ml-dsa-65' | 'ml-dsa-87' | 'unsupported';
export type Curve = 'P-256' | 'P-384' | 'P-521';

/** A SubjectPublicKeyInfo (RFC 5280 §4.1.2.7) taken apart. */
export interface PublicKey {
  der: Uint8Array;
  algorithm: AlgorithmIdentifier;
  /** the contents of subjectPublicKey without the count of unused bits */
  keyBits: Uint8Array;
  type: KeyType;
  /** of the modulus or the field; for the other types of the key itself; 0 when unsupported */
  bits: number;
  curve: Curve | undefined;
  /** id-RSASSA-PSS: no other padding is allowed (RFC 4055 §3.1) */
  pssOnly: boolean;
}

export interface RsaNumbers { modulus: bigint; exponent: bigint }

const curves: readonly { der: Uint8Array; curve: Curve; bits: number }[] = [
  { der: oid(oids.p256), curve: 'P-256', bits: 256 },
  { der: oid(oids.p384), curve: 'P-384', bits: 384 },
  { der: oid(oids.p521), curve: 'P-521', bits: 521 },
];

/** Octets of the raw keys that have one length (RFC 8410 §4, RFC 9881 §4). */
const rawKeys: Readonly<Record<string, { type: KeyType; octets: number }>> = {
  [oids.ed25519]: { type: 'ed25519', octets: 32 },
  [oids.ed448]: { type: 'ed448', octets: 57 },
  [oids.mlDsa44]: { type: 'ml-dsa-44', octets: 1312 },
  [oids.mlDsa65]: { type: 'ml-dsa-65', octets: 1952 },
  [oids.mlDsa87]: { type: 'ml-dsa-87', octets: 2592 },
};

const malformed = (rule: string): PkiError => new PkiError('key-malformed', { rule });

/**
 * Takes a SubjectPublicKeyInfo apart. Unknown algorithms and curves parse as `unsupported`; a known one must be well formed.
 * Whether a point lies on its curve is found by `keyObjectOf`.
 * @throws PkiError `key-malformed`, `asn1-*`
 */
export function parsePublicKey(spkiDer: Uint8Array): PublicKey {
  const reader = openSequence(spkiDer);
  const algorithm = readAlgorithm(reader);
  const { unusedBits, bytes: keyBits } = reader.bitString();
  reader.end();
  if (unusedBits !== 0) throw malformed('subjectPublicKey is whole octets');
  return { ...kindOf(algorithm, keyBits), der: spkiDer, algorithm, keyBits };
}

type Kind = Pick<PublicKey, 'type' | 'bits' | 'curve' | 'pssOnly'>;

function kindOf(algorithm: AlgorithmIdentifier, keyBits: Uint8Array): Kind {
  const unsupported: Kind = { type: 'unsupported', bits: 0, curve: undefined, pssOnly: false };
  switch (algorithm.oid) {
    case oids.rsaEncryption:
      if (!isNull(algorithm.parameters)) throw malformed('RFC 3279 §2.3.1 rsaEncryption with NULL parameters');
      return { ...unsupported, type: 'rsa', bits: modulusBits(keyBits) };
    case oids.rsassaPss:
      return { ...unsupported, type: 'rsa', bits: modulusBits(keyBits), pssOnly: true };
    case oids.ecPublicKey:
      return ecKind(algorithm, keyBits) ?? unsupported;
    default: {
      const raw = rawKeys[algorithm.oid];
      if (!raw) return unsupported;
      if (algorithm.parameters) throw malformed('RFC 8410 §3, RFC 9881 §2: no parameters');
      if (keyBits.length !== raw.octets) throw malformed(`${raw.type}: ${raw.octets} octets`);
      return { ...unsupported, type: raw.type, bits: keyBits.length * 8 };
    }
  }
}

/** Undefined for curves that are not ours and for explicit parameters, which RFC 5480 §2.1.1 forbids. */
function ecKind({ parameters }: AlgorithmIdentifier, keyBits: Uint8Array): Kind | undefined {
  if (parameters?.[0] !== tags.oid) return undefined;
  const known = curves.find(({ der }) => Buffer.compare(der, parameters) === 0);
  if (!known) return undefined;
  const octets = Math.ceil(known.bits / 8);
  const form = keyBits[0];
  const fits = (form === 4 && keyBits.length === 1 + 2 * octets) || ((form === 2 || form === 3) && keyBits.length === 1 + octets);
  if (!fits) throw malformed('RFC 5480 §2.2 ECPoint');
  return { type: 'ec', bits: known.bits, curve: known.curve, pssOnly: false };
}

export const isNull = (parameters: Uint8Array | undefined): boolean => parameters !== undefined && Buffer.compare(parameters, derNull) === 0;

function modulusBits(keyBits: Uint8Array): number {
  const reader = openSequence(keyBits);
  const [modulus, exponent] = [integerOctets(reader.read(tags.integer)), integerOctets(reader.read(tags.integer))];
  reader.end();
  if (modulus[0]! >= 0x80 || exponent[0]! >= 0x80) throw malformed('RFC 8017 §3.1 positive integers');
  const magnitude = modulus[0] === 0 ? modulus.subarray(1) : modulus;
  if (magnitude.length === 0) throw malformed('RFC 8017 §3.1 modulus');
  return magnitude.length * 8 - Math.clz32(magnitude[0]!) + 24;
}

/** Modulus and public exponent of an RSA key. */
export function rsaNumbersOf(key: PublicKey): RsaNumbers {
  const reader = openSequence(key.keyBits);
  const modulus = integerOf(reader.read(tags.integer));
  return { modulus, exponent: integerOf(reader.read(tags.integer)) };
}

/** By the octets of the key, since issuers come again in certificates parsed anew: making one costs two thirds of a P-256 check. */
const keyObjects = new Map<string, KeyObject>();
/** The oldest leaves; a country has some hundred issuing keys. */
const maxKeyObjects = 500;
/** Most of what one issuer signed is looked at one after another. */
let latest: { key: PublicKey; made: KeyObject } | undefined;

/**
 * The key as node:crypto uses it; not made again while it is remembered.
 * @throws PkiError `key-malformed` when the bits are no key of their algorithm, such as a point off the curve
 */
export function keyObjectOf(key: PublicKey): KeyObject {
  if (latest?.key === key) return latest.made;
  const der = Buffer.from(key.der.buffer, key.der.byteOffset, key.der.byteLength);
  const text = der.toString('latin1');
  let made = keyObjects.get(text);
  if (!made) {
    try {
      made = createPublicKey({ key: der, format: 'der', type: 'spki' });
    } catch {
      throw malformed(`no ${key.type} key`);
    }
    if (keyObjects.size === maxKeyObjects) keyObjects.delete(keyObjects.keys().next().value!);
    keyObjects.set(text, made);
  }
  latest = { key, made };
  return made;
}

/** SHA-1 of the key bits, RFC 5280 §4.2.1.2 method (1). */
export const keyIdentifier = (key: PublicKey): Uint8Array => hash('sha1', key.keyBits, 'buffer');

/** SHA-256 of the whole SubjectPublicKeyInfo: one key, one hash, whoever holds it. */
export function spkiHash(key: PublicKey): Uint8Array {
  let known = hashes.get(key);
  if (!known) hashes.set(key, known = hash('sha256', key.der, 'buffer'));
  return known;
}

/** One issue asks again and again. */
const hashes = new WeakMap<PublicKey, Uint8Array>();
