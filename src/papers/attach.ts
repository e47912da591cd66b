import { createHash, randomUUID } from 'node:crypto';
import { requireWithin } from '../access/scope.ts';
import { recordAudit } from '../audit/record.ts';
import { wrongField } from '../field-mistakes.ts';
import { Problem } from '../problems.ts';
import type { PaperKind } from '../requests/kinds.ts';
import type { Actor, Services, Tx } from '../services.ts';
import type { Answer } from '../verification/answer.ts';
import { verifyDocument } from '../verification/verify.ts';
import { countPapers, findPaperByDigest, findPlace, insertPaper, type PaperEntry, type PaperRow } from './store.ts';

/** A scan of thirty pages at 200 dpi in colour, as NĐ 30/2020/NĐ-CP wants them, has some 8 MB. */
export const maxPaperBytes = 10_485_760;
/** Own bounds: a dossier is a handful of papers. */
const maxPapers = 20;
const maxOctets = 5 * maxPaperBytes;

export interface NewPaper { requestId: string; kind: PaperKind; name: string; bytes: Uint8Array }

const openStates: ReadonlySet<string> = new Set(['draft', 'returned', 'confirmed', 'examined']);

/**
 * Attaches a PDF to an open request. Where it is signed it is verified now and the verdict kept: whether its signatures
 * were good on arrival must not depend on when somebody looks.
 * @throws Problem `not-found`, `outside-your-agency`, `state-changed`, `invalid-fields`, `too-large`, `took-too-long`; PkiError `document-unreadable`
 */
export async function attachPaper(services: Services, actor: Actor, paper: NewPaper): Promise<PaperEntry> {
  await requireOpen(services, actor, paper.requestId);
  requirePdf(paper.bytes);
  const answer = await verifyDocument(services, actor, { name: paper.name, file: paper.bytes });
  return services.db.transaction((tx) => keepPaper(services, tx, actor, { ...paper, answer }));
}

/** Refuses before anything costly is done. @throws Problem `not-found`, `outside-your-agency`, `state-changed` */
export async function requireOpen({ db }: Pick<Services, 'db'>, actor: Actor, requestId: string): Promise<void> {
  const place = await findPlace(db, requestId);
  if (!place) throw new Problem('not-found', { request: requestId });
  requireWithin(actor, place.agencyPath);
  if (!openStates.has(place.state)) throw new Problem('state-changed', { state: place.state });
}

/** @throws Problem `invalid-fields` for what is no PDF */
export function requirePdf(bytes: Uint8Array): void {
  if (Buffer.from(bytes.subarray(0, 1024)).includes('%PDF-')) return;
  throw wrongField('/file', 'not-pdf');
}

export interface VerifiedPaper extends NewPaper {
  answer: Answer;
  /** only of a form that was signed and sent back */
  stands?: { contentHash: Uint8Array; signerCertificateId: string };
}

/** Stores a paper that was verified, in the caller's transaction. The same file twice is one paper. */
export async function keepPaper({ now }: Pick<Services, 'now'>, tx: Tx, actor: Actor, { answer, stands, ...paper }: VerifiedPaper): Promise<PaperEntry> {
  const { requestId, bytes } = paper;
  const place = await findPlace(tx, requestId, true);
  if (!place || !openStates.has(place.state)) throw new Problem('state-changed', { state: place?.state });
  const digest = createHash('sha256').update(bytes).digest();
  const earlier = await findPaperByDigest(tx, requestId, digest);
  if (earlier) return earlier;
  const { papers, octets } = await countPapers(tx, requestId);
  if (papers >= maxPapers || octets + bytes.length > maxOctets) throw new Problem('too-large', { maxPapers, maxBytes: maxOctets });
  const entry: PaperEntry = {
    id: randomUUID(), requestId, kind: paper.kind, name: plain(paper.name), size: bytes.length, digest, ...answer.conclusion,
    signatures: answer.signatures.length, verificationId: answer.id, contentHash: stands?.contentHash ?? null,
    signerCertificateId: stands?.signerCertificateId ?? null, addedBy: actor.id, addedAt: now(),
  };
  const row: PaperRow = { ...entry, bytes };
  await insertPaper(tx, row);
  const { id, kind, name, size, indication, subIndication, signerCertificateId } = entry;
  await recordAudit(tx, actor, 'request.paper-added', { type: 'request', id: requestId },
    { before: null, after: { paper: id, kind, name, size, digest: digest.toString('hex'), indication, subIndication, signerCertificateId } });
  return entry;
}

/** The file's own name, fit to be shown and to be offered for saving. */
const plain = (name: string): string => name.normalize('NFC').replaceAll(/[\p{Cc}\p{Cs}\p{Cf}/\\]/gu, '_').trim().slice(-200) || 'paper.pdf';
