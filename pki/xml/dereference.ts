import { PkiError } from '../error.ts';
import { canonicalMethodOf, transformUris } from './algorithms.ts';
import { canonicalize, type CanonicalMethod, type NodeSet, type WorkBudget } from './canonicalize.ts';
import { parseXml } from './parse.ts';
import type { XmlReference } from './signature.ts';
import { attributeOf, bytesOfBase64, childrenOf, elementsOf, isNamed, namespaces, textOf, type XmlDocument, type XmlElement, type XmlNode } from './tree.ts';

/** Where the octets of a reference came from. */
export type Target =
  | { kind: 'document'; omitted: OmittedParts }
  | { kind: 'element'; element: XmlElement; omitted: OmittedParts }
  | { kind: 'file'; name: string | undefined };

/** What transforms took out of a signed part: nothing, the signature itself, or every ds:Signature. */
export type OmittedParts = 'nothing' | 'this-signature' | 'every-signature';

export interface Dereferenced { target: Target; octets: Uint8Array }

export interface Surroundings {
  document: XmlDocument;
  /** the ds:Signature the reference belongs to */
  signature: XmlElement;
  /** content outside the document by its name, handed in; undefined if there is none. The name is never followed. */
  resolve: (name: string | undefined) => Uint8Array | undefined;
  budget: WorkBudget;
}

/** C14N 1.0 without comments, where a node-set must become octets and nothing says how (XMLDSig §4.4.3.2). */
export const defaultMethod: CanonicalMethod = { form: 'inclusive', comments: false, prefixes: [] };

const refused = (rule: string): PkiError => new PkiError('xml-reference-refused', { rule });

/**
 * The octets that a reference digests (XMLDSig §4.4.3.2), by rules that leave nothing to the signer's fancy: the whole
 * document, one element by an ID that is there once, or a file handed in; transforms from a short list, no XSLT, no XPath
 * but the two spellings of "without the signatures".
 * @throws PkiError `xml-reference-refused`, `xml-reference-ambiguous`, `xml-reference-missing`, `xml-content-missing`, `xml-…`
 */
export function dereference(reference: XmlReference, surroundings: Surroundings): Dereferenced {
  const { target, value } = locate(reference.uri, surroundings);
  let state: Transformed = { value, omitted: 'nothing' };
  for (const transform of reference.transforms) state = applyTransform(state, transform, surroundings);
  const octets = state.value instanceof Uint8Array ? state.value : canonicalize(state.value, defaultMethod, surroundings.budget);
  return { target: target.kind === 'file' ? target : { ...target, omitted: state.omitted }, octets };
}

interface Transformed { value: NodeSet | Uint8Array; omitted: OmittedParts }

const nothingOmitted = (): boolean => false;

function locate(uri: string | undefined, { document, resolve }: Surroundings): { target: Target; value: NodeSet | Uint8Array } {
  if (uri === '') return { target: { kind: 'document', omitted: 'nothing' }, value: { apex: document, omits: nothingOmitted, comments: false } };
  if (uri?.startsWith('#')) {
    const element = elementById(document, uri.slice(1));
    return { target: { kind: 'element', element, omitted: 'nothing' }, value: { apex: element, omits: nothingOmitted, comments: false } };
  }
  const name = uri === undefined ? undefined : decoded(uri);
  const value = resolve(name);
  if (!value) throw new PkiError('xml-content-missing', { rule: 'XMLDSig §4.4.3.1 content beside the signature' });
  return { target: { kind: 'file', name }, value };
}

function decoded(uri: string): string {
  try {
    return decodeURIComponent(uri);
  } catch {
    throw refused('RFC 3986 §2.1 percent-encoding');
  }
}

/** The element of an ID. @throws PkiError `xml-reference-missing`, `xml-reference-ambiguous`, `xml-reference-refused` for an XPointer */
export function elementById({ ids }: XmlDocument, id: string): XmlElement {
  if (id.includes('(') || id === '') throw refused('XMLDSig §4.4.3.3 an ID, no XPointer scheme');
  const [element, ...others] = ids.get(id) ?? ids.get(decoded(id)) ?? [];
  if (!element) throw new PkiError('xml-reference-missing', { rule: 'XMLDSig §4.4.3.2 an element of this ID' });
  if (others.length > 0) throw new PkiError('xml-reference-ambiguous', { rule: 'XML 1.0 §3.3.1 an ID is there once' });
  return element;
}

function applyTransform({ value, omitted }: Transformed, transform: XmlElement, { signature, budget }: Surroundings): Transformed {
  const uri = attributeOf(transform, 'Algorithm') ?? '';
  if (uri === transformUris.base64) return { value: fromBase64(value), omitted };
  if (uri === transformUris.enveloped || uri === transformUris.xpath || uri === transformUris.xpathFilter) {
    if (value instanceof Uint8Array) throw refused('XMLDSig §6.6.4 a node-set of this document');
    if (uri === transformUris.enveloped) return { value: without(value, (element) => element === signature), omitted: omitted === 'every-signature' ? omitted : 'this-signature' };
    requireSignaturesOut(transform, uri === transformUris.xpath);
    return { value: without(value, (element) => isNamed(element, namespaces.ds, 'Signature')), omitted: 'every-signature' };
  }
  const method = canonicalMethodOf(transform);
  if (!method) throw refused(`transform ${uri.slice(0, 100)} is not on the list`);
  return { value: canonicalize(value instanceof Uint8Array ? wholeOf(value) : value, method, budget), omitted };
}

const without = (nodes: NodeSet, omits: NodeSet['omits']): NodeSet => ({ ...nodes, omits: (element) => nodes.omits(element) || omits(element) });

/** Octets parsed for a transform that takes nodes; comments are in (XMLDSig §4.4.3.2). */
const wholeOf = (octets: Uint8Array): NodeSet => ({ apex: parseXml(octets), omits: nothingOmitted, comments: true });

/** XMLDSig §6.6.2: of nodes, the text; tags and comments do not count. */
function fromBase64(value: NodeSet | Uint8Array): Uint8Array {
  if (value instanceof Uint8Array) return bytesOfBase64(Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('latin1'));
  const apex = 'root' in value.apex ? value.apex.root : value.apex;
  const texts: string[] = [];
  const collect = (node: XmlNode): void => {
    if (node.kind === 'text') texts.push(node.text);
    else if (node.kind === 'element' && !value.omits(node)) for (const child of node.children) collect(child);
  };
  collect(apex);
  return bytesOfBase64(texts.join(''));
}

/** The one expression that is allowed: everything but the signatures. Its prefix must mean ds where it stands. */
function requireSignaturesOut(transform: XmlElement, filtersNodes: boolean): void {
  const [xpath, ...others] = childrenOf(transform);
  const rule = 'XMLDSig §6.6.3 not(ancestor-or-self::ds:Signature) alone';
  if (!xpath || others.length > 0 || xpath.local !== 'XPath') throw refused(rule);
  const expression = textOf(xpath).trim();
  const prefix = filtersNodes
    ? /^not\(\s*ancestor-or-self::([\w.-]+):Signature\s*\)$/.exec(expression)?.[1]
    : attributeOf(xpath, 'Filter') === 'subtract' ? /^\/descendant::([\w.-]+):Signature$/.exec(expression)?.[1] : undefined;
  if (prefix === undefined || uriOfPrefix(xpath, prefix) !== namespaces.ds) throw refused(rule);
  if (xpath.namespace !== (filtersNodes ? namespaces.ds : transformUris.xpathFilter)) throw refused(rule);
}

function uriOfPrefix(element: XmlElement, prefix: string): string | undefined {
  for (let at: XmlElement | undefined = element; at; at = at.parent) {
    const found = at.declarations.find((declaration) => declaration.prefix === prefix);
    if (found) return found.uri;
  }
  return undefined;
}

/** Every ds:Signature of a document, in order. */
export function signatureElements({ root }: XmlDocument): XmlElement[] {
  return [...elementsOf(root)].filter((element) => isNamed(element, namespaces.ds, 'Signature'));
}
