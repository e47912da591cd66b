import { oids } from '../asn1/oids.ts';
import type { Certificate } from '../certificate/parse.ts';
import { keyIdentifier } from '../keys/public-key.ts';
import { compareNames } from '../name/compare.ts';
import { matchesCertId } from '../ocsp/cert-id.ts';
import type { OcspResponse, SingleResponse } from '../ocsp/response.ts';
import { algorithmTable, refusalOf } from './algorithms.ts';
import type { StatusContext, Told } from './revocation.ts';
import { isFresh, isRevokedAt } from './settings.ts';

/** The newest good or revoked answer of an authorised responder about a certificate (RFC 6960 §3.2). @throws WorkLimit */
export function ocspStatus(certificate: Certificate, issuer: Certificate, context: StatusContext): Told | undefined {
  if (context.ocspResponses.length === 0) return undefined;
  const answers = context.ocspResponses
    .flatMap((response) => response.responses.map((single) => ({ response, single })))
    .filter(({ single }) => single.status.status !== 'unknown' && isFresh(single, context.settings)
      && matchesCertId(single.certId, issuer, certificate.serialNumber))
    .toSorted((a, b) => b.single.thisUpdate.getTime() - a.single.thisUpdate.getTime());
  for (const { response, single } of answers) {
    if (!isAuthorised(response, issuer, context)) continue;
    if (single.status.status === 'good' && provesNothing(single, certificate)) continue;
    return tell(single, response, context);
  }
  return undefined;
}

/** RFC 6960 §4.2.2.2: signed by the issuer's key itself, or by a certificate that this key issued for OCSP signing. */
function isAuthorised(response: OcspResponse, issuer: Certificate, context: StatusContext): boolean {
  const { work } = context;
  if (isResponder(response, issuer) && isAcceptable(response, issuer, context) && work.verify(response, issuer.publicKey, false).valid) return true;
  return context.certificatesIn(response).some((responder) => isResponder(response, responder)
    && isDelegated(responder, issuer, response, context)
    && isAcceptable(response, responder, context)
    && work.verify(response, responder.publicKey, false).valid);
}

function isResponder({ responderId }: OcspResponse, { subject, publicKey }: Certificate): boolean {
  if ('byName' in responderId) return compareNames(responderId.byName, subject);
  return Buffer.compare(responderId.byKey, keyIdentifier(publicKey)) === 0;
}

function isAcceptable({ signatureAlgorithm }: OcspResponse, { publicKey }: Certificate, { settings }: StatusContext): boolean {
  return !refusalOf(signatureAlgorithm, publicKey, settings.time, settings.algorithms ?? algorithmTable);
}

/** Issued directly by the issuer's key, for this purpose, valid when it answered, and not revoked unless `nocheck` (§4.2.2.2.1). */
function isDelegated(responder: Certificate, issuer: Certificate, { producedAt }: OcspResponse, context: StatusContext): boolean {
  return compareNames(responder.issuer, issuer.subject)
    && (responder.extKeyUsage?.includes(oids.ocspSigning) ?? false)
    && (responder.keyUsage?.has('digitalSignature') ?? true)
    && responder.notBefore <= producedAt && producedAt <= responder.notAfter
    && Buffer.compare(responder.signatureAlgorithm.der, responder.tbsSignatureAlgorithm.der) === 0
    && !hasUnknownCritical(responder)
    && context.work.verify(responder, issuer.publicKey, true).valid
    && (responder.ocspNoCheck || context.isUnrevokedResponder(responder, issuer));
}

const processedExtensions: ReadonlySet<string> = new Set([
  oids.keyUsage, oids.extKeyUsage, oids.basicConstraints, oids.ocspNoCheck, oids.subjectKeyIdentifier, oids.authorityKeyIdentifier,
  oids.certificatePolicies, oids.subjectAltName, oids.crlDistributionPoints, oids.authorityInfoAccess,
]);

function hasUnknownCritical({ extensions }: Certificate): boolean {
  return [...extensions.values()].some(({ oid, critical }) => critical && !processedExtensions.has(oid));
}

/** "Good" about an expired certificate says nothing, unless the responder's archive reaches back to it (§4.4.4). */
function provesNothing({ thisUpdate, archiveCutoff }: SingleResponse, { notAfter }: Certificate): boolean {
  return thisUpdate > notAfter && !(archiveCutoff && archiveCutoff <= notAfter);
}

function tell(single: SingleResponse, evidence: OcspResponse, { settings }: StatusContext): Told {
  const { status, thisUpdate, nextUpdate, invalidityDate } = single;
  const told: Told = { status: 'good', source: 'ocsp', thisUpdate, ...(nextUpdate && { nextUpdate }), evidence };
  if (status.status !== 'revoked') return told;
  return {
    ...told,
    status: isRevokedAt(settings.time, { revokedAt: status.revokedAt, invalidityDate }) ? 'revoked' : 'good',
    revokedAt: status.revokedAt,
    reason: status.reason ?? 'unspecified',
    ...(invalidityDate && { invalidityDate }),
  };
}
