import { createHash } from 'node:crypto';
import { compareRevisions } from '../../pki/pdf/changes.ts';
import { readPdf } from '../../pki/pdf-file/document.ts';
import { isWithin } from '../access/scope.ts';
import { keepPaper, requireOpen, requirePdf } from '../papers/attach.ts';
import { Problem } from '../problems.ts';
import { decideRequest } from '../requests/decide.ts';
import type { State } from '../requests/states.ts';
import type { Actor, Services } from '../services.ts';
import type { Answer } from '../verification/answer.ts';
import { verifyDocument } from '../verification/verify.ts';
import { readForm } from './print.ts';
import { findOperatorEmail, findSigner, listPrinted, type FormFacts } from './store.ts';

const refused = (why: string, facts: object = {}): Problem => new Problem('confirmation-not-valid', { why, ...facts });

/**
 * Confirms a request by its own form, signed: the PDF that was printed for the present content, with a signature that
 * stands today, by the registrar who sends it or by the seal of the managing agency.
 * @throws Problem `confirmation-not-valid`, `not-found`, `outside-your-agency`, `state-changed` and what the decision refuses;
 *   PkiError `document-unreadable`
 */
export async function confirmBySignature(services: Services, actor: Actor, requestId: string, file: { name: string; bytes: Uint8Array }): Promise<{ id: string; state: State }> {
  await requireOpen(services, actor, requestId);
  const facts = await readForm(services, actor, requestId);
  if (facts.state !== 'draft') throw new Problem('state-changed', { state: facts.state });
  requirePdf(file.bytes);
  const form = await findPrinted(services, facts, file.bytes);
  const answer = await verifyDocument(services, actor, { name: file.name, file: file.bytes });
  requireGood(answer);
  requireNothingElse(form, file.bytes);
  const signerCertificateId = await findOwnSigner(services, actor, facts, answer);
  await services.db.transaction((tx) => keepPaper(services, tx, actor, {
    requestId, kind: 'signed-form', ...file, answer, stands: { contentHash: facts.contentHash, signerCertificateId },
  }));
  const { id, state } = await decideRequest(services, { requestId, decision: 'confirm', contentHash: Buffer.from(facts.contentHash).toString('hex'), actor });
  return { id, state };
}

/** The part of the file that is byte for byte a form of ours for this content: a signature is added behind it. */
async function findPrinted({ db }: Pick<Services, 'db'>, { id, contentHash }: FormFacts, bytes: Uint8Array): Promise<Uint8Array> {
  for (const { digest, size } of await listPrinted(db, id, contentHash)) {
    const form = bytes.subarray(0, size);
    if (Buffer.compare(createHash('sha256').update(form).digest(), digest) === 0) return form;
  }
  throw refused('not-the-form');
}

function requireGood({ conclusion, signatures }: Answer): void {
  if (conclusion.indication !== 'TOTAL-PASSED') throw refused('signature', conclusion);
  if (!signatures.some(({ type }) => type === 'signature')) throw refused('no-signature');
}

const ofSigning: ReadonlySet<string> = new Set(['signature', 'signature-field', 'document-timestamp', 'dss', 'metadata']);

/** Between our form and the end of the file stand signatures alone: what was signed shows what we printed. */
function requireNothingElse(form: Uint8Array, bytes: Uint8Array): void {
  const stranger = compareRevisions(readPdf(form), readPdf(bytes)).find(({ kind }) => !ofSigning.has(kind));
  if (stranger) throw refused('changed', { change: stranger.code });
}

/** One of the signatures must be the registrar's own or the seal's, and every certificate of ours must be in force. */
async function findOwnSigner({ db }: Pick<Services, 'db'>, actor: Actor, facts: FormFacts, { signatures }: Answer): Promise<string> {
  const own = await findOperatorEmail(db, actor.id);
  for (const { type, signer } of signatures) {
    if (type !== 'signature' || !signer) continue;
    const found = await findSigner(db, signer.serialNumber, signer.fingerprint);
    if (found?.state !== 'issued') continue;
    const seal = found.profile === 'agency-seal' && found.agencyId === facts.agencyId;
    const registrar = found.profile === 'official-signing' && own !== null && found.email === own.toLowerCase() && isWithin(actor.agencyPath, found.agencyPath);
    if (seal || registrar) return found.id;
  }
  throw refused('signer');
}
