import { DerReader, type DerElement } from '../asn1/der-reader.ts';
import { tags } from '../asn1/tags.ts';
import { checkText, isStringTag, textOf } from '../asn1/text.ts';
import { PkiError } from '../error.ts';

/** One attribute of a name. The value was checked when the name was read, and is decoded when it is asked for. */
export class NameAttribute {
  readonly oid: string;
  readonly #value: DerElement;
  #text: string | undefined;

  constructor(oid: string, value: DerElement) {
    this.oid = oid;
    this.#value = value;
  }

  /** identifier octet of the value */
  get tag(): number {
    return this.#value.tag;
  }

  /** decoded; '' when the value is not a character string */
  get value(): string {
    return this.#text ??= isStringTag(this.tag) ? textOf(this.#value, this.tag) : '';
  }

  /** the value's whole encoding */
  get der(): Uint8Array {
    return this.#value.der;
  }
}

/** A distinguished name: relative names from the root down, each a set of one attribute or more (RFC 5280 §4.1.2.4). */
export class Name {
  readonly rdns: readonly (readonly NameAttribute[])[];
  readonly der: Uint8Array;
  #key: string | undefined;

  constructor(rdns: readonly (readonly NameAttribute[])[], der: Uint8Array) {
    this.rdns = rdns;
    this.der = der;
  }

  /** What compare.ts makes of this name, made once and kept here: a WeakMap would keep the garbage collector busy. */
  key(make: (name: Name) => string): string {
    return this.#key ??= make(this);
  }
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
  return new Name(rdns, whole.der);
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
    requireUniversal(value);
    if (isStringTag(value.tag)) checkText(value, value.tag);
    attributes.push(new NameAttribute(oid, value));
  }
  if (attributes.length === 0) throw new PkiError('asn1-not-der', { rule: 'X.501 §9.3 an RDN has at least one attribute', offset: members.offset });
  return attributes;
}

/** A value is of some ASN.1 type: not a bare context tag, and of the constructed ones only SEQUENCE and SET (X.690 §10.2). */
function requireUniversal({ tag, offset }: DerElement): void {
  const whole = (tag & 0xc0) === 0 && ((tag & 0x20) === 0 || tag === tags.sequence || tag === tags.set);
  if (!whole) throw new PkiError('asn1-unexpected-tag', { rule: 'X.501 §9.2 an attribute value of a universal type', offset });
}

/** The first value of an attribute type, from the root down; undefined when the name has none. */
export function nameAttribute(name: Name, oid: string): string | undefined {
  for (const rdn of name.rdns) for (const attribute of rdn) if (attribute.oid === oid) return attribute.value;
  return undefined;
}
