import { PkiError } from '../error.ts';
import { canonicalMethodOf, transformUris } from './algorithms.ts';
import { canonicalize, type NodeSet, type WorkBudget } from './canonicalize.ts';
import { parseXml } from './parse.ts';
import { attributeOf, bytesOfBase64, childrenOf, isNamed, namespaces, textOf, type XmlElement, type XmlNode } from './tree.ts';

/** What transforms took out of a signed part: nothing, the signature itself, every ds:Signature, or all but the text (base64). */
export type OmittedParts = 'nothing' | 'this-signature' | 'every-signature' | 'markup';

export interface Transformed { value: NodeSet | Uint8Array; omitted: OmittedParts }

const refused = (rule: string): PkiError => new PkiError('xml-reference-refused', { rule });

/**
 * One ds:Transform of the list (XMLDSig §6.6): canonicalisations, base64, the signature left out.
 * @throws PkiError `xml-reference-refused` for every other, `xml-base64-malformed`, those of `parseXml` and `canonicalize`
 */
export function applyTransform({ value, omitted }: Transformed, transform: XmlElement, { signature, budget }: { signature: XmlElement; budget: WorkBudget }): Transformed {
  const uri = attributeOf(transform, 'Algorithm') ?? '';
  if (uri === transformUris.base64) return { value: fromBase64(value), omitted: 'markup' };
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
const wholeOf = (octets: Uint8Array): NodeSet => ({ apex: parseXml(octets), omits: () => false, comments: true });

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
