import type { Digest } from '../keys/algorithm.ts';

/** Rules that differ by use, as data (EN 319 102-1 §5.1.4: constraints); the code that applies them knows no names. */
export interface ValidationPolicy {
  name: 'public-service' | 'strict' | 'lenient';
  /** digests a signature may use, and the last moment each is trusted without proof of an earlier existence */
  digests: Readonly<Partial<Record<Digest, string>>>;
  minRsaBits: number;
  minEcBits: number;
  /** the ESS signing-certificate attribute (RFC 5035) must be there; a wrong one always refuses */
  requireSigningCertificateAttribute: boolean;
  /** one of these must be in the signer's keyUsage, where that extension is present */
  signerKeyUsage: readonly ('digitalSignature' | 'nonRepudiation')[];
  /** status of certificates below the anchor */
  revocation: 'required' | 'if-available';
  /** changes a PDF may show after signing without losing TOTAL-PASSED, beyond those the document itself allows */
  acceptAllowedChanges: boolean;
  /** a receipt of our own for the same file proves that it existed when it was given (EN 319 102-1 §5.6.2.3: any proof of existence the policy accepts) */
  receiptsProveExistence: boolean;
  /** difference of clocks that is no contradiction, in seconds */
  clockGraceSeconds: number;
}

const forever = '9999-12-31T23:59:59Z';

/** For results of administrative procedures: the default. Real results use adbe.pkcs7.detached without ESS attributes. */
export const publicServicePolicy: ValidationPolicy = {
  name: 'public-service',
  digests: {
    sha256: forever, sha384: forever, sha512: forever, 'sha3-256': forever, 'sha3-384': forever, 'sha3-512': forever,
    // ETSI TS 119 312: SHA-224 to the end of 2028; SHA-1 was still in use with the first generation of CAs
    sha224: '2028-12-31T23:59:59Z', sha1: '2017-12-31T23:59:59Z',
  },
  minRsaBits: 2048,
  minEcBits: 256,
  requireSigningCertificateAttribute: false,
  signerKeyUsage: ['digitalSignature', 'nonRepudiation'],
  revocation: 'required',
  acceptAllowedChanges: true,
  receiptsProveExistence: true,
  clockGraceSeconds: 60,
};

const { sha1: _weak, sha224: _short, ...strongDigests } = publicServicePolicy.digests;

/** No allowance for old habits: ESS attributes, nonRepudiation, no later change but signatures and evidence. */
export const strictPolicy: ValidationPolicy = {
  ...publicServicePolicy,
  name: 'strict',
  digests: strongDigests,
  requireSigningCertificateAttribute: true,
  signerKeyUsage: ['nonRepudiation'],
  acceptAllowedChanges: false,
  receiptsProveExistence: false,
};

/** For foreign documents whose status is often out of reach; the report still says what is missing. */
export const lenientPolicy: ValidationPolicy = {
  ...publicServicePolicy,
  name: 'lenient',
  digests: { ...publicServicePolicy.digests, sha1: '2019-12-31T23:59:59Z' },
  minRsaBits: 1024,
};

export const policies = {
  'public-service': publicServicePolicy,
  strict: strictPolicy,
  lenient: lenientPolicy,
} as const satisfies Record<ValidationPolicy['name'], ValidationPolicy>;
