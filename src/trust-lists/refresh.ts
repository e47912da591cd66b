import { createHash, randomUUID } from 'node:crypto';
import { PkiError } from '../../pki/error.ts';
import { parseTrustList, type TrustList } from '../../pki/trust-list/parse.ts';
import { systemActor } from '../access/actors.ts';
import { recordAudit } from '../audit/record.ts';
import { fetchOnce, type FetchFailure } from '../evidence/fetch.ts';
import { queueMails } from '../notifications/queue.ts';
import type { Services, Tx } from '../services.ts';
import { applyPlan, planFromList, splitByTrust, type ListChange } from '../trust-anchors/from-list.ts';
import { summaryOf } from './propose.ts';
import { findLastApproved, findTrustList, insertTrustList, isKnownFile, listAdministratorMails, listInForce, lockDecisions, markChecked, markDecided, markOvertaken, type TrustListRow } from './store.ts';

/** Who hands in a fetched list, and who takes one into use that adds no trust. */
export const fetcher = systemActor('fetch-trust-lists');
const taker = systemActor('take-trust-lists');

/** A clock of another may be a little ahead. */
const clockGraceMs = 300_000;

export type RefreshFailure = FetchFailure | 'no-location' | 'older-list' | 'number-not-raised' | 'issued-in-the-future' | `unreadable: ${string}`;

/** Looks for the next version of every list that holds, at the places it names itself. */
export async function refreshTrustLists(services: Services): Promise<void> {
  for (const held of await listInForce(services.db)) await refreshTrustList(services, held);
}

/**
 * One list. The next must be signed by the same certificate and have risen. What it takes away is gone at once; what it adds
 * waits for two people; with nothing to add it is taken into use. Administrators are told either way.
 */
async function refreshTrustList(services: Services, held: TrustListRow): Promise<void> {
  const found = await lookFor(services, held);
  if (!('failure' in found) && found.next) return takeUp(services, { held, next: found.next });
  await services.db.transaction((tx) => markChecked(tx, held.id, { at: services.now(), failure: 'failure' in found ? found.failure : null }));
}

interface Next { list: TrustList; xml: Uint8Array; digest: Buffer; url: string }

async function lookFor(services: Services, held: TrustListRow): Promise<{ next: Next | undefined } | { failure: RefreshFailure }> {
  const signer = Buffer.from(held.signerFingerprint).toString('hex');
  const stored = await findTrustList(services.db, held.id);
  const { locations } = parseTrustList(stored!.xml, signer);
  let failure: RefreshFailure = 'no-location';
  for (const url of locations) {
    const fetched = await fetchOnce(services.config, { kind: 'trust-list', url });
    if ('failure' in fetched) {
      failure = fetched.failure;
      continue;
    }
    const digest = createHash('sha256').update(fetched.bytes).digest();
    if (await isKnownFile(services.db, held.domain, digest)) return { next: undefined };
    try {
      const list = parseTrustList(fetched.bytes, signer);
      const refused = refusalOf(list, held, services.now());
      return refused ? { failure: refused } : { next: { list, xml: fetched.bytes, digest, url } };
    } catch (error) {
      if (!(error instanceof PkiError)) throw error;
      failure = `unreadable: ${error.code}`;
    }
  }
  return { failure };
}

function refusalOf({ sequenceNumber, issuedAt }: TrustList, held: TrustListRow, at: Date): RefreshFailure | undefined {
  if (sequenceNumber < held.sequenceNumber) return 'older-list';
  if (sequenceNumber === held.sequenceNumber) return 'number-not-raised';
  return issuedAt.getTime() > at.getTime() + clockGraceMs ? 'issued-in-the-future' : undefined;
}

async function takeUp({ db, now, config }: Services, { held, next: { list, xml, digest, url } }: { held: TrustListRow; next: Next }): Promise<void> {
  const at = now();
  const row: TrustListRow = {
    id: randomUUID(), domain: held.domain, operatorName: list.operatorName, sequenceNumber: list.sequenceNumber, issuedAt: list.issuedAt, nextUpdate: list.nextUpdate ?? null,
    digest, signerFingerprint: held.signerFingerprint, proposedAt: at, proposedBy: fetcher.id, decidedAt: null, decidedBy: null, approved: null, fetchedFrom: url, checkedAt: null, checkFailure: null,
  };
  await db.transaction(async (tx) => {
    await lockDecisions(tx);
    const last = await findLastApproved(tx, held.domain);
    // people were faster, or another node was
    if (last?.id !== held.id || await isKnownFile(tx, held.domain, digest)) return;
    const { lessening, rest } = splitByTrust(await planFromList(tx, held.domain, list));
    await insertTrustList(tx, { ...row, xml });
    await markOvertaken(tx, row, { decidedAt: at, decidedBy: taker.id });
    await markChecked(tx, held.id, { at, failure: null });
    const ended = await applyPlan(tx, fetcher, lessening, { listId: row.id, domain: held.domain, proposedBy: fetcher.id, at });
    await recordAudit(tx, fetcher, 'trust-list.fetched', { type: 'trust-list', id: row.id }, { before: null, after: { ...summaryOf(row), url, lessened: ended.length, waiting: rest.length } });
    if (rest.length === 0) await takeIntoUse(tx, row, at);
    if (ended.length + rest.length > 0) await tell(tx, row, { ended, waiting: rest.length, link: `${config.publicUrl}/trust-anchors/lists/${row.id}` });
  });
}

async function takeIntoUse(tx: Tx, row: TrustListRow, at: Date): Promise<void> {
  await markDecided(tx, row.id, { decidedAt: at, decidedBy: taker.id, approved: true });
  await recordAudit(tx, taker, 'trust-list.taken-into-use', { type: 'trust-list', id: row.id }, { before: null, after: summaryOf(row) });
}

async function tell(tx: Tx, { id, domain, operatorName }: TrustListRow, { ended, waiting, link }: { ended: readonly ListChange[]; waiting: number; link: string }): Promise<void> {
  const facts = { operator: operatorName, domain, ended: ended.map(({ subject }) => subject).join('\n') || '0', waiting: String(waiting), link };
  const mails = await listAdministratorMails(tx);
  await queueMails(tx, mails.map((to) => ({ to, template: 'trust-list-changed', language: 'vi', facts, dedupeKey: `trust-list-changed:${id}:${to}` })));
}
