import { isWithin } from '../access/scope.ts';
import { recordAudit } from '../audit/record.ts';
import { Problem } from '../problems.ts';
import type { Actor, Services } from '../services.ts';
import { sealId, sealPurpose } from './create.ts';
import { countFiles, deleteParts, findBatch, listDone, markBatch, type BatchRow } from './store.ts';

export type ShownBatch = BatchRow & Awaited<ReturnType<typeof countFiles>>;

/** How far a batch is. @throws Problem `not-found`, for a stranger's batch too */
export async function showBatch({ db }: Pick<Services, 'db'>, actor: Actor, id: string): Promise<ShownBatch> {
  const batch = requireOwn(actor, id, await findBatch(db, id));
  return { ...batch, ...(await countFiles(db, id)) };
}

/**
 * The outcomes there are, a JSON line each in the order of the files: position, name, size, and an answer or a problem.
 * @throws Problem `not-found`
 */
export async function readResults({ db, keystore }: Pick<Services, 'db' | 'keystore'>, actor: Actor, { id, after, limit }: { id: string; after: number; limit: number }): Promise<Uint8Array> {
  requireOwn(actor, id, await findBatch(db, id));
  const lines: Buffer[] = [];
  for (const { position, size, name, outcome } of await listDone(db, id, { after, limit })) {
    const open = async (what: 'name' | 'outcome', sealed: Uint8Array): Promise<string> =>
      Buffer.from(await keystore.secrets.open(sealPurpose, sealId(id, position, what), sealed)).toString();
    const body = JSON.parse(await open('outcome', outcome!)) as object;
    lines.push(Buffer.from(`${JSON.stringify({ position, name: await open('name', name), size: Number(size), ...body })}\n`));
  }
  return Buffer.concat(lines);
}

/** Gives a batch up: its documents go at once, the outcomes there are stay as long as those of a finished one. @throws Problem `not-found`, `state-changed` */
export async function giveUpBatch({ db, now }: Pick<Services, 'db' | 'now'>, actor: Actor, id: string): Promise<void> {
  await db.transaction(async (tx) => {
    const batch = requireOwn(actor, id, await findBatch(tx, id, true));
    if (batch.state !== 'running') throw new Problem('state-changed', { state: batch.state });
    await deleteParts(tx, id);
    await markBatch(tx, id, { state: 'given-up', finishedAt: now() });
    await recordAudit(tx, actor, 'verification-batch.given-up', { type: 'verification-batch', id }, { before: { state: batch.state }, after: { state: 'given-up' } });
  });
}

function requireOwn(actor: Actor, id: string, batch: BatchRow | undefined): BatchRow {
  if (!batch || (batch.askedBy !== actor.id && !isWithin(actor.agencyPath, batch.agencyPath))) throw new Problem('not-found', { id });
  return batch;
}
