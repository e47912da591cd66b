import { recordAuditsOf } from '../audit/record.ts';
import { Problem } from '../problems.ts';
import { profilesNow } from '../profiles/find.ts';
import type { Actor, Services, Tx } from '../services.ts';
import { issuingIssuer, requireIssuer } from './issuer.ts';
import { prepare, serialOctets, type IssueOrder, type Prepared } from './prepare.ts';
import { claimKeys, insertPrepared, type PreparedRow } from './store.ts';

export type { IssueOrder, Prepared } from './prepare.ts';
export { completeCertificates, completeEach, type Issued } from './complete.ts';

/**
 * Prepares certificates in the caller's transaction: serial number and linted TBS are stored, with audit. What can be
 * refused is refused here. Sign with `completeCertificates` after the commit.
 * @throws Problem `key-used-by-another`, `key-too-weak`, `key-compromised`, `algorithm-not-allowed`, `profile-violation`
 */
export async function prepareCertificates(services: Services, tx: Tx, actor: Actor, orders: readonly IssueOrder[]): Promise<Prepared[]> {
  const outcomes = await prepareEach(services, tx, orders.map((order) => ({ actor, ...order })));
  return outcomes.map((outcome) => {
    if (outcome.status === 'rejected') throw outcome.reason;
    return outcome.value;
  });
}

/** The same for orders of several actors, each settled on its own: one that is refused leaves the others whole. */
export async function prepareEach(
  services: Services, tx: Tx, orders: readonly (IssueOrder & { actor: Actor })[],
): Promise<PromiseSettledResult<Prepared>[]> {
  if (orders.length === 0) return [];
  const profiles = await profilesNow(services);
  const issuers = await issuersFor(services, orders);
  const now = services.now();
  // drawn at once: a call for each costs as much as building half the certificate
  const seeds = services.random(serialOctets * orders.length);
  const drafts = orders.map((order, i) => settle(() =>
    prepare(services, { order, profiles, now, issuer: issuers.get(issuerKey(order)), serialSeed: seeds.subarray(i * serialOctets, (i + 1) * serialOctets) })));
  const outcomes = await refuseForeignKeys(tx, drafts, now);

  const good = outcomes.flatMap((outcome, i) => (outcome.status === 'fulfilled' ? [{ ...outcome.value, actor: orders[i]!.actor }] : []));
  if (good.length > 0) {
    await insertPrepared(tx, good.map(({ row }) => row), now);
    await recordAuditsOf(tx, good.map(({ row, actor }) => ({
      actor, action: 'certificate.prepared', subject: { type: 'certificate', id: row.id }, change: { before: undefined, after: describe(row) },
    })));
  }
  return outcomes.map((outcome) => (outcome.status === 'fulfilled' ? { status: 'fulfilled', value: outcome.value.prepared } : outcome));
}

type Draft = ReturnType<typeof prepare>;

const issuerKey = ({ selfSigned, generationId, authorityId }: IssueOrder): string => (selfSigned ? 'self' : generationId ?? authorityId ?? '');

async function issuersFor(services: Services, orders: readonly IssueOrder[]): Promise<Map<string, Awaited<ReturnType<typeof requireIssuer>>>> {
  const issuers = new Map<string, Awaited<ReturnType<typeof requireIssuer>>>();
  for (const order of orders) {
    const key = issuerKey(order);
    if (key === 'self' || issuers.has(key)) continue;
    issuers.set(key, order.generationId ? await requireIssuer(services, order.generationId) : await issuingIssuer(services, order.authorityId));
  }
  return issuers;
}

/** The first to come with a key keeps it; the holder may come back with it, nobody else. */
async function refuseForeignKeys(tx: Tx, drafts: PromiseSettledResult<Draft>[], now: Date): Promise<PromiseSettledResult<Draft>[]> {
  const claims = drafts.flatMap((draft) => (draft.status === 'fulfilled' ? [{ spkiHash: draft.value.row.spkiHash, holder: draft.value.holder }] : []));
  if (claims.length === 0) return drafts;
  const holders = await claimKeys(tx, claims, now);
  return drafts.map((draft) => {
    if (draft.status === 'rejected') return draft;
    const holder = holders.get(Buffer.from(draft.value.row.spkiHash).toString('hex'));
    return holder === draft.value.holder ? draft : { status: 'rejected', reason: new Problem('key-used-by-another') };
  });
}

function settle<T>(make: () => T): PromiseSettledResult<T> {
  try {
    return { status: 'fulfilled', value: make() };
  } catch (reason) {
    return { status: 'rejected', reason };
  }
}

function describe({ serialNumber, subjectText, profile, profileVersion, notBefore, notAfter, requestId, replacesId, generationId, spkiHash }: PreparedRow): object {
  return {
    serialNumber: Buffer.from(serialNumber).toString('hex'), subject: subjectText, profile: `${profile}/${profileVersion}`,
    notBefore, notAfter, requestId, replacesId, generationId, spkiHash: Buffer.from(spkiHash).toString('hex'),
  };
}
