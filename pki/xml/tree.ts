import { PkiError } from '../error.ts';

/** Bounds on what one XML file may cost. Trusted lists and invoices by the thousand stay far below each of them. */
export const limits = {
  /** octets of a file; the uploads of the service end there too */
  octets: 33_554_432,
  /** elements inside each other */
  depth: 200,
  /** elements, texts, comments and instructions of one file */
  nodes: 400_000,
  /** attributes of one file, and of one element */
  attributes: 400_000,
  attributesOfOne: 250,
  /** namespace declarations of one element */
  declarationsOfOne: 60,
  /** signatures of one file, and references of one signature */
  signatures: 256,
  references: 256,
  /** transforms of one reference */
  transforms: 5,
  /** octets that canonicalisation may put out for one file */
  canonicalOctets: 128 * 1024 * 1024,
} as const;

export interface XmlName {
  /** empty without one */
  prefix: string;
  local: string;
  /** empty for no namespace */
  namespace: string;
}

export interface XmlAttribute extends XmlName { readonly value: string }

/** A declaration as it was written; an empty uri takes the default namespace away. */
export interface NamespaceDeclaration { readonly prefix: string; readonly uri: string }

export interface XmlElement extends Readonly<XmlName> {
  readonly kind: 'element';
  /** without namespace declarations */
  readonly attributes: readonly XmlAttribute[];
  readonly declarations: readonly NamespaceDeclaration[];
  readonly children: readonly XmlNode[];
  readonly parent: XmlElement | undefined;
}

/** Text with CDATA sections and references resolved; what stood side by side is one text. */
export interface XmlText { readonly kind: 'text'; readonly text: string }
export interface XmlComment { readonly kind: 'comment'; readonly text: string }
export interface XmlInstruction { readonly kind: 'instruction'; readonly target: string; readonly text: string }
export type XmlNode = XmlElement | XmlText | XmlComment | XmlInstruction;

/** A parsed file, never changed. */
export interface XmlDocument {
  readonly root: XmlElement;
  readonly before: readonly (XmlComment | XmlInstruction)[];
  readonly after: readonly (XmlComment | XmlInstruction)[];
  /** every element, in document order */
  readonly elements: readonly XmlElement[];
  /** elements by the value of `Id`, `ID`, `id` (in no namespace), `xml:id` or `wsu:Id`; two of one value make it ambiguous */
  readonly ids: ReadonlyMap<string, readonly XmlElement[]>;
}

export const namespaces = {
  xml: 'http://www.w3.org/XML/1998/namespace',
  xmlns: 'http://www.w3.org/2000/xmlns/',
  ds: 'http://www.w3.org/2000/09/xmldsig#',
  exclusive: 'http://www.w3.org/2001/10/xml-exc-c14n#',
  xades: 'http://uri.etsi.org/01903/v1.3.2#',
  xades141: 'http://uri.etsi.org/01903/v1.4.1#',
  /** Web Services Security, whose IDs the envelopes of edXML and of SOAP have */
  wsu: 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd',
} as const;

export const isNamed = (element: XmlElement, namespace: string, local: string): boolean => element.local === local && element.namespace === namespace;

/** The value of an attribute; in no namespace unless told. */
export function attributeOf({ attributes }: XmlElement, local: string, namespace = ''): string | undefined {
  return attributes.find((each) => each.local === local && each.namespace === namespace)?.value;
}

/** The child elements, all or those of a name. */
export function childrenOf(element: XmlElement, namespace?: string, local?: string): XmlElement[] {
  return element.children.filter((child): child is XmlElement => child.kind === 'element'
    && (namespace === undefined || child.namespace === namespace) && (local === undefined || child.local === local));
}

/** The one child of a name; undefined where there is none. @throws PkiError `xml-element-repeated` */
export function childOf(element: XmlElement, namespace: string, local: string): XmlElement | undefined {
  const [first, ...others] = childrenOf(element, namespace, local);
  if (others.length > 0) throw new PkiError('xml-element-repeated', { rule: `one ${local} in ${element.local}` });
  return first;
}

/** The element at the end of a way of names in one namespace, each there once. */
export function descendantOf(element: XmlElement, namespace: string, ...way: readonly string[]): XmlElement | undefined {
  return way.reduce<XmlElement | undefined>((at, local) => at && childOf(at, namespace, local), element);
}

/**
 * The text of an element that holds nothing else. A comment inside would make readers differ in what the value is.
 * @throws PkiError `xml-text-expected`
 */
export function textOf({ children, local }: XmlElement): string {
  const [first, ...others] = children;
  if (first === undefined) return '';
  if (first.kind !== 'text' || others.length > 0) throw new PkiError('xml-text-expected', { rule: `text alone in ${local}` });
  return first.text;
}

/** Text with its white space collapsed, as the schema type `token` has it. @throws PkiError as `textOf` */
export const tokenOf = (element: XmlElement): string => textOf(element).split(/[ \t\r\n]+/).filter(Boolean).join(' ');

/** The bytes of an xsd:base64Binary. @throws PkiError `xml-base64-malformed`, `xml-text-expected` */
export const bytesOf = (element: XmlElement): Uint8Array => bytesOfBase64(textOf(element));

/** Base64 with white space, padded (RFC 4648 §4). @throws PkiError `xml-base64-malformed` */
export function bytesOfBase64(text: string): Uint8Array {
  const plain = text.replace(/[ \t\r\n]+/g, '');
  if (plain.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(plain)) throw new PkiError('xml-base64-malformed', { rule: 'RFC 4648 §4' });
  return Buffer.from(plain, 'base64');
}

/** Every element from this one down, in document order. */
export function* elementsOf(from: XmlElement): Generator<XmlElement> {
  const waiting = [from];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    yield next;
    for (let i = next.children.length - 1; i >= 0; i--) {
      const child = next.children[i]!;
      if (child.kind === 'element') waiting.push(child);
    }
  }
}

/** Whether an element is another or stands inside it. */
export function isWithin(element: XmlElement, outer: XmlElement): boolean {
  for (let at: XmlElement | undefined = element; at; at = at.parent) if (at === outer) return true;
  return false;
}

/** Among more siblings an element is not counted out for a reader: that costs more than it tells. */
const maxSiblings = 200;

/** Where an element stands, for a reader: `/Invoice/Lines/Line[3]`. Prefixes as written. */
export function pathOf(element: XmlElement): string {
  const { parent, prefix, local } = element;
  const name = prefix ? `${prefix}:${local}` : local;
  if (!parent) return `/${name}`;
  const alike = parent.children.length <= maxSiblings ? childrenOf(parent, element.namespace, local) : [];
  return `${pathOf(parent)}/${name}${alike.length > 1 ? `[${alike.indexOf(element) + 1}]` : ''}`;
}
