import { randomUUID } from 'node:crypto';
import { parseCsr, verifyPossessionOnPool } from '../../pki/csr/parse.ts';
import { spkiHash, type PublicKey } from '../../pki/keys/public-key.ts';
import { prepareEach, type IssueOrder, type Prepared } from '../certificates/issue.ts';
import { finalReasons, revokeInTransaction, type FinalReason } from '../certificates/revoke.ts';
import { unlockDevice } from '../devices/unlock.ts';
import { Problem } from '../problems.ts';
import type { Actor, Services, Tx } from '../services.ts';
import type { Evaluated } from './evaluate.ts';
import { kindRules } from './kinds.ts';
import type { PlacedRequest } from './store.ts';

/** A decision that was carried out in the transaction; `prepared` waits for its signature after the commit. */
export type Carried = Evaluated & { prepared: Prepared | undefined };

type Outcome<T> = PromiseSettledResult<T>;

/**
 * Does what the last approval of a request orders: prepares its certificate, revokes one, or records. All certificates of
 * a batch are prepared together. What the CA refuses is rejected here and leaves its request as it was.
 */
export async function carryOut(services: Services, tx: Tx, evaluated: readonly Outcome<Evaluated>[]): Promise<Outcome<Carried>[]> {
  const orders = await Promise.all(evaluated.map(async (one) =>
    (one.status === 'fulfilled' && ordersCertificate(one.value) ? settle(() => orderOf(services, one.value)) : undefined)));
  const ready = orders.flatMap((order) => (order?.status === 'fulfilled' ? [order.value] : []));
  const prepared = new Map((await prepareEach(services, tx, ready)).map((outcome, i) => [ready[i]!.requestId, outcome]));

  const outcomes: Outcome<Carried>[] = [];
  for (const [i, one] of evaluated.entries()) {
    const order = orders[i];
    if (one.status === 'rejected') outcomes.push(one);
    else if (order?.status === 'rejected') outcomes.push(order);
    else if (order) outcomes.push(withCertificate(one.value, order.value, prepared.get(one.value.before.id)));
    else outcomes.push(await settle(async () => ({ ...(await finish(services, tx, one.value)), prepared: undefined })));
  }
  return outcomes;
}

const ordersCertificate = ({ before, after }: Evaluated): boolean => after.state === 'approved' && kindRules[before.kind].produces === 'certificate';

function withCertificate(one: Evaluated, { certificateId }: IssueOrder, prepared: Outcome<Prepared> | undefined): Outcome<Carried> {
  if (!prepared) throw new Error(`nothing was prepared for request ${one.before.id}`);
  if (prepared.status === 'rejected') return prepared;
  return { status: 'fulfilled', value: { ...one, after: { ...one.after, newCertificateId: certificateId }, prepared: prepared.value } };
}

/** Kinds that make no certificate are completed by their last approval. */
async function finish({ now }: Services, tx: Tx, one: Evaluated): Promise<Evaluated> {
  const { order: { actor }, before: row, after } = one;
  if (after.state !== 'approved') return one;
  if (kindRules[row.kind].produces === 'revocation') {
    await revokeInTransaction({ now }, tx, actor, {
      certificateId: row.certificateId!, reason: finalReason(row), ground: row.ground ?? '',
      ...(row.invalidityDate ? { invalidityDate: row.invalidityDate } : {}), ...(row.note ? { comment: row.note } : {}),
    });
  }
  if (row.kind === 'restore-device') await unlockDevice(tx, actor, { requestId: row.id, certificateId: row.certificateId!, note: row.note ?? '' }, now());
  return { ...one, after: { ...after, state: 'completed' } };
}

function finalReason({ id, reason }: PlacedRequest): FinalReason {
  const found = finalReasons.find((known) => known === reason);
  if (!found) throw new Error(`request ${id} has no reason to revoke`);
  return found;
}

const dayMs = 86_400_000;

async function orderOf({ now }: Services, { order: { actor }, before: row }: Evaluated): Promise<IssueOrder & { actor: Actor; requestId: string }> {
  return {
    actor, certificateId: randomUUID(), requestId: row.id, profile: row.profile, subject: row.subject, publicKey: await provenKey(row),
    ...alternativeNames(row),
    holder: { agencyId: row.agencyId, agencyPath: row.agencyPath, officialId: row.officialId },
    days: row.days ?? daysUntil(row.endsAt, now()), ...(row.certificateId === null ? {} : { replacesId: row.certificateId }),
  };
}

/** The same holder's names of other kinds, taken from what the registers say: the e-mail, or a service's host name. */
export function alternativeNames({ subject, serviceName }: Pick<PlacedRequest, 'subject' | 'serviceName'>): Pick<IssueOrder, 'subjectAltName'> {
  if (serviceName !== null && dnsName.test(serviceName)) return { subjectAltName: { dns: [serviceName] } };
  const email = subject.find(([type]) => type === 'E')?.[1];
  return email === undefined ? {} : { subjectAltName: { email: [email] } };
}

/**
 * The key of the request as it was signed, and as it was decided on; possession is checked once more, for what lay in the
 * database since is not taken on trust.
 */
async function provenKey({ id, csr: stored, spkiHash: decidedOn }: PlacedRequest): Promise<PublicKey> {
  if (!stored || !decidedOn) throw new Error(`request ${id} has no key`);
  const csr = parseCsr(stored);
  if (!(await verifyPossessionOnPool(csr)).valid || Buffer.compare(spkiHash(csr.publicKey), decidedOn) !== 0) throw new Problem('csr-signature-invalid');
  return csr.publicKey;
}

/** Whole days only, so a change of content ends with the old certificate or up to a day earlier. */
export function daysUntil(endsAt: Date | null, at: Date): number {
  const days = endsAt ? Math.floor((endsAt.getTime() + 1000 - at.getTime()) / dayMs) : 0;
  if (days < 1) throw new Problem('renewal-not-open', { expired: endsAt?.toISOString() });
  return days;
}

const dnsName = /^(?=.{4,64}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/;

/** Only a refusal concerns one alone; after anything else the transaction is not to be trusted. */
export async function settle<T>(make: () => T | Promise<T>): Promise<Outcome<T>> {
  try {
    return { status: 'fulfilled', value: await make() };
  } catch (reason) {
    if (!(reason instanceof Problem)) throw reason;
    return { status: 'rejected', reason };
  }
}
