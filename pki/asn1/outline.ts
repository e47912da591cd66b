import { DerElement, DerReader } from './der-reader.ts';
import { oids } from './oids.ts';
import { tags } from './tags.ts';
import { isStringTag, textOf } from './text.ts';
import { generalizedTimeOf, utcTimeOf } from './time.ts';
import { bitsOf, integerOf, oidOf } from './values.ts';

/** One element of a DER structure, for people to look at. */
export interface OutlineNode {
  /** octets from the beginning of the whole */
  offset: number;
  headerOctets: number;
  contentOctets: number;
  /** as in ASN.1: `SEQUENCE`, `[3]` */
  tag: string;
  /** what a primitive element holds, cut after some octets; undefined where the children say it */
  value: string | undefined;
  /** of a constructed element, and of an OCTET STRING or BIT STRING that wraps DER */
  children: readonly OutlineNode[];
}
export interface Outline { root: OutlineNode; /** elements were left out, for there are more than the limit or they lie deeper */ cut: boolean }

export interface OutlineLimits { maxNodes: number; maxDepth: number; /** of a value, in octets */ maxValueOctets: number }

/** Three times the largest certificate we issue; what is beyond them is no longer read by anyone. */
const usualLimits: OutlineLimits = { maxNodes: 600, maxDepth: 24, maxValueOctets: 64 };

const tagNames: ReadonlyMap<number, string> = new Map([
  [tags.boolean, 'BOOLEAN'], [tags.integer, 'INTEGER'], [tags.bitString, 'BIT STRING'], [tags.octetString, 'OCTET STRING'], [tags.null, 'NULL'],
  [tags.oid, 'OBJECT IDENTIFIER'], [tags.enumerated, 'ENUMERATED'], [tags.utf8String, 'UTF8String'], [tags.numericString, 'NumericString'],
  [tags.printableString, 'PrintableString'], [tags.teletexString, 'TeletexString'], [tags.ia5String, 'IA5String'], [tags.utcTime, 'UTCTime'],
  [tags.generalizedTime, 'GeneralizedTime'], [tags.visibleString, 'VisibleString'], [tags.universalString, 'UniversalString'],
  [tags.bmpString, 'BMPString'], [tags.sequence, 'SEQUENCE'], [tags.set, 'SET'],
]);
const oidNames: ReadonlyMap<string, string> = new Map(Object.entries(oids).map(([name, dotted]) => [dotted, name]));

/** The name a standard gives an object identifier, or undefined. */
export const oidName = (dotted: string): string | undefined => oidNames.get(dotted);

/**
 * The tree of one DER element that fills all the bytes. What cannot be read as its tag says is shown as octets, for an
 * outline is looked at when something is wrong. Octets that happen to be DER look as if they were meant to be.
 * @throws PkiError `asn1-truncated`, `asn1-not-der`, `asn1-trailing-bytes`
 */
export function outlineDer(der: Uint8Array, limits: Partial<OutlineLimits> = {}): Outline {
  const reader = new DerReader(der);
  const element = reader.any();
  reader.end();
  const budget = { ...usualLimits, ...limits, nodes: 1, cut: false };
  return { root: outline(element, 1, budget), cut: budget.cut };
}

type Budget = OutlineLimits & { nodes: number; cut: boolean };

function outline(element: DerElement, depth: number, budget: Budget): OutlineNode {
  const { tag, start, from, to } = element;
  const children = outlineInside(element, depth, budget);
  return {
    offset: start, headerOctets: from - start, contentOctets: to - from, tag: tagName(tag), children: children ?? [],
    value: children ? undefined : valueOf(element, budget.maxValueOctets),
  };
}

/** The elements below, or undefined where this one holds a value. */
function outlineInside(element: DerElement, depth: number, budget: Budget): OutlineNode[] | undefined {
  const inside = elementsInside(element);
  if (!inside) return undefined;
  if (inside.length > 0 && depth >= budget.maxDepth) {
    budget.cut = true;
    return undefined;
  }
  const children: OutlineNode[] = [];
  for (const child of inside) {
    if (budget.nodes >= budget.maxNodes) {
      budget.cut = true;
      break;
    }
    budget.nodes += 1;
    children.push(outline(child, depth + 1, budget));
  }
  return children;
}

const constructedBit = 0x20;

/** Undefined where nothing is inside, or what is inside cannot be read. */
function elementsInside({ tag, source, from, to }: DerElement): DerElement[] | undefined {
  if ((tag & constructedBit) !== 0) return allOf(source, from, to);
  // the first octet of a BIT STRING counts its unused bits: only whole octets can wrap DER
  const wrapped = tag === tags.octetString ? from : tag === tags.bitString && source[from] === 0 ? from + 1 : to;
  if (wrapped === to || !tagNames.has(source[wrapped]!)) return undefined;
  const elements = allOf(source, wrapped, to);
  return elements?.length === 1 ? elements : undefined;
}

function allOf(source: Uint8Array, from: number, to: number): DerElement[] | undefined {
  try {
    return new DerReader(source, from, to).all();
  } catch {
    return undefined;
  }
}

function tagName(tag: number): string {
  const number = tag & 0x1f;
  switch (tag >> 6) {
    case 0: return tagNames.get(tag) ?? `[UNIVERSAL ${number}]`;
    case 1: return `[APPLICATION ${number}]`;
    case 2: return `[${number}]`;
    default: return `[PRIVATE ${number}]`;
  }
}

function valueOf(element: DerElement, maxOctets: number): string {
  try {
    return typedValue(element, maxOctets) ?? hexOf(element.content, maxOctets);
  } catch {
    return hexOf(element.content, maxOctets);
  }
}

function typedValue(element: DerElement, maxOctets: number): string | undefined {
  const { tag, content } = element;
  if (tag === tags.null) return '';
  if (tag === tags.oid) return namedOid(oidOf(element));
  if (tag === tags.boolean && content.length === 1) return content[0] === 0 ? 'FALSE' : 'TRUE';
  if (tag === tags.utcTime) return utcTimeOf(element).toISOString();
  if (tag === tags.generalizedTime) return generalizedTimeOf(element, true).toISOString();
  if ((tag === tags.integer || tag === tags.enumerated) && content.length <= 8) return String(integerOf(element));
  if (isStringTag(tag)) return cutText(textOf(element, tag), maxOctets);
  if (tag === tags.bitString && content.length <= maxOctets) return bitsText(element);
  return undefined;
}

function bitsText(element: DerElement): string {
  const { bytes, unusedBits } = bitsOf(element);
  if (bytes.length > 2) return hexOf(bytes, bytes.length);
  return [...bytes].map((octet) => octet.toString(2).padStart(8, '0')).join('').slice(0, bytes.length * 8 - unusedBits);
}

function namedOid(dotted: string): string {
  const name = oidName(dotted);
  return name ? `${dotted} ${name}` : dotted;
}

const cutText = (text: string, most: number): string => (text.length > most ? `${text.slice(0, most)}…` : text);

function hexOf(bytes: Uint8Array, maxOctets: number): string {
  const shown = Buffer.from(bytes.subarray(0, maxOctets)).toString('hex').replaceAll(/..(?=.)/g, '$& ');
  return bytes.length > maxOctets ? `${shown} …` : shown;
}
