import type { ValidationPolicy } from '../../pki/validation/policy.ts';
import { systemActor } from '../access/actors.ts';
import { recordAudit } from '../audit/record.ts';
import { problemDetails, problemOf } from '../http/problem-json.ts';
import { addJobOnCommit } from '../jobs/add.ts';
import { Problem } from '../problems.ts';
import type { Actor, Services } from '../services.ts';
import { verifyDocument } from '../verification/verify.ts';
import { claimFile, countFiles, findBatch, markBatch, markDone, readParts, releaseFile, type BatchRow, type FileRow } from './store.ts';
import { sealId, sealPurpose } from './create.ts';

/** Two, so that one judges while the other waits for the network; single questions come in between. */
const lanes = 2;
/** A run ends after this and queues the next, so that a stop never waits long and other batches have their turn. */
const runMs = 15_000;
const pauseMs = 2_000;
/** Longer than a document is ever judged. */
const deadMs = 60_000;

/**
 * Works on a batch for a while. It may be killed anywhere and run twice: a file is claimed, its outcome is written once, and
 * with the outcome its document goes.
 */
export async function runBatch(services: Services, id: string): Promise<void> {
  const batch = await findBatch(services.db, id);
  if (batch?.state !== 'running') return;
  const until = performance.now() + runMs;
  await Promise.all(Array.from({ length: lanes }, async () => {
    while (performance.now() < until && await runNext(services, batch));
  }));
  await services.db.transaction(async (tx) => {
    const now = await findBatch(tx, id, true);
    if (now?.state !== 'running') return;
    const { files, done, indications } = await countFiles(tx, id);
    // with time left and files too, something had no room: it is given a moment
    const runAt = new Date(services.now().getTime() + (performance.now() < until ? pauseMs : 0));
    if (done < files) return addJobOnCommit(tx, 'run-verification-batch', { id }, { runAt });
    await markBatch(tx, id, { state: 'finished', finishedAt: services.now() });
    await recordAudit(tx, systemActor('verification-batch'), 'verification-batch.finished', { type: 'verification-batch', id }, { before: null, after: { files, indications } });
  });
}

/** False when there is nothing left to take, or the service has no room for it now. */
async function runNext(services: Services, batch: BatchRow): Promise<boolean> {
  const at = services.now();
  if ((await findBatch(services.db, batch.id))?.state !== 'running') return false;
  const file = await claimFile(services.db, batch.id, { at, deadBefore: new Date(at.getTime() - deadMs) });
  if (!file) return false;
  const outcome = await judge(services, batch, file);
  if (!outcome) {
    await releaseFile(services.db, file);
    return false;
  }
  const { body, indication } = outcome;
  const sealed = await services.keystore.secrets.seal(sealPurpose, sealId(batch.id, file.position, 'outcome'), Buffer.from(JSON.stringify(body)));
  await services.db.transaction((tx) => markDone(tx, file, { doneAt: services.now(), indication, outcome: sealed }));
  await markBatch(services.db, batch.id, { beatAt: services.now() });
  return true;
}

interface FileOutcome { indication: string | null; body: { answer: unknown } | { problem: unknown } }

/** Undefined where the fault is ours or passing: the file is tried again. */
async function judge(services: Services, batch: BatchRow, file: FileRow): Promise<FileOutcome | undefined> {
  try {
    const parts = await readParts(services.db, file);
    if (parts.length !== file.parts) throw new Problem('content-lost');
    const name = Buffer.from(await services.keystore.secrets.open(sealPurpose, sealId(batch.id, file.position, 'name'), file.name)).toString();
    const answer = await verifyDocument(services, askerOf(batch), {
      name, file: Buffer.concat(parts), policy: batch.policy as ValidationPolicy['name'], validationTime: batch.validationTime ?? undefined,
    });
    return { indication: answer.conclusion.indication, body: { answer } };
  } catch (error) {
    const problem = problemOf(error);
    if (['too-many-requests', 'database-unavailable', 'keystore-unavailable'].includes(problem.code)) return undefined;
    if (problem.code === 'internal-error') services.log.error({ err: error, batch: batch.id, position: file.position }, 'a file of a batch could not be judged');
    return { indication: null, body: { problem: problemDetails(problem, 'vi', batch.id) } };
  }
}

/** Whoever asked, as far as a receipt and the audit name them; what they may do was asked when they did. */
function askerOf({ id, askedBy, askerName, agencyPath }: BatchRow): Actor {
  return { id: askedBy, kind: 'api-key', name: askerName, roles: [], permissions: new Set(), agencyPath: agencyPath ?? undefined, requestId: `batch:${id}` };
}
