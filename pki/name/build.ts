import { element, oid, sequence } from '../asn1/der-writer.ts';
import { oids } from '../asn1/oids.ts';
import { tags } from '../asn1/tags.ts';
import { PkiError } from '../error.ts';

export type NamePartType = 'C' | 'ST' | 'L' | 'O' | 'OU' | 'CN' | 'E' | 'SERIALNUMBER' | 'T' | 'UID' | 'DC' | 'organizationIdentifier';

/** The attributes of a name from the root down, one to an RDN. */
export type NameParts = readonly (readonly [type: NamePartType, value: string])[];

interface AttributeForm { oid: string; tag: number; most: number }

const utf8 = (dotted: string, most: number): AttributeForm => ({ oid: dotted, tag: tags.utf8String, most });

/** String type and upper bound in characters of each attribute (RFC 5280 appendix A.1, X.520, RFC 4519). */
export const attributeForms: Readonly<Record<NamePartType, AttributeForm>> = {
  C: { oid: oids.countryName, tag: tags.printableString, most: 2 },
  ST: utf8(oids.stateOrProvinceName, 128),
  L: utf8(oids.localityName, 128),
  O: utf8(oids.organizationName, 64),
  OU: utf8(oids.organizationalUnitName, 64),
  CN: utf8(oids.commonName, 64),
  E: { oid: oids.emailAddress, tag: tags.ia5String, most: 255 },
  SERIALNUMBER: { oid: oids.serialNumber, tag: tags.printableString, most: 64 },
  T: utf8(oids.title, 64),
  UID: utf8(oids.userId, 256),
  DC: { oid: oids.domainComponent, tag: tags.ia5String, most: 63 },
  organizationIdentifier: utf8(oids.organizationIdentifier, 256),
};

const printable = /^[A-Za-z0-9 '()+,\-./:=?]*$/;
const sevenBit = /^[\u0020-\u007e]*$/;
/** A mailbox as RFC 5321 §4.1.2 has it, without quotes and address literals, in a full domain. */
export const mailbox = /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}$/;
/** Controls, line and paragraph separators, direction overrides: they make a name look like another. */
export const deceptiveCharacters = /[\p{Cc}\p{Cs}\p{Co}\p{Zl}\p{Zp}\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ufffd]/u;

/**
 * The DER of a name (RFC 5280 §4.1.2.4). Values are brought to NFC; PrintableString, IA5String or UTF8String by type.
 * @throws PkiError `name-malformed` when a value is empty, too long, padded with spaces or has characters its type lacks
 */
export function buildName(parts: NameParts): Uint8Array {
  return sequence(...parts.map(([type, value]) => rdn(type, value)));
}

function rdn(type: NamePartType, value: string): Uint8Array {
  const form = attributeForms[type];
  const text = value.normalize('NFC');
  const refuse = (rule: string): never => {
    throw new PkiError('name-malformed', { rule: `${type}: ${rule}` });
  };
  if (text === '' || text.trim() !== text || /\s{2}/u.test(text)) refuse('neither empty nor padded with spaces (RFC 5280 §7.1)');
  if (Array.from(text).length > form.most) refuse(`at most ${form.most} characters (RFC 5280 A.1)`);
  if (deceptiveCharacters.test(text)) refuse('no control characters');
  if (form.tag === tags.printableString && !printable.test(text)) refuse('PrintableString');
  if (form.tag === tags.ia5String && !sevenBit.test(text)) refuse('IA5String');
  if (type === 'C' && !/^[A-Z]{2}$/.test(text)) refuse('ISO 3166 alpha-2');
  if (type === 'E' && !mailbox.test(text)) refuse('RFC 5321 mailbox');
  return element(tags.set, sequence(oid(form.oid), element(form.tag, Buffer.from(text, 'utf8'))));
}
