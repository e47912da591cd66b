import { generateKeyPairSync } from 'node:crypto';
import { element, oid, sequence, setOf } from '../../../pki/asn1/der-writer.ts';
import { oids } from '../../../pki/asn1/oids.ts';
import { tags } from '../../../pki/asn1/tags.ts';
import type { GeneralName } from '../../../pki/certificate/general-name.ts';
import type { CertificateLintSubject } from '../../../pki/certificate/lint-subject.ts';
import type { KeyUsageBit, TbsCertificate } from '../../../pki/certificate/parse.ts';
import type { ProfileName } from '../../../pki/certificate/profile.ts';
import { parsePublicKey, type PublicKey } from '../../../pki/keys/public-key.ts';
import { parseName, type Name } from '../../../pki/name/parse.ts';

type Subject = CertificateLintSubject;
type Spoil = (subject: Subject) => Subject;
/** One row: the rule, the profile whose sample is good, what spoils it. */
type Row = readonly [id: string, profile: ProfileName, spoil: Spoil];

const having = (changes: Partial<TbsCertificate> | ((certificate: TbsCertificate) => Partial<TbsCertificate>)): Spoil => (subject) => {
  const certificate = { ...subject.certificate, ...(typeof changes === 'function' ? changes(subject.certificate) : changes) };
  return { ...subject, certificate, attributes: certificate.subject.rdns.flat() };
};
const irregular = (name: string): Spoil => having({ irregularities: new Set([name]) });
const usage = (...bits: KeyUsageBit[]): Spoil => having({ keyUsage: new Set(bits) });
const alsoUsage = (...bits: KeyUsageBit[]): Spoil => having(({ keyUsage }) => ({ keyUsage: new Set([...keyUsage!, ...bits]) }));
const critical = (dotted: string, value: boolean): Spoil => having(({ extensions }) => ({
  extensions: new Map([...extensions, [dotted, { oid: dotted, critical: value, value: new Uint8Array(0) }]]),
}));
const issuerWith = (changes: Partial<TbsCertificate>): Spoil => (subject) =>
  ({ ...subject, issuer: subject.issuer === 'self' ? 'self' : { ...subject.issuer, ...changes } });
const issuerOf = ({ issuer }: Subject): Exclude<Subject['issuer'], 'self'> => {
  if (issuer === 'self') throw new Error('this row needs an issuer');
  return issuer;
};

const attribute = (dotted: string, tag: number, text: string): Uint8Array => sequence(oid(dotted), element(tag, Buffer.from(text, 'utf8')));
const nameOf = (...attributes: Uint8Array[]): Name => parseName(sequence(...attributes.map((one) => setOf(one))));
const cn = (text: string, tag: number = tags.utf8String): Uint8Array => attribute(oids.commonName, tag, text);
const country = (text: string, tag: number = tags.printableString): Uint8Array => attribute(oids.countryName, tag, text);
const subjectIs = (...attributes: Uint8Array[]): Spoil => having({ subject: nameOf(...attributes) });
const altNames = (...names: GeneralName[]): Spoil => having({ subjectAltName: names });
const keyOf = (key: { publicKey: { export(options: { format: 'der'; type: 'spki' }): Uint8Array } }): PublicKey =>
  parsePublicKey(key.publicKey.export({ format: 'der', type: 'spki' }));
const weakKey = keyOf(generateKeyPairSync('rsa', { modulusLength: 1024 }));
const rsaKey = keyOf(generateKeyPairSync('rsa', { modulusLength: 2048 }));
const none = undefined;
const later = (date: Date, seconds: number): Date => new Date(date.getTime() + seconds * 1000);
const crlAt = (...addresses: string[]): Spoil => having({
  crlDistributionPoints: [{
    distributionPoint: { fullName: addresses.map((value) => ({ type: 'uniformResourceIdentifier' as const, value })) }, reasons: none, cRLIssuer: none,
  }],
});
const policy = (...dotted: string[]): Spoil => having({ certificatePolicies: dotted.map((one) => ({ oid: one, qualifiers: [] })) });

const rfc5280: readonly Row[] = [
  ['version-3', 'official-signing', having({ version: 1 })],
  ['serial-positive', 'official-signing', having({ serialNumber: -5n })],
  ['serial-length', 'official-signing', having({ serialNumber: 1n << 159n })],
  ['signature-algorithm', 'official-signing', (subject) => ({ ...subject, scheme: 'ecdsa-sha384' })],
  ['scheme-fits-issuer-key', 'official-signing', (subject) => ({ ...subject, issuerKey: rsaKey })],
  ['issuer-name-present', 'official-signing', having({ issuer: nameOf() })],
  ['issuer-name-chains', 'official-signing', having({ issuer: nameOf(cn('CA thử nghiệm')) })],
  ['validity-order', 'official-signing', having(({ notBefore }) => ({ notAfter: notBefore }))],
  ['validity-time-form', 'official-signing', irregular('time-form')],
  ['subject-name-present', 'official-signing', having({ subject: nameOf() })],
  ['default-not-encoded', 'official-signing', irregular('default-encoded')],
  ['named-bits-trimmed', 'official-signing', irregular('trailing-zero-bits')],
  ['regular-encoding', 'official-signing', irregular('something-new')],
  ['authority-key-identifier-present', 'official-signing', having({ authorityKeyIdentifier: none })],
  ['authority-key-identifier-not-critical', 'official-signing', critical(oids.authorityKeyIdentifier, true)],
  ['authority-key-identifier-matches', 'official-signing', having(({ subjectKeyIdentifier }) => ({
    authorityKeyIdentifier: { keyIdentifier: subjectKeyIdentifier, issuer: none, serialNumber: none },
  }))],
  ['subject-key-identifier-present', 'official-signing', having({ subjectKeyIdentifier: none })],
  ['subject-key-identifier-not-critical', 'official-signing', critical(oids.subjectKeyIdentifier, true)],
  ['subject-key-identifier-of-key', 'official-signing', having({ subjectKeyIdentifier: new Uint8Array(20) })],
  ['key-usage-present', 'official-signing', having({ keyUsage: none })],
  ['key-usage-critical', 'official-signing', critical(oids.keyUsage, false)],
  ['cert-sign-needs-ca', 'official-signing', usage('keyCertSign')],
  ['ca-needs-cert-sign', 'issuing-ca', usage('cRLSign')],
  ['encipher-only-needs-agreement', 'official-signing', usage('encipherOnly')],
  ['key-usage-fits-key', 'official-signing', usage('keyEncipherment')],
  ['basic-constraints-critical', 'issuing-ca', critical(oids.basicConstraints, false)],
  ['path-length-needs-ca', 'official-signing', having({ basicConstraints: { ca: false, pathLength: 0 } })],
  ['ext-key-usage-once', 'timestamping', having({ extKeyUsage: [oids.timeStamping, oids.timeStamping] })],
  ['any-ext-key-usage-not-critical', 'timestamping', having({ extKeyUsage: [oids.anyExtendedKeyUsage] })],
  ['policies-once', 'official-signing', policy('1.2.3', '1.2.3')],
  ['policy-mappings-in-ca', 'official-signing', critical(oids.policyMappings, true)],
  ['any-policy-not-mapped', 'issuing-ca', having({ policyMappings: [{ issuerDomainPolicy: oids.anyPolicy, subjectDomainPolicy: '1.2.3' }] })],
  ['subject-alt-name-not-critical', 'official-signing', critical(oids.subjectAltName, true)],
  ['issuer-alt-name-not-critical', 'official-signing', critical(oids.issuerAltName, true)],
  ['name-constraints-in-ca', 'issuing-ca', critical(oids.nameConstraints, false)],
  ['policy-constraints-in-ca', 'official-signing', critical(oids.policyConstraints, true)],
  ['crl-distribution-points-not-critical', 'official-signing', critical(oids.crlDistributionPoints, true)],
  ['inhibit-any-policy-in-ca', 'official-signing', critical(oids.inhibitAnyPolicy, true)],
  ['freshest-crl-not-critical', 'official-signing', critical(oids.freshestCrl, true)],
  ['authority-info-access-not-critical', 'official-signing', critical(oids.authorityInfoAccess, true)],
  ['critical-extensions-known', 'official-signing', critical('1.2.3.4', true)],
  ['issuer-is-ca', 'official-signing', issuerWith({ basicConstraints: { ca: false, pathLength: none } })],
  ['path-length-within-issuer', 'issuing-ca', issuerWith({ basicConstraints: { ca: true, pathLength: 0 } })],
  ['serial-unlike-issuer', 'issuing-ca', (subject) => having({ serialNumber: issuerOf(subject).serialNumber })(subject)],
];

const names: readonly Row[] = [
  ['name-value-present', 'official-signing', subjectIs(cn('  '))],
  ['name-value-length', 'official-signing', subjectIs(cn('Đ'.repeat(65)))],
  ['name-value-not-padded', 'official-signing', subjectIs(cn('Nguyễn  Ánh'))],
  ['name-no-deceptive-characters', 'official-signing', subjectIs(cn('Ánh\u202eCỤC THUẾ'))],
  ['name-nfc', 'official-signing', subjectIs(cn('Ánh'.normalize('NFD')))],
  ['name-directory-string', 'official-signing', subjectIs(cn('Anh', tags.teletexString))],
  ['name-printable-string', 'official-signing', subjectIs(country('VN', tags.utf8String))],
  ['name-ia5-string', 'official-signing', subjectIs(attribute(oids.emailAddress, tags.utf8String, 'a@b.vn'))],
  ['name-printable-characters', 'official-signing', subjectIs(cn('A & B', tags.printableString))],
  ['country-code', 'official-signing', subjectIs(country('vn'))],
  ['country-once', 'official-signing', subjectIs(country('VN'), country('VN'))],
  ['common-name-once', 'official-signing', subjectIs(cn('A'), cn('B'))],
  ['name-email-form', 'official-signing', subjectIs(attribute(oids.emailAddress, tags.ia5String, 'Anh <a@b.vn>'))],
  ['name-no-placeholder', 'official-signing', subjectIs(cn('N/A'))],
  ['alt-name-email-form', 'official-signing', altNames({ type: 'rfc822Name', value: 'a@localhost' })],
  ['alt-name-dns-form', 'service-tls-client', altNames({ type: 'dNSName', value: 'a b.vn' })],
  ['alt-name-once', 'official-signing', altNames({ type: 'rfc822Name', value: 'a@b.vn' }, { type: 'rfc822Name', value: 'A@b.vn' })],
  ['subject-email-in-alt-name', 'official-signing', having({ subjectAltName: none })],
];

const profile: readonly Row[] = [
  ['profile-key', 'official-signing', having({ publicKey: weakKey })],
  ['profile-signature-scheme', 'official-signing', (subject) => ({ ...subject, profile: { ...subject.profile, signatureSchemes: ['ed25519'] } })],
  ['profile-ca', 'official-signing', having({ basicConstraints: { ca: true, pathLength: none } })],
  ['profile-path-length', 'issuing-ca', having({ basicConstraints: { ca: true, pathLength: 3 } })],
  ['profile-key-usage', 'official-signing', usage('digitalSignature')],
  ['profile-ext-key-usage', 'ocsp-responder', having({ extKeyUsage: [oids.ocspSigning, oids.clientAuth] })],
  ['profile-ext-key-usage-critical', 'timestamping', critical(oids.extKeyUsage, false)],
  ['profile-policies', 'official-signing', policy('1.2.3')],
  ['profile-subject-layout', 'official-signing', subjectIs(cn('Ánh'), country('VN'))],
  ['profile-validity', 'official-signing', having(({ notAfter }) => ({ notAfter: later(notAfter, 1) }))],
  ['profile-extensions', 'official-signing', critical(oids.qcStatements, false)],
  ['profile-crl-address', 'official-signing', having({ crlDistributionPoints: none })],
  ['profile-ocsp-address', 'official-signing', having({ ocspUrls: [] })],
  ['profile-issuer-address', 'root-ca', having({ caIssuerUrls: ['http://a.vn/'] })],
  ['profile-no-check', 'ocsp-responder', having({ ocspNoCheck: false })],
  ['profile-alt-names', 'official-signing', altNames({ type: 'dNSName', value: 'a.vn' })],
  ['profile-self-signed', 'root-ca', having({ issuer: nameOf(cn('A')) })],
];

const lessons: readonly Row[] = [
  ['serial-entropy', 'official-signing', having({ serialNumber: 0x7fff_ffff_ffff_ffffn })],
  ['validity-whole-days', 'official-signing', having(({ notAfter }) => ({ notAfter: later(notAfter, 1) }))],
  ['not-after-within-issuer', 'official-signing', (subject) => issuerWith({ notAfter: subject.certificate.notBefore })(subject)],
  ['not-before-within-issuer', 'official-signing', (subject) => issuerWith({ notBefore: later(subject.certificate.notBefore, 1) })(subject)],
  ['key-sound', 'official-signing', having({ publicKey: weakKey })],
  ['key-not-of-issuer', 'official-signing', (subject) => having({ publicKey: issuerOf(subject).publicKey })(subject)],
  ['name-not-of-issuer', 'official-signing', (subject) => having({ subject: issuerOf(subject).subject })(subject)],
  ['addresses-plain-http', 'official-signing', crlAt('https://pki.example.gov.vn/1.crl')],
  ['addresses-well-formed', 'official-signing', having({ ocspUrls: ['http://user:word@pki.example.gov.vn/'] })],
  ['distribution-point-complete', 'official-signing', having({ crlDistributionPoints: [{ distributionPoint: none, reasons: none, cRLIssuer: [] }] })],
  ['status-address-present', 'official-signing', having({ crlDistributionPoints: none, ocspUrls: [] })],
  ['timestamping-alone-critical', 'timestamping', having({ extKeyUsage: [oids.timeStamping, oids.clientAuth] })],
  ['timestamping-only-signs', 'timestamping', alsoUsage('keyAgreement')],
  ['ocsp-signing-alone', 'ocsp-responder', having({ extKeyUsage: [oids.ocspSigning, oids.timeStamping] })],
  ['ocsp-signing-no-check', 'official-signing', having({ ocspNoCheck: true })],
  ['ocsp-signing-short', 'ocsp-responder', having(({ notBefore }) => ({ notAfter: later(notBefore, 200 * 86_400) }))],
  ['ocsp-signing-not-ca', 'issuing-ca', having({ extKeyUsage: [oids.ocspSigning] })],
  ['subscriber-purpose-named', 'service-tls-client', having({ extKeyUsage: [oids.anyExtendedKeyUsage] })],
  ['signing-not-for-secrecy', 'official-signing', alsoUsage('keyAgreement')],
  ['signing-not-ca', 'official-signing', having({ basicConstraints: { ca: true, pathLength: none } })],
  ['signing-not-for-servers', 'agency-seal', having({ extKeyUsage: [oids.serverAuth] })],
  ['signing-names-country-and-organisation', 'agency-seal', subjectIs(country('VN'), cn('CỤC THUẾ'))],
  ['signing-policy-stated', 'agency-seal', policy(oids.anyPolicy)],
  ['ca-is-not-subscriber', 'issuing-ca', alsoUsage('nonRepudiation')],
  ['digest-not-weaker-than-key', 'official-signing', (subject) => ({ ...subject, issuerKey: { ...subject.issuerKey, bits: 384 } })],
];

/** For every row of the lint what breaks it. */
export const spoilt: readonly Row[] = [...rfc5280, ...names, ...profile, ...lessons];
