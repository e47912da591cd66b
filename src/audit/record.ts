import type { Actor, Tx } from '../services.ts';
import { canonicalJson, writtenLeafHash, type WrittenEntry } from './leaf.ts';
import { insertEntries } from './store.ts';

export interface AuditSubject { type: string; id: string }
export interface AuditChange { before: unknown; after: unknown }
export interface AuditRecord { action: string; subject: AuditSubject; change: AuditChange }

/** Writes who did what to what, in the transaction that does it. Never hand in secrets. */
export async function recordAudit(
  tx: Tx, actor: Actor, action: string, subject: AuditSubject, change: AuditChange,
): Promise<void> {
  await recordAudits(tx, actor, [{ action, subject, change }]);
}

/** The same for many at once, in one statement. */
export async function recordAudits(tx: Tx, actor: Actor, records: readonly AuditRecord[]): Promise<void> {
  await recordAuditsOf(tx, records.map((record) => ({ actor, ...record })));
}

/** For a batch in which each record has its own actor. */
export async function recordAuditsOf(tx: Tx, records: readonly (AuditRecord & { actor: Actor })[]): Promise<void> {
  if (records.length === 0) return;
  // The moment of writing by the wall clock, whatever clock the operation was handed.
  const at = new Date();
  await insertEntries(tx, at, records.map((record) => {
    const entry = entryOf(at, record);
    return { ...entry, leafHash: writtenLeafHash(entry) };
  }));
}

function entryOf(at: Date, { actor, action, subject, change }: AuditRecord & { actor: Actor }): WrittenEntry {
  return {
    at, actorId: actor.id, actorKind: actor.kind, actorName: plain(actor.name), action,
    subjectType: subject.type, subjectId: plain(subject.id), before: canonicalJson(change.before), after: canonicalJson(change.after),
    requestId: actor.requestId,
  };
}

const plain = (text: string): string => text.replaceAll('\0', '\uFFFD').toWellFormed();
