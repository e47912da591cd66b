import { PkiError } from '../error.ts';
import { canonicalize, type CanonicalMethod, type NodeSet, type WorkBudget } from './canonicalize.ts';
import type { XmlReference } from './signature.ts';
import { applyTransform, type OmittedParts, type Transformed } from './transforms.ts';
import { isNamed, namespaces, type XmlDocument, type XmlElement } from './tree.ts';

/** Where the octets of a reference came from. */
export type Target =
  | { kind: 'document'; omitted: OmittedParts }
  | { kind: 'element'; element: XmlElement; omitted: OmittedParts }
  | { kind: 'file'; name: string | undefined };

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
 * @param ofNodes how nodes become octets where no transform says so; timestamps bring their own way
 * @throws PkiError `xml-reference-refused`, `xml-reference-ambiguous`, `xml-reference-missing`, `xml-content-missing`, `xml-…`
 */
export function dereference(reference: XmlReference, surroundings: Surroundings, ofNodes: CanonicalMethod = defaultMethod): Dereferenced {
  const { target, value } = locate(reference.uri, surroundings);
  let state: Transformed = { value, omitted: 'nothing' };
  for (const transform of reference.transforms) state = applyTransform(state, transform, surroundings);
  const octets = state.value instanceof Uint8Array ? state.value : canonicalize(state.value, ofNodes, surroundings.budget);
  return { target: target.kind === 'file' ? target : { ...target, omitted: state.omitted }, octets };
}

const nothing = (): boolean => false;

function locate(uri: string | undefined, { document, resolve }: Surroundings): { target: Target; value: NodeSet | Uint8Array } {
  if (uri === '') return { target: { kind: 'document', omitted: 'nothing' }, value: { apex: document, omits: nothing, comments: false } };
  if (uri?.startsWith('#')) {
    const element = elementById(document, uri.slice(1));
    return { target: { kind: 'element', element, omitted: 'nothing' }, value: { apex: element, omits: nothing, comments: false } };
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

/** Every ds:Signature of a document, in order. */
export function signatureElements({ elements }: XmlDocument): XmlElement[] {
  return elements.filter((element) => isNamed(element, namespaces.ds, 'Signature'));
}
