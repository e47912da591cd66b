import { createHash } from 'node:crypto';
import { PkiError } from '../error.ts';
import { explicit, integer, octetString, oid, retag, sequence, setOf, time } from '../asn1/der-writer.ts';
import { DerReader } from '../asn1/der-reader.ts';
import { oids } from '../asn1/oids.ts';
import { contextConstructed } from '../asn1/tags.ts';
import type { Certificate } from '../certificate/parse.ts';
import { digestAlgorithmDer, digestOctets, readAlgorithm, schemeDigest, signatureAlgorithmDer } from '../keys/algorithm.ts';
import type { Signer } from '../keys/signer.ts';
import { verifySignature } from '../keys/verify.ts';

export interface SignedDataOrder {
  /** attached content; undefined makes a detached signature */
  content?: Uint8Array;
  /** of the content, by `schemeDigest` of the signer's scheme */
  digest: Uint8Array;
  /** eContentType; id-data unless told */
  contentType?: string;
  signer: Signer;
  /** the signer's own */
  certificate: Certificate;
  /** DER of what else to send along; the signer's own is always there unless `bare` */
  certificates: readonly Uint8Array[];
  /** claimed; a PDF says it in /M and not here (EN 319 142-1 §5.3) */
  signingTime?: Date;
  pades?: boolean;
  /** leaves every certificate out, as a timestamp must whose request did not ask for one (RFC 3161 §2.4.1) */
  bare?: boolean;
}

/**
 * A ContentInfo with SignedData at level CAdES-B-B (EN 319 122-1 §6), DER throughout, one signer, ESS signing-certificate-v2.
 * The fresh signature is verified before it leaves.
 * @throws PkiError `cms-order-invalid`, `signature-invalid`
 */
export async function buildSignedData(order: SignedDataOrder): Promise<Uint8Array> {
  const { content, signer, certificate, contentType = oids.data } = order;
  const digest = schemeDigest(signer.scheme);
  if (order.digest.length !== digestOctets[digest]) throw new PkiError('cms-order-invalid', { rule: `a ${digest} digest goes with ${signer.scheme}` });
  if (order.pades && (order.signingTime || content)) throw new PkiError('cms-order-invalid', { rule: 'EN 319 142-1 §5.3 detached, no signing-time' });
  const attributes = signedAttributes(order, contentType);
  const signature = await signer.sign(attributes);
  const algorithm = readAlgorithm(new DerReader(signatureAlgorithmDer(signer.scheme)));
  if (!verifySignature(algorithm, certificate.publicKey, attributes, signature).valid) {
    throw new PkiError('signature-invalid', { rule: 'a fresh signature verifies under the certificate' });
  }
  const signerInfo = sequence(
    integer(1),
    sequence(certificate.issuer.der, integer(certificate.serialNumber)),
    digestAlgorithmDer(digest),
    retag(contextConstructed(0), attributes),
    signatureAlgorithmDer(signer.scheme),
    octetString(signature),
  );
  const certificates = order.bare ? [] : unique([certificate.der, ...order.certificates]);
  return sequence(oid(oids.signedData), explicit(0, sequence(
    // RFC 5652 §5.1: 3 when the content is not plain data
    integer(contentType === oids.data ? 1 : 3),
    setOf(digestAlgorithmDer(digest)),
    sequence(oid(contentType), ...(content ? [explicit(0, octetString(content))] : [])),
    ...(certificates.length > 0 ? [retag(contextConstructed(0), setOf(...certificates))] : []),
    setOf(signerInfo),
  )));
}

/** SET OF Attribute in DER order, under its universal tag: the bytes to be signed. */
function signedAttributes({ digest, certificate, signingTime }: SignedDataOrder, contentType: string): Uint8Array {
  return setOf(
    attribute(oids.contentType, oid(contentType)),
    attribute(oids.messageDigest, octetString(digest)),
    ...(signingTime ? [attribute(oids.signingTime, time(signingTime))] : []),
    attribute(oids.signingCertificateV2, signingCertificateV2(certificate)),
  );
}

export function attribute(id: string, value: Uint8Array): Uint8Array {
  return sequence(oid(id), setOf(value));
}

/** RFC 5035 §3 with SHA-256, its default, which DER leaves out; issuer and serial number too. */
function signingCertificateV2({ der, issuer, serialNumber }: Certificate): Uint8Array {
  const issuerSerial = sequence(sequence(explicit(4, issuer.der)), integer(serialNumber));
  return sequence(sequence(sequence(octetString(createHash('sha256').update(der).digest()), issuerSerial)));
}

function unique(certificates: readonly Uint8Array[]): Uint8Array[] {
  return certificates.filter((der, index) => certificates.findIndex((other) => Buffer.compare(other, der) === 0) === index);
}
