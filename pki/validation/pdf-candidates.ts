import { PkiError } from '../error.ts';
import { oids } from '../asn1/oids.ts';
import { parseSignedData, type SignedData } from '../cms/signed-data.ts';
import { readSignedPdf, type PdfSignature } from '../pdf/signatures.ts';
import { contentOf, emptyCandidate, type CandidateTimestamp, type CheckableSignature, type Covered, type SignatureCandidate, type SignedContent, type SignedDocument } from './candidate.ts';
import { cmsCandidate, type CmsSignature } from './cms-candidates.ts';
import { joinEvidence, noEvidence, type EvidenceBytes } from './evidence.ts';
import { message } from './messages.ts';
import { rsaCandidate } from './pdf-rsa-candidates.ts';
import type { Message } from './report.ts';

/** The signatures and document timestamps of a PDF. @throws PkiError `document-unreadable`, `pdf-…` */
export function readPdfDocument(file: Uint8Array): SignedDocument {
  const { signatures, evidence, evidenceAt } = readSignedPdf(file);
  const pairs = signatures.map((pdf, index) => ({ pdf, candidate: pdfCandidate(pdf, index) }));
  const candidates = pairs.map(({ pdf, candidate }) => {
    if (!candidate.timestamp) return candidate;
    const before = pairs.filter((other) => endOf(other.pdf) < endOf(pdf)).map((other) => other.candidate);
    let covered: Covered | undefined;
    const covers = (): Covered => (covered ??= coveredBy(before, evidenceAt(pdf.coverage.revision)));
    return { ...candidate, timestamp: { ...candidate.timestamp, covers } };
  });
  return { format: 'PDF', candidates, problems: [], evidence };
}

/** The end of the signed bytes: what ends before lies within them, whole. */
const endOf = ({ byteRange: [, , start, length] }: PdfSignature): number => start + length;

function coveredBy(before: readonly SignatureCandidate[], kept: EvidenceBytes): Covered {
  return {
    signatures: before.map(({ id }) => id), evidence: joinEvidence([kept, ...before.map(({ evidence }) => evidence)]),
    tokens: before.flatMap(({ timestamp, timestamps }) => [...(timestamp ? [timestamp.token] : []), ...timestamps.map(({ token }) => token)]),
  };
}

const cmsSubFilters = new Set(['adbe.pkcs7.detached', 'adbe.pkcs7.sha1', 'ETSI.CAdES.detached', 'ETSI.RFC3161']);

function pdfCandidate(pdf: PdfSignature, index: number): SignatureCandidate {
  const frame: SignatureCandidate = {
    ...emptyCandidate({
      id: `S-${index + 1}`, field: pdf.field, type: pdf.type === 'timestamp' ? 'document-timestamp' : 'signature',
      family: pdf.subFilter.startsWith('ETSI.') ? 'PAdES' : 'PKCS7',
    }),
    problems: pdf.problems.slice(0, 20).map(({ code, rule }) => message(codeOfProblem(code), { detail: code, rule, format: pdf.subFilter })),
    remarks: [
      ...(pdf.covered ? [message('signature-field-covered', { field: pdf.field })] : []),
      ...(pdf.overlapsOnPage === undefined ? [] : [message('annotations-overlap', { page: pdf.overlapsOnPage })]),
    ],
    coverage: pdf.coverage, changesAfter: pdf.changesAfter, reason: pdf.reason, mustNameCertificate: pdf.subFilter === 'ETSI.CAdES.detached',
  };
  const dated = withClaim(frame, pdf.claimedTime);
  if (dated.problems.length > 0) return dated;
  if (pdf.subFilter === 'adbe.x509.rsa_sha1') return rsaCandidate(dated, pdf);
  if (!cmsSubFilters.has(pdf.subFilter)) return { ...dated, problems: [message('unsupported-signature-format', { format: pdf.subFilter })] };
  return withSignedData(dated, pdf);
}

type FormatProblem = 'unsupported-signature-format' | 'byte-range-invalid' | 'signature-dictionary-invalid' | 'document-structure-ambiguous';

function codeOfProblem(code: string): FormatProblem {
  if (code === 'sub-filter-not-supported') return 'unsupported-signature-format';
  if (/byte-?range|gap|cover/i.test(code)) return 'byte-range-invalid';
  if (/xref|revision|structure|ambiguous|object|duplicate|trailer/i.test(code)) return 'document-structure-ambiguous';
  return 'signature-dictionary-invalid';
}

function withSignedData(frame: SignatureCandidate, pdf: PdfSignature): SignatureCandidate {
  let signedData: SignedData;
  try {
    signedData = parseSignedData(pdf.contents, { allowTrailingZeros: true });
  } catch (error) {
    if (!(error instanceof PkiError)) throw error;
    return { ...frame, problems: [message('format-broken', { detail: error.code, rule: error.rule })] };
  }
  const [signerInfo] = signedData.signerInfos;
  if (!signerInfo) return { ...frame, problems: [message('format-broken', { detail: 'no-signer', rule: 'ISO 32000-2 §12.8.3.3' })] };
  const problems = placementProblems(frame, signedData, pdf.subFilter);
  const content = contentOf(pdf.signedBytes);
  if (pdf.subFilter === 'adbe.pkcs7.sha1') return problems.length > 0 ? { ...frame, problems } : overDigest(frame, pdf, { signedData, signerInfo, content });
  const { evidence, properties, signature, timestamps } = cmsCandidate(frame, { signedData, signerInfo, content });
  if (frame.type === 'document-timestamp') {
    const timestamp: CandidateTimestamp = { kind: 'document-timestamp', token: signedData.der, stamped: (digest) => content.digest(digest), covers: () => coveredBy([], noEvidence) };
    return { ...frame, problems, evidence, timestamp };
  }
  return withClaim({ ...frame, problems, evidence, properties, signature, timestamps }, properties.claimedTime ?? pdf.claimedTime);
}

/** `adbe.pkcs7.sha1`: what is signed is the SHA-1 of the bytes, and that stands inside (ISO 32000-2 §12.8.3.3.1). Policy judges SHA-1 for its time. */
function overDigest(frame: SignatureCandidate, pdf: PdfSignature, { signedData, signerInfo, content }: CmsSignature & { content: SignedContent }): SignatureCandidate {
  const inside = signedData.content!;
  const { evidence, properties, signature, timestamps } = cmsCandidate(frame, { signedData, signerInfo, content: contentOf([inside]) });
  const differs = { code: 'message-digest-mismatch', rule: 'ISO 32000-2 §12.8.3.3.1 adbe.pkcs7.sha1' } as const;
  const checked: CheckableSignature = {
    ...signature!, digests: [...signature!.digests, { digest: 'sha1', name: 'sha1' }],
    check: (certificate) => [...(Buffer.compare(inside, content.digest('sha1')) === 0 ? [] : [differs]), ...signature!.check(certificate)],
  };
  return withClaim({ ...frame, evidence, properties, signature: checked, timestamps }, properties.claimedTime ?? pdf.claimedTime);
}

const withClaim = (frame: SignatureCandidate, claimedTime: Date | undefined): SignatureCandidate => ({ ...frame, properties: { ...frame.properties, claimedTime } });

const sha1Octets = 20;

/** ISO 32000-2 §12.8.3.3.1, ETSI EN 319 142-1 §6.3: one signer, and the content stays in the PDF. */
function placementProblems({ type }: SignatureCandidate, { signerInfos, content, contentType }: SignedData, subFilter: string): Message[] {
  const problems: Message[] = [];
  if (signerInfos.length > 1) problems.push(message('several-signers', { count: signerInfos.length }));
  const isTimestamp = type === 'document-timestamp';
  if (subFilter === 'adbe.pkcs7.sha1') {
    if (content?.length !== sha1Octets) problems.push(message('format-broken', { detail: 'content-no-digest', rule: 'ISO 32000-2 §12.8.3.3.1 adbe.pkcs7.sha1' }));
  } else if (!isTimestamp && content !== undefined) problems.push(message('format-broken', { detail: 'content-inside', rule: 'ISO 32000-2 §12.8.3.3 detached' }));
  if (isTimestamp !== (contentType === oids.tstInfo)) problems.push(message('format-broken', { detail: 'content-type', rule: 'ISO 32000-2 §12.8.5' }));
  return problems;
}
