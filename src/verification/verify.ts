import { randomUUID } from 'node:crypto';
import type { ContentDigest } from '../../pki/validation/content-digest.ts';
import type { GivenContent } from '../../pki/validation/given-content.ts';
import { writeEtsiReport } from '../../pki/validation/etsi-report.ts';
import type { ValidationPolicy } from '../../pki/validation/policy.ts';
import type { SignatureReport } from '../../pki/validation/report.ts';
import { recordAudit } from '../audit/record.ts';
import { Gathering } from '../evidence/gather.ts';
import { hashesOf, keepObjects, newObjects, packageOf } from '../evidence/keep.ts';
import { wrongField } from '../field-mistakes.ts';
import { answerCounter } from '../load/count.ts';
import { signReceipt } from '../receipts/sign.ts';
import type { Actor, Services } from '../services.ts';
import { trustAnchorsInForce } from '../trust-anchors/find.ts';
import { answerOf, type Answer } from './answer.ts';
import { digestName } from './digest-names.ts';
import { missingFrom } from './missing.ts';
import { findFirstSeen, insertVerification, type NewVerification, type ReceiptSignature } from './store.ts';
import { judgeInWorker } from './workers.ts';
import type { Decision } from './decide.worker.ts';

export interface VerificationOrder {
  name: string;
  file: Uint8Array;
  /** what a detached signature signs: one file, several with their names, or the digest of one */
  content?: GivenContent | ContentDigest | undefined;
  validationTime?: Date | undefined;
  policy?: ValidationPolicy['name'] | undefined;
  /** the body that the result says it comes from, to be compared with the certificate */
  issuingBody?: string | undefined;
}

/** A caller's clock may be this far ahead before its "now" counts as the future. */
const clockGraceMs = 60_000;

/**
 * Judges a signed document by our anchors and evidence, and keeps a receipt of the answer.
 * @throws Problem `invalid-fields` for a time to come, `took-too-long`, `too-many-requests`; PkiError `document-unreadable`
 */
export async function verifyDocument(services: Services, actor: Actor, order: VerificationOrder): Promise<Answer> {
  const asked = services.now();
  const validationTime = order.validationTime ?? asked;
  if (validationTime.getTime() > asked.getTime() + clockGraceMs) {
    throw wrongField('/validationTime', 'in-future');
  }
  const anchors = (await trustAnchorsInForce(services)).map(({ certificate, domain, scope, trustedFrom, trustedUntil }) =>
    ({ certificate, domain, scope, trustedFrom, trustedUntil: trustedUntil ?? undefined }));
  const { file, content, policy = 'public-service', issuingBody } = order;
  const gathering = new Gathering(services);
  const judged = await judgeInWorker({ file, content, validationTime, policy, issuingBody, anchors }, async ({ wanted, digest }) => {
    const [found, knownSince] = await Promise.all([gathering.gather(wanted), digest && findFirstSeen(services.db, digest)]);
    return { ...found, gatheredAt: services.now(), knownSince };
  });
  return keepReceipt(services, actor, order, { judged, gathering });
}

interface Answering { judged: Decision; gathering: Gathering }

async function keepReceipt(services: Services, actor: Actor, { name, file }: VerificationOrder, { judged: { report, digest, wanted, content: signed }, gathering }: Answering): Promise<Answer> {
  const [id, verifiedAt] = [randomUUID(), services.now()];
  const { format, policy, validationTime, conclusion } = report;
  const signatures = report.signatures.map(receiptOf);
  const value = Buffer.from(digest).toString('hex');
  const used = packageOf(gathering.found, verifiedAt);
  const [evidence, objects] = [hashesOf(used), await newObjects(services.db, used)];
  const content = signed ? { algorithm: digestName(signed.digest), value: Buffer.from(signed.value).toString('hex') } : null;
  const receipt = await signReceipt(services, {
    id, verifiedAt, validationTime, policy, document: { format, size: file.length, digest: { algorithm: 'SHA-256', value }, content }, conclusion,
    signatures: signatures.map(({ field: _field, ...signature }) => signature), evidence,
  }) ?? null;
  const row: NewVerification = {
    id, askedBy: actor.id, agencyPath: actor.agencyPath ?? null, documentDigest: digest, documentSize: file.length,
    format, policy, validationTime, verifiedAt, ...conclusion, signatures, evidence, receipt, content, etsiReport: writeEtsiReport(report, { names: false }),
  };
  await services.db.transaction(async (tx) => {
    await keepObjects(tx, objects);
    await insertVerification(tx, row);
    await recordAudit(tx, actor, 'verification.answered', { type: 'verification', id }, { before: null, after: { digest: value, ...conclusion, validationTime } });
  });
  answerCounter(services).count('verification', conclusion.indication, verifiedAt.getTime());
  return answerOf(report, { id, verifiedAt, name, size: file.length, digest, content, receipt, missing: missingFrom(report, wanted, gathering) });
}

function receiptOf({ id, field, indication, subIndication, messages, signer, signingTime }: SignatureReport): ReceiptSignature {
  return {
    id, field, indication, subIndication, codes: messages.map(({ code }) => code),
    signer: signer?.fingerprint ?? null, proven: signingTime.proven?.toISOString() ?? null,
  };
}
