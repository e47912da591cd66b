import { PkiError } from '../error.ts';
import { DerReader } from '../asn1/der-reader.ts';
import { oids } from '../asn1/oids.ts';
import { contextConstructed, contextPrimitive, tags } from '../asn1/tags.ts';
import { reasonOfCode } from '../crl/reason.ts';
import { readAlgorithm, type AlgorithmIdentifier } from '../keys/algorithm.ts';
import { readName, type Name } from '../name/parse.ts';
import type { CertStatus } from './build-response.ts';
import { readCertId, type CertId } from './cert-id.ts';
import { readExtensions } from './extensions.ts';

export interface SingleResponse {
  certId: CertId;
  status: CertStatus;
  thisUpdate: Date;
  nextUpdate: Date | undefined;
  /** RFC 6960 §4.4.4 */
  archiveCutoff: Date | undefined;
  /** RFC 5280 §5.3.2, allowed here by RFC 6960 §4.4.5 */
  invalidityDate: Date | undefined;
  /** values by OID; an unknown critical one does not get this far */
  extensions: ReadonlyMap<string, Uint8Array>;
}

export type ResponderId = { byName: Name } | { byKey: Uint8Array };

export interface ResponseData {
  responderId: ResponderId;
  producedAt: Date;
  responses: SingleResponse[];
  nonce: Uint8Array | undefined;
  extensions: ReadonlyMap<string, Uint8Array>;
}

export interface OcspResponse extends ResponseData {
  status: 'successful';
  der: Uint8Array;
  /** DER of the ResponseData, which is what is signed */
  tbs: Uint8Array;
  signatureAlgorithm: AlgorithmIdentifier;
  signature: Uint8Array;
  /** DER as found: hints for finding the responder's certificate */
  certificates: Uint8Array[];
}

/** Ten answers of 300 octets and a chain of post-quantum certificates fit many times. */
export const maxResponseBytes = 256 * 1024;
const maxResponses = 100;
const maxCertificates = 20;
/** RFC 6960 §4.2.1 */
const statusNames: Readonly<Record<number, string>> = { 1: 'malformedRequest', 2: 'internalError', 3: 'tryLater', 5: 'sigRequired', 6: 'unauthorized' };

/**
 * A successful OCSPResponse of type id-pkix-ocsp-basic.
 * @throws PkiError `ocsp-not-successful` (the rule names the status), `ocsp-malformed`, `ocsp-critical-extension`, `asn1-…`
 */
export function parseOcspResponse(der: Uint8Array): OcspResponse {
  if (der.length > maxResponseBytes) throw new PkiError('ocsp-malformed', { rule: `at most ${maxResponseBytes} octets` });
  const outer = new DerReader(der);
  const response = outer.sequence();
  outer.end();
  const status = response.number(tags.enumerated);
  if (status !== 0) throw new PkiError('ocsp-not-successful', { rule: statusNames[status] ?? `status ${status}` });
  const wrapped = response.enter(contextConstructed(0));
  response.end();
  const typed = wrapped.sequence();
  wrapped.end();
  if (typed.oid() !== oids.ocspBasic) typed.fail('ocsp-malformed', 'RFC 6960 §4.2.1 id-pkix-ocsp-basic');
  const inside = typed.read(tags.octetString);
  typed.end();
  const holder = typed.inside(inside);
  const basic = holder.sequence();
  holder.end();
  return { status: 'successful', der, ...readBasic(basic) };
}

function readBasic(basic: DerReader): Omit<OcspResponse, 'status' | 'der'> {
  const whole = basic.read(tags.sequence);
  const data = readResponseData(basic.inside(whole));
  const signatureAlgorithm = readAlgorithm(basic);
  const { unusedBits, bytes: signature } = basic.bitString();
  if (unusedBits !== 0) basic.fail('ocsp-malformed', 'a signature is whole octets');
  const certificates = readCertificates(basic);
  basic.end();
  return { ...data, tbs: whole.der, signatureAlgorithm, signature, certificates };
}

function readCertificates(basic: DerReader): Uint8Array[] {
  const wrapped = basic.enterOptional(contextConstructed(0));
  if (!wrapped) return [];
  const list = wrapped.sequence();
  wrapped.end();
  const found: Uint8Array[] = [];
  while (!list.done) {
    if (found.length === maxCertificates) list.fail('ocsp-malformed', `at most ${maxCertificates} certificates`);
    found.push(list.read(tags.sequence).der);
  }
  return found;
}

/** The ResponseData that fills all the bytes: the linter's way in. @throws PkiError as `parseOcspResponse` */
export function parseTbsResponseData(tbs: Uint8Array): ResponseData {
  const outer = new DerReader(tbs);
  const data = readResponseData(outer.sequence());
  outer.end();
  return data;
}

function readResponseData(reader: DerReader): ResponseData {
  // version 1 is the default and DER leaves it out; there is no other
  if (reader.nextTag === contextConstructed(0)) reader.fail('ocsp-malformed', 'RFC 6960 §4.2.1 version 1');
  const responderId = readResponderId(reader);
  const producedAt = reader.generalizedTime();
  const list = reader.sequence();
  const responses: SingleResponse[] = [];
  while (!list.done) {
    if (responses.length === maxResponses) list.fail('ocsp-malformed', `at most ${maxResponses} responses`);
    responses.push(readSingle(list.sequence()));
  }
  const extensions = readExtensions(reader, 1, 'response');
  reader.end();
  return { responderId, producedAt, responses, nonce: octetsIn(extensions.get(oids.ocspNonce)), extensions };
}

function readResponderId(reader: DerReader): ResponderId {
  const byName = reader.enterOptional(contextConstructed(1));
  if (byName) {
    const name = readName(byName);
    byName.end();
    return { byName: name };
  }
  const byKey = reader.enter(contextConstructed(2));
  const hash = byKey.octetString();
  if (hash.length !== 20) byKey.fail('ocsp-malformed', 'RFC 6960 §4.2.1 KeyHash is SHA-1');
  byKey.end();
  return { byKey: hash };
}

function readSingle(reader: DerReader): SingleResponse {
  const certId = readCertId(reader);
  const status = readStatus(reader);
  const thisUpdate = reader.generalizedTime();
  const next = reader.enterOptional(contextConstructed(0));
  const nextUpdate = next?.generalizedTime();
  next?.end();
  const extensions = readExtensions(reader, 1, 'single');
  reader.end();
  const archiveCutoff = timeIn(extensions.get(oids.ocspArchiveCutoff));
  const invalidityDate = timeIn(extensions.get(oids.invalidityDate));
  return { certId, status, thisUpdate, nextUpdate, archiveCutoff, invalidityDate, extensions };
}

function readStatus(reader: DerReader): CertStatus {
  const plain = reader.optional(contextPrimitive(0)) ?? reader.optional(contextPrimitive(2));
  if (plain) {
    if (plain.content.length !== 0) reader.fail('ocsp-malformed', 'RFC 6960 §4.2.1 NULL');
    return { status: plain.tag === contextPrimitive(0) ? 'good' : 'unknown' };
  }
  const revoked = reader.enter(contextConstructed(1));
  const revokedAt = revoked.generalizedTime();
  const wrapped = revoked.enterOptional(contextConstructed(0));
  const reason = wrapped ? reasonOfCode(wrapped.number(tags.enumerated)) : undefined;
  if (wrapped && reason === undefined) wrapped.fail('ocsp-malformed', 'RFC 5280 §5.3.1 CRLReason');
  wrapped?.end();
  revoked.end();
  return { status: 'revoked', revokedAt, reason };
}

function octetsIn(value: Uint8Array | undefined): Uint8Array | undefined {
  if (value === undefined) return undefined;
  const reader = new DerReader(value);
  const octets = reader.octetString();
  reader.end();
  return octets;
}

function timeIn(value: Uint8Array | undefined): Date | undefined {
  if (value === undefined) return undefined;
  const reader = new DerReader(value);
  const time = reader.generalizedTime();
  reader.end();
  return time;
}
