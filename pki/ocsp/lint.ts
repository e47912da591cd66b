import { oids } from '../asn1/oids.ts';
import { hexOf } from '../asn1/values.ts';
import type { Certificate } from '../certificate/parse.ts';
import type { SignatureScheme } from '../keys/algorithm.ts';
import { isNull, keyIdentifier } from '../keys/public-key.ts';
import { runLint, type LintRule } from '../lint/rule.ts';
import { schemeFitsKey } from '../lint/scheme.ts';
import { approveForSigning, type ToBeSigned } from '../lint/to-be-signed.ts';
import type { CertStatus } from './build-response.ts';
import type { OcspRequest } from './request.ts';
import { parseTbsResponseData, type ResponseData, type SingleResponse } from './response.ts';

export interface OcspLintContext {
  /** whose key will sign: a delegated responder or the CA itself */
  responder: Certificate;
  scheme: SignatureScheme;
  /** undefined for an answer made ahead of any question */
  request?: OcspRequest;
}

interface Subject extends OcspLintContext { data: ResponseData }
type Rule = LintRule<Subject>;

const rule = (id: string, source: string, check: Rule['check'], since = '2013-06-01'): Rule => ({ id, level: 'error', source, since, check });
const each = (check: (response: SingleResponse, subject: Subject) => boolean): Rule['check'] =>
  (subject) => subject.data.responses.every((response) => check(response, subject));
const eachRevoked = (check: (status: Extract<CertStatus, { status: 'revoked' }>, subject: Subject) => boolean): Rule['check'] =>
  each(({ status }, subject) => status.status !== 'revoked' || check(status, subject));
const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;
const hashOctets: Readonly<Record<string, number>> = { [oids.sha1]: 20, [oids.sha256]: 32, [oids.sha384]: 48, [oids.sha512]: 64 };
const keyOf = ({ certId }: SingleResponse): string => hexOf(certId.der);

/** What an OCSP answer of ours must keep before it is signed. */
export const ocspRules: readonly Rule[] = [
  rule('ocsp-responder-key', 'RFC 6960 §4.2.2.3', ({ data: { responderId }, responder }) =>
    'byKey' in responderId && same(responderId.byKey, keyIdentifier(responder.publicKey))),
  rule('ocsp-responder-usage', 'RFC 6960 §4.2.2.2', ({ responder }) =>
    responder.basicConstraints?.ca === true || responder.extKeyUsage?.includes(oids.ocspSigning) === true),
  rule('ocsp-algorithm-key', 'RFC 6960 §4.2.1', ({ scheme, responder }) => schemeFitsKey(scheme, responder.publicKey)),
  rule('ocsp-responder-validity', 'RFC 6960 §4.2.2.2', ({ data: { producedAt }, responder }) =>
    producedAt >= responder.notBefore && producedAt <= responder.notAfter),
  rule('ocsp-any-response', 'RFC 6960 §4.2.1', ({ data }) => data.responses.length > 0),
  rule('ocsp-response-once', 'RFC 6960 §4.2.1', ({ data: { responses } }) => new Set(responses.map(keyOf)).size === responses.length),
  rule('ocsp-answers-request', 'RFC 6960 §3.2', ({ data, request }) => {
    if (!request) return true;
    const answered = new Set(data.responses.map(keyOf));
    return answered.size === request.certIds.length && request.certIds.every(({ der }) => answered.has(hexOf(der)));
  }),
  rule('ocsp-cert-id', 'RFC 6960 §4.1.1', each(({ certId: { hashAlgorithm, issuerNameHash, issuerKeyHash } }) => {
    const octets = hashOctets[hashAlgorithm.oid];
    return octets === issuerNameHash.length && octets === issuerKeyHash.length
      && (hashAlgorithm.parameters === undefined || isNull(hashAlgorithm.parameters));
  })),
  rule('ocsp-next-update', 'RFC 5019 §2.2.4', each(({ nextUpdate }) => nextUpdate !== undefined), '2007-09-01'),
  rule('ocsp-update-order', 'RFC 6960 §4.2.2.1', each(({ thisUpdate, nextUpdate }, { data: { producedAt } }) =>
    thisUpdate <= producedAt && (nextUpdate === undefined || producedAt < nextUpdate))),
  rule('ocsp-nonce', 'RFC 9654 §2.1', ({ data: { nonce }, request }) => {
    const asked = request?.nonce;
    return asked === undefined ? nonce === undefined : nonce !== undefined && same(nonce, asked);
  }, '2024-11-01'),
  rule('ocsp-revoked-time', 'RFC 6960 §2.2', eachRevoked(({ revokedAt }, { data: { producedAt } }) => revokedAt <= producedAt)),
  rule('ocsp-revoked-reason-unspecified', 'RFC 5280 §5.3.1', eachRevoked(({ reason }) => reason !== 'unspecified')),
  rule('ocsp-revoked-reason-removed', 'RFC 5280 §5.3.1', eachRevoked(({ reason }) => reason !== 'removeFromCRL')),
  rule('ocsp-archive-cutoff', 'RFC 6960 §4.4.4', each(({ archiveCutoff }, { data: { producedAt } }) => archiveCutoff === undefined || archiveCutoff <= producedAt)),
  rule('ocsp-invalidity-date', 'RFC 5280 §5.3.2', each(({ status, invalidityDate }, { data: { producedAt } }) =>
    invalidityDate === undefined || (status.status === 'revoked' && invalidityDate <= producedAt))),
];

/**
 * Lints ResponseData against who will sign it and what was asked.
 * @throws PkiError `lint-failed` naming every broken rule, `ocsp-malformed` or `asn1-…` where there is no ResponseData at all
 */
export function lintOcspResponse(tbs: Uint8Array, context: OcspLintContext): ToBeSigned {
  return approveForSigning('ocsp', tbs, context.scheme, runLint(ocspRules, { ...context, data: parseTbsResponseData(tbs) }));
}
