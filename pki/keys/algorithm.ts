import type { DerReader } from '../asn1/der-reader.ts';
import { derNull, element, explicit, integer, oid, sequence } from '../asn1/der-writer.ts';
import { oids } from '../asn1/oids.ts';
import { tags } from '../asn1/tags.ts';

export interface AlgorithmIdentifier {
  oid: string;
  /** the whole DER of the parameters; undefined when the field is absent */
  parameters: Uint8Array | undefined;
  der: Uint8Array;
}

export type Digest = 'md5' | 'sha1' | 'sha224' | 'sha256' | 'sha384' | 'sha512' | 'sha3-256' | 'sha3-384' | 'sha3-512';

/** What a Signer of ours does: the family of the key, the padding where there is a choice, the digest. */
export type SignatureScheme =
  | 'rsa-sha256' | 'rsa-sha384' | 'rsa-sha512' | 'rsa-pss-sha256' | 'rsa-pss-sha384' | 'rsa-pss-sha512'
  | 'ecdsa-sha256' | 'ecdsa-sha384' | 'ecdsa-sha512' | 'ed25519' | 'ml-dsa-44' | 'ml-dsa-65' | 'ml-dsa-87';

const digestOids: Readonly<Record<Digest, string>> = {
  md5: oids.md5,
  sha1: oids.sha1,
  sha224: oids.sha224,
  sha256: oids.sha256,
  sha384: oids.sha384,
  sha512: oids.sha512,
  'sha3-256': oids.sha3_256,
  'sha3-384': oids.sha3_384,
  'sha3-512': oids.sha3_512,
};

const digests = new Map(Object.entries(digestOids).map(([digest, dotted]) => [dotted, digest as Digest]));

/** Octets of each digest's value; a PSS salt of ours is as long. */
export const digestOctets: Readonly<Record<Digest, number>> = {
  md5: 16, sha1: 20, sha224: 28, sha256: 32, sha384: 48, sha512: 64, 'sha3-256': 32, 'sha3-384': 48, 'sha3-512': 64,
};

/** Reads one AlgorithmIdentifier (RFC 5280 §4.1.1.2). What the parameters may be is the algorithm's own rule. */
export function readAlgorithm(reader: DerReader): AlgorithmIdentifier {
  const whole = reader.read(tags.sequence);
  const inner = reader.inside(whole);
  const dotted = inner.oid();
  const parameters = inner.done ? undefined : inner.any().der;
  inner.end();
  return { oid: dotted, parameters, der: whole.der };
}

export const digestByOid = (dotted: string): Digest | undefined => digests.get(dotted);

export const digestOid = (digest: Digest): string => digestOids[digest];

/** The digest's AlgorithmIdentifier for CMS, parameters absent (RFC 5754 §2). */
export const digestAlgorithmDer = (digest: Digest): Uint8Array => sequence(oid(digestOids[digest]));

/** RSASSA-PSS with a salt as long as the digest and the default trailer; NULL inside as RFC 4055 §2.1 writes it. */
function pssDer(digest: 'sha256' | 'sha384' | 'sha512'): Uint8Array {
  const hash = sequence(oid(digestOids[digest]), derNull);
  return sequence(oid(oids.rsassaPss), sequence(
    explicit(0, hash),
    explicit(1, sequence(oid(oids.mgf1), hash)),
    explicit(2, integer(digestOctets[digest])),
  ));
}

const bare = (dotted: string): Uint8Array => sequence(oid(dotted));
const withNull = (dotted: string): Uint8Array => element(tags.sequence, oid(dotted), derNull);

const schemes: Readonly<Record<SignatureScheme, { der: Uint8Array; digest: Digest }>> = {
  'rsa-sha256': { der: withNull(oids.sha256WithRSAEncryption), digest: 'sha256' },
  'rsa-sha384': { der: withNull(oids.sha384WithRSAEncryption), digest: 'sha384' },
  'rsa-sha512': { der: withNull(oids.sha512WithRSAEncryption), digest: 'sha512' },
  'rsa-pss-sha256': { der: pssDer('sha256'), digest: 'sha256' },
  'rsa-pss-sha384': { der: pssDer('sha384'), digest: 'sha384' },
  'rsa-pss-sha512': { der: pssDer('sha512'), digest: 'sha512' },
  'ecdsa-sha256': { der: bare(oids.ecdsaWithSha256), digest: 'sha256' },
  'ecdsa-sha384': { der: bare(oids.ecdsaWithSha384), digest: 'sha384' },
  'ecdsa-sha512': { der: bare(oids.ecdsaWithSha512), digest: 'sha512' },
  ed25519: { der: bare(oids.ed25519), digest: 'sha512' },
  'ml-dsa-44': { der: bare(oids.mlDsa44), digest: 'sha512' },
  'ml-dsa-65': { der: bare(oids.mlDsa65), digest: 'sha512' },
  'ml-dsa-87': { der: bare(oids.mlDsa87), digest: 'sha512' },
};

/** The schemes by name, for those who check a setting or a stored row. */
export const signatureSchemes = Object.keys(schemes) as SignatureScheme[];

/** The signatureAlgorithm of what this scheme signs. One constant array per scheme: do not write to it. */
export const signatureAlgorithmDer = (scheme: SignatureScheme): Uint8Array => schemes[scheme].der;

/** The digest that goes with a scheme in CMS: SHA-512 for Ed25519 (RFC 8419 §3) and ML-DSA (RFC 9882 §3.3). */
export const schemeDigest = (scheme: SignatureScheme): Digest => schemes[scheme].digest;
