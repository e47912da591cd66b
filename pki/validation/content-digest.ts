import { oids } from '../asn1/oids.ts';
import type { Digest } from '../keys/algorithm.ts';
import type { SignatureCandidate, SignedContent, SignedDocument } from './candidate.ts';
import { cmsCandidates, parseCms } from './cms-candidates.ts';
import { noEvidence } from './evidence.ts';
import { message } from './messages.ts';

/** What is known of a document that stays with its owner. */
export interface ContentDigest { digest: Digest; value: Uint8Array }

/**
 * The signatures of a detached CMS over content of which only a digest is known. A signer who used another digest, or signed
 * the content without attributes, cannot be judged by it: his content is missing.
 * @throws PkiError `document-unreadable`
 */
export function readCmsOverDigest(der: Uint8Array, { digest, value }: ContentDigest): SignedDocument {
  const signedData = parseCms(der);
  const { signerInfos, contentType, content } = signedData;
  // asked for another digest it answers with none that could match
  const known: SignedContent = { parts: [], digest: (asked) => (asked === digest ? value : new Uint8Array()) };
  const unknown = new Set(contentType === oids.tstInfo ? [] : signerInfos.flatMap(({ signedAttributes, digestAlgorithm }, i) =>
    (signedAttributes !== undefined && digestAlgorithm === digest ? [] : [`S-${i + 1}`])));
  const twice = content !== undefined && contentType !== oids.tstInfo;
  const candidates = cmsCandidates({ first: 1, field: null }, signedData, known).map((candidate): SignatureCandidate => {
    if (twice) return { ...candidate, problems: [message('content-given-twice')] };
    return unknown.has(candidate.id) ? { ...candidate, problems: [message('signed-content-missing')] } : candidate;
  });
  return { format: 'CMS', candidates, problems: [], evidence: noEvidence };
}
