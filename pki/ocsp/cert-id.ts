import { createHash, timingSafeEqual } from 'node:crypto';
import { DerReader } from '../asn1/der-reader.ts';
import { octetString, sequence, unsignedInteger } from '../asn1/der-writer.ts';
import { integerOf, integerOctets } from '../asn1/values.ts';
import { tags } from '../asn1/tags.ts';
import type { Certificate } from '../certificate/parse.ts';
import { digestAlgorithmDer, digestByOid, readAlgorithm, type AlgorithmIdentifier } from '../keys/algorithm.ts';

/** RFC 6960 §4.1.1: a certificate named by hashes of its issuer's name and key, and its serial number. */
export interface CertId {
  hashAlgorithm: AlgorithmIdentifier;
  issuerNameHash: Uint8Array;
  issuerKeyHash: Uint8Array;
  serialNumber: bigint;
  der: Uint8Array;
}

/** Serial numbers beyond 20 octets exist in old certificates; beyond this nobody is asking in earnest. */
const maxSerialOctets = 64;

export function readCertId(outer: DerReader): CertId {
  const whole = outer.read(tags.sequence);
  const reader = outer.inside(whole);
  const hashAlgorithm = readAlgorithm(reader);
  const issuerNameHash = reader.octetString();
  const issuerKeyHash = reader.octetString();
  const serial = reader.read(tags.integer);
  if (integerOctets(serial).length > maxSerialOctets) reader.fail('ocsp-malformed', `a serial number has at most ${maxSerialOctets} octets`);
  reader.end();
  return { hashAlgorithm, issuerNameHash, issuerKeyHash, serialNumber: integerOf(serial), der: whole.der };
}

export interface CertIdOrder {
  issuer: Pick<Certificate, 'subject' | 'publicKey'>;
  /** magnitude, big-endian */
  serialNumber: Uint8Array;
  /** RFC 5019 asks for SHA-1, RFC 9654 clients for SHA-256 */
  digest: 'sha1' | 'sha256';
}

export function buildCertId({ issuer, serialNumber, digest }: CertIdOrder): Uint8Array {
  const hash = (bytes: Uint8Array): Uint8Array => createHash(digest).update(bytes).digest();
  return sequence(
    digestAlgorithmDer(digest),
    octetString(hash(issuer.subject.der)),
    octetString(hash(issuer.publicKey.keyBits)),
    unsignedInteger(serialNumber),
  );
}

/** Whether this id names the certificate with this serial number by this issuer: name, key and number (RFC 6960 §3.2). */
export function matchesCertId(certId: CertId, issuer: Pick<Certificate, 'subject' | 'publicKey'>, serial: bigint): boolean {
  const digest = digestByOid(certId.hashAlgorithm.oid);
  if (digest === undefined || digest === 'md5' || certId.serialNumber !== serial) return false;
  return same(certId.issuerNameHash, createHash(digest).update(issuer.subject.der).digest())
    && same(certId.issuerKeyHash, createHash(digest).update(issuer.publicKey.keyBits).digest());
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
