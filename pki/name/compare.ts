import { hexOf } from '../asn1/values.ts';
import type { Name, NameAttribute } from './parse.ts';

/**
 * True if two distinguished names are the same by RFC 5280 §7.1: RDN by RDN, attributes in any order inside one, strings
 * prepared by RFC 4518 (case, runs of spaces, string types do not count), other values octet by octet.
 */
export function compareNames(a: Name, b: Name): boolean {
  return Buffer.compare(a.der, b.der) === 0 || (a.rdns.length === b.rdns.length && normalizedName(a) === normalizedName(b));
}

/** A key for maps: two names have the same one exactly when `compareNames` says they are equal. */
export function normalizedName(name: Name): string {
  return name.key(joinedRdns);
}

const joinedRdns = ({ rdns }: Name): string => (rdns.length === 1 ? normalizedRdn(rdns[0]!) : rdns.map(normalizedRdn).join('\n'));

/** The key of each RDN; a name is in the subtree of another when its list starts with the other's (§7.1). */
export function normalizedRdns(name: Name): string[] {
  return name.rdns.map(normalizedRdn);
}

const normalizedRdn = (rdn: readonly NameAttribute[]): string =>
  (rdn.length === 1 ? attributeKey(rdn[0]!) : rdn.map(attributeKey).toSorted().join('+'));

function attributeKey({ oid, value, der }: NameAttribute): string {
  const prepared = value === '' ? undefined : preparedString(value);
  // with its length before it, no value can imitate the separators
  return prepared === undefined ? `${oid}#${hexOf(der)}` : `${oid}=${prepared.length}:${prepared}`;
}

// RFC 4518 §2.2: first what is mapped to nothing, then what is mapped to a space
const ignored = new RegExp([
  String.raw`[\0-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u06dd\u070f\u1806\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2063]`,
  String.raw`[\u206a-\u206f\ufeff\ufff9-\ufffc\u{1d173}-\u{1d17a}\u{e0001}\u{e0020}-\u{e007f}]`,
  String.raw`\u034f`, String.raw`[\u180b-\u180d]`, String.raw`[\ufe00-\ufe0f]`,
].join('|'), 'gu');
const spaces = new RegExp(String.raw`[\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+`, 'gu');
// RFC 4518 §2.4: a string with one of these is equal to nothing but itself
const prohibited = /[\p{Co}\p{Cs}\p{Cn}\ufffd]/u;

/** caseIgnoreMatch's prepared form (RFC 4518), or undefined for strings it prohibits. */
function preparedString(value: string): string | undefined {
  if (/^[\x20-\x7e]*$/.test(value)) return (value.includes('  ') ? value.replaceAll(/ +/g, ' ') : value).trim().toLowerCase();
  if (prohibited.test(value)) return undefined;
  const folded = value.replaceAll(ignored, '').normalize('NFKC').toLowerCase().replaceAll('ß', 'ss').replaceAll('ς', 'σ');
  return folded.normalize('NFKC').replaceAll(spaces, ' ').trim();
}
