import { oids } from '../asn1/oids.ts';
import type { Certificate, KeyUsageBit } from '../certificate/parse.ts';
import type { Crl } from '../crl/parse.ts';
import { compareNames } from '../name/compare.ts';

/** Where a certificate stands in its path. */
export type PathRole = 'target' | 'intermediate' | 'anchor';

/** A demand on issuers that §6 of RFC 5280 leaves to policy, or that only some communities make. True is fine. */
export interface ProfileRule {
  id: string;
  source: string;
  certificate?: (certificate: Certificate, role: PathRole) => boolean;
  crl?: (crl: Crl) => boolean;
}

const isCritical = (certificate: Certificate, oid: string): boolean => certificate.extensions.get(oid)?.critical ?? false;
const has = (certificate: Certificate, oid: string): boolean => certificate.extensions.has(oid);
const isSelfIssued = ({ issuer, subject }: Certificate): boolean => compareNames(issuer, subject);
const isCa = (certificate: Certificate): boolean => certificate.basicConstraints?.ca ?? false;
/** an extension that is absent or as critical as it must be */
const neverCritical = (oid: string) => (certificate: Certificate): boolean => !isCritical(certificate, oid);

const signsOnly = /^(ed25519|ed448|ml-dsa-\d+)$/;
const encryptionBits: readonly KeyUsageBit[] = ['keyEncipherment', 'dataEncipherment', 'keyAgreement', 'encipherOnly', 'decipherOnly'];

/** the first number that 20 octets cannot hold with its sign */
const beyondSerials = 1n << 159n;

const serialRules: readonly ProfileRule[] = [
  { id: 'serial-positive', source: 'RFC 5280 §4.1.2.2', certificate: ({ serialNumber }) => serialNumber > 0n },
  { id: 'serial-20-octets', source: 'RFC 5280 §4.1.2.2', certificate: ({ serialNumber }) => serialNumber < beyondSerials && serialNumber >= -beyondSerials },
];

/** The default: what a careful reader refuses in any certificate. */
export const strictRules: readonly ProfileRule[] = [
  ...serialRules,
  { id: 'ca-subject', source: 'RFC 5280 §4.1.2.6', certificate: (c) => !isCa(c) || c.subject.rdns.length > 0 },
  { id: 'issuer-name', source: 'RFC 5280 §4.1.2.4', certificate: ({ issuer }) => issuer.rdns.length > 0 },
];

/** What RFC 5280 §4.2 and §5.2 demand of those who issue, for communities that hold every issuer to it. */
export const conformingIssuerRules: readonly ProfileRule[] = [
  ...strictRules,
  { id: 'authority-key-identifier-critical', source: 'RFC 5280 §4.2.1.1', certificate: neverCritical(oids.authorityKeyIdentifier) },
  { id: 'authority-key-identifier-missing', source: 'RFC 5280 §4.2.1.1',
    certificate: (c, role) => c.authorityKeyIdentifier?.keyIdentifier !== undefined || (role === 'anchor' && isSelfIssued(c)) },
  { id: 'subject-key-identifier-critical', source: 'RFC 5280 §4.2.1.2', certificate: neverCritical(oids.subjectKeyIdentifier) },
  { id: 'subject-key-identifier-missing', source: 'RFC 5280 §4.2.1.2', certificate: (c) => !isCa(c) || c.subjectKeyIdentifier !== undefined },
  { id: 'key-usage-ca', source: 'RFC 5280 §4.2.1.3', certificate: (c) => !isCa(c) || !c.keyUsage || c.keyUsage.has('keyCertSign') },
  { id: 'key-cert-sign-without-ca', source: 'RFC 5280 §4.2.1.9', certificate: (c) => isCa(c) || !c.keyUsage?.has('keyCertSign') },
  { id: 'policy-mappings-any', source: 'RFC 5280 §4.2.1.5',
    certificate: ({ policyMappings = [] }) => policyMappings.every((m) => m.issuerDomainPolicy !== oids.anyPolicy && m.subjectDomainPolicy !== oids.anyPolicy) },
  { id: 'subject-alternative-name-critical', source: 'RFC 5280 §4.2.1.6',
    certificate: (c) => c.subject.rdns.length > 0 || isCritical(c, oids.subjectAltName) },
  { id: 'basic-constraints-anchor', source: 'RFC 5280 §4.2.1.9', certificate: (c, role) => role !== 'anchor' || isCa(c) },
  { id: 'basic-constraints-critical', source: 'RFC 5280 §4.2.1.9', certificate: (c) => !isCa(c) || isCritical(c, oids.basicConstraints) },
  { id: 'path-length-without-ca', source: 'RFC 5280 §4.2.1.9', certificate: (c) => isCa(c) || c.basicConstraints?.pathLength === undefined },
  { id: 'name-constraints-in-ca', source: 'RFC 5280 §4.2.1.10', certificate: (c) => isCa(c) || !c.nameConstraints },
  { id: 'name-constraints-critical', source: 'RFC 5280 §4.2.1.10', certificate: (c) => !c.nameConstraints || isCritical(c, oids.nameConstraints) },
  { id: 'policy-constraints-critical', source: 'RFC 5280 §4.2.1.11', certificate: (c) => !c.policyConstraints || isCritical(c, oids.policyConstraints) },
  { id: 'inhibit-any-policy-critical', source: 'RFC 5280 §4.2.1.14', certificate: (c) => c.inhibitAnyPolicy === undefined || isCritical(c, oids.inhibitAnyPolicy) },
  { id: 'freshest-crl-critical', source: 'RFC 5280 §4.2.1.15', certificate: neverCritical(oids.freshestCrl) },
  { id: 'authority-information-access-critical', source: 'RFC 5280 §4.2.2.1', certificate: neverCritical(oids.authorityInfoAccess) },
  { id: 'subject-information-access-critical', source: 'RFC 5280 §4.2.2.2', certificate: neverCritical(oids.subjectInfoAccess) },
  { id: 'validity-form', source: 'RFC 5280 §4.1.2.5', certificate: ({ irregularities }) => !irregularities.has('time-form') },
  { id: 'signature-key-usage', source: 'RFC 8410 §5 with RFC 9295, RFC 9881 §5',
    certificate: ({ publicKey, keyUsage }) => !signsOnly.test(publicKey.type) || encryptionBits.every((bit) => !keyUsage?.has(bit)) },
  { id: 'crl-number', source: 'RFC 5280 §5.2.3',
    crl: ({ crlNumber, extensions }) => crlNumber !== undefined && crlNumber < 1n << 159n && !extensions.get(oids.crlNumber)!.critical },
  { id: 'crl-empty-list', source: 'RFC 5280 §5.1.2.6', crl: ({ irregularities }) => !irregularities.has('empty-revoked-certificates') },
  { id: 'crl-time-form', source: 'RFC 5280 §5.1.2.4', crl: ({ irregularities }) => !irregularities.has('time-form') },
  { id: 'crl-scope-critical', source: 'RFC 5280 §5.2.4, §5.2.5',
    crl: ({ extensions }) => [oids.issuingDistributionPoint, oids.deltaCrlIndicator].every((oid) => extensions.get(oid)?.critical ?? true) },
  { id: 'crl-authority-key-identifier', source: 'RFC 5280 §5.2.1', crl: ({ authorityKeyIdentifier }) => authorityKeyIdentifier !== undefined },
  { id: 'crl-next-update', source: 'RFC 5280 §5.1.2.5', crl: ({ nextUpdate }) => nextUpdate !== undefined },
];

/** DER without the liberties of old issuers (X.690 §11.5, §11.2.2). */
export const exactDerRules: readonly ProfileRule[] = [
  { id: 'der-defaults', source: 'X.690 §11.5', certificate: ({ irregularities }) => !irregularities.has('default-encoded') },
  { id: 'der-named-bits', source: 'X.690 §11.2.2', certificate: ({ irregularities }) => !irregularities.has('trailing-zero-bits') },
];

/** More than RFC 5280 asks, as the CA/Browser Forum's Baseline Requirements do. */
export const webRules: readonly ProfileRule[] = [
  { id: 'web-purpose', source: 'BR §7.1.2.7.10', certificate: (c, role) => role !== 'target' || c.extKeyUsage !== undefined },
  { id: 'web-any-purpose', source: 'BR §7.1.2.7.10', certificate: (c, role) => role !== 'target' || !c.extKeyUsage?.includes(oids.anyExtendedKeyUsage) },
  { id: 'web-anchor-purpose', source: 'BR §7.1.2.1', certificate: (c, role) => role !== 'anchor' || !has(c, oids.extKeyUsage) },
  { id: 'web-target-ca', source: 'BR §7.1.2.7', certificate: (c, role) => role !== 'target' || !isCa(c) },
];
