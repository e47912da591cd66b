import { createHash, randomUUID } from 'node:crypto';
import { requireWithin } from '../access/scope.ts';
import { recordAudit, recordAudits } from '../audit/record.ts';
import { recordEvents, type EventType, type NewEvent } from '../events/record.ts';
import { Problem } from '../problems.ts';
import type { Actor, Services, Tx } from '../services.ts';
import { settle } from './carry-out.ts';
import { composeRequest, readRegisters, type Registers, type Submission } from './compose.ts';
import { isSubscriberProfile, type SubscriberProfile } from './kinds.ts';
import {
  findByIdempotencyKeys, findOpenDuplicate, findRequest, findRequests, insertRequests, lockRequests, markAmended, type RequestRow, type ShownRequest,
} from './store.ts';

/** Sorted keys: the same submission has the same hash whatever order its fields came in. */
function submissionHash(input: Submission): Buffer {
  const ordered = Object.entries(input).filter(([, value]) => value !== undefined).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(ordered)).digest();
}

/** One line of a list: what is asked for, and the key under which it was asked for before, perhaps. */
export interface ListedSubmission { input: Submission; idempotencyKey?: string | undefined }

const maxBatch = 64;

/**
 * Hands in a request as a draft. The same idempotency key with the same content answers the first request again.
 * @throws Problem `duplicate-request`, and what `composeRequest` refuses
 */
export async function submitRequest(services: Services, actor: Actor, input: Submission, idempotencyKey?: string): Promise<ShownRequest> {
  const [outcome] = await submitRequests(services, actor, [{ input, idempotencyKey }]);
  if (outcome!.status === 'rejected') throw outcome!.reason;
  return outcome!.value;
}

/**
 * Hands in requests of any number, each settled on its own: a bad one never stops the good ones.
 * They share their transactions and their queries; whoever asks again with the same keys gets the same answers.
 */
export async function submitRequests(services: Services, actor: Actor, submissions: readonly ListedSubmission[]): Promise<PromiseSettledResult<ShownRequest>[]> {
  const outcomes: PromiseSettledResult<ShownRequest>[] = [];
  for (let at = 0; at < submissions.length; at += maxBatch) outcomes.push(...await submitBatch(services, actor, submissions.slice(at, at + maxBatch)));
  return outcomes;
}

async function submitBatch(services: Services, actor: Actor, batch: readonly ListedSubmission[]): Promise<PromiseSettledResult<ShownRequest>[]> {
  const known = await findByIdempotencyKeys(services.db, actor.id, batch.flatMap(({ idempotencyKey }) => idempotencyKey ?? []));
  const earlier = await Promise.all(batch.map((one) => settle(() => repeated(known, one))));
  const stored = await services.db.transaction(async (tx) => {
    const fresh = earlier.map((found) => found.status === 'fulfilled' && found.value === undefined);
    const registers = await readRegisters(services, tx, batch.flatMap(({ input }, i) => (fresh[i] ? [input] : [])));
    const composed: (PromiseSettledResult<RequestRow> | undefined)[] = [];
    for (const [i, one] of batch.entries()) composed.push(fresh[i] ? await settle(() => draftOf(registers, actor, one)) : undefined);
    return storeDrafts(tx, actor, composed);
  });
  return Promise.all(batch.map((one, i) => settle(() => shownOf(services, actor, one, earlier[i]!, stored[i]))));
}

function draftOf(registers: Registers, actor: Actor, { input, idempotencyKey }: ListedSubmission): RequestRow {
  return {
    id: randomUUID(), kind: input.kind, state: 'draft', round: 1, ...composeRequest(registers, actor, input), newCertificateId: null,
    submittedBy: actor.id, amendedBy: null, confirmedBy: null, confirmedHash: null, examinedBy: null, examinedHash: null, approvedBy: null,
    idempotencyKey: idempotencyKey ?? null, submissionHash: submissionHash(input), createdAt: registers.at, stateChangedAt: registers.at,
  };
}

type Stored = PromiseSettledResult<ShownRequest | { duplicateKey: string }> | undefined;

async function storeDrafts(tx: Tx, actor: Actor, composed: readonly (PromiseSettledResult<RequestRow> | undefined)[]): Promise<Stored[]> {
  const rows = composed.flatMap((one) => (one?.status === 'fulfilled' ? [one.value] : []));
  const ids = await insertRequests(tx, rows);
  const kept = rows.filter(({ id }) => ids.has(id));
  await recordAudits(tx, actor, kept.map((row) => ({ action: 'request.submitted', subject: { type: 'request', id: row.id }, change: { before: null, after: summaryOf(row) } })));
  const shown = new Map((await findRequests(tx, [...ids])).map((row) => [row.id, row]));
  await recordEvents(tx, kept.map(({ id }) => eventOf(shown.get(id)!, 'request.submitted')));
  return composed.map((one) => (one?.status === 'fulfilled'
    ? { status: 'fulfilled', value: shown.get(one.value.id) ?? { duplicateKey: one.value.duplicateKey } } : one));
}

/** What a submission is answered: the request stored before or now, or why there is none. */
async function shownOf(
  services: Services, actor: Actor, one: ListedSubmission, earlier: PromiseSettledResult<ShownRequest | undefined>, stored: Stored,
): Promise<ShownRequest> {
  for (const outcome of [earlier, stored]) {
    if (outcome?.status === 'rejected') throw outcome.reason;
    if (outcome?.value && 'id' in outcome.value) return outcome.value;
  }
  const raced = repeated(await findByIdempotencyKeys(services.db, actor.id, one.idempotencyKey === undefined ? [] : [one.idempotencyKey]), one);
  if (raced) return raced;
  const key = stored?.status === 'fulfilled' && stored.value && 'duplicateKey' in stored.value ? stored.value.duplicateKey : '';
  throw new Problem('duplicate-request', { request: (await findOpenDuplicate(services.db, key))?.id });
}

/** The request that was handed in before under the same key. @throws Problem `duplicate-request` if it asked for something else */
function repeated(known: ReadonlyMap<string, ShownRequest>, { input, idempotencyKey }: ListedSubmission): ShownRequest | undefined {
  const earlier = idempotencyKey === undefined ? undefined : known.get(idempotencyKey);
  if (earlier && Buffer.compare(earlier.submissionHash, submissionHash(input)) !== 0) {
    throw new Problem('duplicate-request', { request: earlier.id, detail: { en: 'This idempotency key was used for another request.', vi: 'Khóa này đã được dùng cho một yêu cầu khác.' } });
  }
  return earlier;
}

/** What can be changed of a request that was returned; the holder and the kind cannot. */
export type Amendment = Pick<Submission, 'csr' | 'ground' | 'invalidityDate' | 'note' | 'transfer'>;

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
    const { agencyCode: _code, agencyPath: _path, identityCheck: _check, ...row } = before;
    const input = { ...submissionOf(row), ...change };
    const composed = composeRequest(await readRegisters(services, tx, [input]), actor, input);
    const after: RequestRow = {
      ...row, ...composed, state: 'draft', round: row.round + 1, amendedBy: actor.id, confirmedBy: null, confirmedHash: null, examinedBy: null,
      examinedHash: null, stateChangedAt: services.now(),
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
    transfer: row.transfer ?? undefined, wetSigned: row.wetSigned ? true : undefined, keyLater: row.csr === null ? true : undefined,
  };
}

function pemOf(csr: Uint8Array): string {
  const lines = Buffer.from(csr).toString('base64').replaceAll(/.{64}(?=.)/g, '$&\n');
  return `-----BEGIN CERTIFICATE REQUEST-----\n${lines}\n-----END CERTIFICATE REQUEST-----\n`;
}

/** What the audit keeps of a request. */
export function summaryOf(row: RequestRow): Record<string, unknown> {
  const { kind, state, round, profile, agencyId, officialId, serviceName, certificateId, subjectText, ground, days, transfer, urgent } = row;
  return {
    kind, state, round, profile, agencyId, officialId, serviceName, certificateId, subject: subjectText, ground, days, transfer, urgent,
    contentHash: Buffer.from(row.contentHash).toString('hex'),
  };
}

/** What other systems are told of a request: where it stands, and by ids whose it is. */
export function eventOf(row: Omit<RequestRow, 'state'> & { state: string; agencyPath: string }, type: EventType): NewEvent {
  const { id, kind, state, profile, agencyId, agencyPath, officialId, certificateId, newCertificateId, dueAt } = row;
  return { type, subject: { type: 'request', id }, agencyPath, data: { kind, state, profile, agencyId, officialId, certificateId, newCertificateId, dueAt } };
}
