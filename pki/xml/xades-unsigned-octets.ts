import { PkiError } from '../error.ts';
import { canonicalize, type CanonicalMethod } from './canonicalize.ts';
import { dereference, elementById, type Surroundings } from './dereference.ts';
import type { XmlSignature } from './signature.ts';
import { attributeOf, childrenOf, isWithin, namespaces, type XmlElement } from './tree.ts';

/** One way to read what a timestamp covers. */
export interface Reading {
  /** @throws PkiError where they cannot be had */
  octets: () => readonly Uint8Array[];
  /** whether the signature value is among them */
  signatureValue: boolean;
  /** whether the certificates in KeyInfo are */
  keyInfo: boolean;
  /** the unsigned properties among them */
  properties: readonly XmlElement[];
}

/** A timestamp among the unsigned properties of a signature, and those before it. */
export interface Unsigned { signature: XmlSignature; before: readonly XmlElement[]; property: XmlElement }

const { ds, xades, xades141 } = namespaces;

export const canonical = (apex: XmlElement, method: CanonicalMethod, { budget }: Surroundings): Uint8Array =>
  canonicalize({ apex, omits: () => false, comments: true }, method, budget);

/**
 * What an ArchiveTimeStamp covers: what is referenced, the signature, the unsigned properties before it or those it lists, and
 * further objects. EN 319 132-1 §5.5.2 means the objects that no reference leads to, ETSI TS 101 903 §8.2 all of them; its
 * version 1.3.2 §7.7.1 lets the list name everything.
 */
export function archiveReadings(place: Unsigned, method: CanonicalMethod, surroundings: Surroundings): Reading[] {
  const { signature, before } = place;
  const { references, signedInfo, signatureValue, keyInfo, objects } = signature;
  const listed = includesOf(place);
  const properties = listed ? (): XmlElement[] => included(listed, surroundings) : (): readonly XmlElement[] => before;
  const uris = new Set(references.map(({ uri }) => uri));
  const others = objects.filter((object) => childrenOf(object, xades, 'QualifyingProperties').length === 0);
  const unreferenced = others.filter((object) => !uris.has(`#${attributeOf(object, 'Id') ?? ''}`));
  const over = (rest: readonly XmlElement[]): Reading => ({
    octets: () => [
      ...references.map((reference) => dereference(reference, surroundings, method).octets),
      ...[signedInfo, signatureValue, ...(keyInfo ? [keyInfo] : []), ...properties(), ...rest].map((element) => canonical(element, method, surroundings)),
    ],
    signatureValue: true, keyInfo: true, properties: listed ? among(place, listed, surroundings) : before,
  });
  return [over(unreferenced), ...(others.length > unreferenced.length ? [over(others)] : []), ...(listed ? [overList(place, listed, { method, surroundings })] : [])];
}

const signatureTimestamp = new Set(['SignatureTimeStamp']);
const referenceLists = new Set(['CompleteCertificateRefs', 'CompleteRevocationRefs', 'AttributeCertificateRefs', 'AttributeRevocationRefs', 'CompleteCertificateRefsV2', 'AttributeCertificateRefsV2']);

/** EN 319 132-1 §A.1.5: the signature value and its timestamps, and the references to certificates and status data; or these alone. */
export function referencesReadings(place: Unsigned, method: CanonicalMethod, surroundings: Surroundings): Reading[] {
  const { signature: { signatureValue }, before, property } = place;
  const withSignature = property.local.startsWith('SigAndRefs');
  const listed = includesOf(place);
  const own = before.filter(({ namespace, local }) => (namespace === xades || namespace === xades141) && (referenceLists.has(local) || (withSignature && signatureTimestamp.has(local))));
  const properties = listed ? among(place, listed, surroundings) : own;
  const octets = (): Uint8Array[] => [...(withSignature ? [signatureValue] : []), ...(listed ? included(listed, surroundings) : own)].map((element) => canonical(element, method, surroundings));
  return [{ octets, signatureValue: withSignature, keyInfo: false, properties }];
}

/** The elements a timestamp lists; undefined where it lists none and what it covers goes without saying (EN 319 132-1 §5.1.4.4). */
function includesOf({ property }: Unsigned): readonly XmlElement[] | undefined {
  const found = childrenOf(property, xades, 'Include');
  if (found.length > maxIncludes) throw new PkiError('xml-too-complex', { rule: `at most ${maxIncludes} Include` });
  return found.length > 0 ? found : undefined;
}

const maxIncludes = 256;

/** @throws PkiError `xml-xades-malformed`, `xml-reference-…` */
function included(listed: readonly XmlElement[], { document }: Surroundings): XmlElement[] {
  return listed.map((include) => {
    const uri = attributeOf(include, 'URI');
    if (!uri?.startsWith('#')) throw new PkiError('xml-xades-malformed', { rule: 'EN 319 132-1 §5.1.4.4 Include names an element of this document' });
    return elementById(document, uri.slice(1));
  });
}

/** Of the properties before a timestamp those that it lists, whole. */
function among({ before }: Unsigned, listed: readonly XmlElement[], { document: { ids } }: Surroundings): XmlElement[] {
  const named = new Set(listed.map((include) => attributeOf(include, 'URI')));
  return before.filter((property) => [...named].some((uri) => uri !== undefined && ids.get(uri.slice(1))?.[0] === property));
}

/** The list and nothing else: each element as it stands, or what a listed ds:Reference leads to (TS 101 903 v1.3.2 §7.1.4.3.1). */
function overList(place: Unsigned, listed: readonly XmlElement[], { method, surroundings }: { method: CanonicalMethod; surroundings: Surroundings }): Reading {
  const { references, signatureValue, keyInfo } = place.signature;
  const octetsOf = (element: XmlElement, include: XmlElement): Uint8Array => {
    const reference = attributeOf(include, 'referencedData') === 'true' && element.namespace === ds ? references.find((each) => each.element === element) : undefined;
    return reference ? dereference(reference, surroundings, method).octets : canonical(element, method, surroundings);
  };
  const targets = listed.map((include) => surroundings.document.ids.get((attributeOf(include, 'URI') ?? '').slice(1))?.[0]);
  const covers = (part: XmlElement): boolean => targets.some((target) => target !== undefined && isWithin(part, target));
  return {
    octets: () => included(listed, surroundings).map((element, i) => octetsOf(element, listed[i]!)),
    signatureValue: covers(signatureValue), keyInfo: keyInfo !== undefined && covers(keyInfo), properties: among(place, listed, surroundings),
  };
}
