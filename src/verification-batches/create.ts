import { createHash, randomUUID, type Hash } from 'node:crypto';
import type { ValidationPolicy } from '../../pki/validation/policy.ts';
import { recordAudit } from '../audit/record.ts';
import type { IncomingFile } from '../http/endpoint.ts';
import { onceFor } from '../idempotency/once.ts';
import { addJobOnCommit } from '../jobs/add.ts';
import { wrongField } from '../field-mistakes.ts';
import { Problem } from '../problems.ts';
import type { Actor, Services } from '../services.ts';
import { countOpen, deleteBatches, insertBatch, insertFile, insertPart, lockRoom, markBatch } from './store.ts';

/** What one caller, and all together, may have waiting here. */
export const batchLimits = { field: 'file', maxFiles: 1_000, maxFileBytes: 33_554_432, maxBytes: 1_073_741_824 } as const;
const maxOpenBatches = 3;
const maxOpenBytes = 4_294_967_296;
const partBytes = 1_048_576;

export interface BatchWish { validationTime?: Date | undefined; policy?: ValidationPolicy['name'] | undefined }

/** Gives the files in turn to `take`, then the fields of the form. */
export type Receive = (take: (file: IncomingFile) => Promise<void>) => Promise<BatchWish>;

export const sealPurpose = 'verification-batch';
/** What a name or an outcome is sealed for: moved elsewhere it does not open. */
export const sealId = (batchId: string, position: number, what: 'name' | 'outcome'): string => `${batchId} ${position} ${what}`;

/**
 * Takes in a batch of documents, piece by piece into the database, and queues its verification. What breaks off on the way
 * leaves nothing behind.
 * @throws Problem `too-many-requests` with too much waiting already, and those of the form
 */
export async function createBatch(services: Services, actor: Actor, receive: Receive, key?: string): Promise<{ id: string; files: number }> {
  const { db, now } = services;
  const id = randomUUID();
  await openRoom(services, actor, id);
  try {
    const received: Received = { files: 0, bytes: 0, hash: createHash('sha256') };
    const wish = await receive(async (file) => {
      await storeFile(services, id, received, file);
      await markBatch(db, id, { beatAt: now() });
    });
    if (wish.validationTime && wish.validationTime > now()) throw wrongField('/validationTime', 'in-future');
    const call = { key, operation: 'verifications/batches', request: [received.hash.digest(), JSON.stringify(wish)] };
    const { bytes } = await onceFor(services, actor, call, async () => {
      await startBatch(services, actor, { id, received, wish });
      return { bytes: Buffer.from(JSON.stringify({ id, files: received.files })), contentType: 'application/json' };
    });
    const told = JSON.parse(Buffer.from(bytes).toString()) as { id: string; files: number };
    // sent a second time with its key: the first one stands, this copy goes
    if (told.id !== id) await db.transaction((tx) => deleteBatches(tx, [id]));
    return told;
  } catch (error) {
    await db.transaction((tx) => deleteBatches(tx, [id]));
    throw error;
  }
}

/** `hash` is over names, sizes and contents in order. */
interface Received { files: number; bytes: number; hash: Hash }

async function startBatch({ db, now }: Services, actor: Actor, { id, received: { files, bytes }, wish }: { id: string; received: Received; wish: BatchWish }): Promise<void> {
  const { validationTime = null, policy = 'public-service' } = wish;
  await db.transaction(async (tx) => {
    await markBatch(tx, id, { state: 'running', policy, validationTime, bytes, beatAt: now() });
    await addJobOnCommit(tx, 'run-verification-batch', { id });
    await recordAudit(tx, actor, 'verification-batch.created', { type: 'verification-batch', id }, { before: null, after: { files, bytes, policy, validationTime } });
  });
}

/** Room for the largest batch is taken before its first octet, for nobody says beforehand how much will come. */
async function openRoom({ db, now }: Services, actor: Actor, id: string): Promise<void> {
  const at = now();
  await db.transaction(async (tx) => {
    await lockRoom(tx);
    const open = await countOpen(tx, actor.id);
    if (open.ofAsker >= maxOpenBatches || open.bytes + batchLimits.maxBytes > maxOpenBytes) throw new Problem('too-many-requests', { retryAfterSeconds: 60 });
    await insertBatch(tx, {
      id, askedBy: actor.id, askerName: actor.name, agencyPath: actor.agencyPath ?? null, state: 'receiving', policy: 'public-service', validationTime: null,
      bytes: batchLimits.maxBytes, createdAt: at, finishedAt: null, beatAt: at,
    });
  });
}

async function storeFile({ db, keystore }: Services, batchId: string, received: Received, { name, chunks }: IncomingFile): Promise<void> {
  const place = { batchId, position: ++received.files };
  let [size, parts]: [number, number] = [0, 0];
  let waiting: Uint8Array[] = [];
  let waitingBytes = 0;
  const flush = async (): Promise<void> => {
    if (waitingBytes === 0) return;
    await insertPart(db, { ...place, part: parts++, bytes: Buffer.concat(waiting) });
    [waiting, waitingBytes] = [[], 0];
  };
  for await (const chunk of chunks) {
    waiting.push(chunk);
    received.hash.update(chunk);
    [size, waitingBytes] = [size + chunk.length, waitingBytes + chunk.length];
    if (waitingBytes >= partBytes) await flush();
  }
  await flush();
  received.hash.update(`\0${size} ${name}\0`);
  received.bytes += size;
  const sealed = await keystore.secrets.seal(sealPurpose, sealId(batchId, place.position, 'name'), Buffer.from(name.slice(0, 255)));
  await insertFile(db, { ...place, size, parts, name: Buffer.from(sealed) });
}
