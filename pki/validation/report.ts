import type { MessageCode } from './messages.ts';

/** The three outcomes of ETSI EN 319 102-1 §5.1.3, table 5. */
export type Indication = 'TOTAL-PASSED' | 'INDETERMINATE' | 'TOTAL-FAILED';

/** Why an outcome is not TOTAL-PASSED: the standard's own words (§5.1.3, table 6). */
export type SubIndication =
  | 'FORMAT_FAILURE' | 'HASH_FAILURE' | 'SIG_CRYPTO_FAILURE' | 'REVOKED' | 'EXPIRED' | 'NOT_YET_VALID'
  | 'SIG_CONSTRAINTS_FAILURE' | 'CHAIN_CONSTRAINTS_FAILURE' | 'CERTIFICATE_CHAIN_GENERAL_FAILURE'
  | 'CRYPTO_CONSTRAINTS_FAILURE' | 'CRYPTO_CONSTRAINTS_FAILURE_NO_POE' | 'POLICY_PROCESSING_ERROR'
  | 'SIGNATURE_POLICY_NOT_AVAILABLE' | 'TIMESTAMP_ORDER_FAILURE' | 'NO_SIGNING_CERTIFICATE_FOUND'
  | 'NO_CERTIFICATE_CHAIN_FOUND' | 'REVOKED_NO_POE' | 'REVOKED_CA_NO_POE' | 'OUT_OF_BOUNDS_NO_POE'
  | 'OUT_OF_BOUNDS_NOT_REVOKED' | 'NO_POE' | 'TRY_LATER' | 'SIGNED_DATA_NOT_FOUND' | 'NO_SIGNATURE_FOUND' | 'GENERIC';

/** The building blocks of §5.2 and the processes of §5.3 to §5.6, named in full; `changes-after-signing` is the format's own. */
export type BuildingBlockName =
  | 'format-checking' | 'identification-of-signing-certificate' | 'validation-context-initialization'
  | 'cryptographic-verification' | 'certificate-validation' | 'revocation-freshness' | 'signature-acceptance'
  | 'timestamp-validation' | 'basic-signature' | 'signature-with-time' | 'past-certificate-validation' | 'validation-time-sliding'
  | 'past-signature-validation' | 'long-term-validation' | 'changes-after-signing';

export interface Conclusion { indication: Indication; subIndication: SubIndication | null }

/** One fact of the report; `facts` fill the places in its words. */
export interface Message {
  code: MessageCode;
  level: 'error' | 'warning' | 'info';
  facts: Readonly<Record<string, string | number>>;
}

/** One constraint that a building block looked at. */
export interface BlockCheck { constraint: string; met: boolean; detail: string | null }

/** A building block with its verdict, the time it was judged for and what it looked at. */
export interface BuildingBlock extends Conclusion {
  name: BuildingBlockName;
  /** where the standard describes it */
  clause: string;
  /** the control time of what was judged; null where time plays no part */
  at: Date | null;
  checks: BlockCheck[];
}

/** What is missing for a verdict, and when asking again may help. */
export interface MissingEvidence {
  kind: 'issuer' | 'signing-certificate' | 'status' | 'proof-of-existence' | 'signed-content';
  /** the certificate or name concerned */
  subject: string | null;
  /** from when newer evidence is to be expected (a nextUpdate); null: as soon as it is at hand */
  tryAgainAt: Date | null;
}

/** What the signatures make of the document together (Decree 30/2020): two hands, a copy's seal, a person alone. */
export type DocumentNature = 'leader-and-organisation' | 'organisation-copy' | 'organisation-only' | 'personal-only' | 'unknown';

/** The law's three outcomes: hợp lệ, không hợp lệ, chưa đủ căn cứ. */
export type Outcome = 'valid' | 'invalid' | 'insufficient';


export type SignerKind = 'personal' | 'organisation-seal' | 'electronic-copy' | 'timestamping' | 'unknown';

export interface SignerSummary {
  subject: string;
  commonName: string | null;
  organization: string | null;
  /** organisational units as the name orders them, level 2 first */
  organizationalUnits: string[];
  serialNumber: string;
  issuer: string;
  fingerprint: string;
  kind: SignerKind;
}

export interface SigningTime {
  /** what the signer wrote; proves nothing */
  claimed: Date | null;
  /** when the signature provably existed */
  proven: Date | null;
  provenBy: 'signature-timestamp' | 'validation-data-timestamp' | 'archive-timestamp' | 'document-timestamp' | 'receipt' | null;
}

export interface ReportedChange { revision: number; kind: string; allowed: boolean; code: string; detail: string | null }

export interface Coverage {
  wholeDocument: boolean;
  revision: number;
  revisions: number;
  changesAfter: ReportedChange[];
}

export interface ChainEntry {
  subject: string;
  issuer: string;
  serialNumber: string;
  notBefore: Date;
  notAfter: Date;
  fingerprint: string;
  trustAnchor: boolean;
}

export interface RevocationEntry {
  subject: string;
  serialNumber: string;
  status: 'good' | 'revoked' | 'on-hold' | 'unknown';
  source: 'crl' | 'ocsp' | null;
  revokedAt: Date | null;
  reason: string | null;
  thisUpdate: Date | null;
  nextUpdate: Date | null;
}

export interface TimestampEntry extends Conclusion {
  kind: 'content-timestamp' | 'signature-timestamp' | 'validation-data-timestamp' | 'archive-timestamp' | 'document-timestamp';
  time: Date | null;
  authority: string | null;
  policy: string | null;
  serialNumber: string | null;
  /** SHA-256 of the token, hex */
  fingerprint: string;
  messages: Message[];
  buildingBlocks: BuildingBlock[];
}

export interface SignatureReport extends Conclusion {
  id: string;
  field: string | null;
  type: 'signature' | 'document-timestamp';
  format: string;
  messages: Message[];
  signer: SignerSummary | null;
  signingTime: SigningTime;
  coverage: Coverage | null;
  chain: ChainEntry[];
  /** the trust domain of the anchor the chain ends in, such as VGCA or NEAC */
  trustDomain: string | null;
  revocation: RevocationEntry[];
  timestamps: TimestampEntry[];
  buildingBlocks: BuildingBlock[];
  /** the id of the signature that this one counter-signs */
  counterSigns: string | null;
  /** what the signer stated under the signature */
  stated: { signaturePolicy: string | null; commitmentTypes: string[]; contentType: string | null };
  missing: MissingEvidence[];
}

/** What validation says of one document. Purely a function of its input. */
export interface ValidationReport {
  validationTime: Date;
  policy: string;
  format: 'PDF' | 'CMS' | 'XML' | 'ASiC-S' | 'ASiC-E' | 'JWS';
  conclusion: Conclusion;
  outcome: Outcome;
  nature: DocumentNature;
  /** about the document as a whole */
  messages: Message[];
  signatures: SignatureReport[];
  /** the files of a container; empty where the document is one file */
  files: readonly ReportedFile[];
}

/** A file of a container, its SHA-256 in hex, and the ids of the signatures over it. */
export interface ReportedFile { name: string; sha256: string; octets: number; coveredBy: readonly string[] }

/** Evidence that would let the next round say more; the caller fetches what it can and asks again. */
export type Wanted =
  | { kind: 'issuer'; issuer: Uint8Array; authorityKeyIdentifier: Uint8Array | null; caIssuerUrls: string[]; certificate: Uint8Array }
  | { kind: 'signing-certificate'; issuer: Uint8Array | null; serialNumber: string | null; subjectKeyIdentifier: Uint8Array | null }
  | { kind: 'status'; certificate: Uint8Array; issuer: Uint8Array; ocspUrls: string[]; crlUrls: string[] };

const rank: Record<Indication, number> = { 'TOTAL-PASSED': 0, INDETERMINATE: 1, 'TOTAL-FAILED': 2 };

/** Positive if `a` is the worse outcome. */
export function compareIndications(a: Indication, b: Indication): number {
  return rank[a] - rank[b];
}
