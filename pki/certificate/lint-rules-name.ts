import { oids } from '../asn1/oids.ts';
import { tags } from '../asn1/tags.ts';
import { attributeForms, deceptiveCharacters, mailbox } from '../name/build.ts';
import type { NameAttribute } from '../name/parse.ts';
import type { GeneralName } from './general-name.ts';
import type { CertificateLintSubject, CertificateRule } from './lint-subject.ts';

type Check = CertificateRule['check'];
const rule = (id: string, source: string, check: Check, level: CertificateRule['level'] = 'error'): CertificateRule =>
  ({ id, level, source, since: '2008-05-01', check });

/** Every attribute of the subject keeps the rule. */
const each = (keeps: (attribute: NameAttribute) => boolean): Check => ({ attributes }) => attributes.every(keeps);
const mostCharacters = new Map(Object.values(attributeForms).map(({ oid, most }) => [oid, most]));
const printable: ReadonlySet<string> = new Set([oids.countryName, oids.serialNumber, oids.dnQualifier]);
const sevenBit: ReadonlySet<string> = new Set([oids.emailAddress, oids.domainComponent]);
/** What forms say when a field was left open. */
const placeholders = /^(?:[-.\s_/]*|n\/?a|none|null|undefined|test|không có|chưa có)$/iu;
const hostName = /^(?=.{1,253}$)(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}$/;
const namesOf = ({ certificate }: CertificateLintSubject, type: GeneralName['type']): string[] =>
  (certificate.subjectAltName ?? []).flatMap((name) => (name.type === type && 'value' in name && typeof name.value === 'string' ? [name.value] : []));

/** How the subject is written: X.520 and RFC 5280 appendix A, and what makes a name look like another. */
export const nameRules: readonly CertificateRule[] = [
  rule('name-value-present', 'X.520 §6.2 SIZE(1..)', each(({ value }) => value.trim() !== '')),
  rule('name-value-length', 'RFC 5280 A.1 upper bounds', each(({ oid, value }) => Array.from(value).length <= (mostCharacters.get(oid) ?? 32_768))),
  rule('name-value-not-padded', 'RFC 5280 §7.1', each(({ value }) => value === value.trim() && !/\s{2}/u.test(value))),
  rule('name-no-deceptive-characters', 'Unicode TR 36 §3', each(({ value }) => !deceptiveCharacters.test(value))),
  rule('name-nfc', 'RFC 5280 §7.1 (RFC 4518 §2.3)', each(({ value }) => value === value.normalize('NFC'))),
  rule('name-directory-string', 'RFC 5280 §4.1.2.4', each(({ oid, tag }) =>
    sevenBit.has(oid) || tag === tags.utf8String || tag === tags.printableString)),
  rule('name-printable-string', 'RFC 5280 A.1', each(({ oid, tag }) => !printable.has(oid) || tag === tags.printableString)),
  rule('name-ia5-string', 'RFC 5280 §4.1.2.6', each(({ oid, tag }) => !sevenBit.has(oid) || tag === tags.ia5String)),
  rule('name-printable-characters', 'X.680 §41.4', each(({ tag, value }) => tag !== tags.printableString || /^[A-Za-z0-9 '()+,\-./:=?]*$/.test(value))),
  rule('country-code', 'X.520 §6.3.1 (ISO 3166-1)', each(({ oid, value }) => oid !== oids.countryName || /^[A-Z]{2}$/.test(value))),
  rule('country-once', 'ETSI EN 319 412-2 §4.2.4', ({ attributes }) => attributes.filter(({ oid }) => oid === oids.countryName).length <= 1),
  rule('common-name-once', 'ETSI EN 319 412-2 §4.2.4', ({ attributes }) => attributes.filter(({ oid }) => oid === oids.commonName).length <= 1),
  rule('name-email-form', 'RFC 5280 §4.1.2.6 (RFC 5321 §4.1.2)', each(({ oid, value }) => oid !== oids.emailAddress || mailbox.test(value))),
  rule('name-no-placeholder', 'CA/Browser BR §7.1.2.7', each(({ value }) => !placeholders.test(value)), 'warning'),
  rule('alt-name-email-form', 'RFC 5280 §4.2.1.6', (subject) => namesOf(subject, 'rfc822Name').every((email) => mailbox.test(email))),
  rule('alt-name-dns-form', 'RFC 5280 §4.2.1.6 (RFC 1034 §3.5)', (subject) => namesOf(subject, 'dNSName').every((dns) => hostName.test(dns))),
  rule('alt-name-once', 'RFC 5280 §4.2.1.6', ({ certificate }) => {
    const names = (certificate.subjectAltName ?? []).map((name) => JSON.stringify(name).toLowerCase());
    return new Set(names).size === names.length;
  }, 'warning'),
  rule('subject-email-in-alt-name', 'RFC 5280 §4.1.2.6', (subject) => {
    const inSubject = subject.attributes.filter(({ oid }) => oid === oids.emailAddress).map(({ value }) => value);
    return inSubject.every((email) => namesOf(subject, 'rfc822Name').includes(email));
  }, 'notice'),
];
