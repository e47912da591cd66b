import { PkiError } from '../error.ts';
import { DerReader } from '../asn1/der-reader.ts';
import { explicit, octetString, oid, sequence } from '../asn1/der-writer.ts';
import { oids } from '../asn1/oids.ts';
import { contextConstructed, tags } from '../asn1/tags.ts';
import { hexOf } from '../asn1/values.ts';
import { readCertId, type CertId } from './cert-id.ts';
import { readExtensions } from './extensions.ts';

export interface OcspRequest {
  certIds: CertId[];
  nonce: Uint8Array | undefined;
}

/** A request for one certificate has about 80 octets; ten with a nonce stay below 1,200. */
export const maxRequestBytes = 4_096;
export const maxCertIds = 10;
/** RFC 9654 §2.1: 1 to 128 octets. */
export const maxNonceOctets = 128;

/**
 * An OCSPRequest, RFC 6960 §4.1.1. A signature on it is read over and not checked: everyone may ask.
 * @throws PkiError `ocsp-malformed`, `asn1-…`; the protocol's answer to each is malformedRequest
 */
export function parseOcspRequest(der: Uint8Array): OcspRequest {
  if (der.length > maxRequestBytes) throw new PkiError('ocsp-malformed', { rule: `at most ${maxRequestBytes} octets` });
  const outer = new DerReader(der);
  const request = outer.sequence();
  outer.end();
  const tbs = request.sequence();
  const signature = request.enterOptional(contextConstructed(0));
  if (signature) {
    signature.read(tags.sequence);
    signature.end();
  }
  request.end();

  if (tbs.nextTag === contextConstructed(0)) tbs.fail('ocsp-malformed', 'RFC 6960 §4.1.1 version 1, not encoded in DER');
  tbs.optional(contextConstructed(1));
  const certIds = readRequestList(tbs.sequence());
  const nonce = readRequestExtensions(tbs);
  tbs.end();
  return { certIds, nonce };
}

function readRequestList(list: DerReader): CertId[] {
  const certIds: CertId[] = [];
  const seen = new Set<string>();
  while (!list.done) {
    if (certIds.length === maxCertIds) list.fail('ocsp-malformed', `at most ${maxCertIds} certificates`);
    const entry = list.sequence();
    const certId = readCertId(entry);
    readExtensions(entry, 0, 'request');
    entry.end();
    const key = hexOf(certId.der);
    // asked twice is answered once: a response with one certID twice would be ambiguous
    if (!seen.has(key)) certIds.push(certId);
    seen.add(key);
  }
  if (certIds.length === 0) list.fail('ocsp-malformed', 'RFC 6960 §4.1.1 at least one certificate');
  return certIds;
}

function readRequestExtensions(tbs: DerReader): Uint8Array | undefined {
  const value = readExtensions(tbs, 2, 'request').get(oids.ocspNonce);
  if (value === undefined) return undefined;
  const reader = new DerReader(value);
  const nonce = reader.octetString();
  reader.end();
  if (nonce.length === 0 || nonce.length > maxNonceOctets) throw new PkiError('ocsp-malformed', { rule: `RFC 9654 §2.1 nonce of 1 to ${maxNonceOctets} octets` });
  return nonce;
}

/** An OCSPRequest for these certificates. @param certIds DER from `buildCertId` */
export function buildOcspRequest({ certIds, nonce }: { certIds: readonly Uint8Array[]; nonce?: Uint8Array }): Uint8Array {
  const list = sequence(...certIds.map((certId) => sequence(certId)));
  if (!nonce) return sequence(sequence(list));
  const extension = sequence(oid(oids.ocspNonce), octetString(octetString(nonce)));
  return sequence(sequence(list, explicit(2, sequence(extension))));
}
