import { openSequence } from '../asn1/der-reader.ts';
import { oids } from '../asn1/oids.ts';
import { contextConstructed } from '../asn1/tags.ts';
import { PkiError } from '../error.ts';
import { digestByOid, readAlgorithm, type AlgorithmIdentifier, type Digest } from './algorithm.ts';
import { isNull, type KeyType } from './public-key.ts';

export interface PssParameters { digest: Digest; saltOctets: number }

/** What a signatureAlgorithm asks for. */
export type SignatureMethod =
  | { family: 'rsa'; digest: Digest }
  | ({ family: 'rsa-pss' } & PssParameters)
  | { family: 'ecdsa'; digest: Digest }
  | { family: 'raw'; type: KeyType };

const rsa: Readonly<Record<string, Digest>> = {
  [oids.md5WithRSAEncryption]: 'md5',
  [oids.sha1WithRSAEncryption]: 'sha1',
  [oids.sha224WithRSAEncryption]: 'sha224',
  [oids.sha256WithRSAEncryption]: 'sha256',
  [oids.sha384WithRSAEncryption]: 'sha384',
  [oids.sha512WithRSAEncryption]: 'sha512',
  [oids.rsaWithSha3_256]: 'sha3-256',
  [oids.rsaWithSha3_384]: 'sha3-384',
  [oids.rsaWithSha3_512]: 'sha3-512',
};

const ecdsa: Readonly<Record<string, Digest>> = {
  [oids.ecdsaWithSha1]: 'sha1',
  [oids.ecdsaWithSha224]: 'sha224',
  [oids.ecdsaWithSha256]: 'sha256',
  [oids.ecdsaWithSha384]: 'sha384',
  [oids.ecdsaWithSha512]: 'sha512',
  [oids.ecdsaWithSha3_256]: 'sha3-256',
  [oids.ecdsaWithSha3_384]: 'sha3-384',
  [oids.ecdsaWithSha3_512]: 'sha3-512',
};

const raw: Readonly<Record<string, KeyType>> = {
  [oids.ed25519]: 'ed25519',
  [oids.ed448]: 'ed448',
  [oids.mlDsa44]: 'ml-dsa-44',
  [oids.mlDsa65]: 'ml-dsa-65',
  [oids.mlDsa87]: 'ml-dsa-87',
};

/**
 * The method an AlgorithmIdentifier names, its parameters checked: NULL or absent for RSA v1.5 (RFC 4055 §5),
 * absent for ECDSA (RFC 5758 §3.2), EdDSA and ML-DSA. Undefined when it is none of ours.
 */
export function signatureMethodOf({ oid, parameters }: AlgorithmIdentifier): SignatureMethod | undefined {
  const rsaDigest = rsa[oid];
  if (rsaDigest) return parameters === undefined || isNull(parameters) ? { family: 'rsa', digest: rsaDigest } : undefined;
  if (oid === oids.rsassaPss) {
    const pss = parsePssParameters(parameters);
    return pss && { family: 'rsa-pss', ...pss };
  }
  if (parameters !== undefined) return undefined;
  const ecdsaDigest = ecdsa[oid];
  if (ecdsaDigest) return { family: 'ecdsa', digest: ecdsaDigest };
  const type = raw[oid];
  return type && { family: 'raw', type };
}

/**
 * RSASSA-PSS-params (RFC 4055 §3.1); what is absent has the RFC's default: SHA-1, MGF1 with SHA-1, 20 octets of salt, trailer 1.
 * Undefined when the parameters are malformed, MGF1 uses another digest or the trailer is not 1.
 */
export function parsePssParameters(parameters: Uint8Array | undefined): PssParameters | undefined {
  if (parameters === undefined) return undefined;
  try {
    const reader = openSequence(parameters);
    const hashField = reader.enterOptional(contextConstructed(0));
    const hash = hashField ? digestOf(readAlgorithm(hashField)) : 'sha1';
    hashField?.end();
    const maskField = reader.enterOptional(contextConstructed(1));
    const maskHash = maskField ? maskDigestOf(readAlgorithm(maskField)) : 'sha1';
    maskField?.end();
    const saltField = reader.enterOptional(contextConstructed(2));
    const saltOctets = saltField ? saltField.number() : 20;
    saltField?.end();
    const trailerField = reader.enterOptional(contextConstructed(3));
    const trailer = trailerField ? trailerField.number() : 1;
    trailerField?.end();
    reader.end();
    // no digest we know is longer than 64 octets, and no honest salt longer than the digest's block
    if (hash === undefined || hash !== maskHash || trailer !== 1 || saltOctets > 512) return undefined;
    return { digest: hash, saltOctets };
  } catch (error) {
    if (error instanceof PkiError) return undefined;
    throw error;
  }
}

function digestOf({ oid, parameters }: AlgorithmIdentifier): Digest | undefined {
  return parameters === undefined || isNull(parameters) ? digestByOid(oid) : undefined;
}

function maskDigestOf({ oid, parameters }: AlgorithmIdentifier): Digest | undefined {
  if (oid !== oids.mgf1 || parameters === undefined) return undefined;
  const inner = openSequence(parameters);
  const dotted = inner.oid();
  const rest = inner.done ? undefined : inner.any().der;
  inner.end();
  return digestOf({ oid: dotted, parameters: rest, der: parameters });
}
