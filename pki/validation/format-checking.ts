import { createHash } from 'node:crypto';
import { PkiError } from '../error.ts';
import { oids } from '../asn1/oids.ts';
import { listEvidence } from '../cms/evidence.ts';
import { parseSignedData, type SignedData, type SignerInfo } from '../cms/signed-data.ts';
import type { Digest } from '../keys/algorithm.ts';
import { readSignedPdf, type PdfSignature } from '../pdf/signatures.ts';
import { noEvidence, type EvidenceBytes } from './evidence.ts';
import { message } from './messages.ts';
import type { Message } from './report.ts';

/** What was signed, where it lies; each digest is computed once however often it is asked for. */
export interface SignedContent { parts: readonly Uint8Array[]; digest(digest: Digest): Uint8Array }

/** One signature as its container holds it. `problems` are reasons for FORMAT_FAILURE. */
export interface Candidate {
  id: string;
  type: 'signature' | 'document-timestamp';
  container: 'PDF' | 'CMS';
  pdf: PdfSignature | undefined;
  signedData: SignedData | undefined;
  signerInfo: SignerInfo | undefined;
  content: SignedContent | undefined;
  evidence: EvidenceBytes;
  problems: Message[];
}

export interface SignedDocument { format: 'PDF' | 'CMS'; candidates: Candidate[]; problems: Message[]; evidence: EvidenceBytes }

const pdfMark = Buffer.from('%PDF-');

/**
 * Format checking (EN 319 102-1 §5.2.2): takes a file apart into its signatures.
 * @param content what a detached CMS signs
 * @throws PkiError `document-unreadable` for what is neither PDF nor CMS
 */
export function readSignedDocument(file: Uint8Array, content?: Uint8Array): SignedDocument {
  const start = Buffer.from(file.buffer, file.byteOffset, Math.min(file.length, 1024));
  if (start.includes(pdfMark)) return readPdf(file);
  const der = start.toString('latin1', 0, 11) === '-----BEGIN ' ? bytesOfPem(file) : file;
  if (der[0] !== 0x30) throw new PkiError('document-unreadable', { rule: 'a PDF or a CMS signature' });
  return readCms(der, content);
}

function readPdf(file: Uint8Array): SignedDocument {
  const { signatures, evidence } = readSignedPdf(file);
  return { format: 'PDF', candidates: signatures.map(pdfCandidate), problems: [], evidence };
}

const pdfFormats = new Set(['adbe.pkcs7.detached', 'ETSI.CAdES.detached', 'ETSI.RFC3161']);

function pdfCandidate(pdf: PdfSignature, index: number): Candidate {
  const candidate: Candidate = {
    id: `S-${index + 1}`, type: pdf.type === 'timestamp' ? 'document-timestamp' : 'signature', container: 'PDF',
    pdf, signedData: undefined, signerInfo: undefined, content: contentOf(pdf.signedBytes), evidence: noEvidence,
    problems: pdf.problems.slice(0, 20).map(({ code, rule }) => message(codeOfProblem(code), { detail: code, rule, format: pdf.subFilter })),
  };
  if (candidate.problems.length > 0) return candidate;
  if (!pdfFormats.has(pdf.subFilter)) return { ...candidate, problems: [message('unsupported-signature-format', { format: pdf.subFilter })] };
  return withSignedData(candidate, pdf.contents, { allowTrailingZeros: true });
}

type FormatProblem = 'unsupported-signature-format' | 'byte-range-invalid' | 'signature-dictionary-invalid' | 'document-structure-ambiguous';

function codeOfProblem(code: string): FormatProblem {
  if (code === 'sub-filter-not-supported') return 'unsupported-signature-format';
  if (/byte-?range|gap|cover/i.test(code)) return 'byte-range-invalid';
  if (/xref|revision|structure|ambiguous|object|duplicate|trailer/i.test(code)) return 'document-structure-ambiguous';
  return 'signature-dictionary-invalid';
}

function readCms(der: Uint8Array, content: Uint8Array | undefined): SignedDocument {
  const signedData = parseCms(der);
  const given = signedData.content ?? content;
  const twice = signedData.content !== undefined && content !== undefined;
  const candidates = signedData.signerInfos.map((signerInfo, index): Candidate => ({
    id: `S-${index + 1}`, type: signedData.contentType === oids.tstInfo ? 'document-timestamp' : 'signature', container: 'CMS', pdf: undefined,
    signedData, signerInfo, content: given && contentOf([given]), evidence: listEvidence(signedData, signerInfo),
    problems: twice ? [message('content-given-twice')] : [],
  }));
  return { format: 'CMS', candidates, problems: [], evidence: noEvidence };
}

function parseCms(der: Uint8Array): SignedData {
  try {
    return parseSignedData(der);
  } catch (error) {
    if (error instanceof PkiError) throw new PkiError('document-unreadable', { rule: error.rule, ...(error.offset === undefined ? {} : { offset: error.offset }) });
    throw error;
  }
}

function withSignedData(candidate: Candidate, contents: Uint8Array, options: { allowTrailingZeros: boolean }): Candidate {
  let signedData: SignedData;
  try {
    signedData = parseSignedData(contents, options);
  } catch (error) {
    if (!(error instanceof PkiError)) throw error;
    return { ...candidate, problems: [message('format-broken', { detail: error.code, rule: error.rule })] };
  }
  const [signerInfo, ...more] = signedData.signerInfos;
  if (!signerInfo) return { ...candidate, problems: [message('format-broken', { detail: 'no-signer', rule: 'ISO 32000-2 §12.8.3.3' })] };
  const problems: Message[] = [];
  // ISO 32000-2 §12.8.3.3.1, ETSI EN 319 142-1 §6.3: one signer, and the content stays in the PDF
  if (more.length > 0) problems.push(message('several-signers', { count: signedData.signerInfos.length }));
  const isTimestamp = candidate.type === 'document-timestamp';
  if (!isTimestamp && signedData.content !== undefined) problems.push(message('format-broken', { detail: 'content-inside', rule: 'ISO 32000-2 §12.8.3.3 detached' }));
  if (isTimestamp !== (signedData.contentType === oids.tstInfo)) problems.push(message('format-broken', { detail: 'content-type', rule: 'ISO 32000-2 §12.8.5' }));
  return { ...candidate, signedData, signerInfo, evidence: listEvidence(signedData, signerInfo), problems };
}

/** Digests over parts of the file where they lie, without a copy. */
export function contentOf(parts: readonly Uint8Array[]): SignedContent {
  const done = new Map<Digest, Uint8Array>();
  return {
    parts,
    digest(digest) {
      const known = done.get(digest);
      if (known) return known;
      const running = createHash(digest);
      for (const part of parts) running.update(part);
      const value = running.digest();
      done.set(digest, value);
      return value;
    },
  };
}

function bytesOfPem(file: Uint8Array): Uint8Array {
  const text = Buffer.from(file.buffer, file.byteOffset, file.byteLength).toString('latin1');
  const found = /^-----BEGIN (PKCS7|CMS)-----\r?\n([A-Za-z0-9+/=\r\n]+)-----END \1-----\s*$/.exec(text);
  if (!found) throw new PkiError('document-unreadable', { rule: 'RFC 7468 §8, §9' });
  return Buffer.from(found[2]!, 'base64');
}
