import { createHash, timingSafeEqual } from 'node:crypto';
import type { Certificate } from '../certificate/parse.ts';
import { compareNames } from '../name/compare.ts';
import type { EssCertId } from './attributes.ts';
import type { SignerId, SignerInfo } from './signed-data.ts';

/**
 * The certificate a SignerInfo names, by issuer and serial number or by key identifier (RFC 5652 §5.3).
 * Two different ones that both fit are a conflict: choosing is what an attacker would want.
 */
export function selectSignerCertificate(signerInfo: Pick<SignerInfo, 'sid'>, certificates: readonly Certificate[]): Certificate | undefined | 'conflict' {
  const matching = certificates.filter((certificate) => isNamedBy(signerInfo.sid, certificate));
  const [first, ...others] = matching;
  if (first && others.some((other) => !equal(other.der, first.der))) return 'conflict';
  return first;
}

/** Whether a signer identifier fits a certificate. */
export function isNamedBy(sid: SignerId, certificate: Certificate): boolean {
  if ('subjectKeyIdentifier' in sid) {
    return certificate.subjectKeyIdentifier !== undefined && equal(certificate.subjectKeyIdentifier, sid.subjectKeyIdentifier);
  }
  return certificate.serialNumber === sid.serialNumber && compareNames(certificate.issuer, sid.issuer);
}

/** Whether an ESSCertID is this certificate's: its hash and, where given, issuer and serial number (RFC 5035 §5.4). */
export function matchesEssCertId({ digest, certHash, issuerSerial }: EssCertId, certificate: Certificate): boolean {
  if (digest === undefined || digest === 'md5') return false;
  if (!equal(certHash, createHash(digest).update(certificate.der).digest())) return false;
  if (!issuerSerial) return true;
  const [issuer, ...others] = issuerSerial.issuer;
  return others.length === 0 && issuer?.type === 'directoryName'
    && issuerSerial.serialNumber === certificate.serialNumber && compareNames(issuer.name, certificate.issuer);
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
