import type { Digest } from '../../pki/keys/algorithm.ts';

/** The digests a caller may name, as the standards write them; those too weak to stand for a document are not among them. */
const names = {
  'SHA-256': 'sha256', 'SHA-384': 'sha384', 'SHA-512': 'sha512', 'SHA3-256': 'sha3-256', 'SHA3-384': 'sha3-384', 'SHA3-512': 'sha3-512',
} as const satisfies Record<string, Digest>;

export type DigestName = keyof typeof names;
export const digestNames = Object.keys(names) as [DigestName, ...DigestName[]];

/** A digest with its name, in hex. */
export interface NamedDigest { algorithm: string; value: string }

export const digestByName = (name: DigestName): Digest => names[name];
export const digestName = (digest: Digest): string => digestNames.find((name) => names[name] === digest) ?? digest;
