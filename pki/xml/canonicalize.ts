import { PkiError } from '../error.ts';
import { compareCodePoints } from './code-points.ts';
import { attributeOf, limits, namespaces, type XmlAttribute, type XmlDocument, type XmlElement, type XmlNode } from './tree.ts';

export interface CanonicalMethod {
  /** C14N 1.0, C14N 1.1, Exclusive C14N 1.0 */
  form: 'inclusive' | 'inclusive-1.1' | 'exclusive';
  comments: boolean;
  /** the InclusiveNamespaces PrefixList of the exclusive form; `#default` for none */
  prefixes: readonly string[];
}

/** Part of a document: a whole subtree, less whole subtrees. Every node-set that our transforms can make is one. */
export interface NodeSet {
  apex: XmlElement | XmlDocument;
  /** subtrees that are left out */
  omits: (element: XmlElement) => boolean;
  /** comments are in the set; whether they come out is the method's choice */
  comments: boolean;
}

/** How much canonicalisation a file may still cause: many references to large parts are an attack on time. */
export class WorkBudget {
  private left: number = limits.canonicalOctets;

  /** @throws PkiError `xml-too-complex` */
  spend(octets: number): void {
    this.left -= octets;
    if (this.left < 0) throw new PkiError('xml-too-complex', { rule: `canonical forms of at most ${limits.canonicalOctets} octets in all` });
  }
}

/** What a canonicalisation counts for beside its octets: a hundred thousand small ones are an attack too. */
const leastCost = 1_000;

/**
 * The canonical octets of a node-set: Canonical XML 1.0 and 1.1, Exclusive XML Canonicalization 1.0.
 * `xml:base` of ancestors outside the set would need joining under 1.1 (§2.4); that is refused, nobody signs so.
 * @throws PkiError `xml-namespace` for relative namespace names (C14N §1.3), `xml-base`, `xml-too-complex`
 */
export function canonicalize(nodes: NodeSet, method: CanonicalMethod, budget: WorkBudget): Uint8Array {
  budget.spend(leastCost);
  const writer = new Writer(nodes, method, budget);
  return Buffer.from(writer.write(), 'utf8');
}

const none: [string, string][] = [];

class Writer {
  private readonly nodes: NodeSet;
  private readonly method: CanonicalMethod;
  private readonly budget: WorkBudget;
  private readonly comments: boolean;
  private out = '';
  /** what the output ancestors of the place have declared */
  private readonly rendered = new Map<string, string>();

  constructor(nodes: NodeSet, method: CanonicalMethod, budget: WorkBudget) {
    this.nodes = nodes;
    this.method = method;
    this.budget = budget;
    this.comments = method.comments && nodes.comments;
  }

  write(): string {
    const { apex } = this.nodes;
    if ('root' in apex) {
      for (const node of apex.before) if (this.isShown(node)) this.put(`${printed(node)}\n`);
      this.element(apex.root, true);
      for (const node of apex.after) if (this.isShown(node)) this.put(`\n${printed(node)}`);
    } else {
      this.element(apex, true);
    }
    return this.out;
  }

  private put(text: string): void {
    this.budget.spend(text.length);
    this.out += text;
  }

  private isShown({ kind }: XmlNode): boolean {
    return kind !== 'comment' || this.comments;
  }

  private element(element: XmlElement, isApex: boolean): void {
    if (this.nodes.omits(element)) return;
    const name = qualified(element);
    const undo: [string, string | undefined][] = [];
    let tag = `<${name}`;
    for (const [prefix, uri] of this.declarationsFor(element, isApex)) {
      undo.push([prefix, this.rendered.get(prefix)]);
      this.rendered.set(prefix, uri);
      tag += `${prefix === '' ? ' xmlns' : ` xmlns:${prefix}`}="${escapeAttribute(uri)}"`;
    }
    for (const attribute of this.attributesFor(element, isApex)) tag += ` ${qualified(attribute)}="${escapeAttribute(attribute.value)}"`;
    this.put(`${tag}>`);
    for (const child of element.children) {
      if (child.kind === 'element') this.element(child, false);
      else if (this.isShown(child)) this.put(printed(child));
    }
    this.put(`</${name}>`);
    for (const [prefix, uri] of undo) {
      if (uri === undefined) this.rendered.delete(prefix);
      else this.rendered.set(prefix, uri);
    }
  }

  /** The namespace nodes that come out, in order; those the output ancestors have already do not. */
  private declarationsFor(element: XmlElement, isApex: boolean): [string, string][] {
    if (!isApex && this.needsNone(element)) return none;
    const wanted = this.method.form === 'exclusive' ? this.visiblyUtilized(element, isApex) : inScope(element, isApex);
    const fresh = [...wanted].filter(([prefix, uri]) => prefix !== 'xml' && !this.isRendered(prefix, uri));
    for (const [, uri] of fresh) refuseRelative(uri);
    return fresh.toSorted(([a], [b]) => compareCodePoints(a, b));
  }

  private isRendered(prefix: string, uri: string): boolean {
    return (this.rendered.get(prefix) ?? (prefix === '' ? '' : undefined)) === uri;
  }

  /** Most elements declare nothing and use what is there. */
  private needsNone({ declarations, attributes, prefix, namespace }: XmlElement): boolean {
    if (declarations.length > 0) return false;
    return this.method.form !== 'exclusive' || (this.isRendered(prefix, namespace) && attributes.every((attribute) => attribute.prefix === ''));
  }

  /** Exclusive C14N §3: what the names of the element use, and what the list of prefixes asks for. */
  private visiblyUtilized(element: XmlElement, isApex: boolean): Map<string, string> {
    const { prefixes } = this.method;
    const listed = prefixes.length === 0 ? [] : [...inScope(element, isApex)].filter(([prefix]) => prefixes.includes(prefix === '' ? '#default' : prefix));
    const used = new Map<string, string>(listed);
    used.set(element.prefix, element.namespace);
    for (const { prefix, namespace } of element.attributes) if (prefix !== '') used.set(prefix, namespace);
    return used;
  }

  private attributesFor(element: XmlElement, isApex: boolean): readonly XmlAttribute[] {
    if (!isApex && element.attributes.length < 2) return element.attributes;
    const inherited = isApex && element.parent && this.method.form !== 'exclusive' ? inheritedXmlAttributes(element, this.method.form) : [];
    return [...element.attributes, ...inherited].toSorted((a, b) => compareCodePoints(a.namespace, b.namespace) || compareCodePoints(a.local, b.local));
  }
}

/** The declarations of an element; at the top of the set with all that its ancestors declared. */
function inScope(element: XmlElement, withAncestors: boolean): Map<string, string> {
  const found = new Map<string, string>();
  for (let at: XmlElement | undefined = element; at; at = withAncestors ? at.parent : undefined) {
    for (const { prefix, uri } of at.declarations) if (!found.has(prefix)) found.set(prefix, uri);
  }
  return found;
}

/** C14N 1.0 §2.4: the nearest of each xml: attribute above; 1.1 §2.4: lang and space alone, id never. */
function inheritedXmlAttributes(apex: XmlElement, form: 'inclusive' | 'inclusive-1.1'): XmlAttribute[] {
  const found = new Map<string, XmlAttribute>();
  for (let at = apex.parent; at; at = at.parent) {
    for (const attribute of at.attributes) {
      const { namespace, local } = attribute;
      if (namespace !== namespaces.xml || found.has(local) || (attributeOf(apex, local, namespaces.xml) !== undefined && local !== 'base')) continue;
      if (form === 'inclusive-1.1' && local === 'base') throw new PkiError('xml-base', { rule: 'Canonical XML 1.1 §2.4 xml:base outside the signed part' });
      if (form === 'inclusive' || local === 'lang' || local === 'space') found.set(local, attribute);
    }
  }
  return [...found.values()].filter(({ local }) => attributeOf(apex, local, namespaces.xml) === undefined);
}

const absolute = /^[A-Za-z][A-Za-z0-9+.-]*:/;

function refuseRelative(uri: string): void {
  if (uri !== '' && !absolute.test(uri)) throw new PkiError('xml-namespace', { rule: 'Canonical XML §1.3 namespace names are absolute' });
}

const qualified = ({ prefix, local }: { prefix: string; local: string }): string => (prefix === '' ? local : `${prefix}:${local}`);

function printed(node: Exclude<XmlNode, XmlElement>): string {
  switch (node.kind) {
    case 'text': return escapeText(node.text);
    case 'comment': return `<!--${node.text}-->`;
    case 'instruction': return node.text === '' ? `<?${node.target}?>` : `<?${node.target} ${node.text}?>`;
  }
}

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', '\t': '&#x9;', '\n': '&#xA;', '\r': '&#xD;' };
const escapeText = (text: string): string => text.replace(/[&<>\r]/g, (character) => escapes[character]!);
const escapeAttribute = (value: string): string => value.replace(/[&<"\t\n\r]/g, (character) => escapes[character]!);
