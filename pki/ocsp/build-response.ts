import { bitString, element, explicit, generalizedTime, octetString, oid, sequence } from '../asn1/der-writer.ts';
import { oids } from '../asn1/oids.ts';
import { contextConstructed, contextPrimitive, tags } from '../asn1/tags.ts';
import { reasonCodes, type RevocationReason } from '../crl/reason.ts';
import { signatureAlgorithmDer, type SignatureScheme } from '../keys/algorithm.ts';

export type CertStatus =
  | { status: 'good' }
  | { status: 'revoked'; revokedAt: Date; reason: RevocationReason | undefined }
  | { status: 'unknown' };

export interface SingleResponseOrder {
  /** DER as the request had it, or from `buildCertId` */
  certId: Uint8Array;
  status: CertStatus;
  thisUpdate: Date;
  nextUpdate: Date;
  /** RFC 6960 §4.4.4: status is known for certificates that expired after this */
  archiveCutoff?: Date;
  invalidityDate?: Date;
}

export interface ResponseDataOrder {
  /** SHA-1 of the responder's key bits */
  responderKeyHash: Uint8Array;
  producedAt: Date;
  responses: readonly SingleResponseOrder[];
  nonce?: Uint8Array;
  /** RFC 6960 §4.4.8: certificates never issued are answered as revoked; the response says that it knows of this */
  extendedRevoke?: boolean;
}

const good = element(contextPrimitive(0));
const unknown = element(contextPrimitive(2));
const basicType = oid(oids.ocspBasic);
const successful = Uint8Array.of(tags.enumerated, 1, 0);

/** The ResponseData of RFC 6960 §4.2.1, version 1, responder by key. */
export function buildTbsResponseData(order: ResponseDataOrder): Uint8Array {
  const extensions = [
    ...(order.nonce ? [extension(oids.ocspNonce, octetString(order.nonce))] : []),
    ...(order.extendedRevoke ? [extension(oids.ocspExtendedRevoke, Uint8Array.of(tags.null, 0))] : []),
  ];
  return sequence(
    explicit(2, octetString(order.responderKeyHash)),
    generalizedTime(order.producedAt),
    sequence(...order.responses.map(singleResponse)),
    ...(extensions.length > 0 ? [explicit(1, sequence(...extensions))] : []),
  );
}

function singleResponse({ certId, status, thisUpdate, nextUpdate, archiveCutoff, invalidityDate }: SingleResponseOrder): Uint8Array {
  const extensions = [
    ...(archiveCutoff ? [extension(oids.ocspArchiveCutoff, generalizedTime(archiveCutoff))] : []),
    ...(invalidityDate ? [extension(oids.invalidityDate, generalizedTime(invalidityDate))] : []),
  ];
  return sequence(
    certId,
    statusDer(status),
    generalizedTime(thisUpdate),
    explicit(0, generalizedTime(nextUpdate)),
    ...(extensions.length > 0 ? [explicit(1, sequence(...extensions))] : []),
  );
}

function statusDer(status: CertStatus): Uint8Array {
  if (status.status === 'good') return good;
  if (status.status === 'unknown') return unknown;
  const { reason, revokedAt } = status;
  // RFC 5280 §5.3.1: rather no reason than "unspecified"
  const named = reason !== undefined && reason !== 'unspecified';
  return element(
    contextConstructed(1),
    generalizedTime(revokedAt),
    ...(named ? [explicit(0, Uint8Array.of(tags.enumerated, 1, reasonCodes[reason]))] : []),
  );
}

function extension(id: string, value: Uint8Array): Uint8Array {
  return sequence(oid(id), octetString(value));
}

/** A successful OCSPResponse around signed ResponseData. @param certificates DER, the responder's first */
export function assembleOcspResponse(
  tbs: Uint8Array, scheme: SignatureScheme, signature: Uint8Array, certificates: readonly Uint8Array[],
): Uint8Array {
  return wrapBasicOcspResponse(sequence(
    tbs,
    signatureAlgorithmDer(scheme),
    bitString(signature),
    ...(certificates.length > 0 ? [explicit(0, sequence(...certificates))] : []),
  ));
}

/** The OCSPResponse around a BasicOCSPResponse, which is how CAdES revocation-values carry one (RFC 5126 §6.3.4). */
export function wrapBasicOcspResponse(basic: Uint8Array): Uint8Array {
  return sequence(successful, explicit(0, sequence(basicType, octetString(basic))));
}

const errorCodes = { malformedRequest: 1, internalError: 2, tryLater: 3, unauthorized: 6 } as const;

/** An unsigned refusal, RFC 6960 §2.3. */
export function ocspError(status: keyof typeof errorCodes): Uint8Array {
  return sequence(Uint8Array.of(tags.enumerated, 1, errorCodes[status]));
}
