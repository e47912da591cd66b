import { createHash, randomUUID } from 'node:crypto';
import { requireWithin } from '../access/scope.ts';
import { findOpenAgency } from '../agencies/find.ts';
import { recordAudit } from '../audit/record.ts';
import { Problem } from '../problems.ts';
import type { Actor, Services } from '../services.ts';
import { findFeed, insertFeed, listFeeds, lockFeed, markFeedRevoked, markFeedUsed, type FeedRow, type PlacedFeed } from './store.ts';

type World = Pick<Services, 'db' | 'now' | 'random' | 'config' | 'log'>;

const dayMs = 86_400_000;
const touchEveryMs = 3_600_000;
const form = /^antinfeed_[A-Za-z0-9_-]{43}$/;

/**
 * Makes an address for calendar programs, which cannot send an API key: its token reads one agency's coming ends and
 * nothing else, is stored as a hash, shown this once, ends by itself and can be withdrawn.
 * @throws Problem `invalid-fields` for an agency that is none or closed, `outside-your-agency`
 */
export async function createFeed({ db, now, random, config }: World, actor: Actor, input: { agencyId: string; label: string; days: number }): Promise<FeedRow & { url: string }> {
  const token = `antinfeed_${Buffer.from(random(32)).toString('base64url')}`;
  const at = now();
  const row: FeedRow = {
    id: randomUUID(), agencyId: input.agencyId, label: input.label, createdAt: at, createdBy: actor.id,
    expiresAt: new Date(at.getTime() + input.days * dayMs), revokedAt: null, lastUsedAt: null,
  };
  await db.transaction(async (tx) => {
    await findOpenAgency(tx, actor, input.agencyId);
    await insertFeed(tx, { ...row, secretHash: hashOf(token) });
    await recordAudit(tx, actor, 'calendar-feed.created', { type: 'calendar-feed', id: row.id }, { before: null, after: row });
  });
  return { ...row, url: `${config.publicUrl}/api/v1/agencies/${row.agencyId}/expiries.ics?token=${token}` };
}

/** The feeds of an agency, withdrawn ones too. @throws Problem `outside-your-agency` */
export async function listFeedsOf({ db }: World, actor: Actor, agencyId: string): Promise<FeedRow[]> {
  const feeds = await listFeeds(db, agencyId);
  for (const { agencyPath } of feeds) requireWithin(actor, agencyPath);
  return feeds;
}

/** Withdraws a feed at once; doing so twice changes nothing. @throws Problem `not-found`, `outside-your-agency` */
export async function revokeFeed({ db, now }: World, actor: Actor, id: string): Promise<FeedRow> {
  return db.transaction(async (tx) => {
    const feed = await lockFeed(tx, id);
    if (!feed) throw new Problem('not-found', { feed: id });
    requireWithin(actor, feed.agencyPath);
    if (feed.revokedAt !== null) return feed;
    const revokedAt = now();
    await markFeedRevoked(tx, id, revokedAt);
    await recordAudit(tx, actor, 'calendar-feed.revoked', { type: 'calendar-feed', id }, { before: null, after: { revokedAt } });
    return { ...feed, revokedAt };
  });
}

/**
 * The feed a token opens, if it is the one of this agency.
 * @throws Problem `not-found` for whatever is wrong with it: who guesses learns nothing
 */
export async function openFeed({ db, now, log }: World, agencyId: string, token: string): Promise<PlacedFeed> {
  const feed = form.test(token) ? await findFeed(db, hashOf(token)) : undefined;
  const at = now();
  if (!feed || feed.agencyId !== agencyId || feed.revokedAt !== null || feed.expiresAt <= at) throw new Problem('not-found');
  if (feed.lastUsedAt === null || at.getTime() - feed.lastUsedAt.getTime() >= touchEveryMs) {
    markFeedUsed(db, feed.id, at).catch((error: unknown) => log.warn({ err: error }, 'last use not noted'));
  }
  return feed;
}

const hashOf = (token: string): Buffer => createHash('sha256').update(token).digest();
