import { createHash } from 'node:crypto';
import { once } from 'node:events';
import type { MessagePort } from 'node:worker_threads';
import { PkiError } from '../../pki/error.ts';
import { parseCertificate } from '../../pki/certificate/parse.ts';
import { PathCache } from '../../pki/path/work.ts';
import { noEvidence, type EvidenceBytes } from '../../pki/validation/evidence.ts';
import { readSignedDocument } from '../../pki/validation/format-checking.ts';
import { policies, type ValidationPolicy } from '../../pki/validation/policy.ts';
import type { ValidationReport, Wanted } from '../../pki/validation/report.ts';
import { validateSignedDocument } from '../../pki/validation/validate.ts';
import { keyOf, type TrustScope, type ValidationAnchor } from '../../pki/validation/validation-context.ts';

export interface AnchorBytes { certificate: Uint8Array; domain: string; scope: TrustScope; trustedFrom: Date; trustedUntil: Date | undefined }

export interface Task {
  file: Uint8Array;
  content: Uint8Array | undefined;
  validationTime: Date;
  policy: ValidationPolicy['name'];
  anchors: AnchorBytes[];
  /** asks for `Wanted[]` and is answered with `GatheredEvidence` */
  port: MessagePort;
}

/** Evidence is made while the question waits: a status answer can be younger than the question. */
export type GatheredEvidence = EvidenceBytes & { gatheredAt: Date };

export type Outcome = { report: ValidationReport; digest: Uint8Array } | { refused: { code: string; rule: string; offset: number | undefined } };

/** Decide, fetch, decide again: what one round lacks, the next has, or nobody has it. */
const maxRounds = 3;

/** Judges one document in a thread of its own. Errors of strangers' bytes come back as values, for threads lose classes. */
export default async function decide({ file, content, validationTime, policy, anchors, port }: Task): Promise<Outcome> {
  try {
    const document = readSignedDocument(file, content);
    const digest = createHash('sha256').update(file).digest();
    const trusted = anchors.map(parsedAnchor);
    const asked = new Set<string>();
    let evidence = noEvidence;
    let evidenceTime = validationTime;
    for (let round = 1; ; round++) {
      const { report, wanted } = validateSignedDocument(document, { validationTime, evidenceTime, policy: policies[policy], anchors: trusted, evidence, cache });
      const fresh = wanted.filter((each) => !asked.has(keyOf(each)));
      if (round === maxRounds || fresh.length === 0) return { report, digest };
      for (const each of fresh) asked.add(keyOf(each));
      const found = await ask(port, fresh);
      evidence = join(evidence, found);
      evidenceTime = new Date(Math.max(evidenceTime.getTime(), found.gatheredAt.getTime()));
    }
  } catch (error) {
    if (error instanceof PkiError) return { refused: { code: error.code, rule: error.rule, offset: error.offset } };
    throw error;
  } finally {
    port.close();
  }
}

async function ask(port: MessagePort, wanted: Wanted[]): Promise<GatheredEvidence> {
  const reply = once(port, 'message') as Promise<[GatheredEvidence]>;
  port.postMessage(wanted);
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
const cache = new PathCache();
const anchorCache = new Map<string, ValidationAnchor['certificate']>();

function parsedAnchor({ certificate, ...rest }: AnchorBytes): ValidationAnchor {
  const key = Buffer.from(certificate).toString('latin1');
  const known = anchorCache.get(key) ?? parseCertificate(Uint8Array.from(certificate));
  if (anchorCache.size < 500) anchorCache.set(key, known);
  return { ...rest, certificate: known };
}
