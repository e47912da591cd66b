import type { Services } from '../services.ts';
import { leafHash } from './leaf.ts';
import { MerkleRoot } from './merkle.ts';
import { noSeal, sealHash } from './seal.ts';
import { listSeals, listWholeEntries, type SealRow } from './store.ts';

export interface AuditFault {
  code: 'entry-changed' | 'entries-missing-or-added' | 'seal-changed' | 'chain-broken' | 'seals-overlap';
  seal?: number;
  sequence?: number;
}
export interface AuditVerdict {
  intact: boolean; seals: number; sealedEntries: number; unsealedEntries: number;
  /** Hash of the newest seal: written down elsewhere, it binds everything before it. */
  lastSealHash: string | null;
  faults: AuditFault[];
}

const chunk = 2_000;
const maxFaults = 100;

/**
 * Recomputes every leaf, tree and seal from the entries as they stand now. Read in one snapshot.
 * @param onProgress told the number of the entry that it has come to, after each few thousand
 */
export async function verifyAudit({ db }: Pick<Services, 'db'>, onProgress: (sequence: number) => Promise<void> = async () => undefined): Promise<AuditVerdict> {
  return db.transaction(async (tx) => {
    const faults: AuditFault[] = [];
    const seals = await listSeals(tx);
    let sealedEntries = 0;
    let at = 0;
    for (const [i, seal] of seals.entries()) {
      faults.push(...judgeSeal(seal, seals[i - 1]));
      const tree = new MerkleRoot();
      at = await readThrough(at, seal.lastSequence, (leaf) => tree.add(leaf));
      sealedEntries += tree.count;
      if (tree.count !== seal.entryCount || !tree.finish().equals(seal.root)) faults.push({ code: 'entries-missing-or-added', seal: seal.number });
    }
    let unsealedEntries = 0;
    await readThrough(at, Number.MAX_SAFE_INTEGER, () => { unsealedEntries++; });
    const lastSealHash = seals.at(-1)?.hash.toString('hex') ?? null;
    return { intact: faults.length === 0, seals: seals.length, sealedEntries, unsealedEntries, lastSealHash, faults: faults.slice(0, maxFaults) };

    async function readThrough(after: number, last: number, take: (leaf: Buffer) => void): Promise<number> {
      for (let from = after; ;) {
        const entries = await listWholeEntries(tx, from, last, chunk);
        for (const entry of entries) {
          const leaf = leafHash(entry);
          if (!leaf.equals(entry.leafHash) && faults.length < maxFaults) faults.push({ code: 'entry-changed', sequence: entry.sequence });
          take(leaf);
        }
        from = entries.at(-1)?.sequence ?? from;
        await onProgress(from);
        if (entries.length < chunk) return last;
      }
    }
  }, { isolationLevel: 'repeatable read', readOnly: true });
}

function judgeSeal(seal: SealRow, before: SealRow | undefined): AuditFault[] {
  const faults: AuditFault[] = [];
  if (!sealHash(seal).equals(seal.hash)) faults.push({ code: 'seal-changed', seal: seal.number });
  if (seal.number !== (before?.number ?? 0) + 1 || !seal.previousHash.equals(before?.hash ?? noSeal)) faults.push({ code: 'chain-broken', seal: seal.number });
  if (seal.firstSequence <= (before?.lastSequence ?? 0)) faults.push({ code: 'seals-overlap', seal: seal.number });
  return faults;
}
