import type { Policies } from '../policies/find.ts';
import { dueAt, type Calendar } from '../policies/working-days.ts';
import { wrongField } from '../field-mistakes.ts';
import { Problem } from '../problems.ts';
import type { Actor, Permission, Tx } from '../services.ts';
import type { DecisionOrder } from './decide.ts';
import { groundOf, isSubscriberProfile, kindRules, paperRules, subscriberProfiles, type PaperKind } from './kinds.ts';
import { findTransition, requireOtherHands, transitions, type DecisionName, type StoredState } from './states.ts';
import { findHolders, type FreshFacts, type PlacedRequest } from './store.ts';
import { composeSubject, contentHash } from './subject.ts';

/** A decision that may be taken, and the row it leaves. */
export interface Evaluated { order: DecisionOrder; before: PlacedRequest; after: PlacedRequest }

/** What the policies say now, the days on which is worked, and the papers of the requests. */
export interface Terms { policies: Policies; calendar: Calendar; papers: readonly { requestId: string; kind: PaperKind; contentHash: Uint8Array | null }[] }

export interface Evaluation {
  tx: Tx;
  order: DecisionOrder;
  /** locked */
  row: PlacedRequest;
  /** for decisions that agree to a content */
  fresh: FreshFacts | undefined;
  /** for decisions that start the clock or depend on a policy */
  terms: Terms | undefined;
  at: Date;
}

/** Judges one decision against the table of states, the four eyes and what has changed meanwhile. Nothing is written. */
export async function evaluateDecision({ tx, order, row, fresh, terms, at }: Evaluation): Promise<Evaluated> {
  requireMayEver(order.actor, order.decision, row);
  const transition = findTransition(row.kind, row.state, order.decision, operatorsFor(row, order.actor, terms));
  const needed = order.decision === 'confirm' ? confirmerOf(row) : transition.permission;
  if (!order.actor.permissions.has(needed)) throw new Problem('not-permitted', { needed });
  requireOtherHands(transition, row, order.actor.id);
  if (transition.needsReason && !order.reason) {
    throw wrongField('/reason', 'reason-required');
  }
  if (order.contentHash !== undefined && order.contentHash.toLowerCase() !== hex(row.contentHash)) throw changed('content');
  if (order.decision === 'confirm') requireConfirmable(row, terms);
  if (order.decision === 'approve' || order.decision === 'examine') await requireUnchanged({ tx, row, fresh, at });
  return { order, before: row, after: rowAfter(row, order, transition.to, terms, at) };
}

function requireMayEver(actor: Actor, decision: DecisionName, row: PlacedRequest): void {
  if (transitions.some((t) => t.decision === decision && actor.permissions.has(decision === 'confirm' ? confirmerOf(row) : t.permission))) return;
  throw new Problem('not-permitted', { decision });
}

/** The managing agency confirms, unless the ground is an order from outside. */
const confirmerOf = ({ ground }: PlacedRequest): Permission => (ground && groundOf(ground).confirmedBy === 'operator' ? 'request:examine' : 'request:confirm');

function operatorsFor({ kind, urgent, officialId, state }: PlacedRequest, actor: Actor, terms: Terms | undefined): 0 | 1 | 2 {
  // nobody but the holder, and only where a policy says that a renewal needs no more
  const own = kind === 'renew' && state === 'draft' && actor.kind === 'official' && actor.officialId === officialId;
  if (own && terms?.policies.get('renewal.self_service')) return 0;
  return urgent && terms?.policies.get('revocation.urgent_by_one_operator') ? 1 : kindRules[kind].operators;
}

/** A confirmed request has its key, its papers and, where a policy says so, a signature on the form of this very content. */
function requireConfirmable(row: PlacedRequest, terms: Terms | undefined): void {
  if (!terms) throw new Error(`no terms for request ${row.id}`);
  if (kindRules[row.kind].produces === 'certificate' && !row.csr) throw wrongField('/csr', 'key-later');
  const own = terms.papers.filter(({ requestId }) => requestId === row.id);
  const missing = paperRules.find((rule) => rule.kinds.includes(row.kind) && rule.when(row) && !own.some(({ kind }) => kind === rule.paper));
  if (missing) throw wrongField('/papers', 'paper-missing', { paper: missing.paper });
  if (!terms.policies.get('confirmation.signature_required')) return;
  const signed = own.some(({ kind, contentHash: of }) => (kind === 'signed-form' && of && Buffer.compare(of, row.contentHash) === 0)
    || kind === 'wet-signed-scan' || kind === 'authority-order');
  if (!signed) throw wrongField('/papers', 'paper-missing', { paper: 'signed-form' });
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const changed = (what: string): Problem => new Problem('state-changed', { changed: what });

/** What was agreed to earlier, and what the registers say, must still be what is agreed to now. */
async function requireUnchanged({ tx, row, fresh, at }: Pick<Evaluation, 'tx' | 'row' | 'fresh' | 'at'>): Promise<void> {
  for (const earlier of [row.confirmedHash, row.examinedHash]) {
    if (earlier && Buffer.compare(earlier, row.contentHash) !== 0) throw changed('content');
  }
  if (!fresh) throw new Error(`no facts for request ${row.id}`);
  if (fresh.keyCompromised) throw new Problem('key-compromised', { rule: 'a certificate with this key was revoked for keyCompromise' });
  if (fresh.targetState === 'revoked') throw new Problem('certificate-already-revoked', { id: row.certificateId });
  if (kindRules[row.kind].produces !== 'certificate') return;
  if (fresh.agencyClosed) throw changed('agency');
  if (fresh.officialLeft) throw changed('official');
  if (fresh.targetReplaced) throw new Problem('duplicate-request', { certificate: row.certificateId });
  if (fresh.targetNotAfter && fresh.targetNotAfter < at) throw new Problem('renewal-not-open', { expired: fresh.targetNotAfter.toISOString() });
  if (fresh.registerChangedAt >= row.composedAt) await requireSameSubject(tx, row);
}

async function requireSameSubject(tx: Tx, row: PlacedRequest): Promise<void> {
  const holders = await findHolders(tx, row.officialId === null ? { agencies: [row.agencyId] } : { officials: [row.officialId] });
  const holder = holders.get(row.officialId ?? row.agencyId);
  if (!holder || holder.agencyId !== row.agencyId || !isSubscriberProfile(row.profile)) throw changed('agency');
  const subject = composeSubject({
    holder: subscriberProfiles[row.profile], levels: holder.levels, official: holder.official ?? undefined, serviceName: row.serviceName ?? undefined,
  });
  if (Buffer.compare(contentHash({ ...row, subject }), row.contentHash) !== 0) throw changed('subject');
}

function rowAfter(row: PlacedRequest, { actor, decision }: DecisionOrder, to: StoredState, terms: Evaluation['terms'], at: Date): PlacedRequest {
  const after: PlacedRequest = { ...row, state: to, stateChangedAt: at };
  switch (to) {
    case 'confirmed':
      if (!terms) throw new Error(`no terms for the decision ${decision}`);
      return { ...after, confirmedBy: actor.id, confirmedHash: row.contentHash, dueAt: row.urgent ? row.dueAt : dueAt(at, terms.policies.get(kindRules[row.kind].deadline), terms.calendar) };
    case 'examined':
      return { ...after, examinedBy: actor.id, examinedHash: row.contentHash };
    case 'approved':
      return { ...after, approvedBy: actor.id };
    case 'returned':
      return { ...after, dueAt: row.urgent ? row.dueAt : null };
    default:
      return after;
  }
}
