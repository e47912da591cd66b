import { createHash } from 'node:crypto';
import type { JobTask } from '../jobs/task.ts';
import type { Services } from '../services.ts';
import { MerkleRoot } from './merkle.ts';
import { findLastSeal, insertSeal, listLeaves, lockOutWriters, type SealRow } from './store.ts';

/** What stands in the first seal where the others have the hash of the one before. */
export const noSeal = Buffer.alloc(32);

const chunk = 5_000;

/**
 * Seals all entries that no seal covers yet: the root of the tree over their leaf hashes, chained to the seal
 * before. Undefined if there is nothing new.
 */
export async function sealAudit({ db, now }: Pick<Services, 'db' | 'now'>): Promise<SealRow | undefined> {
  return db.transaction(async (tx) => {
    // Sequence numbers are drawn before commits; once alone, none below the end can still appear.
    await lockOutWriters(tx);
    const last = await findLastSeal(tx);
    const tree = new MerkleRoot();
    let first = 0;
    let end = last?.lastSequence ?? 0;
    for (;;) {
      const leaves = await listLeaves(tx, end, chunk);
      for (const leaf of leaves) tree.add(leaf.leafHash);
      if (first === 0) first = leaves[0]?.sequence ?? 0;
      end = leaves.at(-1)?.sequence ?? end;
      if (leaves.length < chunk) break;
    }
    if (tree.count === 0) return undefined;
    const unhashed = {
      number: (last?.number ?? 0) + 1, firstSequence: first, lastSequence: end, entryCount: tree.count,
      root: tree.finish(), previousHash: last?.hash ?? noSeal, sealedAt: now(),
    };
    const seal = { ...unhashed, hash: sealHash(unhashed) };
    await insertSeal(tx, seal);
    return seal;
  });
}

/** SHA-256 over all members of a seal; a later one holds it, so none can be replaced alone. */
export function sealHash(seal: Omit<SealRow, 'hash'>): Buffer {
  const said = [seal.number, seal.firstSequence, seal.lastSequence, seal.entryCount, seal.root.toString('hex'), seal.previousHash.toString('hex'), seal.sealedAt.toISOString()];
  return createHash('sha256').update('antin audit seal\n').update(said.join('\n')).digest();
}

/** Every minute. */
export const auditTasks: readonly JobTask[] = [
  { name: 'seal-audit', cron: '* * * * *', run: async (services) => void (await sealAudit(services)) },
];
