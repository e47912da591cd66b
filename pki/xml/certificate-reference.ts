import { hash, timingSafeEqual } from 'node:crypto';
import { PkiError } from '../error.ts';
import { openSequence } from '../asn1/der-reader.ts';
import type { Certificate } from '../certificate/parse.ts';
import { readGeneralNames } from '../certificate/general-name.ts';
import type { Digest } from '../keys/algorithm.ts';
import { compareNames } from '../name/compare.ts';
import type { Name } from '../name/parse.ts';
import { digestByUri } from './algorithms.ts';
import { attributeOf, bytesOf, childOf, childrenOf, namespaces, tokenOf, type XmlElement } from './tree.ts';

/** A certificate as the signer named it: its digest, which decides, and who issued it under which number. */
export interface CertificateReference {
  /** undefined: none of ours */
  digest: Digest | undefined;
  value: Uint8Array;
  serialNumber: bigint | undefined;
  /** of version 2 alone: version 1 writes names as text, which programs spell differently */
  issuer: Name | undefined;
}

const { xades, ds } = namespaces;
const maxReferences = 32;

/**
 * The certificates of SigningCertificateV2 or of its elder SigningCertificate (EN 319 132-1 §5.2.2, annex D).
 * @throws PkiError `xml-xades-malformed` also where both are there
 */
export function certificateReferences(ofSignature: XmlElement): CertificateReference[] {
  const [second, first] = [childOf(ofSignature, xades, 'SigningCertificateV2'), childOf(ofSignature, xades, 'SigningCertificate')];
  if (first && second) throw malformed('§5.2.2 one of SigningCertificate and SigningCertificateV2');
  const list = childrenOf(second ?? first ?? ofSignature, xades, 'Cert');
  if ((first ?? second) && (list.length === 0 || list.length > maxReferences)) throw malformed(`§5.2.2 1 to ${maxReferences} certificates`);
  return list.map(readReference);
}

const malformed = (rule: string): PkiError => new PkiError('xml-xades-malformed', { rule: `EN 319 132-1 ${rule}` });

function readReference(cert: XmlElement): CertificateReference {
  const certDigest = childOf(cert, xades, 'CertDigest');
  const [method, value] = certDigest ? [childOf(certDigest, ds, 'DigestMethod'), childOf(certDigest, ds, 'DigestValue')] : [];
  if (!method || !value) throw malformed('§5.2.2 CertDigest');
  const second = childOf(cert, xades, 'IssuerSerialV2');
  const serial = childOf(cert, xades, 'IssuerSerial');
  const number = serial && childOf(serial, ds, 'X509SerialNumber');
  return {
    digest: digestByUri(attributeOf(method, 'Algorithm') ?? ''), value: bytesOf(value),
    ...(second ? readIssuerSerial(bytesOf(second)) : { serialNumber: number && parseSerial(tokenOf(number)), issuer: undefined }),
  };
}

/** IssuerSerial of RFC 5035 §5.4 in DER. */
function readIssuerSerial(der: Uint8Array): Pick<CertificateReference, 'serialNumber' | 'issuer'> {
  const reader = openSequence(der);
  const [name, ...others] = readGeneralNames(reader.sequence());
  const serialNumber = reader.integer();
  if (name?.type !== 'directoryName' || others.length > 0) throw malformed('§5.2.2 IssuerSerialV2 with one directoryName');
  return { serialNumber, issuer: name.name };
}

/** As many digits as 20 octets need, the longest of RFC 5280 §4.1.2.2, and some more. */
function parseSerial(text: string): bigint {
  if (!/^-?\d{1,60}$/.test(text)) throw malformed('annex D X509SerialNumber');
  return BigInt(text);
}

/** Whether a reference is this certificate's. */
export function isOf({ digest, value, serialNumber, issuer }: CertificateReference, certificate: Certificate): boolean {
  if (!digest) return false;
  const expected = hash(digest, certificate.der, 'buffer');
  if (expected.length !== value.length || !timingSafeEqual(expected, value)) return false;
  return (serialNumber === undefined || serialNumber === certificate.serialNumber) && (!issuer || compareNames(issuer, certificate.issuer));
}
