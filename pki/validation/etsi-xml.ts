/** An element with its attributes and what is in it, in order. */
export interface XmlNode { name: string; attributes: Readonly<Record<string, string>>; children: readonly (XmlNode | string)[] }

export function element(name: string, attributes: Readonly<Record<string, string>>, ...children: (XmlNode | string)[]): XmlNode {
  return { name, attributes, children };
}

/** Namespaces of TS 119 102-2 V1.2.1, whose report is the default one here, with those it builds on. */
export const namespaces = {
  xmlns: 'http://uri.etsi.org/19102/v1.2.1#', 'xmlns:ds': 'http://www.w3.org/2000/09/xmldsig#', 'xmlns:xades': 'http://uri.etsi.org/01903/v1.3.2#',
} as const;

/** The document around a root element, in UTF-8. Texts may be strangers': they are escaped, and lose what XML 1.0 cannot hold. */
export function writeXml(root: XmlNode): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${write(root)}\n`;
}

function write({ name, attributes, children }: XmlNode): string {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${escape(value)}"`).join('');
  const inside = children.map((child) => (typeof child === 'string' ? escape(child) : write(child))).join('');
  return inside === '' ? `<${name}${written}/>` : `<${name}${written}>${inside}</${name}>`;
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', '\t': '&#9;', '\n': '&#10;', '\r': '&#13;' };

// XML 1.0 §2.2: no other controls, no half of a surrogate pair, no non-characters
const impossible = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu;

const escape = (text: string): string => text.toWellFormed().replace(impossible, '\uFFFD').replace(/[&<>"\t\n\r]/g, (found) => entities[found]!);
