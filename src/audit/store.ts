import type { Tx } from '../services.ts';
import { canonicalJson, type AuditEntry } from './leaf.ts';

/** Appends entries in their order, in one statement. */
export async function insertEntries(tx: Tx, entries: readonly (AuditEntry & { leafHash: Buffer })[]): Promise<void> {
  const column = <T>(pick: (entry: AuditEntry & { leafHash: Buffer }) => T): T[] => entries.map(pick);
  // '' stands for SQL's null: drivers and array types agree on texts
  const json = (value: unknown): string => (value === undefined || value === null ? '' : canonicalJson(value));
  await tx.raw(
    `insert into audit_entries (at, actor_id, actor_kind, actor_name, action, subject_type, subject_id, before, after, request_id, leaf_hash)
     select e.at, e.actor_id, e.actor_kind, e.actor_name, e.action, e.subject_type, e.subject_id,
       nullif(e.before, '')::jsonb, nullif(e.after, '')::jsonb, e.request_id, e.leaf_hash
     from unnest(?::timestamptz[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::bytea[])
       with ordinality as e (at, actor_id, actor_kind, actor_name, action, subject_type, subject_id, before, after, request_id, leaf_hash, place)
     order by e.place`,
    [
      column((e) => e.at), column((e) => e.actorId), column((e) => e.actorKind), column((e) => e.actorName),
      column((e) => e.action), column((e) => e.subjectType), column((e) => e.subjectId),
      column((e) => json(e.before)), column((e) => json(e.after)), column((e) => e.requestId), column((e) => e.leafHash),
    ],
  );
}
