import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { types } from 'node:util';
import type { MessagePort } from 'node:worker_threads';
import { PkiError } from '../../pki/error.ts';
import { parseCertificate } from '../../pki/certificate/parse.ts';
import type { SignedDocument } from '../../pki/validation/candidate.ts';
import { PathCache } from '../../pki/path/work.ts';
import { noEvidence, type EvidenceBytes } from '../../pki/validation/evidence.ts';
import { readCmsOverDigest, type ContentDigest } from '../../pki/validation/content-digest.ts';
import { isSeveral, type GivenContent, type GivenFile } from '../../pki/validation/given-content.ts';
import { readSignedDocument } from '../../pki/validation/format-checking.ts';
import { policies, type ValidationPolicy } from '../../pki/validation/policy.ts';
import type { ValidationReport, Wanted } from '../../pki/validation/report.ts';
import { validateSignedDocument } from '../../pki/validation/validate.ts';
import { keyOf, type ContextInput, type TrustScope, type ValidationAnchor } from '../../pki/validation/validation-context.ts';

export interface AnchorBytes { certificate: Uint8Array; domain: string; scope: TrustScope; trustedFrom: Date; trustedUntil: Date | undefined }

export interface Task {
  file: Uint8Array;
  /** what a detached signature signs, or its digest where the document stays with its owner */
  content: GivenContent | ContentDigest | undefined;
  validationTime: Date;
  policy: ValidationPolicy['name'];
  issuingBody?: string | undefined;
  anchors: AnchorBytes[];
  /** asks a `Question` and is answered with `GatheredEvidence` */
  port: MessagePort;
}

/** What a verdict still lacks. `digest` where a receipt of ours for this very file could prove that it existed. */
export interface Question { wanted: Wanted[]; digest: Uint8Array | undefined }

/** Evidence is made while the question waits: a status answer can be younger than the question. */
export type GatheredEvidence = EvidenceBytes & { gatheredAt: Date; knownSince: Date | undefined };

/** `wanted` is what was still missing at the end. */
export interface Decision { report: ValidationReport; digest: Uint8Array; wanted: Wanted[]; content: ContentDigest | undefined }

export type Outcome = Decision | { refused: { code: string; rule: string; offset: number | undefined } };

/** Decide, fetch, decide again: what one round lacks, the next has, or nobody has it. */
const maxRounds = 3;

/** Judges one document in a thread of its own. Errors of strangers' bytes come back as values, for threads lose classes. */
export default async function decide({ file, content, validationTime, policy, issuingBody, anchors, port }: Task): Promise<Outcome> {
  try {
    const document = isDigest(content) ? readCmsOverDigest(file, content) : readSignedDocument(file, content);
    const digest = createHash('sha256').update(file).digest();
    const trusted = anchors.map(parsedAnchor);
    const decision = await decideInRounds({ document, digest, port }, { validationTime, policy: policies[policy], issuingBody, anchors: trusted, cache });
    return { ...decision, content: isDigest(content) ? content : content && digestOfContent(content) };
  } catch (error) {
    if (error instanceof PkiError) return { refused: { code: error.code, rule: error.rule, offset: error.offset } };
    throw error;
  } finally {
    port.close();
  }
}

const isDigest = (content: Task['content']): content is ContentDigest => content !== undefined && !types.isUint8Array(content) && 'digest' in content;

/** Of several files the digest of what `sha256sum` prints of them, in the order of their names. */
function digestOfContent(content: GivenContent): ContentDigest {
  const lines = (files: readonly GivenFile[]): string[] => files.map(({ name, bytes }) => `${createHash('sha256').update(bytes).digest('hex')}  ${name}\n`).toSorted((a, b) => Buffer.compare(Buffer.from(a.slice(66)), Buffer.from(b.slice(66))));
  const signed = isSeveral(content) ? Buffer.from(lines(content).join('')) : content;
  return { digest: 'sha256', value: createHash('sha256').update(signed).digest() };
}

interface Asked { document: SignedDocument; digest: Uint8Array; port: MessagePort }

async function decideInRounds({ document, digest, port }: Asked, fixed: Pick<ContextInput, 'validationTime' | 'policy' | 'issuingBody' | 'anchors' | 'cache'>): Promise<Omit<Decision, 'content'>> {
  const asked = new Set<string>();
  let [evidence, evidenceTime, knownSince]: [EvidenceBytes, Date, Date | undefined] = [noEvidence, fixed.validationTime, undefined];
  let receiptAsked = !fixed.policy.receiptsProveExistence;
  for (let round = 1; ; round++) {
    const { report, wanted } = validateSignedDocument(document, { ...fixed, evidenceTime, evidence, ...(knownSince ? { knownSince } : {}) });
    const fresh = round < maxRounds ? wanted.filter((each) => !asked.has(keyOf(each))) : [];
    // a receipt is the last resort: it counts where nothing of the document's own proves the time
    const receipt = fresh.length === 0 && !receiptAsked && report.conclusion.indication === 'INDETERMINATE';
    if (fresh.length === 0 && !receipt) return { report, digest, wanted };
    receiptAsked ||= receipt;
    for (const each of fresh) asked.add(keyOf(each));
    const found = await ask(port, { wanted: fresh, digest: receipt ? digest : undefined });
    evidence = join(evidence, found);
    knownSince = found.knownSince;
    if (fresh.length > 0) evidenceTime = new Date(Math.max(evidenceTime.getTime(), found.gatheredAt.getTime()));
  }
}

async function ask(port: MessagePort, question: Question): Promise<GatheredEvidence> {
  const reply = once(port, 'message') as Promise<[GatheredEvidence]>;
  port.postMessage(question);
  const [found] = await reply;
  return found;
}

function join(a: EvidenceBytes, b: EvidenceBytes): EvidenceBytes {
  return {
    certificates: [...a.certificates, ...b.certificates],
    crls: [...a.crls, ...b.crls],
    ocspResponses: [...a.ocspResponses, ...b.ocspResponses],
  };
}

/** Of this thread, for all its documents. */
const cache = new PathCache(1_000, true);
const anchorCache = new Map<string, ValidationAnchor['certificate']>();

function parsedAnchor({ certificate, ...rest }: AnchorBytes): ValidationAnchor {
  const key = Buffer.from(certificate).toString('latin1');
  const known = anchorCache.get(key) ?? parseCertificate(Uint8Array.from(certificate));
  if (anchorCache.size < 500) anchorCache.set(key, known);
  return { ...rest, certificate: known };
}
