import type { DerElement, DerReader } from '../asn1/der-reader.ts';
import { DerReader as Reader } from '../asn1/der-reader.ts';
import { textOf } from '../asn1/text.ts';
import { oidOf } from '../asn1/values.ts';
import { contextConstructed, contextPrimitive, tags } from '../asn1/tags.ts';
import { PkiError } from '../error.ts';
import { readName, type Name } from '../name/parse.ts';

/** GeneralName of RFC 5280 §4.2.1.6; what we never compare keeps only its bytes. */
export type GeneralName =
  | { type: 'rfc822Name' | 'dNSName' | 'uniformResourceIdentifier'; value: string }
  | { type: 'iPAddress'; bytes: Uint8Array }
  | { type: 'directoryName'; name: Name }
  | { type: 'registeredID'; oid: string }
  | { type: 'otherName'; oid: string; value: Uint8Array }
  | { type: 'x400Address' | 'ediPartyName'; der: Uint8Array };

export type GeneralNameType = GeneralName['type'];

/** One subtree of NameConstraints; `minimum` is always 0 and `maximum` absent, others are refused (§4.2.1.10). */
export interface NameConstraints { permitted: readonly GeneralName[]; excluded: readonly GeneralName[] }

/** More names than this in one extension are refused: ten times the largest certificates of content networks. */
const maxNames = 20_000;

/** Reads one GeneralName. @throws PkiError `general-name-malformed` */
export function readGeneralName(reader: DerReader): GeneralName {
  const element = reader.any();
  switch (element.tag) {
    case contextConstructed(0): return readOtherName(reader, element);
    case contextPrimitive(1): return { type: 'rfc822Name', value: textOf(element, tags.ia5String) };
    case contextPrimitive(2): return { type: 'dNSName', value: textOf(element, tags.ia5String) };
    case contextConstructed(3): return { type: 'x400Address', der: element.der };
    case contextConstructed(4): {
      const inner = reader.inside(element);
      const name = readName(inner);
      inner.end();
      return { type: 'directoryName', name };
    }
    case contextConstructed(5): return { type: 'ediPartyName', der: element.der };
    case contextPrimitive(6): return { type: 'uniformResourceIdentifier', value: textOf(element, tags.ia5String) };
    case contextPrimitive(7): return { type: 'iPAddress', bytes: element.content };
    case contextPrimitive(8): return { type: 'registeredID', oid: oidOf(element) };
    default: throw new PkiError('general-name-malformed', { rule: 'RFC 5280 §4.2.1.6', offset: element.offset });
  }
}

/** Reads the GeneralNames that remain in a reader, one at least. */
export function readGeneralNames(reader: DerReader): GeneralName[] {
  const names: GeneralName[] = [];
  if (reader.done) reader.fail('general-name-malformed', 'RFC 5280 §4.2.1.6 at least one name');
  while (!reader.done) {
    if (names.length === maxNames) reader.fail('general-name-malformed', `at most ${maxNames} names`);
    names.push(readGeneralName(reader));
  }
  return names;
}

/**
 * The names of a subjectAltName or issuerAltName. An address has 4 or 16 octets (RFC 5280 §4.2.1.6).
 * @throws PkiError `general-name-malformed`
 */
export function parseAlternativeNames(value: Uint8Array): GeneralName[] {
  const reader = new Reader(value);
  const names = readGeneralNames(reader.sequence());
  reader.end();
  for (const name of names) {
    if (name.type === 'iPAddress' && name.bytes.length !== 4 && name.bytes.length !== 16) {
      throw new PkiError('general-name-malformed', { rule: 'RFC 5280 §4.2.1.6 iPAddress of 4 or 16 octets' });
    }
  }
  return names;
}

/** RFC 5280 §4.2.1.10. An address range is an address and a CIDR mask. @throws PkiError `name-constraints-malformed` */
export function parseNameConstraints(value: Uint8Array): NameConstraints {
  const reader = new Reader(value);
  const inner = reader.sequence();
  reader.end();
  const permitted = readSubtrees(inner.enterOptional(contextConstructed(0)));
  const excluded = readSubtrees(inner.enterOptional(contextConstructed(1)));
  inner.end();
  if (!permitted && !excluded) inner.fail('name-constraints-malformed', 'RFC 5280 §4.2.1.10 never empty');
  return { permitted: permitted ?? [], excluded: excluded ?? [] };
}

function readSubtrees(reader: DerReader | undefined): GeneralName[] | undefined {
  if (!reader) return undefined;
  const bases: GeneralName[] = [];
  if (reader.done) reader.fail('name-constraints-malformed', 'RFC 5280 §4.2.1.10 at least one subtree');
  while (!reader.done) {
    if (bases.length === maxNames) reader.fail('name-constraints-malformed', `at most ${maxNames} subtrees`);
    const subtree = reader.sequence();
    const base = readGeneralName(subtree);
    if (!subtree.done) subtree.fail('name-constraints-malformed', 'RFC 5280 §4.2.1.10 minimum 0 and no maximum');
    if (base.type === 'iPAddress' && !isAddressRange(base.bytes)) {
      subtree.fail('name-constraints-malformed', 'RFC 5280 §4.2.1.10 iPAddress with a CIDR mask');
    }
    bases.push(base);
  }
  return bases;
}

function isAddressRange(bytes: Uint8Array): boolean {
  if (bytes.length !== 8 && bytes.length !== 32) return false;
  let ended = false;
  for (const octet of bytes.subarray(bytes.length / 2)) {
    const inverted = octet ^ 0xff;
    if ((inverted & (inverted + 1)) !== 0 || (ended && octet !== 0)) return false;
    ended ||= octet !== 0xff;
  }
  return true;
}

function readOtherName(reader: DerReader, element: DerElement): GeneralName {
  const inner = reader.inside(element);
  const oid = inner.oid();
  const value = inner.read(contextConstructed(0)).content;
  inner.end();
  return { type: 'otherName', oid, value };
}
