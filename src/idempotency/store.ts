import type { Knex } from 'knex';

export interface RequestRow {
  caller: string;
  operation: string;
  key: string;
  /** SHA-256 of the request */
  fingerprint: Uint8Array;
  id: string;
  startedAt: Date;
  /** sealed; null while the first call runs */
  answer: Uint8Array | null;
  answerType: string | null;
}

type Place = Pick<RequestRow, 'caller' | 'operation' | 'key'>;

/** Takes the key for a first call; false where it is taken. */
export async function insertRequest(db: Knex, row: Omit<RequestRow, 'answer' | 'answerType'>): Promise<boolean> {
  const inserted = await db('idempotent_requests').insert(row).onConflict(['caller', 'operation', 'key']).ignore().returning('id');
  return inserted.length === 1;
}

export async function findRequest(db: Knex, { caller, operation, key }: Place): Promise<RequestRow | undefined> {
  return db('idempotent_requests').where({ caller, operation, key })
    .first('caller', 'operation', 'key', 'fingerprint', 'id', 'startedAt', 'answer', 'answerType') as Promise<RequestRow | undefined>;
}

/** Takes over from a call that will never end; false where somebody else did. */
export async function takeOver(db: Knex, { id, startedAt }: Pick<RequestRow, 'id' | 'startedAt'>, at: Date): Promise<boolean> {
  return (await db('idempotent_requests').where({ id, startedAt }).whereNull('answer').update({ startedAt: at })) === 1;
}

/** The first answer stays, also where a call that was given up for dead ends after all. */
export async function markAnswered(db: Knex, id: string, answer: { answer: Uint8Array; answerType: string }): Promise<void> {
  await db('idempotent_requests').where({ id }).whereNull('answer').update({ ...answer, answer: Buffer.from(answer.answer) });
}

/** Gives the key back: the call failed, and may be tried again with it. */
export async function deleteRequest(db: Knex, id: string): Promise<void> {
  await db('idempotent_requests').where({ id }).whereNull('answer').delete();
}

export async function deleteRequestsBefore(db: Knex, at: Date): Promise<void> {
  await db('idempotent_requests').where('started_at', '<', at).delete();
}
