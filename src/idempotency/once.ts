import { randomUUID } from 'node:crypto';
import type { HeaderField } from '../http/endpoint.ts';
import { fieldMistake } from '../field-mistakes.ts';
import { Problem } from '../problems.ts';
import type { Actor, Services } from '../services.ts';
import { deleteRequest, findRequest, insertRequest, markAnswered, takeOver, type RequestRow } from './store.ts';

/** For the `headers` of an endpoint that answers a repeated call as it did the first. */
export const idempotencyKeyHeader: HeaderField = {
  name: 'Idempotency-Key',
  description: 'draft-ietf-httpapi-idempotency-key-header: a string of your own (a UUID, say). The same key with the same request is answered as the first time for 24 hours; with another request it is refused.',
};

export interface Answered { bytes: Uint8Array; contentType: string }

export interface RepeatableCall {
  /** the header as sent; undefined means the call is not to be remembered */
  key: string | undefined;
  /** which endpoint: a key counts for one */
  operation: string;
  /** everything the answer depends on, in one order */
  request: readonly (string | Uint8Array | undefined)[];
}

/** Longer than any call is let run; a first call that old has died with its node. */
const longestCallMs = 120_000;
const purpose = 'idempotent-answer';

/**
 * Runs a call once for its key: who repeats it is given the answer of the first, sealed meanwhile since it holds names. A
 * call that fails leaves nothing behind and may be tried again.
 * @throws Problem `invalid-fields` for a key that is none, `idempotency-key-reused`, `request-in-progress`, and what `run` throws
 */
export async function onceFor(services: Pick<Services, 'db' | 'now' | 'keystore'>, actor: Pick<Actor, 'id'>, { key: sent, operation, request }: RepeatableCall, run: () => Promise<Answered>): Promise<Answered> {
  if (sent === undefined) return run();
  const { db, now, keystore } = services;
  const row = { caller: actor.id, operation, key: keyIn(sent), fingerprint: await fingerprintOf(request), id: randomUUID(), startedAt: now() };
  let id: string = row.id;
  if (!(await insertRequest(db, row))) {
    const earlier = await findRequest(db, row);
    if (earlier && Buffer.compare(earlier.fingerprint, row.fingerprint) !== 0) throw new Problem('idempotency-key-reused');
    if (earlier?.answer && earlier.answerType) return { bytes: await keystore.secrets.open(purpose, earlier.id, earlier.answer), contentType: earlier.answerType };
    if (!earlier || !(await hasDied(services, earlier))) throw new Problem('request-in-progress', { retryAfterSeconds: 2 });
    id = earlier.id;
  }
  try {
    const answered = await run();
    await markAnswered(db, id, { answer: await keystore.secrets.seal(purpose, id, answered.bytes), answerType: answered.contentType });
    return answered;
  } catch (error) {
    await deleteRequest(db, id);
    throw error;
  }
}

async function hasDied({ db, now }: Pick<Services, 'db' | 'now'>, { id, startedAt }: RequestRow): Promise<boolean> {
  const at = now();
  return at.getTime() - startedAt.getTime() > longestCallMs && takeOver(db, { id, startedAt }, at);
}

/** A String of Structured Fields (RFC 9651 §3.3.3); without its quotes too, as many clients send it. */
function keyIn(sent: string): string {
  const key = /^"((?:[\x20-\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"$/.exec(sent)?.[1]?.replaceAll(/\\(.)/g, '$1') ?? /^[\w.~:+/=-]+$/.exec(sent)?.[0] ?? '';
  if (key.length > 0 && key.length <= 255) return key;
  throw new Problem('invalid-fields', { errors: [{ ...fieldMistake('/Idempotency-Key', 'idempotency-key-form'), in: 'header' }] });
}

/** Each part with its length, so that no two requests run together to the same bytes; hashed away from the main loop. */
async function fingerprintOf(request: RepeatableCall['request']): Promise<Uint8Array> {
  const parts = request.map((part) => (part === undefined ? undefined : Buffer.from(part as Uint8Array)));
  const bytes = Buffer.concat(parts.flatMap((part) => [Buffer.from(part ? `${part.length} ` : '- '), ...(part ? [part] : [])]));
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
}
