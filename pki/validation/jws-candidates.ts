import { PkiError } from '../error.ts';
import { algorithmOf } from '../jws/algorithms.ts';
import type { JoseHeader } from '../jws/header.ts';
import { parseJws, type Jws, type JwsSignature } from '../jws/parse.ts';
import { digestOver } from '../jws/archive-timestamp.ts';
import { readUnsignedProperties, type UnsignedProperties } from '../jws/unsigned-properties.ts';
import { hasHash, matchesCertificate, signedObjects, verifyJws, type ResolveObject } from '../jws/verify.ts';
import type { Certificate } from '../certificate/parse.ts';
import { emptyCandidate, maxTimestamps, readingDocument, type CandidateTimestamp, type CheckableSignature, type SignatureCandidate, type SignedDocument } from './candidate.ts';
import { noEvidence } from './evidence.ts';
import { fileNamed, isSeveral, withGivenFiles, type GivenContent } from './given-content.ts';
import { message } from './messages.ts';
import type { Message } from './report.ts';

/**
 * The signatures of a JWS, JAdES or plain.
 * @param content what a detached one signs: the payload, or the objects that `sigD` names
 * @throws PkiError `document-unreadable`
 */
export function readJwsDocument(file: Uint8Array, content: GivenContent | undefined): SignedDocument {
  const jws = parse(file);
  const twice = jws.payload !== undefined && content !== undefined;
  const candidates = jws.signatures.map((signature, index) => {
    const candidate = jwsCandidate(`S-${index + 1}`, jws, signature, resolverOf(signature, content));
    return twice ? { ...candidate, problems: [message('content-given-twice')] } : candidate;
  });
  const document: SignedDocument = { format: 'JWS', candidates, problems: [], evidence: noEvidence };
  if (!isSeveral(content)) return document;
  return withGivenFiles(document, content, ({ bytes }) => jws.signatures.flatMap(({ header }, i) => (header && isOver(header, bytes, resolverOf(jws.signatures[i]!, content)) ? [candidates[i]!.id] : [])));
}

/** One file stands for one object alone, whatever its name; several are found by the names that `sigD` has for them. */
function resolverOf({ header }: JwsSignature, content: GivenContent | undefined): ResolveObject {
  if (isSeveral(content)) return (uri) => fileNamed(content, uri)?.bytes;
  return () => ((header?.detached?.uris.length ?? 1) === 1 ? content : undefined);
}

/** ObjectIdByURIHash says which file is right; with ObjectIdByURI they are signed together. */
function isOver({ detached, encodesPayload }: JoseHeader, bytes: Uint8Array, resolve: ResolveObject): boolean {
  return detached !== undefined && detached.uris.some((uri, i) => resolve(uri) === bytes && hasHash({ detached, encodesPayload }, i, bytes));
}

function parse(file: Uint8Array): Jws {
  return readingDocument(() => parseJws(file));
}

function jwsCandidate(id: string, jws: Jws, signature: JwsSignature, resolve: ResolveObject): SignatureCandidate {
  const { header, headerProblem } = signature;
  const empty = emptyCandidate({ id, type: 'signature', family: header && isJades(header) ? 'JAdES' : 'JWS', field: null });
  if (!header) return { ...empty, problems: [problemOf(headerProblem)] };
  const unsigned = readUnsignedProperties(jws, signature, resolve);
  const { certificates, crls, ocspResponses } = unsigned.evidence;
  return {
    ...empty, signature: checkable(jws, signature, header, resolve),
    properties: {
      claimedTime: header.claimedSigningTime, signaturePolicy: header.signaturePolicy, commitmentTypes: header.commitmentTypes,
      // x5c stands in the protected header: the whole certificate is under the signature
      signingCertificate: header.certificateDigests.length > 0 || header.certificates.length > 0 ? 'v2' : 'absent',
      contentType: contentTypeOf(header),
    },
    evidence: { certificates: [...header.certificates, ...certificates], crls, ocspResponses },
    timestamps: timestampsOf(id, unsigned, header, signedObjects(jws, header, resolve)),
    mustNameCertificate: true,
  };
}

/** ETSI TS 119 182-1 §6.3: the baseline has both a time and a reference to the certificate under the signature. */
const isJades = ({ certificateDigests, claimedSigningTime }: JoseHeader): boolean => certificateDigests.length > 0 && claimedSigningTime !== undefined;

function problemOf(problem: PkiError | undefined): Message {
  if (problem?.code === 'jws-mechanism-not-supported') return message('unsupported-signature-format', { format: problem.rule });
  return message('format-broken', { detail: problem?.code ?? 'jws-header-malformed', rule: problem?.rule ?? 'RFC 7515 §4' });
}

function contentTypeOf({ members }: JoseHeader): string | undefined {
  const named = members.get('cty');
  return typeof named === 'string' ? named.slice(0, 100) : undefined;
}

function checkable(jws: Jws, signature: JwsSignature, header: JoseHeader, resolve: ResolveObject): CheckableSignature {
  const hashes = header.detached?.hashes;
  return {
    // the certificate sent along is only a hint until its digest and the signature agree; keys sent along are never used
    signer: { select: (certificates) => certificates.find((each) => isSigner(header, each)), wanted: undefined },
    digests: [{ digest: algorithmOf(header.alg)?.digest, name: header.alg.slice(0, 20) }, ...(hashes ? [{ digest: hashes.digest, name: hashes.digest ?? 'hashM' }] : [])],
    check: (certificate) => verifyJws(jws, signature, resolve, certificate).problems,
  };
}

/** x5c names the very certificate; without it a digest must, and all of them fit (RFC 7515 §4.1.6, ETSI TS 119 182-1 §5.2.2). */
function isSigner({ certificates: [own], certificateDigests }: JoseHeader, certificate: Certificate): boolean {
  if (own) return Buffer.compare(own, certificate.der) === 0;
  return certificateDigests.length > 0 && certificateDigests.every((each) => matchesCertificate(each, certificate));
}

function timestampsOf(id: string, { signatureTimestamps, archiveTimestamps }: UnsignedProperties, { contentTimestamps }: JoseHeader, objects: readonly Uint8Array[] | undefined): CandidateTimestamp[] {
  const content = objects && digestOver(objects);
  const nothing = { signatures: [], evidence: noEvidence, tokens: [] };
  return [
    ...contentTimestamps.map((token): CandidateTimestamp => ({ kind: 'content-timestamp', token, stamped: (digest) => content?.(digest), covers: () => nothing })),
    ...signatureTimestamps.map(({ token, imprint }): CandidateTimestamp => ({ kind: 'signature-timestamp', token, stamped: imprint, covers: () => ({ ...nothing, signatures: [id] }) })),
    ...archiveTimestamps.map(({ token, imprint, covered }): CandidateTimestamp => ({
      kind: 'archive-timestamp', token, stamped: imprint,
      covers: () => {
        const { signature, evidence, tokens } = covered();
        return { signatures: signature ? [id] : [], evidence, tokens };
      },
    })),
  ].slice(0, maxTimestamps);
}
