import { openSequence, type DerReader } from '../asn1/der-reader.ts';
import { contextConstructed, contextPrimitive, tags } from '../asn1/tags.ts';
import { integerOctets, integerOf } from '../asn1/values.ts';
import { PkiError } from '../error.ts';
import { readAlgorithm, type AlgorithmIdentifier } from '../keys/algorithm.ts';
import { parsePublicKey, type PublicKey } from '../keys/public-key.ts';
import { readName, type Name } from '../name/parse.ts';
import { decodeExtensions, readExtensions, readTime, type CertificateExtensions, type Extension } from './extensions.ts';

export type { Extension } from './extensions.ts';
export type { KeyUsageBit } from './extension-values.ts';
export type { GeneralName } from './general-name.ts';

/** TBSCertificate of RFC 5280 §4.1: what is signed, with its extensions decoded. */
export interface TbsCertificate extends CertificateExtensions {
  tbs: Uint8Array;
  version: 1 | 2 | 3;
  serialNumber: bigint;
  tbsSignatureAlgorithm: AlgorithmIdentifier;
  issuer: Name;
  subject: Name;
  notBefore: Date;
  notAfter: Date;
  publicKey: PublicKey;
  extensions: ReadonlyMap<string, Extension>;
  /** departures from DER or the profile that old certificates show and a strict policy refuses */
  irregularities: ReadonlySet<string>;
}

/** Certificate of RFC 5280 §4.1. The inner and outer algorithm are both kept: comparing them is the validator's. */
export interface Certificate extends TbsCertificate {
  der: Uint8Array;
  signatureAlgorithm: AlgorithmIdentifier;
  signature: Uint8Array;
}

/** Larger than any certificate of a public suite by far; one with 2,000 names and constraints has 150,000 octets. */
export const maxCertificateBytes = 1_048_576;

/**
 * Parses strict DER. Serial numbers of any sign pass, as RFC 5280 §4.1.2.2 asks of readers: the validator's policy refuses them.
 * @throws PkiError `certificate-too-large`, `certificate-malformed`, `extension-malformed`, `extension-repeated`, `asn1-…`
 */
export function parseCertificate(der: Uint8Array): Certificate {
  if (der.length > maxCertificateBytes) throw new PkiError('certificate-too-large', { rule: `at most ${maxCertificateBytes} octets` });
  const reader = openSequence(der);
  const tbs = reader.read(tags.sequence);
  const signatureAlgorithm = readAlgorithm(reader);
  const { bytes: signature, unusedBits } = reader.bitString();
  if (unusedBits !== 0) reader.fail('certificate-malformed', 'RFC 5280 §4.1.1.3 whole octets');
  reader.end();
  return { ...parseTbsCertificate(tbs.der), der, signatureAlgorithm, signature };
}

/** Parses a TBSCertificate alone, before it is signed. @throws PkiError as `parseCertificate` */
export function parseTbsCertificate(tbs: Uint8Array): TbsCertificate {
  const irregularities = new Set<string>();
  const reader = openSequence(tbs);
  const version = readVersion(reader);
  const serialNumber = readSerialNumber(reader);
  const tbsSignatureAlgorithm = readAlgorithm(reader);
  const issuer = readName(reader);
  const { notBefore, notAfter } = readValidity(reader.sequence(), irregularities);
  const subject = readName(reader);
  const publicKey = parsePublicKey(reader.read(tags.sequence).der);
  for (const n of [1, 2]) {
    const uniqueId = reader.optional(contextPrimitive(n));
    if (uniqueId && version === 1) reader.fail('certificate-malformed', 'RFC 5280 §4.1.2.8 unique identifiers need version 2');
  }
  const wrapped = reader.enterOptional(contextConstructed(3));
  if (wrapped && version !== 3) reader.fail('certificate-malformed', 'RFC 5280 §4.1.2.9 extensions need version 3');
  const extensions = wrapped ? readExtensions(wrapped.sequence(), irregularities) : new Map<string, Extension>();
  wrapped?.end();
  reader.end();
  return {
    ...decodeExtensions(extensions, irregularities),
    tbs, version, serialNumber, tbsSignatureAlgorithm, issuer, subject, notBefore, notAfter, publicKey, extensions, irregularities,
  };
}

/** The outer form of a serial number: lower-case hex of its magnitude, an even number of digits, `-` before a negative one. */
export function serialHex(serial: bigint): string {
  const hex = (serial < 0n ? -serial : serial).toString(16);
  return `${serial < 0n ? '-' : ''}${hex.length % 2 === 0 ? hex : `0${hex}`}`;
}

function readVersion(reader: DerReader): 1 | 2 | 3 {
  const explicit = reader.enterOptional(contextConstructed(0));
  if (!explicit) return 1;
  const version = explicit.number();
  explicit.end();
  if (version !== 1 && version !== 2) reader.fail('certificate-malformed', 'RFC 5280 §4.1.2.1 version 2 or 3');
  return version === 1 ? 2 : 3;
}

function readSerialNumber(reader: DerReader): bigint {
  const element = reader.read(tags.integer);
  // twice what RFC 5280 §4.1.2.2 allows; beyond it nothing is gained by reading on
  if (integerOctets(element).length > 42) reader.fail('certificate-malformed', 'RFC 5280 §4.1.2.2 serial number of at most 20 octets');
  return integerOf(element);
}

function readValidity(reader: DerReader, irregularities: Set<string>): { notBefore: Date; notAfter: Date } {
  const times = [readTime(reader, irregularities), readTime(reader, irregularities)] as const;
  reader.end();
  return { notBefore: times[0], notAfter: times[1] };
}
