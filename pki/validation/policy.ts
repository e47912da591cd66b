import type { AlgorithmRule } from '../path/algorithms.ts';

export type PolicyName = 'public-service' | 'strict' | 'lenient-foreign' | 'lenient';

/** Rules that differ by use, as data (EN 319 102-1 §5.1.4: constraints); the code that applies them knows no names. */
export interface ValidationPolicy {
  readonly name: PolicyName;
  /** cryptographic constraints by date: what is refused from a day on without proof of an earlier existence */
  readonly algorithms: readonly AlgorithmRule[];
  /** the signing-certificate reference (RFC 5035) must be under the signature; a wrong one always refuses */
  readonly requireSigningCertificateAttribute: boolean;
  /** one of these must be in the signer's keyUsage, where that extension is present */
  readonly signerKeyUsage: readonly ('digitalSignature' | 'nonRepudiation')[];
  /** explicit signature policies (OID or URI) that are accepted; `any`: this policy stands in for whatever a signer names */
  readonly signaturePolicies: 'any' | readonly string[];
  /** status of certificates below the anchor */
  readonly revocation: 'required' | 'if-available';
  /** status older than this at the time it is asked for is not fresh; undefined: fresh until its nextUpdate (§5.2.5) */
  readonly maxStatusAgeSeconds: number | undefined;
  /** the signer's status must be issued this long after the proven signing time, so that a revocation then under way shows; undefined: not asked */
  readonly statusGraceSeconds: number | undefined;
  /** the longest time between the claimed and the proven signing time; undefined: not asked (§5.5.4) */
  readonly maxTimestampDelaySeconds: number | undefined;
  /** tokens of units whose certificate has expired since count without an archive timestamp over them, which the standard does not grant */
  readonly acceptExpiredTimestampUnits: boolean;
  /** changes a PDF may show after signing without losing TOTAL-PASSED, beyond those the document itself allows */
  readonly acceptAllowedChanges: boolean;
  /** a receipt of our own for the same file proves that it existed when it was given (EN 319 102-1 §5.6.2.3: any proof of existence the policy accepts) */
  readonly receiptsProveExistence: boolean;
  /** difference of clocks that is no contradiction, in seconds */
  readonly clockGraceSeconds: number;
}

/** ETSI TS 119 312 and what went before; SHA-1 was still in use with the first generation of CAs. */
const publicServiceAlgorithms: readonly AlgorithmRule[] = Object.freeze([
  { digest: 'md5', refusedFrom: '2004-08-17', source: 'RFC 6151 §2, collisions published by Wang and others' },
  { digest: 'sha1', refusedFrom: '2018-01-01', source: 'collision published 2017; ETSI TS 119 312' },
  { digest: 'sha224', refusedFrom: '2029-01-01', source: 'ETSI TS 119 312, 112 bits' },
  { rsaBelow: 1_024, refusedFrom: '2000-01-01', source: 'RSA-155 factored, 1999' },
  { rsaBelow: 2_048, refusedFrom: '2014-01-01', source: 'NIST SP 800-131A; Circular 15/2025/TT-BKHCN' },
]);

/** Nothing weak, whenever it was made. */
const strictAlgorithms: readonly AlgorithmRule[] = Object.freeze([
  { digest: 'md5', refusedFrom: '1970-01-01', source: 'RFC 6151 §2' },
  { digest: 'sha1', refusedFrom: '1970-01-01', source: 'collision published 2017' },
  { digest: 'sha224', refusedFrom: '1970-01-01', source: 'ETSI TS 119 312, 112 bits' },
  { rsaBelow: 2_048, refusedFrom: '1970-01-01', source: 'NIST SP 800-131A' },
]);

const lenientAlgorithms: readonly AlgorithmRule[] = Object.freeze(publicServiceAlgorithms.map((rule) =>
  ('digest' in rule && rule.digest === 'sha1' ? { ...rule, refusedFrom: '2020-01-01', source: 'chosen-prefix collision published 2020' } : rule)));

/** For results of administrative procedures: the default. Real results use adbe.pkcs7.detached without ESS attributes. */
export const publicServicePolicy: ValidationPolicy = Object.freeze({
  name: 'public-service',
  algorithms: publicServiceAlgorithms,
  requireSigningCertificateAttribute: false,
  signerKeyUsage: ['digitalSignature', 'nonRepudiation'],
  signaturePolicies: 'any',
  revocation: 'required',
  maxStatusAgeSeconds: undefined,
  statusGraceSeconds: undefined,
  maxTimestampDelaySeconds: undefined,
  // NĐ 68/2024 Điều 31 asks for the state at signing time, and results outlive the units of their tokens without archive timestamps
  acceptExpiredTimestampUnits: true,
  acceptAllowedChanges: true,
  receiptsProveExistence: true,
  clockGraceSeconds: 60,
} as const);

/** No allowance for old habits: ESS attributes, nonRepudiation, status of after the signing, no later change but signatures and evidence. */
export const strictPolicy: ValidationPolicy = Object.freeze({
  ...publicServicePolicy,
  name: 'strict',
  algorithms: strictAlgorithms,
  requireSigningCertificateAttribute: true,
  signerKeyUsage: ['nonRepudiation'],
  signaturePolicies: [],
  statusGraceSeconds: 0,
  acceptExpiredTimestampUnits: false,
  acceptAllowedChanges: false,
  receiptsProveExistence: false,
} as const);

/** For foreign documents, which rarely carry archive timestamps; status is still required and the report says what is missing. */
export const lenientForeignPolicy: ValidationPolicy = Object.freeze({
  ...publicServicePolicy,
  name: 'lenient-foreign',
  algorithms: lenientAlgorithms,
} as const);

/** The policies a caller may name; `lenient` is the older name of `lenient-foreign`. */
export const policies: Readonly<Record<PolicyName, ValidationPolicy>> = Object.freeze({
  'public-service': publicServicePolicy,
  strict: strictPolicy,
  'lenient-foreign': lenientForeignPolicy,
  lenient: Object.freeze({ ...lenientForeignPolicy, name: 'lenient' }),
});
