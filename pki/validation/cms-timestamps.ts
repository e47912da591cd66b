import { createHash } from 'node:crypto';
import { oids } from '../asn1/oids.ts';
import { readArchiveTimestamp, type ArchiveTimestamp } from '../cms/archive-timestamp.ts';
import { valuesOf } from '../cms/attributes.ts';
import { counterSignaturesOf } from '../cms/counter-signature.ts';
import { completeSignatureImprint, referencesImprint } from '../cms/references-timestamp.ts';
import type { SignedData, SignerInfo } from '../cms/signed-data.ts';
import type { Digest } from '../keys/algorithm.ts';
import { readEarlierArchiveTimestamp } from '../timestamp/earlier-archive-timestamp.ts';
import { maxTimestamps, type CandidateTimestamp, type Covered, type SignedContent } from './candidate.ts';
import { noEvidence } from './evidence.ts';
import type { TimestampEntry } from './report.ts';

export const nothingCovered: Covered = { signatures: [], evidence: noEvidence, tokens: [] };

/** The tokens in a signer's attributes: over the content (before signing), over the signature value (after). */
export function timestampsOf(id: string, { signedAttributes = [], unsignedAttributes, signature }: SignerInfo, content: SignedContent | undefined): CandidateTimestamp[] {
  const digestOf = (bytes: Uint8Array) => (digest: Digest): Uint8Array => createHash(digest).update(bytes).digest();
  const make = (kind: TimestampEntry['kind'], signatures: string[], stamped: CandidateTimestamp['stamped']) => (token: Uint8Array): CandidateTimestamp =>
    ({ kind, token, stamped, covers: () => ({ ...nothingCovered, signatures }) });
  return [
    ...valuesOf(signedAttributes, oids.contentTimestamp).slice(0, maxTimestamps).map(make('content-timestamp', [], (digest) => content?.digest(digest))),
    ...valuesOf(unsignedAttributes, oids.timeStampToken).slice(0, maxTimestamps).map(make('signature-timestamp', [id], digestOf(signature))),
  ];
}

interface Stamped { signedData: SignedData; signerInfo: SignerInfo; content: SignedContent | undefined }

/** Tokens of the long term: over the references of CAdES-C and -X, over all as it stood, over what an index names. */
export function longTermTimestampsOf(id: string, stamped: Stamped): CandidateTimestamp[] {
  const { signedData, signerInfo, content } = stamped;
  // of content that stays with its owner only the digest is known
  const beside = content && content.parts.length > 0 ? content.parts : undefined;
  const archives = [
    ...ofType(signerInfo, oids.archiveTimestampV2).map((token) => ({ token, read: readEarlierArchiveTimestamp(token, { signedData, signerInfo, content: beside }) })),
    ...ofType(signerInfo, oids.archiveTimestampV3).map((token) => ({ token, read: readArchiveTimestamp(token, signedData, signerInfo, (digest) => content?.digest(digest)) })),
  ];
  return [...referencesTimestampsOf(id, signerInfo), ...archives.map(({ token, read }) => archiveTimestamp(id, signerInfo, { token, read }))];
}

const ofType = ({ unsignedAttributes }: SignerInfo, type: string): Uint8Array[] => valuesOf(unsignedAttributes, type).slice(0, maxTimestamps);

function referencesTimestampsOf(id: string, signerInfo: SignerInfo): CandidateTimestamp[] {
  const [complete, bare] = [completeSignatureImprint(signerInfo), referencesImprint(signerInfo)];
  const kind = 'validation-data-timestamp';
  return [
    ...ofType(signerInfo, oids.escTimestamp).map((token): CandidateTimestamp => (
      { kind, token, stamped: (digest) => complete?.(digest), covers: () => ({ ...nothingCovered, signatures: [id], tokens: ofType(signerInfo, oids.timeStampToken) }) })),
    ...ofType(signerInfo, oids.certCrlTimestamp).map((token): CandidateTimestamp => ({ kind, token, stamped: (digest) => bare?.(digest), covers: () => nothingCovered })),
  ];
}

function archiveTimestamp(id: string, signerInfo: SignerInfo, { token, read }: { token: Uint8Array; read: ArchiveTimestamp | undefined }): CandidateTimestamp {
  const valuesUnder = (types: ReadonlySet<string>): Uint8Array[] => read?.attributes.filter(({ oid }) => types.has(oid)).flatMap(({ values }) => values) ?? [];
  const counterSigned = valuesUnder(counterSignatures);
  const counters = counterSignaturesOf(signerInfo).flatMap((der, index) => (counterSigned.some((each) => Buffer.compare(each, der) === 0) ? [`${id}-C-${index + 1}`] : []));
  return {
    kind: 'archive-timestamp', token, stamped: (digest) => read?.imprint(digest),
    covers: () => ({ signatures: [id, ...counters], evidence: read?.evidence ?? noEvidence, tokens: valuesUnder(tokenAttributes) }),
  };
}

const counterSignatures: ReadonlySet<string> = new Set([oids.counterSignature]);
const tokenAttributes: ReadonlySet<string> = new Set([oids.timeStampToken, oids.escTimestamp, oids.certCrlTimestamp, oids.archiveTimestampV2, oids.archiveTimestampV3]);
