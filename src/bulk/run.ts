import { systemActor } from '../access/actors.ts';
import { recordAudit } from '../audit/record.ts';
import { completeEach, type Prepared } from '../certificates/issue.ts';
import { resumeIssuing } from '../certificates/complete.ts';
import { isConnectionLost } from '../database/lost-connection.ts';
import { Problem } from '../problems.ts';
import type { Actor, Services, Tx } from '../services.ts';
import { carryOutLines, type RunHooks } from './carry-out.ts';
import { countLines, findJob, hashLines, listIdleJobs, lockJob, lockLines, lockSettled, markBeat, markJob, markLines, type LineRow, type Operation } from './store.ts';

export type { RunHooks } from './carry-out.ts';

/** As many as one statement stores well, and as a kill can leave half done. */
const chunkLines = 300;
/** One chunk is prepared while the others are stored. */
const lanes = 3;
const settleLines = 1_000;

/** Who acts once people have approved; each audit entry leads to the job. */
export const bulkActor = (id: string): Actor => systemActor('bulk', `bulk:${id}`);

/**
 * Does what was approved, chunk by chunk, each in two short transactions: prepare and mark, sign, store and mark. It can
 * be killed anywhere: the lines say how far it got, and what was prepared is finished by the CA's own path. It may run
 * twice at once, for each runner takes lines nobody else has.
 */
export async function runBulkJob(services: Services, id: string, hooks: RunHooks = {}): Promise<void> {
  const job = await findJob(services.db, id);
  if (job?.state !== 'running') return;
  if (!job.contentHash || Buffer.compare(await hashLines(services.db, id), job.contentHash) !== 0) {
    throw new Error(`the lines of the bulk job ${id} are not those that were approved`);
  }
  const run: Run = { services, id, hooks, actor: bulkActor(id), beat: performance.now(), taken: 0 };
  await settlePrepared(run);
  await Promise.all(Array.from({ length: lanes }, async () => {
    while (await runChunk(run, chunkLines));
  }));
  if ((await countLines(services.db, id)).prepared > 0) {
    await resumeIssuing(services);
    await settlePrepared(run);
  }
  await services.db.transaction((tx) => closeJob(run, tx));
}

interface Run { services: Services; id: string; hooks: RunHooks; actor: Actor; beat: number; /** up to here every line was taken by a lane of ours; one that tries alone begins again */ taken: number }

/** False when there is nothing left for this runner, or it has been stopped. */
async function runChunk(run: Run, limit: number): Promise<boolean> {
  const { services, id, actor } = run;
  if ((await findJob(services.db, id))?.state !== 'running') return false;
  let chunk: { lines: number; prepared: (Prepared & { line: LineRow })[] };
  try {
    chunk = await services.db.transaction((tx) => prepareChunk(run, tx, limit));
  } catch (error) {
    if (isConnectionLost(error)) throw error;
    services.log.warn({ err: error, bulk: id, lines: limit }, 'a chunk of a bulk job failed as a whole');
    if (limit > 1) return runAlone(run);
    await services.db.transaction((tx) => failNext(run, tx));
    return true;
  }
  if (chunk.lines === 0) return false;
  const byCertificate = new Map(chunk.prepared.map(({ certificateId, line }) => [certificateId, line]));
  const outcomes = await completeEach(services, chunk.prepared.map((one) => ({ ...one, actor })), async (tx, issued) =>
    finishLines(run, tx, issued.flatMap(({ certificateId }) => {
      const line = byCertificate.get(certificateId);
      return line ? [{ ...line, newCertificateId: certificateId }] : [];
    })));
  for (const outcome of outcomes) {
    // stays prepared: the CA's own job or the end of this one finishes it
    if (outcome.status === 'rejected') services.log.error({ err: outcome.reason, bulk: id }, 'a certificate of a bulk job could not be signed yet');
  }
  const now = performance.now();
  await markBeat(services.db, id, services.now(), now - run.beat);
  run.beat = now;
  return true;
}

/** The lines of a chunk that failed as a whole, each alone: what breaks one must not break its neighbours. */
async function runAlone(run: Run): Promise<boolean> {
  for (let line = 0; line < chunkLines; line++) if (!(await runChunk(run, 1))) return false;
  return true;
}

async function prepareChunk(run: Run, tx: Tx, limit: number): Promise<{ lines: number; prepared: (Prepared & { line: LineRow })[] }> {
  const { services, id, hooks, actor } = run;
  const lines = await lockLines(tx, id, 'ready', { after: limit === 1 ? 0 : run.taken, limit });
  const last = lines.at(-1);
  if (!last) return { lines: 0, prepared: [] };
  run.taken = Math.max(run.taken, last.line);
  const { marks, prepared, done, asked } = await carryOutLines(services, tx, actor, lines);
  await markLines(tx, id, marks, services.now());
  if (done.length > 0) await hooks.done?.(tx, done);
  if (asked.length > 0) await hooks.ask?.(tx, asked);
  return { lines: lines.length, prepared };
}

async function failNext({ services, id }: Run, tx: Tx): Promise<void> {
  const lines = await lockLines(tx, id, 'ready', { after: 0, limit: 1 });
  await markLines(tx, id, lines.map(({ line }) => ({ line, state: 'failed', problem: { code: 'internal-error', facts: {} } })), services.now());
}

async function finishLines({ services, id, hooks }: Run, tx: Tx, lines: readonly LineRow[]): Promise<void> {
  await markLines(tx, id, lines.map(({ line, newCertificateId }) => ({ line, state: 'done', newCertificateId })), services.now());
  if (lines.length > 0) await hooks.done?.(tx, lines);
}

/** Lines whose certificate somebody else has finished or given up, after a kill for instance. */
async function settlePrepared(run: Run): Promise<void> {
  const { services, id } = run;
  for (let more = true; more;) {
    more = await services.db.transaction(async (tx) => {
      const rows = await lockSettled(tx, id, settleLines);
      const [gone, made] = [rows.filter(({ certificateState }) => certificateState === 'void'), rows.filter(({ certificateState }) => certificateState !== 'void')];
      await finishLines(run, tx, made);
      await markLines(tx, id, gone.map(({ line }) => ({ line, state: 'failed', problem: { code: 'profile-violation', facts: {} } })), services.now());
      return rows.length === settleLines;
    });
  }
}

/** The last runner to leave closes the job. */
async function closeJob({ services, id, actor, hooks }: Run, tx: Tx): Promise<void> {
  const job = await lockJob(tx, id);
  const counts = await countLines(tx, id);
  if (job?.state !== 'running' || counts.ready + counts.prepared > 0) return;
  await markJob(tx, id, { state: 'finished', finishedAt: services.now() });
  await recordAudit(tx, actor, 'bulk.finished', { type: 'bulk', id }, { before: { state: 'running' }, after: { state: 'finished', ...counts } });
  await hooks.finished?.(tx);
}

/** Longer than a chunk takes on a busy machine. */
const idleMs = 60_000;

/** Jobs whose node has died, to be taken up again by the one who asks. */
export async function findIdleJobs({ db, now }: Pick<Services, 'db' | 'now'>, isOurs: (operation: Operation) => boolean): Promise<{ id: string; state: string }[]> {
  return (await listIdleJobs(db, new Date(now().getTime() - idleMs))).filter(({ operation }) => isOurs(operation));
}

/** @throws Error for what no job of ours was queued with */
export function jobIdOf(payload: unknown): string {
  if (payload instanceof Object && 'id' in payload && typeof payload.id === 'string') return payload.id;
  throw new Problem('malformed-request');
}
