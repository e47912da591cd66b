import { oids } from '../asn1/oids.ts';
import type { SignatureScheme } from '../keys/algorithm.ts';
import type { KeyRules, Profile, SubjectField } from './profile.ts';

/**
 * PLACEHOLDERS: the board's own policy numbers are not public. They stand under the enterprise number that RFC 5612
 * keeps for examples, so they can clash with nobody's; a later version of the profiles puts the real ones in.
 */
export const placeholderPolicies = {
  official: '1.3.6.1.4.1.32473.1.1',
  agency: '1.3.6.1.4.1.32473.1.2',
  service: '1.3.6.1.4.1.32473.1.3',
  timestamping: '1.3.6.1.4.1.32473.1.4',
  statusAnswers: '1.3.6.1.4.1.32473.1.5',
  receipts: '1.3.6.1.4.1.32473.1.6',
  operators: '1.3.6.1.4.1.32473.1.7',
} as const;

/** CA certificates 20 years, subscribers at most 5 (Decree 68/2024, article 9). */
const caDays = 7_305;
const subscriberDays = 1_825;

const caKeys: KeyRules = {
  types: ['rsa', 'ec', 'ed25519', 'ml-dsa-44', 'ml-dsa-65', 'ml-dsa-87'], minBits: 3072, maxBits: 4096, curves: ['P-256', 'P-384', 'P-521'],
};
const subscriberKeys: KeyRules = { ...caKeys, minBits: 2048 };

const strongSchemes: readonly SignatureScheme[] = [
  'rsa-sha256', 'rsa-sha384', 'rsa-sha512', 'rsa-pss-sha256', 'rsa-pss-sha384', 'rsa-pss-sha512',
  'ecdsa-sha256', 'ecdsa-sha384', 'ecdsa-sha512', 'ed25519', 'ml-dsa-44', 'ml-dsa-65', 'ml-dsa-87',
];

const country: SubjectField = { type: 'C', source: 'country', required: true, max: 1 };
const province: SubjectField = { type: 'L', source: 'province', required: false, max: 1 };
const organisation: SubjectField = { type: 'O', source: 'organisation', required: true, max: 1 };
/** levels 2 to 4 of the agency tree */
const units: SubjectField = { type: 'OU', source: 'unit', required: false, max: 3 };
const commonName: SubjectField = { type: 'CN', source: 'name', required: true, max: 1 };
const email: SubjectField = { type: 'E', source: 'email', required: false, max: 1 };

const base = {
  version: 1,
  validityDays: subscriberDays,
  keyRules: subscriberKeys,
  signatureSchemes: strongSchemes,
  ca: false,
  pathLength: null,
  extKeyUsage: [],
  extKeyUsageCritical: false,
  policies: [],
  extensions: {
    ocspNoCheck: false, crlDistributionPoint: true, ocspUrl: true, caIssuersUrl: true, subjectAltName: { email: false, dns: false },
  },
} satisfies Partial<Profile>;

const nothingToFetch = { ...base.extensions, crlDistributionPoint: false, ocspUrl: false, caIssuersUrl: false };

/** The profiles a new installation starts with. They are stored by version; what is stored is what counts. */
export const initialProfiles: readonly Profile[] = [
  {
    ...base, name: 'root-ca', validityDays: caDays, keyRules: caKeys, ca: true,
    keyUsage: ['keyCertSign', 'cRLSign'], subjectLayout: [country, organisation, commonName], extensions: nothingToFetch,
  },
  {
    ...base, name: 'issuing-ca', validityDays: caDays, keyRules: caKeys, ca: true, pathLength: 0, policies: [oids.anyPolicy],
    keyUsage: ['keyCertSign', 'cRLSign'], subjectLayout: [country, organisation, commonName],
    extensions: { ...base.extensions, ocspUrl: false },
  },
  {
    ...base, name: 'official-signing', policies: [placeholderPolicies.official], keyUsage: ['digitalSignature', 'nonRepudiation'],
    subjectLayout: [country, province, organisation, units, commonName, email],
    extensions: { ...base.extensions, subjectAltName: { email: true, dns: false } },
  },
  {
    ...base, name: 'agency-seal', policies: [placeholderPolicies.agency], keyUsage: ['digitalSignature', 'nonRepudiation'],
    subjectLayout: [country, province, organisation, units, commonName, email],
    extensions: { ...base.extensions, subjectAltName: { email: true, dns: false } },
  },
  {
    ...base, name: 'timestamping', policies: [placeholderPolicies.timestamping], keyUsage: ['digitalSignature'],
    extKeyUsage: [oids.timeStamping], extKeyUsageCritical: true, subjectLayout: [country, organisation, units, commonName],
  },
  {
    ...base, name: 'ocsp-responder', validityDays: 90, policies: [placeholderPolicies.statusAnswers], keyUsage: ['digitalSignature'],
    extKeyUsage: [oids.ocspSigning], subjectLayout: [country, organisation, units, commonName],
    extensions: { ...nothingToFetch, ocspNoCheck: true, caIssuersUrl: true },
  },
  {
    ...base, name: 'service-tls-client', policies: [placeholderPolicies.service], keyUsage: ['digitalSignature'],
    extKeyUsage: [oids.clientAuth], subjectLayout: [country, province, organisation, units, commonName],
    extensions: { ...base.extensions, subjectAltName: { email: false, dns: true } },
  },
  {
    // RFC 9336: what it signs is a document for people
    ...base, name: 'receipt-signing', policies: [placeholderPolicies.receipts], keyUsage: ['digitalSignature', 'nonRepudiation'],
    extKeyUsage: [oids.documentSigning], subjectLayout: [country, organisation, units, commonName],
  },
  {
    // half a year: who keeps it renews it signed in, and one that was forgotten opens nothing for long; browsers and smart cards know these keys alone
    ...base, name: 'operator-sign-in', validityDays: 180, keyRules: { ...subscriberKeys, types: ['rsa', 'ec'] }, policies: [placeholderPolicies.operators],
    keyUsage: ['digitalSignature'], extKeyUsage: [oids.clientAuth], subjectLayout: [country, organisation, commonName],
  },
];

/** The initial profile of that name. */
export const initialProfile = (name: Profile['name']): Profile => initialProfiles.find((profile) => profile.name === name)!;
