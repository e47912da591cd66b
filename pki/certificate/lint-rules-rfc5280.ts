import { oids } from '../asn1/oids.ts';
import { signatureAlgorithmDer } from '../keys/algorithm.ts';
import { keyIdentifier } from '../keys/public-key.ts';
import { schemeFitsKey } from '../lint/scheme.ts';
import { criticalIs, sameBytes, type CertificateLintSubject, type CertificateRule } from './lint-subject.ts';
import { serialHex } from './parse.ts';

const rfc5280 = '2008-05-01';
const rule = (id: string, section: string, check: CertificateRule['check']): CertificateRule =>
  ({ id, level: 'error', source: `RFC 5280 ${section}`, since: rfc5280, check });

/** Extensions whose meaning we know; a critical one beyond them binds our readers to what we cannot check. */
const known: ReadonlySet<string> = new Set([
  oids.subjectKeyIdentifier, oids.keyUsage, oids.subjectAltName, oids.issuerAltName, oids.basicConstraints, oids.nameConstraints,
  oids.crlDistributionPoints, oids.certificatePolicies, oids.policyMappings, oids.authorityKeyIdentifier, oids.policyConstraints,
  oids.extKeyUsage, oids.freshestCrl, oids.inhibitAnyPolicy, oids.authorityInfoAccess, oids.subjectInfoAccess, oids.ocspNoCheck,
]);

const isCa = ({ certificate }: CertificateLintSubject): boolean => certificate.basicConstraints?.ca === true;
const has = ({ certificate }: CertificateLintSubject, oid: string): boolean => certificate.extensions.has(oid);
/** An extension for CAs: absent, or critical in a CA's certificate. */
const onlyCriticalInCa = (subject: CertificateLintSubject, oid: string): boolean =>
  !has(subject, oid) || (isCa(subject) && criticalIs(subject, oid, true));
const once = (values: readonly string[]): boolean => new Set(values).size === values.length;
const signOnlyTypes: ReadonlySet<string> = new Set(['ed25519', 'ed448', 'ml-dsa-44', 'ml-dsa-65', 'ml-dsa-87']);

/** The fields of a certificate (RFC 5280 §4.1). */
const fieldRules: readonly CertificateRule[] = [
  rule('version-3', '§4.1.2.1', ({ certificate }) => certificate.version === 3),
  rule('serial-positive', '§4.1.2.2', ({ certificate }) => certificate.serialNumber > 0n),
  rule('serial-length', '§4.1.2.2', ({ certificate }) => certificate.serialNumber < 1n << 159n),
  rule('signature-algorithm', '§4.1.1.2', ({ certificate, scheme }) => sameBytes(certificate.tbsSignatureAlgorithm.der, signatureAlgorithmDer(scheme))),
  rule('scheme-fits-issuer-key', '§4.1.1.2', ({ scheme, issuerKey }) => schemeFitsKey(scheme, issuerKey)),
  rule('issuer-name-present', '§4.1.2.4', ({ certificate }) => certificate.issuer.rdns.length > 0),
  rule('issuer-name-chains', '§4.1.2.4', ({ certificate, issuerName }) => sameBytes(certificate.issuer.der, issuerName.der)),
  rule('validity-order', '§4.1.2.5', ({ certificate }) => certificate.notBefore < certificate.notAfter),
  rule('validity-time-form', '§4.1.2.5', ({ certificate }) => !certificate.irregularities.has('time-form')),
  rule('subject-name-present', '§4.1.2.6', ({ certificate }) => certificate.subject.rdns.length > 0),
  rule('default-not-encoded', '§4.1 (X.690 §11.5)', ({ certificate }) => !certificate.irregularities.has('default-encoded')),
  rule('named-bits-trimmed', '§4.2.1.3 (X.690 §11.2.2)', ({ certificate }) => !certificate.irregularities.has('trailing-zero-bits')),
  rule('regular-encoding', '§4.1', ({ certificate }) =>
    [...certificate.irregularities].every((name) => ['time-form', 'default-encoded', 'trailing-zero-bits'].includes(name))),
];

/** Extensions about keys and their use (RFC 5280 §4.2.1.1 to §4.2.1.3, §4.2.1.9, §4.2.1.12). */
const keyRules: readonly CertificateRule[] = [
  rule('authority-key-identifier-present', '§4.2.1.1', ({ certificate }) => certificate.authorityKeyIdentifier?.keyIdentifier !== undefined),
  rule('authority-key-identifier-not-critical', '§4.2.1.1', (subject) => criticalIs(subject, oids.authorityKeyIdentifier, false)),
  rule('authority-key-identifier-matches', '§4.2.1.1', ({ certificate, issuerKeyIdentifier }) =>
    sameBytes(certificate.authorityKeyIdentifier?.keyIdentifier, issuerKeyIdentifier)),
  rule('subject-key-identifier-present', '§4.2.1.2', ({ certificate }) => certificate.subjectKeyIdentifier !== undefined),
  rule('subject-key-identifier-not-critical', '§4.2.1.2', (subject) => criticalIs(subject, oids.subjectKeyIdentifier, false)),
  rule('subject-key-identifier-of-key', '§4.2.1.2 (1)', ({ certificate }) =>
    sameBytes(certificate.subjectKeyIdentifier, keyIdentifier(certificate.publicKey))),
  rule('key-usage-present', '§4.2.1.3', ({ certificate }) => certificate.keyUsage !== undefined),
  rule('key-usage-critical', '§4.2.1.3', (subject) => criticalIs(subject, oids.keyUsage, true)),
  rule('cert-sign-needs-ca', '§4.2.1.3', (subject) => !subject.certificate.keyUsage?.has('keyCertSign') || isCa(subject)),
  rule('ca-needs-cert-sign', '§4.2.1.9', (subject) => !isCa(subject) || subject.certificate.keyUsage?.has('keyCertSign') === true),
  rule('encipher-only-needs-agreement', '§4.2.1.3', ({ certificate: { keyUsage } }) =>
    keyUsage?.has('keyAgreement') === true || (keyUsage?.has('encipherOnly') !== true && keyUsage?.has('decipherOnly') !== true)),
  rule('key-usage-fits-key', '§4.2.1.3 (RFC 5480 §3, RFC 8410 §5, RFC 9881 §5)', ({ certificate: { keyUsage, publicKey } }) => {
    const encipher = keyUsage?.has('keyEncipherment') === true || keyUsage?.has('dataEncipherment') === true;
    if (signOnlyTypes.has(publicKey.type)) return !encipher && keyUsage?.has('keyAgreement') !== true;
    return publicKey.type !== 'ec' || !encipher;
  }),
  rule('basic-constraints-critical', '§4.2.1.9', (subject) => !isCa(subject) || criticalIs(subject, oids.basicConstraints, true)),
  rule('path-length-needs-ca', '§4.2.1.9', (subject) => isCa(subject) || subject.certificate.basicConstraints?.pathLength === undefined),
  rule('ext-key-usage-once', '§4.2.1.12', ({ certificate }) => once(certificate.extKeyUsage ?? [])),
  rule('any-ext-key-usage-not-critical', '§4.2.1.12', (subject) =>
    !subject.certificate.extKeyUsage?.includes(oids.anyExtendedKeyUsage) || criticalIs(subject, oids.extKeyUsage, false)),
];

/** Names, policies and addresses (RFC 5280 §4.2.1.4 to §4.2.2.1). */
const otherRules: readonly CertificateRule[] = [
  rule('policies-once', '§4.2.1.4', ({ certificate }) => once((certificate.certificatePolicies ?? []).map(({ oid }) => oid))),
  rule('policy-mappings-in-ca', '§4.2.1.5', (subject) => onlyCriticalInCa(subject, oids.policyMappings)),
  rule('any-policy-not-mapped', '§4.2.1.5', ({ certificate }) => (certificate.policyMappings ?? [])
    .every((mapping) => mapping.issuerDomainPolicy !== oids.anyPolicy && mapping.subjectDomainPolicy !== oids.anyPolicy)),
  rule('subject-alt-name-not-critical', '§4.2.1.6', (subject) => criticalIs(subject, oids.subjectAltName, subject.certificate.subject.rdns.length === 0)),
  rule('issuer-alt-name-not-critical', '§4.2.1.7', (subject) => criticalIs(subject, oids.issuerAltName, false)),
  rule('name-constraints-in-ca', '§4.2.1.10', (subject) => onlyCriticalInCa(subject, oids.nameConstraints)),
  rule('policy-constraints-in-ca', '§4.2.1.11', (subject) => onlyCriticalInCa(subject, oids.policyConstraints)),
  rule('crl-distribution-points-not-critical', '§4.2.1.13', (subject) => criticalIs(subject, oids.crlDistributionPoints, false)),
  rule('inhibit-any-policy-in-ca', '§4.2.1.14', (subject) => onlyCriticalInCa(subject, oids.inhibitAnyPolicy)),
  rule('freshest-crl-not-critical', '§4.2.1.15', (subject) => criticalIs(subject, oids.freshestCrl, false)),
  rule('authority-info-access-not-critical', '§4.2.2.1', (subject) => criticalIs(subject, oids.authorityInfoAccess, false)),
  rule('critical-extensions-known', '§4.2', ({ certificate }) => [...certificate.extensions.values()].every(({ oid, critical }) => !critical || known.has(oid))),
  rule('issuer-is-ca', '§6.1.4 (k)(n)', ({ issuer }) =>
    issuer === 'self' || (issuer.basicConstraints?.ca === true && issuer.keyUsage?.has('keyCertSign') !== false)),
  rule('path-length-within-issuer', '§6.1.4 (l)(m)', (subject) => {
    const limit = subject.issuer === 'self' ? undefined : subject.issuer.basicConstraints?.pathLength;
    if (limit === undefined || !isCa(subject)) return true;
    return limit > 0 && (subject.certificate.basicConstraints?.pathLength ?? Infinity) < limit;
  }),
  rule('serial-unlike-issuer', '§4.1.2.2', ({ certificate, issuer }) =>
    issuer === 'self' || !sameBytes(issuer.issuer.der, certificate.issuer.der) || serialHex(issuer.serialNumber) !== serialHex(certificate.serialNumber)),
];

/** What RFC 5280 asks of a conforming CA's certificates. */
export const rfc5280Rules: readonly CertificateRule[] = [...fieldRules, ...keyRules, ...otherRules];
