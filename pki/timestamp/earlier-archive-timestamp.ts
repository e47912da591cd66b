import { createHash, type Hash } from 'node:crypto';
import { tolerate } from '../error.ts';
import { element, explicit, octetString, oid, sequence } from '../asn1/der-writer.ts';
import { oids } from '../asn1/oids.ts';
import { contextConstructed } from '../asn1/tags.ts';
import type { ArchiveTimestamp } from '../cms/archive-timestamp.ts';
import { attributeDer } from '../cms/attributes.ts';
import { listEvidence } from '../cms/evidence.ts';
import type { Attribute, SignedData, SignerInfo } from '../cms/signed-data.ts';
import type { Digest } from '../keys/algorithm.ts';
import { parseTimestampToken } from './token.ts';

export interface Archived {
  signedData: SignedData;
  signerInfo: SignerInfo;
  /** the signed content where it lies beside the SignedData; undefined where it is not at hand */
  content: readonly Uint8Array[] | undefined;
}

const archives: ReadonlySet<string> = new Set([oids.archiveTimestampV2, oids.archiveTimestampV3]);

/**
 * What an archive-time-stamp-v2 covers (ETSI TS 101 733 §6.4.1): encapContentInfo, content beside it, certificates and lists,
 * all of the SignerInfo but archive timestamps that are not older. Nothing can be added to a signature after it but another of
 * these: then it proves nothing.
 * @param token DER of the TimeStampToken, a value of the attribute
 */
export function readEarlierArchiveTimestamp(token: Uint8Array, { signedData, signerInfo, content }: Archived): ArchiveTimestamp | undefined {
  const read = tolerate(() => parseTimestampToken(token));
  const beside = signedData.content === undefined ? content : [];
  if (!read || !beside) return undefined;
  const { genTime, imprint } = read.tstInfo;
  const attributes = signerInfo.unsignedAttributes.filter((attribute) => !archives.has(attribute.oid) || isOlder(attribute, genTime));
  const start = [encapsulated(signedData), ...beside, ...choicesOf(signedData), signerInfo.signedFields];
  const members = attributes.map(attributeDer);
  return {
    attributes,
    evidence: listEvidence({ certificates: signedData.certificates, crls: signedData.crls, ocspResponses: signedData.ocspResponses }, { signedAttributes: [], unsignedAttributes: attributes }),
    imprint: (asked) => imprintOf(asked, { start, members }, imprint.value),
  };
}

/** Annex K of TS 101 733 left tag and length of the attributes out until version 2.2.1, against the text: both are found, and are to be tried. */
function imprintOf(digest: Digest, { start, members }: { start: readonly Uint8Array[]; members: readonly Uint8Array[] }, stamped: Uint8Array): Uint8Array {
  const begun = updated(createHash(digest), start);
  const bare = updated(begun.copy(), members).digest();
  if (members.length === 0 || Buffer.compare(bare, stamped) === 0) return bare;
  return updated(begun, [element(contextConstructed(1), ...members)]).digest();
}

function updated(hash: Hash, parts: readonly Uint8Array[]): Hash {
  for (const part of parts) hash.update(part);
  return hash;
}

const encapsulated = ({ contentType, content }: SignedData): Uint8Array => sequence(oid(contentType), ...(content ? [explicit(0, octetString(content))] : []));

function choicesOf({ choices: { certificates, revocations } }: SignedData): Uint8Array[] {
  return [certificates, revocations.map(({ der }) => der)].flatMap((members, tag) => (members.length === 0 ? [] : [element(contextConstructed(tag), ...members)]));
}

function isOlder({ values }: Attribute, time: Date): boolean {
  const times = values.map((value) => tolerate(() => parseTimestampToken(value).tstInfo.genTime));
  return times.every((each) => each !== undefined && each < time);
}
