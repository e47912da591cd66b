import { keepPaper, requirePdf } from '../papers/attach.ts';
import { decideRequest } from '../requests/decide.ts';
import type { State } from '../requests/states.ts';
import { submitRequest } from '../requests/submit.ts';
import type { Actor, Services } from '../services.ts';
import { verifyDocument } from '../verification/verify.ts';

export interface AuthorityOrder { certificateId: string; note: string; file: { name: string; bytes: Uint8Array } }

/**
 * Hands in the written order of prosecution bodies or the police to revoke a certificate (NĐ 68/2024 Điều 17 (c)): the paper
 * stands in place of the agency's confirmation. Two other operators decide, as on any request.
 * @throws Problem `certificate-not-found`, `certificate-already-revoked`, `duplicate-request`, `invalid-fields`; PkiError `document-unreadable`
 */
export async function handInOrder(services: Services, actor: Actor, { certificateId, note, file }: AuthorityOrder): Promise<{ id: string; state: State; dueAt: Date | null }> {
  requirePdf(file.bytes);
  // read before there is a request: one without its paper would only stand in the way
  const answer = await verifyDocument(services, actor, { name: file.name, file: file.bytes });
  const { id: requestId } = await submitRequest(services, actor, { kind: 'revoke', certificateId, ground: 'prosecution-request', note });
  await services.db.transaction((tx) => keepPaper(services, tx, actor, { requestId, kind: 'authority-order', ...file, answer }));
  const { id, state, dueAt } = await decideRequest(services, { requestId, decision: 'confirm', actor });
  return { id, state, dueAt };
}
