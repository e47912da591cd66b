import { derNull, oid, sequence, unsignedInteger } from '../../../pki/asn1/der-writer.ts';
import { children } from './der.browser.ts';
import { toHex } from './page-crypto.browser.ts';

/** The kinds of key that a page makes and uses. */
export type KeyKind = 'P-256' | 'RSA-3072';

interface KeyAlgorithm {
  generate: EcKeyGenParams | RsaHashedKeyGenParams;
  use: EcKeyImportParams | RsaHashedImportParams;
  sign: EcdsaParams | Algorithm;
  /** AlgorithmIdentifier of its signatures with SHA-256 (RFC 5758 §3.2, RFC 4055 §5) */
  identifier: Uint8Array;
  /** a signature as X.509 and CMS write it */
  written: (raw: Uint8Array) => Uint8Array;
}

const rsa = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' } as const;
const p256 = { name: 'ECDSA', namedCurve: 'P-256' } as const;

export const keyAlgorithms: Readonly<Record<KeyKind, KeyAlgorithm>> = {
  'P-256': {
    generate: p256, use: p256, sign: { name: 'ECDSA', hash: 'SHA-256' }, identifier: sequence(oid('1.2.840.10045.4.3.2')),
    // WebCrypto writes r and s side by side, X.509 and CMS as a SEQUENCE (RFC 3279 §2.2.3, RFC 5753 §7.2)
    written: (raw) => sequence(unsignedInteger(raw.subarray(0, 32)), unsignedInteger(raw.subarray(32))),
  },
  'RSA-3072': {
    generate: { ...rsa, modulusLength: 3072, publicExponent: Uint8Array.of(1, 0, 1) }, use: rsa, sign: { name: rsa.name },
    identifier: sequence(oid('1.2.840.113549.1.1.11'), derNull), written: (raw) => raw,
  },
};

const ofKeys: Readonly<Record<string, KeyKind>> = { '2a8648ce3d0201': 'P-256', '2a864886f70d010101': 'RSA-3072' };

/** What a certificate's key signs with, by its SubjectPublicKeyInfo; RSA of any size is one kind here. @throws Error for other keys */
export function algorithmOf(spki: Uint8Array): KeyAlgorithm {
  const [id] = children(children(children(spki)[0]!.content)[0]!.content);
  const kind = ofKeys[toHex(id!.content)];
  if (kind === undefined) throw new Error('a page uses no such key');
  return keyAlgorithms[kind];
}

/** The SubjectPublicKeyInfo of a certificate: after version, serial number, algorithm, issuer, validity and subject (RFC 5280 §4.1). */
export const spkiOf = (certificate: Uint8Array): Uint8Array => children(children(children(certificate)[0]!.content)[0]!.content)[6]!.whole;
