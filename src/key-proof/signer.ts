import { PkiError } from '../../pki/error.ts';
import { oids } from '../../pki/asn1/oids.ts';
import { parseCertificate, type Certificate } from '../../pki/certificate/parse.ts';
import { parseSignedData, type SignedData } from '../../pki/cms/signed-data.ts';
import { selectSignerCertificate } from '../../pki/cms/signer-certificate.ts';
import { verifySigner, type SignedContent } from '../../pki/cms/verify.ts';
import { parsePem } from '../../pki/keys/pem.ts';
import { compareRevisions } from '../../pki/pdf/changes.ts';
import { readPdfSignatures } from '../../pki/pdf/signatures.ts';
import { readPdf } from '../../pki/pdf-file/document.ts';

/** Whose signature a file bears, or why it is none over this challenge; the reason is for the audit, in English. */
export type Signer = { certificate: Certificate } | { why: string };

/** What the file must be a signature over: exactly this text, or exactly this PDF. */
export interface Signed { text: Uint8Array; pdf: () => Promise<Uint8Array> }

/** Reads a signed challenge: CMS over its text, attached or detached, DER or PEM; or its PDF with one signature added. Never throws on strangers' bytes. */
export async function readSigner(file: Uint8Array, { text, pdf }: Signed): Promise<Signer> {
  try {
    return isPdf(file) ? signerOfPdf(file, await pdf()) : signerOfCms(file, text);
  } catch (error) {
    if (error instanceof PkiError) return { why: `unreadable: ${error.code}` };
    throw error;
  }
}

const startsWith = (file: Uint8Array, text: string): boolean => Buffer.from(file.subarray(0, text.length)).toString('latin1') === text;
const isPdf = (file: Uint8Array): boolean => startsWith(file, '%PDF-');
const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

function signerOfCms(file: Uint8Array, text: Uint8Array): Signer {
  const signedData = parseSignedData(startsWith(file, '-----BEGIN ') ? parsePem(Buffer.from(file).toString('latin1'))[0]!.der : file);
  if (signedData.content !== undefined && !same(signedData.content, text)) return { why: 'signed content is not this challenge' };
  return signerOf(signedData, signedData.content === undefined ? text : 'attached');
}

/** What a signature may bring into a PDF. */
const ofSigning: ReadonlySet<string> = new Set(['signature', 'signature-field', 'document-timestamp', 'dss', 'metadata']);

function signerOfPdf(file: Uint8Array, challenge: Uint8Array): Signer {
  if (!same(file.subarray(0, challenge.length), challenge)) return { why: 'the PDF is not this challenge' };
  const stranger = compareRevisions(readPdf(challenge), readPdf(file)).find(({ kind }) => !ofSigning.has(kind));
  if (stranger) return { why: `the PDF was changed: ${stranger.code}` };
  const [signature, ...others] = readPdfSignatures(file).filter(({ type }) => type === 'signature');
  if (!signature || others.length > 0) return { why: `the PDF has ${signature ? 'several signatures' : 'no signature'}` };
  const [problem] = signature.problems;
  if (problem) return { why: `the signature of the PDF is malformed: ${problem.code}` };
  if (!signature.subFilter.endsWith('.detached')) return { why: `signature format ${signature.subFilter}` };
  return signerOf(parseSignedData(signature.contents, { allowTrailingZeros: true }), signature.signedBytes);
}

/** SHA-1 can be steered to collide, and this is a proof for now: no older algorithm has to be taken. */
const digests: ReadonlySet<string> = new Set(['sha256', 'sha384', 'sha512', 'sha3-256', 'sha3-384', 'sha3-512']);

function signerOf(signedData: SignedData, content: SignedContent): Signer {
  const [signerInfo, ...others] = signedData.signerInfos;
  if (!signerInfo || others.length > 0) return { why: 'not exactly one signer' };
  if (signedData.contentType !== oids.data) return { why: `content of type ${signedData.contentType}` };
  const certificate = selectSignerCertificate(signerInfo, signedData.certificates.map((der) => parseCertificate(der)));
  if (certificate === undefined || certificate === 'conflict') return { why: 'not exactly one certificate of the signer' };
  const { intact, problems: [problem], digest } = verifySigner(signedData, signerInfo, content, certificate);
  if (!intact) return { why: `signature not intact: ${problem?.code}` };
  if (digest === undefined || !digests.has(digest)) return { why: `digest ${digest}` };
  return { certificate };
}
