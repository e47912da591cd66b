import { DerReader } from '../asn1/der-reader.ts';
import { tags } from '../asn1/tags.ts';
import { isStringTag, textOf } from '../asn1/text.ts';
import { PkiError } from '../error.ts';

export interface NameAttribute {
  oid: string;
  /** identifier octet of the value */
  tag: number;
  /** decoded; '' when the value is not a character string */
  value: string;
  /** the value's whole encoding */
  der: Uint8Array;
}

/** A distinguished name: relative names from the root down, each a set of one attribute or more (RFC 5280 §4.1.2.4). */
export interface Name {
  rdns: readonly (readonly NameAttribute[])[];
  der: Uint8Array;
}

/** Far more than any directory has; a name of millions of parts is an attack. */
const maxRdns = 64;
const maxAttributes = 16;

/** Reads one Name. @throws PkiError `asn1-*`; an RDN is never empty (X.501 §9.3) */
export function readName(reader: DerReader): Name {
  const whole = reader.read(tags.sequence);
  const sets = reader.inside(whole);
  const rdns: NameAttribute[][] = [];
  while (!sets.done) {
    if (rdns.length === maxRdns) sets.fail('asn1-too-many', `at most ${maxRdns} relative names`);
    rdns.push(readRdn(sets.set()));
  }
  return { rdns, der: whole.der };
}

/** The Name that fills all the bytes. @throws PkiError `asn1-*` */
export function parseName(der: Uint8Array): Name {
  const reader = new DerReader(der);
  const name = readName(reader);
  reader.end();
  return name;
}

/** Reads the members of one RDN, as in a Name or a relative distribution point. */
export function readRdn(members: DerReader): NameAttribute[] {
  const attributes: NameAttribute[] = [];
  while (!members.done) {
    if (attributes.length === maxAttributes) members.fail('asn1-too-many', `at most ${maxAttributes} attributes`);
    const pair = members.sequence();
    const oid = pair.oid();
    const value = pair.any();
    pair.end();
    attributes.push({ oid, tag: value.tag, value: isStringTag(value.tag) ? textOf(value, value.tag) : '', der: value.der });
  }
  if (attributes.length === 0) throw new PkiError('asn1-not-der', { rule: 'X.501 §9.3 an RDN has at least one attribute', offset: members.offset });
  return attributes;
}

/** The first value of an attribute type, from the root down; undefined when the name has none. */
export function nameAttribute(name: Name, oid: string): string | undefined {
  for (const rdn of name.rdns) for (const attribute of rdn) if (attribute.oid === oid) return attribute.value;
  return undefined;
}
