import type { DerReader } from '../asn1/der-reader.ts';
import { oids } from '../asn1/oids.ts';
import { contextConstructed, tags } from '../asn1/tags.ts';

/** The extensions whose meaning we know at each place, RFC 6960 §4.4 and RFC 5280 §5.3: these may be critical. */
const known = {
  // acceptable responses, service locator, preferred algorithms: none of them changes what we answer
  request: new Set<string>([oids.ocspNonce, '1.3.6.1.5.5.7.48.1.4', '1.3.6.1.5.5.7.48.1.7', '1.3.6.1.5.5.7.48.1.8']),
  response: new Set<string>([oids.ocspNonce, oids.ocspExtendedRevoke]),
  // the CRL reference is advice
  single: new Set<string>([oids.ocspArchiveCutoff, oids.invalidityDate, oids.reasonCode, '1.3.6.1.5.5.7.48.1.3']),
};

const maxExtensions = 20;

/**
 * Optional `[tag] EXPLICIT Extensions`: values by OID.
 * @throws PkiError `ocsp-critical-extension`, `ocsp-malformed` for a repeated one
 */
export function readExtensions(outer: DerReader, tag: number, place: keyof typeof known): Map<string, Uint8Array> {
  const values = new Map<string, Uint8Array>();
  const wrapped = outer.enterOptional(contextConstructed(tag));
  if (!wrapped) return values;
  const list = wrapped.sequence();
  wrapped.end();
  while (!list.done) {
    const item = list.sequence();
    const id = item.oid();
    const critical = item.nextTag === tags.boolean && item.boolean();
    if (values.has(id) || values.size === maxExtensions) item.fail('ocsp-malformed', 'RFC 5280 §4.2 each extension once');
    if (critical && !known[place].has(id)) item.fail('ocsp-critical-extension', 'RFC 6960 §4.1.2 unknown critical extension');
    values.set(id, item.octetString());
    item.end();
  }
  return values;
}
