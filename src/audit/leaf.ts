import { hash } from 'node:crypto';

/** What an audit entry says; the leaf hash covers all of it. */
export interface AuditEntry {
  at: Date;
  actorId: string;
  actorKind: string;
  actorName: string;
  action: string;
  subjectType: string;
  subjectId: string;
  /** JSON values, or undefined where there was nothing before or after. */
  before: unknown;
  after: unknown;
  requestId: string;
}

/**
 * JSON with sorted keys and no spaces, the same before it goes into `jsonb` and after it comes out:
 * dates in RFC 3339, bytes in hex, bigints in decimal.
 */
export function canonicalJson(value: unknown): string {
  if (value === undefined || value === null || typeof value === 'function' || typeof value === 'symbol') return 'null';
  // jsonb takes neither U+0000 nor lone surrogates.
  if (typeof value === 'string') return JSON.stringify(value.isWellFormed() && !value.includes('\0') ? value : value.replaceAll('\0', '\uFFFD').toWellFormed());
  if (typeof value === 'bigint') return `"${value}"`;
  if (typeof value !== 'object') return JSON.stringify(value);
  if (value instanceof Date) return JSON.stringify(value);
  if (value instanceof Uint8Array) return `"${Buffer.from(value).toString('hex')}"`;
  if (value instanceof Set) return canonicalJson([...value]);
  if (value instanceof Map) return canonicalJson(Object.fromEntries(value));
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  let members = '';
  for (const name of Object.keys(value).toSorted()) {
    const member = (value as Record<string, unknown>)[name];
    if (member !== undefined) members += `${members === '' ? '' : ','}${canonicalJson(name)}:${canonicalJson(member)}`;
  }
  return `{${members}}`;
}

/** An entry on its way into the database: what was and what is are canonical JSON already, `null` for nothing. */
export type WrittenEntry = Omit<AuditEntry, 'before' | 'after'> & { before: string; after: string };

/** SHA-256 of the entry as a leaf (first octet 0, RFC 9162 §2.1.1), so that no inner node can pose as one. */
export const leafHash = (entry: AuditEntry): Buffer =>
  writtenLeafHash({ ...entry, before: canonicalJson(entry.before), after: canonicalJson(entry.after) });

/** The same for an entry that is being written. */
export function writtenLeafHash({ before, after, requestId, ...entry }: WrittenEntry): Buffer {
  const { at, actorId, actorKind, actorName, action, subjectType, subjectId } = entry;
  const who = [at, actorId, actorKind, actorName, action, subjectType, subjectId].map(canonicalJson).join(',');
  return hash('sha256', `\0[${who},${before},${after},${canonicalJson(requestId)}]`, 'buffer');
}
