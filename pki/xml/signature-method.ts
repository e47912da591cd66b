import { DerReader } from '../asn1/der-reader.ts';
import { derNull, explicit, integer, oid, sequence, unsignedInteger } from '../asn1/der-writer.ts';
import { oids } from '../asn1/oids.ts';
import { PkiError } from '../error.ts';
import { digestOctets, digestOid, readAlgorithm, type AlgorithmIdentifier, type Digest, type SignatureScheme } from '../keys/algorithm.ts';
import type { PublicKey } from '../keys/public-key.ts';
import { digestByUri, uriSpaces } from './algorithms.ts';
import { attributeOf, childOf, childrenOf, isNamed, namespaces, tokenOf, type XmlElement } from './tree.ts';

const { dsig, more, more07, more21 } = uriSpaces;

interface Plain { oid: string; digest: Digest; null?: true; raw?: true }

const withRsa = (dotted: string, digest: Digest): Plain => ({ oid: dotted, digest, null: true });
const withEcdsa = (dotted: string, digest: Digest): Plain => ({ oid: dotted, digest, raw: true });

/** HMAC and DSA are left out on purpose: a key that verifies must not be one that could have signed. */
const signatures: Readonly<Record<string, Plain>> = {
  [`${dsig}rsa-sha1`]: withRsa(oids.sha1WithRSAEncryption, 'sha1'),
  [`${more}rsa-sha224`]: withRsa(oids.sha224WithRSAEncryption, 'sha224'),
  [`${more}rsa-sha256`]: withRsa(oids.sha256WithRSAEncryption, 'sha256'),
  [`${more}rsa-sha384`]: withRsa(oids.sha384WithRSAEncryption, 'sha384'),
  [`${more}rsa-sha512`]: withRsa(oids.sha512WithRSAEncryption, 'sha512'),
  [`${more}ecdsa-sha1`]: withEcdsa(oids.ecdsaWithSha1, 'sha1'),
  [`${more}ecdsa-sha224`]: withEcdsa(oids.ecdsaWithSha224, 'sha224'),
  [`${more}ecdsa-sha256`]: withEcdsa(oids.ecdsaWithSha256, 'sha256'),
  [`${more}ecdsa-sha384`]: withEcdsa(oids.ecdsaWithSha384, 'sha384'),
  [`${more}ecdsa-sha512`]: withEcdsa(oids.ecdsaWithSha512, 'sha512'),
  [`${more21}ecdsa-sha3-256`]: withEcdsa(oids.ecdsaWithSha3_256, 'sha3-256'),
  [`${more21}ecdsa-sha3-384`]: withEcdsa(oids.ecdsaWithSha3_384, 'sha3-384'),
  [`${more21}ecdsa-sha3-512`]: withEcdsa(oids.ecdsaWithSha3_512, 'sha3-512'),
  [`${more21}eddsa-ed25519`]: { oid: oids.ed25519, digest: 'sha512' },
  [`${more21}eddsa-ed448`]: { oid: oids.ed448, digest: 'sha512' },
};

const pss: Readonly<Record<string, Digest>> = Object.fromEntries((['sha224', 'sha256', 'sha384', 'sha512', 'sha3-256', 'sha3-384', 'sha3-512'] as const)
  .map((digest) => [`${more07}${digest}-rsa-MGF1`, digest]));
const pssUri = `${more07}rsa-pss`;

const algorithmOf = (der: Uint8Array): AlgorithmIdentifier => readAlgorithm(new DerReader(der));

/** What a SignatureMethod asks for, in the terms of X.509. */
export interface SignatureMethodRead {
  uri: string;
  /** undefined: none of ours */
  algorithm: AlgorithmIdentifier | undefined;
  digest: Digest | undefined;
  /** the value is r and s side by side (RFC 4050 §3.3), not DER */
  rawEcdsa: boolean;
}

/**
 * Reads a ds:SignatureMethod. A method has no children of its own but RSAPSSParams: HMACOutputLength is one refused.
 * @throws PkiError `xml-signature-malformed`
 */
export function readSignatureMethod(element: XmlElement): SignatureMethodRead {
  const uri = attributeOf(element, 'Algorithm') ?? '';
  if (uri === pssUri) return { uri, ...pssMethod(readPssParameters(element)), rawEcdsa: false };
  if (childrenOf(element).length > 0) throw new PkiError('xml-signature-malformed', { rule: 'XMLDSig §4.4.2 SignatureMethod without parameters' });
  const pssDigest = pss[uri];
  if (pssDigest) return { uri, ...pssMethod({ digest: pssDigest, salt: digestOctets[pssDigest] }), rawEcdsa: false };
  const known = signatures[uri];
  if (!known) return { uri, algorithm: undefined, digest: undefined, rawEcdsa: false };
  return { uri, algorithm: algorithmOf(sequence(oid(known.oid), ...(known.null ? [derNull] : []))), digest: known.digest, rawEcdsa: known.raw ?? false };
}

function pssMethod({ digest, salt }: { digest: Digest; salt: number }): Pick<SignatureMethodRead, 'algorithm' | 'digest'> {
  const hash = sequence(oid(digestOid(digest)), derNull);
  const parameters = sequence(explicit(0, hash), explicit(1, sequence(oid(oids.mgf1), hash)), explicit(2, integer(salt)));
  return { algorithm: algorithmOf(sequence(oid(oids.rsassaPss), parameters)), digest };
}

/** RSAPSSParams (RFC 9231 §2.3.9): SHA-256 and a salt as long as the digest where nothing is said; MGF1 with the same digest. */
function readPssParameters(element: XmlElement): { digest: Digest; salt: number } {
  const fail = (rule: string): never => {
    throw new PkiError('xml-signature-malformed', { rule: `RFC 9231 §2.3.9 ${rule}` });
  };
  const [parameters, ...others] = childrenOf(element);
  if (others.length > 0) fail('RSAPSSParams alone');
  if (!parameters) return { digest: 'sha256', salt: 32 };
  if (!isNamed(parameters, more07, 'RSAPSSParams')) fail('RSAPSSParams alone');
  const method = childOf(parameters, namespaces.ds, 'DigestMethod');
  const digest = method ? digestByUri(attributeOf(method, 'Algorithm') ?? '') : 'sha256';
  const mask = childOf(parameters, more07, 'MaskGenerationFunction');
  if (mask && attributeOf(mask, 'Algorithm') !== `${more07}MGF1`) fail('MGF1');
  const maskMethod = mask && childOf(mask, namespaces.ds, 'DigestMethod');
  if (!digest || (maskMethod && digestByUri(attributeOf(maskMethod, 'Algorithm') ?? '') !== digest)) fail('one known digest');
  const saltElement = childOf(parameters, more07, 'SaltLength');
  const salt = saltElement ? Number(/^\d{1,3}$/.exec(tokenOf(saltElement))?.[0] ?? fail('SaltLength')) : digestOctets[digest!];
  const trailer = childOf(parameters, more07, 'TrailerField');
  if (trailer && tokenOf(trailer) !== '1') fail('TrailerField');
  return { digest: digest!, salt };
}

/** r and s side by side, each as long as the curve's order, as ECDSA-Sig-Value; undefined if the length is another. */
export function ecdsaDerOf(value: Uint8Array, { type, bits }: PublicKey): Uint8Array | undefined {
  const octets = Math.ceil(bits / 8);
  if (type !== 'ec' || value.length !== 2 * octets) return undefined;
  return sequence(unsignedInteger(value.subarray(0, octets)), unsignedInteger(value.subarray(octets)));
}

const signatureUris: Readonly<Partial<Record<SignatureScheme, string>>> = {
  'rsa-sha256': `${more}rsa-sha256`, 'rsa-sha384': `${more}rsa-sha384`, 'rsa-sha512': `${more}rsa-sha512`,
  'rsa-pss-sha256': `${more07}sha256-rsa-MGF1`, 'rsa-pss-sha384': `${more07}sha384-rsa-MGF1`, 'rsa-pss-sha512': `${more07}sha512-rsa-MGF1`,
  'ecdsa-sha256': `${more}ecdsa-sha256`, 'ecdsa-sha384': `${more}ecdsa-sha384`, 'ecdsa-sha512': `${more}ecdsa-sha512`, ed25519: `${more21}eddsa-ed25519`,
};

/** The SignatureMethod of what a Signer of this scheme signs. @throws PkiError `algorithm-not-allowed` for ML-DSA, which has no identifier yet */
export function signatureUriOf(scheme: SignatureScheme): string {
  const uri = signatureUris[scheme];
  if (!uri) throw new PkiError('algorithm-not-allowed', { rule: `RFC 9231 knows no ${scheme}` });
  return uri;
}
