import { openSequence, type DerReader } from '../asn1/der-reader.ts';
import { element } from '../asn1/der-writer.ts';
import { contextConstructed, contextPrimitive, tags } from '../asn1/tags.ts';
import type { BitString } from '../asn1/values.ts';
import { parseName, type Name } from '../name/parse.ts';
import { readGeneralNames, type GeneralName } from './general-name.ts';

/** ReasonFlags of RFC 5280 §4.2.1.13 as a mask: bit n of the standard is `1 << n`. */
export type ReasonMask = number;

/** Bits 1 to 8: every reason there is, the `all-reasons` of §6.3.2. */
export const allReasons: ReasonMask = 0x1fe;

/** DistributionPointName of §4.2.1.13; a relative name keeps the DER of its RDN (a SET). */
export type DistributionPointName = { fullName: readonly GeneralName[] } | { nameRelativeToCrlIssuer: Uint8Array };

export interface DistributionPoint {
  distributionPoint: DistributionPointName | undefined;
  reasons: ReasonMask | undefined;
  cRLIssuer: readonly GeneralName[] | undefined;
}

/** Far above any real certificate: the points of one extension. */
const maxPoints = 1_000;

/** cRLDistributionPoints or freshestCRL (§4.2.1.13, §4.2.1.15). @throws PkiError `distribution-point-malformed` */
export function parseDistributionPoints(value: Uint8Array): DistributionPoint[] {
  const reader = openSequence(value);
  const points: DistributionPoint[] = [];
  if (reader.done) reader.fail('distribution-point-malformed', 'RFC 5280 §4.2.1.13 at least one point');
  while (!reader.done) {
    if (points.length === maxPoints) reader.fail('distribution-point-malformed', `at most ${maxPoints} points`);
    points.push(readPoint(reader.sequence()));
  }
  return points;
}

function readPoint(reader: DerReader): DistributionPoint {
  const named = reader.enterOptional(contextConstructed(0));
  const distributionPoint = named && readDistributionPointName(named);
  const reasons = reader.nextTag === contextPrimitive(1) ? reasonMask(reader.bitString(contextPrimitive(1))) : undefined;
  const issuers = reader.enterOptional(contextConstructed(2));
  const cRLIssuer = issuers && readGeneralNames(issuers);
  reader.end();
  if (!distributionPoint && !cRLIssuer) reader.fail('distribution-point-malformed', 'RFC 5280 §4.2.1.13 name or issuer');
  return { distributionPoint, reasons, cRLIssuer };
}

/** The CHOICE inside `[0]`, of a certificate's point or of an issuing distribution point. */
export function readDistributionPointName(reader: DerReader): DistributionPointName {
  const full = reader.enterOptional(contextConstructed(0));
  if (full) {
    const fullName = readGeneralNames(full);
    reader.end();
    return { fullName };
  }
  const relative = reader.read(contextConstructed(1));
  reader.end();
  return { nameRelativeToCrlIssuer: element(tags.set, relative.content) };
}

/** Bit 0 is `unused` and means nothing, though some lists set it. */
export function reasonMask({ bytes }: BitString): ReasonMask {
  let mask = 0;
  for (let bit = 1; bit < Math.min(bytes.length * 8, 9); bit++) {
    if (bytes[bit >> 3]! & (0x80 >> (bit & 7))) mask |= 1 << bit;
  }
  return mask;
}

/**
 * The names a DistributionPointName stands for, a relative one completed by the CRL issuer's name (§4.2.1.13).
 * @throws PkiError when the relative part is no RDN
 */
export function fullNamesOf(point: DistributionPointName, crlIssuer: Name): readonly GeneralName[] {
  if ('fullName' in point) return point.fullName;
  const parent = openSequence(crlIssuer.der);
  const rdns = parent.all().map(({ der }) => der);
  return [{ type: 'directoryName', name: parseName(element(tags.sequence, ...rdns, point.nameRelativeToCrlIssuer)) }];
}
