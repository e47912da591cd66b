import { oids } from '../asn1/oids.ts';
import { schemeDigest } from '../keys/algorithm.ts';
import { findKeyWeakness } from '../keys/weak-key.ts';
import { sameBytes, type CertificateLintSubject, type CertificateRule } from './lint-subject.ts';
import { secondsBetween } from './validity.ts';

const rule = (id: string, source: string, since: string, check: CertificateRule['check'], level: CertificateRule['level'] = 'error'): CertificateRule =>
  ({ id, level, source, since, check });

const isCa = ({ certificate }: CertificateLintSubject): boolean => certificate.basicConstraints?.ca === true;
const purposes = ({ certificate }: CertificateLintSubject): readonly string[] => certificate.extKeyUsage ?? [];
const signsDocuments = ({ certificate }: CertificateLintSubject): boolean => certificate.keyUsage?.has('nonRepudiation') === true;
const addresses = ({ certificate }: CertificateLintSubject): string[] => [
  ...certificate.ocspUrls, ...certificate.caIssuerUrls,
  ...(certificate.crlDistributionPoints ?? []).flatMap(({ distributionPoint: point }) => (point && 'fullName' in point ? point.fullName : []))
    .flatMap((name) => (name.type === 'uniformResourceIdentifier' ? [name.value] : [])),
];
const hundredDays = 100 * 86_400;

/** Each row is an accident that happened somewhere, or a trap of one kind of certificate. */
export const lessonRules: readonly CertificateRule[] = [
  rule('serial-entropy', 'CA/Browser BR §7.1.2.7 (Mozilla bug 1532842)', '2016-09-30', ({ certificate }) => certificate.serialNumber >= 1n << 120n),
  rule('validity-whole-days', 'RFC 5280 §4.1.2.5 (Mozilla bug 1715455)', '2021-06-08', ({ certificate, issuer }) =>
    secondsBetween(certificate.notBefore, certificate.notAfter) % 86_400 === 0
    || (issuer !== 'self' && certificate.notAfter.getTime() === issuer.notAfter.getTime())),
  rule('not-after-within-issuer', 'RFC 5280 §6.1.3 (a)(2), shell model', '2008-05-01', ({ certificate, issuer }) =>
    issuer === 'self' || certificate.notAfter <= issuer.notAfter),
  rule('not-before-within-issuer', 'Mozilla WoSign issue S: no backdating', '2016-09-26', ({ certificate, issuer }) =>
    issuer === 'self' || certificate.notBefore >= issuer.notBefore),
  rule('key-sound', 'CA/Browser BR §6.1.1.3', '2018-03-01', ({ certificate }) => findKeyWeakness(certificate.publicKey) === undefined),
  rule('key-not-of-issuer', 'RFC 4210 §8: one key, one holder', '2005-09-01', ({ certificate, issuer }) =>
    issuer === 'self' || !sameBytes(certificate.publicKey.der, issuer.publicKey.der)),
  rule('name-not-of-issuer', 'RFC 5280 §3.2 self-issued', '2008-05-01', ({ certificate, issuer }) =>
    issuer === 'self' || !sameBytes(certificate.subject.der, issuer.subject.der)),
  rule('addresses-plain-http', 'RFC 5280 §8: an https address may need itself', '2008-05-01', (subject) =>
    addresses(subject).every((address) => address.startsWith('http://'))),
  rule('addresses-well-formed', 'RFC 3986 §3', '2005-01-01', (subject) => addresses(subject).every(isPlainUrl)),
  rule('distribution-point-complete', 'RFC 5280 §4.2.1.13, every reason in one list', '2008-05-01', ({ certificate }) =>
    (certificate.crlDistributionPoints ?? []).every(({ distributionPoint, reasons }) => distributionPoint !== undefined && reasons === undefined)),
  rule('status-address-present', 'ETSI EN 319 412-2 §4.4.1', '2016-02-01', ({ certificate, issuer }) =>
    issuer === 'self' || certificate.ocspNoCheck || certificate.crlDistributionPoints !== undefined || certificate.ocspUrls.length > 0),
  rule('timestamping-alone-critical', 'RFC 3161 §2.3', '2001-08-01', (subject) =>
    !purposes(subject).includes(oids.timeStamping)
    || (purposes(subject).length === 1 && subject.certificate.extensions.get(oids.extKeyUsage)?.critical === true)),
  rule('timestamping-only-signs', 'RFC 3161 §2.3', '2001-08-01', (subject) => !purposes(subject).includes(oids.timeStamping)
    || [...subject.certificate.keyUsage ?? []].every((bit) => bit === 'digitalSignature' || bit === 'nonRepudiation')),
  rule('ocsp-signing-alone', 'RFC 6960 §4.2.2.2', '2013-06-01', (subject) => !purposes(subject).includes(oids.ocspSigning) || purposes(subject).length === 1),
  rule('ocsp-signing-no-check', 'RFC 6960 §4.2.2.2.1 (Mozilla bug 1651447)', '2020-07-02', (subject) =>
    purposes(subject).includes(oids.ocspSigning) === subject.certificate.ocspNoCheck),
  rule('ocsp-signing-short', 'RFC 6960 §4.2.2.2.1: nobody can revoke it', '2013-06-01', ({ certificate }) =>
    !certificate.ocspNoCheck || secondsBetween(certificate.notBefore, certificate.notAfter) <= hundredDays, 'warning'),
  rule('ocsp-signing-not-ca', 'Mozilla bug 1649951', '2020-07-02', (subject) => !isCa(subject) || !purposes(subject).includes(oids.ocspSigning)),
  rule('subscriber-purpose-named', 'RFC 9336 §3: anyExtendedKeyUsage says nothing', '2022-12-01', (subject) =>
    !purposes(subject).includes(oids.anyExtendedKeyUsage)),
  rule('signing-not-for-secrecy', 'ETSI EN 319 412-2 §4.3.2 types A, B, F', '2016-02-01', (subject) => !signsDocuments(subject)
    || !(['keyEncipherment', 'dataEncipherment', 'keyAgreement'] as const).some((bit) => subject.certificate.keyUsage?.has(bit))),
  rule('signing-not-ca', 'ETSI EN 319 412-2 §4.3.2', '2016-02-01', (subject) => !signsDocuments(subject) || !isCa(subject)),
  rule('signing-not-for-servers', 'ETSI EN 319 411-1 §6.6.1', '2016-02-01', (subject) => !signsDocuments(subject)
    || !purposes(subject).some((purpose) => purpose === oids.serverAuth || purpose === oids.codeSigning)),
  rule('signing-names-country-and-organisation', 'ETSI EN 319 412-3 §4.2.1', '2016-02-01', (subject) => !signsDocuments(subject)
    || [oids.countryName, oids.organizationName, oids.commonName].every((type) => subject.attributes.some(({ oid }) => oid === type))),
  rule('signing-policy-stated', 'ETSI EN 319 412-2 §4.3.3', '2016-02-01', (subject) => !signsDocuments(subject)
    || (subject.certificate.certificatePolicies ?? []).some(({ oid }) => oid !== oids.anyPolicy)),
  rule('ca-is-not-subscriber', 'CA/Browser BR §7.1.2.10', '2023-09-15', (subject) => !isCa(subject)
    || (subject.certificate.keyUsage?.has('nonRepudiation') !== true && subject.certificate.subjectAltName === undefined)),
  rule('digest-not-weaker-than-key', 'NIST SP 800-57 part 1 §5.6.2', '2020-05-01', ({ scheme, issuerKey }) =>
    issuerKey.type !== 'ec' || issuerKey.bits <= digestBits(schemeDigest(scheme)) || issuerKey.bits === 521, 'notice'),
];

const digestBits = (digest: string): number => Number(/\d{3}$/.exec(digest)?.[0] ?? 0);

/** Verdicts by address: every certificate of an issuer has the same three. */
const plainUrls = new Map<string, boolean>();
const mostPlainUrls = 1_000;

function isPlainUrl(address: string): boolean {
  const known = plainUrls.get(address);
  if (known !== undefined) return known;
  const url = URL.parse(address);
  const plain = url !== null && url.username === '' && url.password === '' && url.hash === '' && /^[\u0021-\u007e]+$/.test(address);
  if (plainUrls.size === mostPlainUrls) plainUrls.clear();
  plainUrls.set(address, plain);
  return plain;
}
