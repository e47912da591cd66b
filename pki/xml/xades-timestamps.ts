import { createHash } from 'node:crypto';
import { PkiError, tolerate } from '../error.ts';
import type { Digest } from '../keys/algorithm.ts';
import { fittingReading } from '../timestamp/fitting-reading.ts';
import { canonicalMethodOf } from './algorithms.ts';
import type { CanonicalMethod } from './canonicalize.ts';
import { defaultMethod, dereference, type Surroundings } from './dereference.ts';
import type { XmlReference, XmlSignature } from './signature.ts';
import { attributeOf, bytesOf, childOf, childrenOf, isNamed, namespaces, type XmlElement } from './tree.ts';
import { signedPropertiesType, type XadesProperties } from './xades.ts';
import { archiveReadings, canonical, referencesReadings, type Reading } from './xades-unsigned-octets.ts';

export type XadesTimestampKind = 'content' | 'signature' | 'references' | 'archive';

/** A timestamp property of a signature with one of its tokens, and what that must have stamped. */
export interface XadesTimestamp {
  kind: XadesTimestampKind;
  property: XmlElement;
  /** TimeStampToken DER */
  token: Uint8Array;
  /** undefined where the bytes cannot be had, as with a file that is not at hand */
  stamped: (digest: Digest) => Uint8Array | undefined;
  /** what a token that holds covers of the signature */
  covered: () => Omit<Reading, 'octets'>;
}

const { ds, xades, xades141 } = namespaces;

/**
 * The timestamps of a signature with the bytes each covers (EN 319 132-1 §5.2.8, §5.3, §5.5.2, annex A), those of the older
 * namespace and those that list what they cover included. Where editions of the standard differ, a token is of the reading
 * that it fits.
 * @throws PkiError `xml-xades-malformed` for a property without a token in DER
 */
export function readTimestamps(signature: XmlSignature, properties: XadesProperties, surroundings: Surroundings): XadesTimestamp[] {
  const content = properties.contentTimestamps.flatMap((property) => timestamps('content', property, (method) => [contentReading(property, method, signature, surroundings)]));
  const unsigned = properties.unsigned.flatMap((property, i): XadesTimestamp[] => {
    const before = properties.unsigned.slice(0, i);
    if (isNamed(property, xades, 'SignatureTimeStamp')) return timestamps('signature', property, (method) => [valueReading(signature, method, surroundings)]);
    if (isReferencesTimestamp(property)) return timestamps('references', property, (method) => referencesReadings({ signature, before, property }, method, surroundings));
    if (!isNamed(property, xades141, 'ArchiveTimeStamp') && !isNamed(property, xades, 'ArchiveTimeStamp')) return [];
    return timestamps('archive', property, (method) => archiveReadings({ signature, before, property }, method, surroundings));
  });
  return [...content, ...unsigned];
}

/** SigAndRefsTimeStamp, RefsOnlyTimeStamp and their second editions (EN 319 132-1 §A.1.5). */
const isReferencesTimestamp = ({ namespace, local }: XmlElement): boolean =>
  (namespace === xades && /^(SigAndRefs|RefsOnly)TimeStamp$/.test(local)) || (namespace === xades141 && /^(SigAndRefs|RefsOnly)TimeStampV2$/.test(local));

function timestamps(kind: XadesTimestampKind, property: XmlElement, readingsBy: (method: CanonicalMethod) => Reading[]): XadesTimestamp[] {
  const tokens = childrenOf(property, xades, 'EncapsulatedTimeStamp').slice(0, 16).map(bytesOf);
  if (tokens.length === 0) throw new PkiError('xml-xades-malformed', { rule: `EN 319 132-1 §5.1.4.4 EncapsulatedTimeStamp in ${property.local}` });
  const named = childOf(property, ds, 'CanonicalizationMethod');
  const method = named ? canonicalMethodOf(named) : defaultMethod;
  const readings = method ? readingsBy(method).map(onlyOnce) : [];
  return tokens.map((token): XadesTimestamp => {
    let fitting: Reading | undefined;
    const chosen = (): Reading | undefined => (fitting ??= fittingReading(token, readings, digestOf));
    return { kind, property, token, stamped: (digest) => chosen() && digestOf(chosen()!, digest), covered: () => chosen() ?? nothingCovered };
  });
}

const nothingCovered = { signatureValue: false, keyInfo: false, properties: [] };

/** The tokens of a property are of one and the same content: its octets are made once for each digest. */
function onlyOnce({ octets, ...reading }: Reading): Reading {
  let made: readonly Uint8Array[] | undefined;
  return { ...reading, octets: () => (made ??= octets()) };
}

const digestOf = ({ octets }: Reading, digest: Digest): Uint8Array | undefined => tolerate(() => {
  const hash = createHash(digest);
  for (const part of octets()) hash.update(part);
  return hash.digest();
});

const valueReading = ({ signatureValue }: XmlSignature, method: CanonicalMethod, surroundings: Surroundings): Reading =>
  ({ octets: () => [canonical(signatureValue, method, surroundings)], signatureValue: true, keyInfo: false, properties: [] });

/** EN 319 132-1 §5.2.8.1, §5.2.8.2: all references but that to the properties, or those that are named. */
function contentReading(property: XmlElement, method: CanonicalMethod, { references }: XmlSignature, surroundings: Surroundings): Reading {
  const data = references.filter(({ type }) => type !== signedPropertiesType);
  const included = (): readonly XmlReference[] => (property.local === 'AllDataObjectsTimeStamp' ? data : childrenOf(property, xades, 'Include').map((include) => named(data, attributeOf(include, 'URI'))));
  return { octets: () => included().map((reference) => dereference(reference, surroundings, method).octets), signatureValue: false, keyInfo: false, properties: [] };
}

function named(references: readonly XmlReference[], uri: string | undefined): XmlReference {
  const found = references.filter(({ id }) => id !== undefined && uri === `#${id}`);
  if (found.length !== 1) throw new PkiError('xml-xades-malformed', { rule: 'EN 319 132-1 §5.1.4.4 Include names a Reference' });
  return found[0]!;
}
