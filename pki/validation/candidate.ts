import { createHash } from 'node:crypto';
import { PkiError } from '../error.ts';
import type { Certificate } from '../certificate/parse.ts';
import type { SignerProblem } from '../cms/verify.ts';
import type { Digest } from '../keys/algorithm.ts';
import { noEvidence, type EvidenceBytes } from './evidence.ts';
import type { Message, ReportedFile, TimestampEntry, Wanted } from './report.ts';

/**
 * The seam between the formats and the algorithm. A format takes a file apart into candidates (`pdf-candidates.ts` and
 * `cms-candidates.ts` are the patterns); the building blocks know candidates alone, so a further format is one file of
 * this folder that makes them and one row in `format-checking.ts`.
 */
export type DocumentFormat = 'PDF' | 'CMS' | 'XML' | 'ASiC-S' | 'ASiC-E' | 'JWS';

/** Ten tokens on one signature are an archive's; a hundred only cost time. */
export const maxTimestamps = 10;

/** Reads a file of a known kind. @throws PkiError `document-unreadable`, the one code for files that cannot be read */
export function readingDocument<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof PkiError) throw new PkiError('document-unreadable', { rule: `${error.code}: ${error.rule}`, ...(error.offset === undefined ? {} : { offset: error.offset }) });
    throw error;
  }
}

/** What one file holds. A file of a known kind that cannot be read is a PkiError `document-unreadable`, not a document. */
export interface SignedDocument {
  format: DocumentFormat;
  /** in the order of signing where the format tells it */
  candidates: SignatureCandidate[];
  /** about the document as a whole, such as a data file of a container that nobody signed */
  problems: Message[];
  /** certificates and status data kept for all its signatures, as a PDF's DSS */
  evidence: EvidenceBytes;
  /** the files of a container; a candidate named there has their digest right, and whether it holds is its own verdict */
  files?: readonly ReportedFile[];
}

/** The kind of signature; the report adds the level: `PAdES` becomes `PAdES-B-LTA`. PKCS7 is `adbe.*` in a PDF, CMS has no ESS attribute. */
export type SignatureFamily = 'PAdES' | 'PKCS7' | 'CAdES' | 'CMS' | 'XAdES' | 'XMLDSig' | 'JAdES' | 'JWS' | 'RFC3161';

/** One signature, or one timestamp over a whole document, as its format holds it. All functions are pure and never throw on strangers' bytes. */
export interface SignatureCandidate {
  /** `S-1`, `S-2` … in the document; a counter-signature of `S-1` is `S-1-C-1` */
  id: string;
  type: 'signature' | 'document-timestamp';
  family: SignatureFamily;
  /** where a person finds it: a PDF field's full name, an entry of a container, the Id of an XML signature */
  field: string | null;
  /** reasons for FORMAT_FAILURE; not empty means nothing else is asked. `unsupported-signature-format` alone is no failure, only no verdict */
  problems: Message[];
  /** remarks that leave the format sound */
  remarks: Message[];
  /** absent only together with `problems`, and for document timestamps, whose token names its own signer */
  signature: CheckableSignature | undefined;
  /** what a document timestamp is: its token and what it stamps */
  timestamp: CandidateTimestamp | undefined;
  properties: SignedProperties;
  /** what this signature brings along: certificates, CRLs, OCSP answers, from wherever the format keeps them */
  evidence: EvidenceBytes;
  /** tokens on this signature; those on whole documents are candidates of their own */
  timestamps: readonly CandidateTimestamp[];
  /** the id of the signature this one counter-signs */
  counterSigns: string | undefined;
  /** null where the format has nothing to tell beyond the signed content itself */
  coverage: { wholeDocument: boolean; revision: number; revisions: number } | null;
  /** what later revisions did, with the format's own judgement of each */
  changesAfter: readonly CandidateChange[];
  /** words beside the signature (a PDF's Reason); they can mark a copy and nothing else */
  reason: string | undefined;
  /** the format demands that the signing certificate is named under the signature (EN 319 142-1 §6.3 and its like) */
  mustNameCertificate: boolean;
}

/** How a signature is checked once its certificate is known. */
export interface CheckableSignature {
  signer: SignerReference;
  /** digests the signature depends on: of the content, of references and manifests, of the signature itself; each once */
  digests: readonly UsedDigest[];
  /**
   * Everything cryptographic at once: content and reference digests, the signature value, the binding of this certificate.
   * An empty list is an intact signature. Called once, or a second time for nobody but a test.
   */
  check: (certificate: Certificate) => readonly { code: SignatureProblem; rule: string }[];
}

/**
 * The words of `pki/cms/verify` serve every format: `message-digest-mismatch` for any digest that differs (a Reference, a
 * manifest entry, a detached payload) is HASH_FAILURE, `signature-invalid` is SIG_CRYPTO_FAILURE, `content-missing` is
 * SIGNED_DATA_NOT_FOUND, `content-ambiguous` for content that two readers could understand differently (wrapping).
 */
export type SignatureProblem = SignerProblem;

/** A digest by its name here; undefined, with the format's own name, where it is none that we know. */
export interface UsedDigest { digest: Digest | undefined; name: string }

/** How a signature names its certificate. Certificates at hand are hints: a second one that fits is a conflict, not a choice. */
export interface SignerReference {
  select: (certificates: readonly Certificate[]) => Certificate | undefined | 'conflict';
  /** what to look for elsewhere when none fits; undefined where the signature names nothing that could be looked up */
  wanted: Extract<Wanted, { kind: 'signing-certificate' }> | undefined;
}

/** What the signer wrote under the signature. The time proves nothing. */
export interface SignedProperties {
  claimedTime: Date | undefined;
  /** a reference to the certificate under the signature: `v1` is SHA-1 alone */
  signingCertificate: 'v2' | 'v1' | 'absent';
  /** OID or URI of an explicit signature policy */
  signaturePolicy: string | undefined;
  commitmentTypes: readonly string[];
  /** OID, MIME type or URI */
  contentType: string | undefined;
}

/** A token, what it must have stamped, and what its time then proves of. */
export interface CandidateTimestamp {
  kind: TimestampEntry['kind'];
  /** TimeStampToken DER; zeros after it are tolerated */
  token: Uint8Array;
  /** the digest of the bytes that the imprint must be of; undefined where these cannot be established, as with an index that misses something */
  stamped: (digest: Digest) => Uint8Array | undefined;
  /** asked only of a token that holds */
  covers: () => Covered;
}

/** The objects whose existence a token proves (EN 319 102-1 §5.6.2.3). */
export interface Covered {
  /** ids of candidates whose signature value, and so everything under it, is covered */
  signatures: readonly string[];
  /** certificates and status data, in the DER in which they are at hand */
  evidence: EvidenceBytes;
  /** earlier tokens, byte for byte as their own `token` */
  tokens: readonly Uint8Array[];
}

/** A difference between the signed state of a document and a later one. */
export interface CandidateChange {
  revision: number;
  /** `dss`, `document-timestamp`, `signature` are harmless; others as the format names them */
  kind: string;
  allowed: boolean;
  code: string;
  detail?: string;
  /** allowed, but a reader may see something else than was signed */
  warning: boolean;
}

/** What was signed, where it lies; each digest is computed once however often it is asked for. */
export interface SignedContent { parts: readonly Uint8Array[]; digest(digest: Digest): Uint8Array }

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

export const noProperties: SignedProperties = {
  claimedTime: undefined, signingCertificate: 'absent', signaturePolicy: undefined, commitmentTypes: [], contentType: undefined,
};

/** A candidate of which nothing is known yet but where it stands; a format fills in what it has. */
export function emptyCandidate(place: Pick<SignatureCandidate, 'id' | 'type' | 'family' | 'field'>): SignatureCandidate {
  return {
    ...place, problems: [], remarks: [], signature: undefined, timestamp: undefined, properties: noProperties, evidence: noEvidence, timestamps: [],
    counterSigns: undefined, coverage: null, changesAfter: [], reason: undefined, mustNameCertificate: false,
  };
}
