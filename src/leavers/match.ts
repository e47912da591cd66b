import { recordAudit } from '../audit/record.ts';
import { blindIndexOf } from '../officials/personal-data.ts';
import { Problem, type ProblemCode } from '../problems.ts';
import { submitRequests, type ListedSubmission } from '../requests/submit.ts';
import type { GroundName } from '../requests/kinds.ts';
import type { Actor, Services } from '../services.ts';
import { readLeavers, type Departure, type LeaverMistake, type LeaverRow } from './read.ts';
import { findLeavers, listLive, type Leaver, type LiveCertificate } from './store.ts';

/** `revoke` and `change` can be asked for as they stand; a transfer of which nobody said what it means is `decide`. */
export type Proposal = 'revoke' | 'change' | 'decide' | 'nothing' | 'check-person' | 'unknown';

export interface LeaverOutcome {
  line: number;
  name: string;
  departure: Departure;
  proposal: Proposal;
  officialId: string | null;
  agencyCode: string | null;
  certificates: { id: string; serialNumber: string; notAfter: Date; requestId: string | null; problem: ProblemCode | null }[];
}

const meaning: Readonly<Record<Departure, { proposal: Proposal; ground?: GroundName }>> = {
  retired: { proposal: 'revoke', ground: 'retired' }, died: { proposal: 'revoke', ground: 'died' }, transferred: { proposal: 'decide' },
  'transferred-change': { proposal: 'change' }, 'transferred-revoke': { proposal: 'revoke', ground: 'position-changed' },
};

/**
 * Matches a list of people who left against the certificates in force, with a proposal for each person. With `submit` the
 * revocations it proposes are handed in as drafts, all together; nothing is revoked by a list alone.
 * @throws Problem `invalid-fields`, `too-large`
 */
export async function matchLeavers(services: Services, actor: Actor, bytes: Uint8Array, submit: boolean): Promise<{ people: LeaverOutcome[]; mistakes: LeaverMistake[] }> {
  const { rows, mistakes } = readLeavers(bytes);
  const people = await proposeAll(services, actor, rows);
  await services.db.transaction((tx) => recordAudit(tx, actor, 'official.searched-by-number', { type: 'leavers', id: actor.requestId },
    { before: null, after: { people: rows.length, found: people.flatMap(({ officialId }) => officialId ?? []) } }));
  if (submit) await submitRevocations(services, actor, people);
  return { people, mistakes };
}

async function proposeAll(services: Services, actor: Actor, rows: readonly LeaverRow[]): Promise<LeaverOutcome[]> {
  const indexes = await Promise.all(rows.map(async ({ nationalId }) => (nationalId === null ? undefined : blindIndexOf(services, nationalId))));
  const found = await findLeavers(services.db, {
    indexes: indexes.filter((index) => index !== undefined), emails: rows.flatMap(({ email }) => email ?? []), within: actor.agencyPath,
  });
  const live = Map.groupBy(await listLive(services.db, found.map(({ id }) => id), services.now()), ({ officialId }) => officialId);
  const byNumber = Map.groupBy(found.filter(({ blindIndex }) => blindIndex), ({ blindIndex }) => hex(blindIndex!));
  const byEmail = Map.groupBy(found, ({ email }) => email);
  return rows.map((row, i) => {
    const index = indexes[i];
    const entries = (index && byNumber.get(hex(index))) ?? (row.email ? byEmail.get(row.email) : undefined) ?? [];
    return propose(row, entries, live);
  });
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const plain = (text: string): string => text.normalize('NFC').replaceAll(/\s+/gu, ' ').trim().toLocaleLowerCase('vi');

/** One person may have entries of several times; whoever bears another name is looked at first. */
function propose({ line, name, departure }: LeaverRow, entries: readonly Leaver[], live: ReadonlyMap<string, readonly LiveCertificate[]>): LeaverOutcome {
  const [official] = entries;
  const certificates = entries.flatMap(({ id }) => live.get(id) ?? []).map(({ id, serialNumber, notAfter, openRequestId }) => ({ id, serialNumber, notAfter, requestId: openRequestId, problem: null }));
  const proposal = !official ? 'unknown' : entries.some((one) => plain(one.name) !== plain(name)) ? 'check-person' : certificates.length === 0 ? 'nothing' : meaning[departure].proposal;
  return { line, name, departure, proposal, officialId: official?.id ?? null, agencyCode: official?.agencyCode ?? null, certificates };
}

async function submitRevocations(services: Services, actor: Actor, people: readonly LeaverOutcome[]): Promise<void> {
  const asked = people.flatMap(({ proposal, departure, certificates }) => (proposal === 'revoke' ? certificates.filter(({ requestId }) => requestId === null).map((certificate) => ({ certificate, departure })) : []));
  const outcomes = await submitRequests(services, actor, asked.map(({ certificate, departure }): ListedSubmission => {
    const ground = meaning[departure].ground!;
    return { input: { kind: 'revoke', certificateId: certificate.id, ground, ...(ground === 'position-changed' ? { transfer: 'revoke' } : {}) } };
  }));
  for (const [i, outcome] of outcomes.entries()) {
    const { certificate } = asked[i]!;
    if (outcome.status === 'fulfilled') certificate.requestId = outcome.value.id;
    else if (outcome.reason instanceof Problem) Object.assign(certificate, { problem: outcome.reason.code });
    else throw outcome.reason;
  }
}
