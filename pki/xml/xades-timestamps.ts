import { PkiError, tolerate } from '../error.ts';
import type { Digest } from '../keys/algorithm.ts';
import { createHash } from 'node:crypto';
import { canonicalMethodOf } from './algorithms.ts';
import { canonicalize, type CanonicalMethod } from './canonicalize.ts';
import { defaultMethod, dereference, type Surroundings } from './dereference.ts';
import type { XmlReference, XmlSignature } from './signature.ts';
import { attributeOf, bytesOf, childOf, childrenOf, isNamed, namespaces, type XmlElement } from './tree.ts';
import { signedPropertiesType, type XadesProperties } from './xades.ts';

/** A timestamp property of a signature: its tokens, and what each must have stamped. */
export interface XadesTimestamp {
  kind: 'content' | 'signature' | 'archive';
  property: XmlElement;
  /** TimeStampToken DER; several are of one and the same content */
  tokens: readonly Uint8Array[];
  /** undefined where the bytes cannot be had, as with a file that is not at hand */
  stamped: (digest: Digest) => Uint8Array | undefined;
  /** the unsigned properties that an archive timestamp covers: those before it */
  before: readonly XmlElement[];
}

const { ds, xades, xades141 } = namespaces;

/**
 * The timestamps of a signature with the bytes each covers, not distributed (EN 319 132-1 §5.2.8, §5.3, §5.5.2).
 * SigAndRefsTimeStamp and RefsOnlyTimeStamp (annex A) prove nothing that the others do not and are passed over.
 * @throws PkiError `xml-xades-malformed` for a property without a token in DER
 */
export function readTimestamps(signature: XmlSignature, properties: XadesProperties, surroundings: Surroundings): XadesTimestamp[] {
  const content = properties.contentTimestamps.map((property) => timestamp('content', property, (method) => contentOctets(property, method, signature, surroundings)));
  const unsigned = properties.unsigned.flatMap((property, i): XadesTimestamp[] => {
    if (isNamed(property, xades, 'SignatureTimeStamp')) {
      return [timestamp('signature', property, (method) => [canonical(signature.signatureValue, method, surroundings)])];
    }
    if (!isNamed(property, xades141, 'ArchiveTimeStamp')) return [];
    const before = properties.unsigned.slice(0, i);
    return [{ ...timestamp('archive', property, (method) => archiveOctets(signature, before, method, surroundings)), before }];
  });
  return [...content, ...unsigned];
}

function timestamp(kind: XadesTimestamp['kind'], property: XmlElement, octets: (method: CanonicalMethod) => Uint8Array[]): XadesTimestamp {
  const tokens = childrenOf(property, xades, 'EncapsulatedTimeStamp').slice(0, 16).map(bytesOf);
  if (tokens.length === 0) throw new PkiError('xml-xades-malformed', { rule: `EN 319 132-1 §5.1.4.4 EncapsulatedTimeStamp in ${property.local}` });
  const named = childOf(property, ds, 'CanonicalizationMethod');
  const method = named ? canonicalMethodOf(named) : defaultMethod;
  const done = new Map<Digest, Uint8Array | undefined>();
  const stamped = (digest: Digest): Uint8Array | undefined => {
    if (method && !done.has(digest)) done.set(digest, digestOf(() => octets(method), digest));
    return done.get(digest);
  };
  return { kind, property, tokens, stamped, before: [] };
}

const digestOf = (octets: () => Uint8Array[], digest: Digest): Uint8Array | undefined => tolerate(() => {
  const hash = createHash(digest);
  for (const part of octets()) hash.update(part);
  return hash.digest();
});

const canonical = (apex: XmlElement, method: CanonicalMethod, { budget }: Surroundings): Uint8Array =>
  canonicalize({ apex, omits: () => false, comments: true }, method, budget);

/** EN 319 132-1 §5.2.8.1, §5.2.8.2: all references but that to the properties, or those that are named. */
function contentOctets(property: XmlElement, method: CanonicalMethod, { references }: XmlSignature, surroundings: Surroundings): Uint8Array[] {
  const data = references.filter(({ type }) => type !== signedPropertiesType);
  const included = property.local === 'AllDataObjectsTimeStamp' ? data : childrenOf(property, xades, 'Include').map((include) => named(data, attributeOf(include, 'URI')));
  return included.map((reference) => dereference(reference, surroundings, method).octets);
}

function named(references: readonly XmlReference[], uri: string | undefined): XmlReference {
  const found = references.filter(({ id }) => id !== undefined && uri === `#${id}`);
  if (found.length !== 1) throw new PkiError('xml-xades-malformed', { rule: 'EN 319 132-1 §5.1.4.4 Include names a Reference' });
  return found[0]!;
}

/** EN 319 132-1 §5.5.2.2: what is referenced, the signature, the unsigned properties before, and objects that nothing references. */
function archiveOctets(signature: XmlSignature, before: readonly XmlElement[], method: CanonicalMethod, surroundings: Surroundings): Uint8Array[] {
  const { references, signedInfo, signatureValue, keyInfo, objects } = signature;
  const uris = new Set(references.map(({ uri }) => uri));
  const rest = objects.filter((object) => childrenOf(object, xades, 'QualifyingProperties').length === 0 && !uris.has(`#${attributeOf(object, 'Id') ?? ''}`));
  return [
    ...references.map((reference) => dereference(reference, surroundings, method).octets),
    ...[signedInfo, signatureValue, ...(keyInfo ? [keyInfo] : []), ...before, ...rest].map((element) => canonical(element, method, surroundings)),
  ];
}
