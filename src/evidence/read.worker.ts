import { parseCertificate } from '../../pki/certificate/parse.ts';
import { parseSignedData } from '../../pki/cms/signed-data.ts';
import { parseCrl } from '../../pki/crl/parse.ts';
import { PkiError } from '../../pki/error.ts';
import { verifySignature } from '../../pki/keys/verify.ts';
import { parseOcspResponse } from '../../pki/ocsp/response.ts';
import type { AddressKind } from './address.ts';

export interface ReadTask { kind: AddressKind; bytes: Uint8Array; /** DER of the certificate that should have signed it */ issuer: Uint8Array | undefined }

/** What was sent, or undefined where it is not what was asked for. */
export interface ReadEvidence {
  /** one list or answer, or the certificates of a file */
  parts: Uint8Array[];
  /** the issuer's own key signed it, or a certificate it brings along that this key signed; whether it counts is the validator's question */
  signed: boolean;
  nextUpdate: Date | undefined;
  isGood: boolean;
}

/** Reads what a stranger's server sent, away from the loop that answers: a list of 20 MB takes its time. */
export default function readEvidence({ kind, bytes, issuer }: ReadTask): ReadEvidence | undefined {
  try {
    const key = issuer && parseCertificate(issuer).publicKey;
    switch (kind) {
      case 'ca-issuers': return { parts: certificatesIn(bytes), signed: true, nextUpdate: undefined, isGood: false };
      case 'crl': {
        const crl = parseCrl(bytes);
        const signed = key !== undefined && verifySignature(crl.signatureAlgorithm, key, crl.tbs, crl.signature).valid;
        return { parts: [bytes], signed, nextUpdate: crl.nextUpdate, isGood: false };
      }
      case 'ocsp': {
        const answer = parseOcspResponse(bytes);
        const [first] = answer.responses;
        const keys = key ? [key, ...answer.certificates.map((der) => parseCertificate(der))
          .filter((certificate) => verifySignature(certificate.signatureAlgorithm, key, certificate.tbs, certificate.signature).valid).map(({ publicKey }) => publicKey)] : [];
        const signed = keys.some((each) => verifySignature(answer.signatureAlgorithm, each, answer.tbs, answer.signature).valid);
        return { parts: [bytes], signed, nextUpdate: first?.nextUpdate, isGood: first?.status.status === 'good' };
      }
    }
  } catch (error) {
    if (error instanceof PkiError) return undefined;
    throw error;
  }
}

/** RFC 5280 §4.2.2.1: one certificate in DER, or a "certs-only" CMS. */
function certificatesIn(bytes: Uint8Array): Uint8Array[] {
  try {
    return [parseCertificate(bytes).der];
  } catch (error) {
    if (!(error instanceof PkiError)) throw error;
    return parseSignedData(bytes).certificates.slice(0, maxCertificates).map((der) => parseCertificate(der).der);
  }
}

const maxCertificates = 20;
