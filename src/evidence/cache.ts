import { createHash } from 'node:crypto';
import type { Knex } from 'knex';
import type { Services } from '../services.ts';
import { fetchOnce, type FetchFailure, type Fetched, type Question } from './fetch.ts';
import { readFetched } from './read.ts';
import type { ReadEvidence } from './read.worker.ts';
import { findCached, putCached, type CachedRow } from './store.ts';

/** What an address answered: evidence, or why not and until when nobody asks it again. */
export type Answered = { parts: Uint8Array[]; isGood: boolean } | { failure: FetchFailure; tryAgainAt: Date };

const minuteMs = 60_000;
/** A failure, and what nobody known has signed: forgotten soon, so that a lie on the way does no harm for long. */
const briefMs = minuteMs;
/** However late the nextUpdate: a list of a year is looked at again. */
const longestMs = 7 * 24 * 60 * minuteMs;
const certificatesMs = 24 * 60 * minuteMs;

/** Connections of this node at once, and questions that may wait for one. */
const slots = { open: 16, waiting: 64 };

interface Flights { running: Map<string, Promise<Answered>>; open: number; waiting: (() => void)[] }
const flightsOf = new WeakMap<Knex, Flights>();

/**
 * Asks an address, or the database for what it answered before its nextUpdate. Those who ask the same at once on this node
 * share one question. Nothing here is trusted: it is evidence for the validator.
 * @param issuer DER of the certificate whose signature makes an answer worth keeping
 */
export async function askCached(services: Services, question: Question, issuer?: Uint8Array): Promise<Answered> {
  const key = createHash('sha256').update(`${question.kind} ${question.url} `).update(question.body ?? '').digest();
  const name = key.toString('latin1');
  const flights = flightsFor(services.db);
  let running = flights.running.get(name);
  if (!running) {
    running = answer(services, { key, question, issuer }).finally(() => flights.running.delete(name));
    flights.running.set(name, running);
  }
  return running;
}

/** Questions asked of the network by this node now; for tests and figures. */
export const openQuestions = (db: Knex): number => flightsFor(db).open;

function flightsFor(db: Knex): Flights {
  let flights = flightsOf.get(db);
  if (!flights) flightsOf.set(db, flights = { running: new Map(), open: 0, waiting: [] });
  return flights;
}

interface Asking { key: Uint8Array; question: Question; issuer: Uint8Array | undefined }

async function answer(services: Services, { key, question, issuer }: Asking): Promise<Answered> {
  const { db, now } = services;
  const kept = await findCached(db, key, now());
  if (kept?.failure) return { failure: kept.failure as FetchFailure, tryAgainAt: kept.expiresAt };
  if (kept?.bytes) {
    const read = await readFetched({ kind: question.kind, bytes: kept.bytes, issuer });
    if (read) return read;
  }
  const fetched = await takeSlot(flightsFor(db), () => fetchOnce(services.config, question));
  const at = now();
  if ('failure' in fetched && fetched.failure === 'busy') return { failure: 'busy', tryAgainAt: new Date(at.getTime() + briefMs) };
  const read = 'bytes' in fetched ? await readFetched({ kind: question.kind, bytes: fetched.bytes, issuer }) : undefined;
  const row = rowOf(fetched, read, { key, question, at });
  await putCached(db, row);
  return read ?? { failure: row.failure as FetchFailure, tryAgainAt: row.expiresAt };
}

function rowOf(fetched: Fetched, read: ReadEvidence | undefined, { key, question: { kind, url }, at }: Omit<Asking, 'issuer'> & { at: Date }): CachedRow {
  const until = (ms: number): Date => new Date(at.getTime() + ms);
  const row = { key, kind, url, fetchedAt: at };
  if (!('bytes' in fetched)) return { ...row, bytes: null, failure: fetched.failure, expiresAt: until(briefMs) };
  if (!read) return { ...row, bytes: null, failure: 'wrong-content', expiresAt: until(briefMs) };
  return { ...row, bytes: fetched.bytes, failure: null, expiresAt: until(keepMs(kind, read, at)) };
}

function keepMs(kind: Question['kind'], { signed, nextUpdate }: ReadEvidence, at: Date): number {
  if (kind === 'ca-issuers') return certificatesMs;
  if (!signed || !nextUpdate) return briefMs;
  return Math.max(briefMs, Math.min(longestMs, nextUpdate.getTime() - at.getTime()));
}

async function takeSlot(flights: Flights, ask: () => Promise<Fetched>): Promise<Fetched> {
  if (flights.open >= slots.open) {
    if (flights.waiting.length >= slots.waiting) return { failure: 'busy' };
    // whoever leaves hands its place on, so `open` stays as it is
    await new Promise<void>((go) => flights.waiting.push(go));
  } else {
    flights.open++;
  }
  try {
    return await ask();
  } finally {
    const next = flights.waiting.shift();
    if (next) next();
    else flights.open--;
  }
}
