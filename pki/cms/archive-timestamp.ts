import { createHash } from 'node:crypto';
import { tolerate } from '../error.ts';
import { DerReader } from '../asn1/der-reader.ts';
import { oid } from '../asn1/der-writer.ts';
import { oids } from '../asn1/oids.ts';
import { tags } from '../asn1/tags.ts';
import { hexOf } from '../asn1/values.ts';
import { digestByOid, readAlgorithm, type Digest } from '../keys/algorithm.ts';
import { attributeDer, singleValue } from './attributes.ts';
import { listEvidence, type Evidence } from './evidence.ts';
import { parseSignedData, revocationsOf, type Attribute, type SignedData, type SignerInfo } from './signed-data.ts';

/** As many hashes as a signature may have certificates, status values and attribute values. */
const maxHashes = 4_000;

/**
 * ATSHashIndexV3 (EN 319 122-1 §5.5.2), or one of its forerunners (ETSI TS 101 733 §6.4.2): hashes of what an archive
 * timestamp covers beyond the signature itself; of unsigned attributes each value by itself, before that each attribute whole.
 */
interface HashIndex { der: Uint8Array; digest: Digest; certificates: ReadonlySet<string>; revocations: ReadonlySet<string>; attributes: ReadonlySet<string>; byValue: boolean }

export interface ArchiveTimestamp {
  /** what the token must have stamped; undefined for any digest but the index's own, which is the imprint's as well (§5.5.2) */
  imprint: (digest: Digest) => Uint8Array | undefined;
  /** evidence that the index names, and so is under the token */
  evidence: Evidence;
  /** unsigned attributes with the values that the index names */
  attributes: Attribute[];
}

/**
 * What an archive-time-stamp-v3 covers (EN 319 122-1 §5.5.3): the content's type and hash, the fields of the SignerInfo, and
 * by its index the certificates, status values and unsigned attributes that were there when it was made. What came later
 * is not covered; what the index names and is no longer there makes the token worthless: undefined.
 * @param token      DER of the TimeStampToken
 * @param contentDigest of the signed content, wherever that lies; undefined where it is not at hand
 */
export function readArchiveTimestamp(token: Uint8Array, signedData: SignedData, signerInfo: SignerInfo, contentDigest: (digest: Digest) => Uint8Array | undefined): ArchiveTimestamp | undefined {
  const index = tolerate(() => readIndex(token));
  if (!index) return undefined;
  const { digest } = index;
  const content = contentDigest(digest);
  const covered = content && coveredBy(index, signedData, signerInfo);
  if (!covered) return undefined;
  const parts = [oid(signedData.contentType), content, signerInfo.signedFields, index.der];
  return {
    ...covered,
    imprint: (asked) => {
      if (asked !== digest) return undefined;
      const hash = createHash(digest);
      for (const part of parts) hash.update(part);
      return hash.digest();
    },
  };
}

function readIndex(token: Uint8Array): HashIndex | undefined {
  const { signerInfos: [unit] } = parseSignedData(token, { allowTrailingZeros: true });
  const [named, ...others] = unit?.unsignedAttributes.filter(({ oid: type }) => indexAttributes.has(type)) ?? [];
  const single = named && others.length === 0 && singleValue([named], named.oid);
  if (!single || !('value' in single)) return undefined;
  const outer = new DerReader(single.value);
  const reader = outer.sequence();
  outer.end();
  const digest = readDigest(reader, single.value);
  const [certificates, revocations, attributes] = [readHashes(reader), readHashes(reader), readHashes(reader)];
  reader.end();
  return digest && { der: single.value, digest, certificates, revocations, attributes, byValue: named.oid === oids.atsHashIndexV3 };
}

const indexAttributes: ReadonlySet<string> = new Set([oids.atsHashIndex, oids.atsHashIndexV2, oids.atsHashIndexV3]);

/** The first form leaves SHA-256 out; then the hashes of certificates come first. */
function readDigest(reader: DerReader, der: Uint8Array): Digest | undefined {
  const ahead = new DerReader(der).sequence().sequence();
  return ahead.done || ahead.nextTag === tags.octetString ? 'sha256' : digestByOid(readAlgorithm(reader).oid);
}

function readHashes(outer: DerReader): Set<string> {
  const reader = outer.sequence();
  const hashes = new Set<string>();
  while (!reader.done) {
    if (hashes.size === maxHashes) reader.fail('asn1-too-many', `at most ${maxHashes} hashes`);
    hashes.add(hexOf(reader.octetString()));
  }
  return hashes;
}

function coveredBy(index: HashIndex, { choices }: SignedData, { unsignedAttributes }: SignerInfo): Pick<ArchiveTimestamp, 'evidence' | 'attributes'> | undefined {
  const hashOf = (...parts: readonly Uint8Array[]): string => {
    const hash = createHash(index.digest);
    for (const part of parts) hash.update(part);
    return hash.digest('hex');
  };
  const certificates = choices.certificates.filter((der) => index.certificates.has(hashOf(der)));
  const revocations = choices.revocations.filter(({ der }) => index.revocations.has(hashOf(der)));
  const attributes = index.byValue
    ? unsignedAttributes.map(({ oid: type, values }) => ({ oid: type, values: values.filter((value) => index.attributes.has(hashOf(oid(type), value))) }))
    : unsignedAttributes.filter((attribute) => index.attributes.has(hashOf(attributeDer(attribute))));
  const found = index.byValue ? attributes.flatMap((each) => each.values) : attributes.map(attributeDer);
  const complete = holdsAll(certificates, index.certificates) && holdsAll(revocations.map(({ der }) => der), index.revocations) && holdsAll(found, index.attributes);
  if (!complete) return undefined;
  const inSignedData = { certificates, crls: revocationsOf(revocations, 'crl'), ocspResponses: revocationsOf(revocations, 'ocsp') };
  return { attributes, evidence: listEvidence(inSignedData, { signedAttributes: [], unsignedAttributes: attributes }) };
}

/** Each hash was found: one value for each, the same value twice counted once. */
const holdsAll = (found: readonly Uint8Array[], hashes: ReadonlySet<string>): boolean => new Set(found.map(hexOf)).size >= hashes.size;
