import { PkiError } from '../error.ts';
import { charactersOf, endOfName, resolveReferences } from './characters.ts';
import { Bindings } from './bindings.ts';
import { limits, namespaces, type NamespaceDeclaration, type XmlAttribute, type XmlComment, type XmlDocument, type XmlElement, type XmlInstruction, type XmlNode } from './tree.ts';

type OpenElement = XmlElement & { attributes: XmlAttribute[]; children: XmlNode[]; qualified: string };

/**
 * Reads an XML 1.0 document with namespaces into a tree. Strict and without a DTD: any DOCTYPE is refused, so there is
 * nothing to expand or to fetch. One pass, no recursion, everything counted.
 * @throws PkiError `xml-malformed`, `xml-doctype`, `xml-entity`, `xml-encoding`, `xml-namespace`, `xml-too-large`, `xml-too-complex`
 */
export function parseXml(bytes: Uint8Array): XmlDocument {
  return new Parser(charactersOf(bytes)).document();
}

const none: ReadonlyMap<string, string> = new Map();

class Parser {
  private readonly text: string;
  private at = 0;
  private nodes = 0;
  private attributes = 0;
  private readonly open: OpenElement[] = [];
  private readonly bindings = new Bindings();
  private readonly ids = new Map<string, XmlElement[]>();
  private readonly before: (XmlComment | XmlInstruction)[] = [];
  private readonly after: (XmlComment | XmlInstruction)[] = [];
  private readonly elements: XmlElement[] = [];
  private root: XmlElement | undefined;

  constructor(text: string) {
    this.text = text;
  }

  document(): XmlDocument {
    while (this.at < this.text.length) {
      if (this.text[this.at] === '<') this.markup();
      else this.characters();
    }
    if (!this.root || this.open.length > 0) throw this.malformed('XML 1.0 §2.1 one root element, closed');
    return { root: this.root, before: this.before, after: this.after, elements: this.elements, ids: this.ids };
  }

  private malformed(rule: string): PkiError {
    return new PkiError('xml-malformed', { rule, offset: this.at });
  }

  private count(): void {
    if (++this.nodes > limits.nodes) throw new PkiError('xml-too-complex', { rule: `at most ${limits.nodes} nodes`, offset: this.at });
  }

  /** A name with or without a prefix (QName). */
  private name(rule: string): string {
    const from = this.at;
    let end = endOfName(this.text, from);
    if (end > from && this.text[end] === ':') {
      const local = end + 1;
      end = endOfName(this.text, local);
      if (end === local) throw this.malformed('Namespaces in XML 1.0 §4 QName');
    }
    if (end === from) throw this.malformed(rule);
    this.at = end;
    return this.text.slice(from, end);
  }

  /** Passes over white space; true if there was any. */
  private space(): boolean {
    const from = this.at;
    for (let code = this.text.charCodeAt(this.at); code === 0x20 || code === 0x0a || code === 0x09; code = this.text.charCodeAt(this.at)) this.at += 1;
    return this.at > from;
  }

  private expect(mark: string, rule: string): void {
    if (!this.text.startsWith(mark, this.at)) throw this.malformed(rule);
    this.at += mark.length;
  }

  /** What comes next up to a mark, without it. */
  private until(mark: string, rule: string): string {
    const end = this.text.indexOf(mark, this.at);
    if (end < 0) throw this.malformed(rule);
    const found = this.text.slice(this.at, end);
    this.at = end + mark.length;
    return found;
  }

  private markup(): void {
    const { text, at } = this;
    switch (text[at + 1]) {
      case '/': this.closeElement(); return;
      case '?': this.instruction(); return;
      case '!':
        if (text.startsWith('<!--', at)) this.comment();
        else if (text.startsWith('<![CDATA[', at)) this.cdata();
        else if (text.startsWith('<!DOCTYPE', at)) throw new PkiError('xml-doctype', { rule: 'no document type declaration', offset: at });
        else throw this.malformed('XML 1.0 §2.4 markup');
        return;
      default: this.openElement();
    }
  }

  private characters(): void {
    const end = this.text.indexOf('<', this.at);
    const raw = this.text.slice(this.at, end < 0 ? this.text.length : end);
    if (this.open.length === 0) {
      if (/[^ \t\n]/.test(raw)) throw this.malformed('XML 1.0 §2.1 nothing but white space outside the root element');
    } else {
      if (raw.includes(']]>')) throw this.malformed('XML 1.0 §2.4 CharData');
      this.addText(resolveReferences(raw));
    }
    this.at += raw.length;
  }

  private cdata(): void {
    if (this.open.length === 0) throw this.malformed('XML 1.0 §2.7 CDATA inside the root element');
    this.at += '<![CDATA['.length;
    this.addText(this.until(']]>', 'XML 1.0 §2.7 CDEnd'));
  }

  private addText(text: string): void {
    if (text === '') return;
    const { children } = this.open.at(-1)!;
    const last = children.at(-1);
    this.count();
    if (last?.kind === 'text') children[children.length - 1] = { kind: 'text', text: last.text + text };
    else children.push({ kind: 'text', text });
  }

  private add(node: XmlComment | XmlInstruction): void {
    this.count();
    const inside = this.open.at(-1);
    (inside?.children ?? (this.root ? this.after : this.before)).push(node);
  }

  private comment(): void {
    this.at += '<!--'.length;
    const text = this.until('--', 'XML 1.0 §2.5 Comment');
    this.expect('>', 'XML 1.0 §2.5 no -- inside a comment');
    this.add({ kind: 'comment', text });
  }

  private instruction(): void {
    this.at += '<?'.length;
    const target = this.name('XML 1.0 §2.6 PITarget');
    if (target.toLowerCase() === 'xml' || target.includes(':')) throw this.malformed('XML 1.0 §2.6 PITarget');
    const spaced = this.space();
    const text = this.until('?>', 'XML 1.0 §2.6 PI');
    if (!spaced && text !== '') throw this.malformed('XML 1.0 §2.6 PI');
    this.add({ kind: 'instruction', target, text });
  }

  private closeElement(): void {
    this.at += '</'.length;
    const name = this.name('XML 1.0 §3.1 ETag');
    this.space();
    this.expect('>', 'XML 1.0 §3.1 ETag');
    const element = this.open.pop();
    if (name !== element?.qualified) throw this.malformed('XML 1.0 §3 Element Type Match');
    this.bindings.leave(element.declarations);
  }

  private openElement(): void {
    const parent = this.open.at(-1);
    if (!parent && this.root) throw this.malformed('XML 1.0 §2.1 one root element');
    this.at += '<'.length;
    const qualified = this.name('XML 1.0 §3.1 STag');
    const written = this.writtenAttributes();
    const isEmpty = this.text[this.at] === '/';
    this.expect(isEmpty ? '/>' : '>', 'XML 1.0 §3.1 STag');
    this.count();
    const element = this.elementOf(qualified, written, parent);
    if (parent) parent.children.push(element);
    else this.root = element;
    this.elements.push(element);
    this.listIds(element);
    if (isEmpty) this.bindings.leave(element.declarations);
    else this.open.push(element);
    if (this.open.length > limits.depth) throw new PkiError('xml-too-complex', { rule: `at most ${limits.depth} elements inside each other`, offset: this.at });
  }

  /** Names and values as the tag has them. */
  private writtenAttributes(): ReadonlyMap<string, string> {
    if (this.text[this.at] === '>') return none;
    const written = new Map<string, string>();
    while (this.space() && this.text[this.at] !== '>' && this.text[this.at] !== '/') {
      const name = this.name('XML 1.0 §3.1 Attribute');
      if (written.has(name)) throw this.malformed('XML 1.0 §3.1 Unique Att Spec');
      this.space();
      this.expect('=', 'XML 1.0 §3.1 Attribute');
      this.space();
      written.set(name, this.attributeValue());
      this.attributes += 1;
      if (written.size > limits.attributesOfOne || this.attributes > limits.attributes) throw new PkiError('xml-too-complex', { rule: 'attributes', offset: this.at });
    }
    return written;
  }

  /** XML 1.0 §3.3.3: white space as it stands is a space each. */
  private attributeValue(): string {
    const quote = this.text[this.at];
    if (quote !== '"' && quote !== '\'') throw this.malformed('XML 1.0 §2.3 AttValue');
    this.at += 1;
    const raw = this.until(quote, 'XML 1.0 §2.3 AttValue');
    if (raw.includes('<')) throw this.malformed('XML 1.0 §3.1 No < in Attribute Values');
    return resolveReferences(raw.replace(/[\t\n]/g, ' '));
  }

  private elementOf(qualified: string, written: ReadonlyMap<string, string>, parent: XmlElement | undefined): OpenElement {
    const declarations: NamespaceDeclaration[] = [];
    const plain: [string, string][] = [];
    for (const [name, value] of written) {
      if (name === 'xmlns') declarations.push({ prefix: '', uri: value });
      else if (name.startsWith('xmlns:')) declarations.push({ prefix: name.slice(6), uri: value });
      else plain.push([name, value]);
    }
    if (declarations.length > limits.declarationsOfOne) throw new PkiError('xml-too-complex', { rule: 'namespace declarations', offset: this.at });
    this.bindings.enter(declarations);
    const attributes = plain.map(([name, value]): XmlAttribute => {
      const { prefix, local, namespace } = this.bindings.attributeName(name);
      return { prefix, local, namespace, value };
    });
    // Namespaces in XML 1.0 §6.3: unique also when two prefixes mean one namespace
    if (attributes.length > 1 && new Set(attributes.map(({ namespace, local }) => `${namespace} ${local}`)).size < attributes.length) throw this.malformed('Namespaces in XML 1.0 §6.3');
    const { prefix, local, namespace } = this.bindings.elementName(qualified);
    return { kind: 'element', prefix, local, namespace, attributes, declarations, children: [], parent, qualified };
  }

  private listIds(element: XmlElement): void {
    for (const { local, namespace, value } of element.attributes) {
      const isId = namespace === '' ? local === 'Id' || local === 'ID' || local === 'id'
        : (namespace === namespaces.xml && local === 'id') || (namespace === namespaces.wsu && local === 'Id');
      if (!isId) continue;
      const known = this.ids.get(value);
      if (!known) this.ids.set(value, [element]);
      else if (known.at(-1) !== element) known.push(element);
    }
  }
}
