import { createHash, randomUUID } from 'node:crypto';
import { requireWithin } from '../access/scope.ts';
import { recordAudit } from '../audit/record.ts';
import { recordEvents, type EventType, type NewEvent } from '../events/record.ts';
import { Problem } from '../problems.ts';
import type { Actor, Services } from '../services.ts';
import { composeRequest, type Submission } from './compose.ts';
import { isSubscriberProfile, type SubscriberProfile } from './kinds.ts';
import {
  findByIdempotencyKey, findOpenDuplicate, insertRequest, lockRequests, markAmended, findRequest, type RequestRow, type ShownRequest,
} from './store.ts';

/** Sorted keys: the same submission has the same hash whatever order its fields came in. */
function submissionHash(input: Submission): Buffer {
  const ordered = Object.entries(input).filter(([, value]) => value !== undefined).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(ordered)).digest();
}

/**
 * Hands in a request as a draft. The same idempotency key with the same content answers the first request again.
 * @throws Problem `duplicate-request`, and what `composeRequest` refuses
 */
export async function submitRequest(services: Services, actor: Actor, input: Submission, idempotencyKey?: string): Promise<ShownRequest> {
  const hash = submissionHash(input);
  const earlier = await repeated(services, actor, hash, idempotencyKey);
  if (earlier) return earlier;
  const id = randomUUID();
  const stored = await services.db.transaction(async (tx) => {
    const at = services.now();
    const row: RequestRow = {
      id, kind: input.kind, state: 'draft', round: 1, ...(await composeRequest(services, tx, actor, input)), newCertificateId: null,
      submittedBy: actor.id, amendedBy: null, confirmedBy: null, confirmedHash: null, examinedBy: null, examinedHash: null, approvedBy: null,
      dueAt: null, idempotencyKey: idempotencyKey ?? null, submissionHash: hash, createdAt: at, stateChangedAt: at,
    };
    if (!(await insertRequest(tx, row))) return row.duplicateKey;
    await recordAudit(tx, actor, 'request.submitted', { type: 'request', id }, { before: null, after: summaryOf(row) });
    const shown = (await findRequest(tx, id))!;
    await recordEvents(tx, [eventOf(shown, 'request.submitted')]);
    return shown;
  });
  if (typeof stored !== 'string') return stored;
  const raced = await repeated(services, actor, hash, idempotencyKey);
  if (raced) return raced;
  throw new Problem('duplicate-request', { request: (await findOpenDuplicate(services.db, stored))?.id });
}

async function repeated({ db }: Services, actor: Actor, hash: Buffer, idempotencyKey: string | undefined): Promise<ShownRequest | undefined> {
  if (idempotencyKey === undefined) return undefined;
  const earlier = await findByIdempotencyKey(db, actor.id, idempotencyKey);
  if (earlier && Buffer.compare(earlier.submissionHash, hash) !== 0) {
    throw new Problem('duplicate-request', { request: earlier.id, detail: 'This idempotency key was used for another request.' });
  }
  return earlier;
}

/** What can be changed of a request that was returned; the holder and the kind cannot. */
export type Amendment = Pick<Submission, 'csr' | 'ground' | 'invalidityDate' | 'note'>;

/**
 * Changes a draft or a returned request, or takes in what the registers say now. It is a draft again: whatever was decided
 * was decided on something else.
 * @throws Problem `not-found`, `outside-your-agency`, `state-changed`, and what `composeRequest` refuses
 */
export async function amendRequest(services: Services, actor: Actor, id: string, change: Amendment): Promise<ShownRequest> {
  await services.db.transaction(async (tx) => {
    const before = (await lockRequests(tx, [id])).get(id);
    if (!before) throw new Problem('not-found', { request: id });
    requireWithin(actor, before.agencyPath);
    if (before.state !== 'draft' && before.state !== 'returned') throw new Problem('state-changed', { state: before.state });
    const { agencyCode: _code, agencyPath: _path, ...row } = before;
    const composed = await composeRequest(services, tx, actor, { ...submissionOf(row), ...change });
    const after: RequestRow = {
      ...row, ...composed, state: 'draft', round: row.round + 1, amendedBy: actor.id, confirmedBy: null, confirmedHash: null, examinedBy: null,
      examinedHash: null, dueAt: null, stateChangedAt: services.now(),
    };
    await markAmended(tx, after);
    await recordAudit(tx, actor, 'request.amended', { type: 'request', id }, { before: summaryOf(row), after: summaryOf(after) });
    await recordEvents(tx, [eventOf({ ...after, agencyPath: before.agencyPath }, 'request.amended')]);
  });
  return (await findRequest(services.db, id))!;
}

/** A stored request as it was once asked for. */
export function submissionOf(row: RequestRow): Submission {
  const profile: SubscriberProfile | undefined = isSubscriberProfile(row.profile) ? row.profile : undefined;
  return {
    kind: row.kind, profile, officialId: row.officialId ?? undefined, agencyId: row.agencyId, serviceName: row.serviceName ?? undefined,
    device: row.device ?? undefined, certificateId: row.certificateId ?? undefined, csr: row.csr ? pemOf(row.csr) : undefined,
    ground: row.ground ?? undefined, invalidityDate: row.invalidityDate ?? undefined, note: row.note ?? undefined,
  };
}

function pemOf(csr: Uint8Array): string {
  const lines = Buffer.from(csr).toString('base64').replaceAll(/.{64}(?=.)/g, '$&\n');
  return `-----BEGIN CERTIFICATE REQUEST-----\n${lines}\n-----END CERTIFICATE REQUEST-----\n`;
}

/** What the audit keeps of a request. */
export function summaryOf(row: RequestRow): Record<string, unknown> {
  const { kind, state, round, profile, agencyId, officialId, serviceName, certificateId, subjectText, ground, days } = row;
  return {
    kind, state, round, profile, agencyId, officialId, serviceName, certificateId, subject: subjectText, ground, days,
    contentHash: Buffer.from(row.contentHash).toString('hex'),
  };
}

/** What other systems are told of a request: where it stands, and by ids whose it is. */
export function eventOf(row: Omit<RequestRow, 'state'> & { state: string; agencyPath: string }, type: EventType): NewEvent {
  const { id, kind, state, profile, agencyId, agencyPath, officialId, certificateId, newCertificateId, dueAt } = row;
  return { type, subject: { type: 'request', id }, agencyPath, data: { kind, state, profile, agencyId, officialId, certificateId, newCertificateId, dueAt } };
}
