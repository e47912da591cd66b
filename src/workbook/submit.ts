import { createHash } from 'node:crypto';
import { recordAudits } from '../audit/record.ts';
import { changeOfficial, registerOfficial } from '../officials/register.ts';
import { localDate } from '../policies/working-days.ts';
import { Problem, type ProblemCode } from '../problems.ts';
import { submitRequests, type ListedSubmission } from '../requests/submit.ts';
import type { Actor, Services } from '../services.ts';
import type { WorkbookRow } from './check-row.ts';
import type { Mistake } from './columns.ts';
import { placeRows, type PlacedRow } from './place.ts';
import { readWorkbook } from './read.ts';

export interface RowOutcome {
  row: number;
  name: string;
  agencyCode: string;
  official: 'known' | 'new';
  outcome: 'ready' | 'submitted' | 'refused';
  officialId: string | null;
  requestId: string | null;
  problem: ProblemCode | null;
}
export interface WorkbookReport { dryRun: boolean; rows: RowOutcome[]; mistakes: Mistake[] }

/**
 * Takes in a workbook: officials that the register does not know are entered, and each gets a draft of a first issue whose
 * key is still to come. A dry run shows the same and changes nothing; a bad row never stops the good ones.
 * @throws Problem `document-unreadable`, `too-large`, `not-permitted`
 */
export async function submitWorkbook(services: Services, actor: Actor, bytes: Uint8Array, dryRun: boolean): Promise<WorkbookReport> {
  if (!actor.permissions.has('official:write')) throw new Problem('not-permitted', { needed: 'official:write' });
  const read = await readWorkbook(bytes, localDate(services.now()));
  const { placed, mistakes } = await placeRows(services, actor, read.rows);
  await recordConflicts(services, actor, mistakes);
  const report = { dryRun, mistakes: [...read.mistakes, ...mistakes].toSorted((a, b) => a.row - b.row) };
  if (dryRun) return { ...report, rows: placed.map((one) => outcomeOf(one, { outcome: 'ready', officialId: one.officialId ?? null })) };
  return { ...report, rows: await submitPlaced(services, actor, placed) };
}

async function submitPlaced(services: Services, actor: Actor, placed: readonly PlacedRow[]): Promise<RowOutcome[]> {
  const entered: { one: PlacedRow; officialId: string | undefined; problem: ProblemCode | undefined }[] = [];
  for (const one of placed) entered.push({ one, ...await enter(services, actor, one) });
  const ready = entered.flatMap(({ one, officialId }) => (officialId === undefined ? [] : [submissionOf(one.row, officialId)]));
  const outcomes = await submitRequests(services, actor, ready);
  return entered.map(({ one, officialId, problem }) => {
    if (officialId === undefined) return outcomeOf(one, { outcome: 'refused', problem: problem ?? 'invalid-fields' });
    const outcome = outcomes.shift()!;
    if (outcome.status === 'fulfilled') return outcomeOf(one, { outcome: 'submitted', officialId, requestId: outcome.value.id });
    const { code, facts } = refusal(outcome.reason);
    return outcomeOf(one, { outcome: 'refused', officialId, problem: code, requestId: typeof facts['request'] === 'string' ? facts['request'] : null });
  });
}

/** The official's entry, made or completed where need be. */
async function enter(services: Services, actor: Actor, { row, agency, officialId, nameless }: PlacedRow): Promise<{ officialId: string | undefined; problem: ProblemCode | undefined }> {
  const { name, position, email, nationalId, birthDate, mobile } = row;
  const personal = { nationalId, birthDate, ...(mobile === null ? {} : { mobile }) };
  try {
    if (officialId !== undefined && !nameless) return { officialId, problem: undefined };
    const official = officialId === undefined
      ? await registerOfficial(services, actor, { agencyId: agency.id, name, position, email, ...personal })
      : await changeOfficial(services, actor, officialId, personal);
    return { officialId: official.id, problem: undefined };
  } catch (error) {
    return { officialId: undefined, problem: refusal(error).code };
  }
}

function refusal(error: unknown): Problem {
  if (!(error instanceof Problem)) throw error;
  return error;
}

/** The columns that a request has no field for stand in its note, in fixed words that the export reads again. */
function submissionOf({ device, oldSerial, carrier, ported, mobile }: WorkbookRow, officialId: string): ListedSubmission {
  const parts = [oldSerial && `CTS cũ: ${oldSerial}`, carrier && `Nhà mạng: ${carrier}`, ported && 'Chuyển số', device === 'SIM' && mobile && `Số thuê bao: …${mobile.slice(-3)}`].filter(Boolean);
  const input = { kind: 'issue', profile: 'official-signing', officialId, device, keyLater: true, ...(parts.length > 0 ? { note: parts.join('; ') } : {}) } as const;
  return { input, idempotencyKey: `workbook:${createHash('sha256').update(JSON.stringify(input)).digest('hex')}` };
}

function outcomeOf({ row, agency, officialId }: PlacedRow, rest: Partial<RowOutcome> & Pick<RowOutcome, 'outcome'>): RowOutcome {
  return { row: row.row, name: row.name, agencyCode: agency.code, official: officialId === undefined ? 'new' : 'known', officialId: null, requestId: null, problem: null, ...rest };
}

/** Whoever learns that somebody serves elsewhere is recorded, in a dry run too; the number itself is not. */
async function recordConflicts({ db }: Services, actor: Actor, mistakes: readonly Mistake[]): Promise<void> {
  const shown = mistakes.filter(({ code }) => code === 'person-elsewhere');
  await db.transaction((tx) => recordAudits(tx, actor, shown.map(({ row }) => (
    { action: 'official.conflict-shown', subject: { type: 'workbook', id: actor.requestId }, change: { before: null, after: { row } } }))));
}
