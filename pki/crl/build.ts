import { boolean, element, explicit, ia5String, integer, namedBits, octetString, oid, sequence, time, generalizedTime } from '../asn1/der-writer.ts';
import { oids } from '../asn1/oids.ts';
import { contextConstructed, contextPrimitive } from '../asn1/tags.ts';
import { signatureAlgorithmDer, type SignatureScheme } from '../keys/algorithm.ts';

export { encodeCrlEntry, packCrlEntries, type CrlEntry } from './entry.ts';

/** What a CRL covers, RFC 5280 §5.2.5. Written only where something narrows the scope. */
export interface CrlScope {
  /** addresses this very CRL is found at; at least one for a shard */
  uris?: readonly string[];
  onlyContains?: 'user-certificates' | 'ca-certificates';
  /** bit numbers of ReasonFlags */
  onlySomeReasons?: readonly number[];
  indirectCrl?: boolean;
}

export interface CrlOrder {
  scheme: SignatureScheme;
  /** Name DER, the CA's subject octet for octet */
  issuer: Uint8Array;
  thisUpdate: Date;
  nextUpdate: Date;
  crlNumber: bigint;
  authorityKeyIdentifier: Uint8Array;
  /** entries one after another, from `packCrlEntries` or `encodeCrlEntry` */
  entries: Uint8Array;
  issuingDistributionPoint?: CrlScope;
  /** makes it a delta CRL on this base */
  baseCrlNumber?: bigint;
  /** certificates that expired from here on stay listed (ITU-T X.509 §9.5.2.12) */
  expiredCertsOnCrl?: Date;
}

/** The TBSCertList of RFC 5280 §5.1.2, version 2. The entries are copied as they are. */
export function buildTbsCrl(order: CrlOrder): Uint8Array {
  const extensions = [
    extension(oids.authorityKeyIdentifier, false, sequence(octetString(order.authorityKeyIdentifier, contextPrimitive(0)))),
    extension(oids.crlNumber, false, integer(order.crlNumber)),
    ...(order.baseCrlNumber === undefined ? [] : [extension(oids.deltaCrlIndicator, true, integer(order.baseCrlNumber))]),
    ...(order.issuingDistributionPoint ? [extension(oids.issuingDistributionPoint, true, scopeDer(order.issuingDistributionPoint))] : []),
    ...(order.expiredCertsOnCrl ? [extension(oids.expiredCertsOnCrl, false, generalizedTime(order.expiredCertsOnCrl))] : []),
  ];
  return sequence(
    integer(1),
    signatureAlgorithmDer(order.scheme),
    order.issuer,
    time(order.thisUpdate),
    time(order.nextUpdate),
    // RFC 5280 §5.1.2.6: absent, not empty, when nothing is revoked
    ...(order.entries.length === 0 ? [] : [sequence(order.entries)]),
    explicit(0, sequence(...extensions)),
  );
}

function extension(id: string, critical: boolean, value: Uint8Array): Uint8Array {
  return critical ? sequence(oid(id), boolean(true), octetString(value)) : sequence(oid(id), octetString(value));
}

function scopeDer(scope: CrlScope): Uint8Array {
  const yes = (n: number): Uint8Array => element(contextPrimitive(n), Uint8Array.of(0xff));
  return sequence(
    ...(scope.uris ? [explicit(0, element(contextConstructed(0), ...scope.uris.map((uri) => ia5String(uri, contextPrimitive(6)))))] : []),
    ...(scope.onlyContains === 'user-certificates' ? [yes(1)] : []),
    ...(scope.onlyContains === 'ca-certificates' ? [yes(2)] : []),
    ...(scope.onlySomeReasons ? [namedBits(scope.onlySomeReasons, contextPrimitive(3))] : []),
    ...(scope.indirectCrl ? [yes(4)] : []),
  );
}
