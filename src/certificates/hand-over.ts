import { recordAudits } from '../audit/record.ts';
import type { Actor, Tx } from '../services.ts';
import { markKeyHolders, markPlaced } from './store.ts';

export interface KeyMove { spkiHash: Uint8Array; from: string; to: string }

/**
 * A body that takes another's place takes its keys as well, so that its seal can be certified under the new name.
 * Holders are written as the CA keeps them, `agency:<id>`. A key that is not the former holder's stays where it is.
 */
export async function handOverKeys(tx: Tx, actor: Actor, moves: readonly KeyMove[]): Promise<void> {
  if (moves.length === 0) return;
  const moved = new Set((await markKeyHolders(tx, moves)).map((hash) => Buffer.from(hash).toString('hex')));
  await recordAudits(tx, actor, moves.map(({ spkiHash, ...holders }) => ({ id: Buffer.from(spkiHash).toString('hex'), ...holders }))
    .filter(({ id }) => moved.has(id))
    .map(({ id, from, to }) => ({ action: 'key.handed-over', subject: { type: 'key', id }, change: { before: { holder: from }, after: { holder: to } } })));
}

/**
 * Puts up to `limit` certificates from one place in the tree of agencies below another one, whose registrars look after them
 * from then on; answers how many. Their agency stays the one they name.
 */
export async function handOverCertificates(tx: Tx, { from, to }: { from: string; to: string }, limit: number): Promise<number> {
  return markPlaced(tx, from, to, limit);
}
