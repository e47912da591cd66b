import { randomUUID } from 'node:crypto';
import { sha256Fingerprint } from '../../pki/certificate/fingerprint.ts';
import type { Certificate } from '../../pki/certificate/parse.ts';
import { printName } from '../../pki/name/print.ts';
import type { TrustList } from '../../pki/trust-list/parse.ts';
import { trustedPeriod } from '../../pki/trust-list/trusted-period.ts';
import { recordAudit } from '../audit/record.ts';
import type { Actor, Tx } from '../services.ts';
import { insertTrustAnchor, lockAnchorsOf, markAnchor, type TrustAnchorRow } from './store.ts';
import { summaryOf } from './propose.ts';

type Told = Pick<TrustAnchorRow, 'label' | 'scope' | 'trustedFrom' | 'trustedUntil'>;

/** One thing that a list would change. An anchor that a person pinned is left as it is, and said to be. */
export interface ListChange {
  kind: 'add' | 'change' | 'end' | 'keep-pinned';
  fingerprint: string;
  subject: string;
  before: Told | null;
  after: Told | null;
}

interface Planned extends ListChange { certificate: Certificate | undefined; anchorId: string | undefined }

/** What a list says of each key, joined over its services. */
function wantedOf({ services }: TrustList): Map<string, Told & { certificate: Certificate }> {
  const wanted = new Map<string, Told & { certificate: Certificate }>();
  for (const service of services) {
    const period = trustedPeriod(service);
    if (!period) continue;
    const { certificate, provider, name, scope } = service;
    const fingerprint = sha256Fingerprint(certificate.der);
    const known = wanted.get(fingerprint);
    const until = period.until ?? null;
    wanted.set(fingerprint, {
      certificate, label: known?.label ?? `${provider}: ${name}`.slice(0, 200), scope: known && known.scope !== scope ? 'any' : scope,
      trustedFrom: known && known.trustedFrom < period.from ? known.trustedFrom : period.from,
      trustedUntil: known && (known.trustedUntil === null || (until !== null && known.trustedUntil > until)) ? known.trustedUntil : until,
    });
  }
  return wanted;
}

/** What a list would change among the anchors of its domain now. Locks them: call it in the transaction that carries it out. */
export async function planFromList(tx: Tx, domain: string, list: TrustList): Promise<Planned[]> {
  const wanted = wantedOf(list);
  const standing = await lockAnchorsOf(tx, domain);
  const hexOf = ({ fingerprint }: TrustAnchorRow): string => Buffer.from(fingerprint).toString('hex');
  const planned = standing.flatMap((row): Planned[] => {
    const told = wanted.get(hexOf(row));
    const common = { fingerprint: hexOf(row), subject: row.subjectText, before: toldOf(row), certificate: undefined, anchorId: row.id };
    if (row.listId === null) return told ? [{ ...common, kind: 'keep-pinned', after: toldOf(row) }] : [];
    // a service that is named no longer vouches for nothing new from this list on
    const after = told ? toldOf(told) : { ...toldOf(row), trustedUntil: earlier(row.trustedUntil, list.issuedAt) };
    return same(toldOf(row), after) ? [] : [{ ...common, kind: told ? 'change' : 'end', after }];
  });
  const known = new Set(standing.map(hexOf));
  const added = [...wanted].filter(([fingerprint]) => !known.has(fingerprint)).map(([fingerprint, { certificate, ...told }]): Planned =>
    ({ kind: 'add', fingerprint, subject: printName(certificate.subject), before: null, after: told, certificate, anchorId: undefined }));
  return [...planned, ...added];
}

const toldOf = ({ label, scope, trustedFrom, trustedUntil }: Told): Told => ({ label, scope, trustedFrom, trustedUntil });
const earlier = (a: Date | null, b: Date): Date => (a && a < b ? a : b);
const same = (a: Told, b: Told): boolean => JSON.stringify(a) === JSON.stringify(b);

/** A list's changes by what they do to trust: those that only take some away, and those that give more. What people pinned is neither. */
export function splitByTrust<T extends ListChange>(plan: readonly T[]): { lessening: T[]; rest: T[] } {
  const changing = plan.filter(({ kind }) => kind !== 'keep-pinned');
  return { lessening: changing.filter(takesOnly), rest: changing.filter((change) => !takesOnly(change)) };
}

function takesOnly({ before, after }: ListChange): boolean {
  if (!before || !after) return false;
  const endsNoLater = before.trustedUntil === null || (after.trustedUntil !== null && after.trustedUntil <= before.trustedUntil);
  return endsNoLater && after.trustedFrom >= before.trustedFrom && (after.scope === before.scope || before.scope === 'any');
}

export interface ListApproval { listId: string; domain: string; proposedBy: string; at: Date }

/** Carries a plan out: the anchors have two people behind them, those who stand behind the list. @returns what was done */
export async function applyPlan(tx: Tx, actor: Actor, plan: readonly Planned[], { listId, domain, proposedBy, at }: ListApproval): Promise<ListChange[]> {
  const done: ListChange[] = [];
  for (const { certificate, anchorId, ...change } of plan) {
    const { kind, after, fingerprint, subject } = change;
    if (kind === 'keep-pinned' || !after) continue;
    if (anchorId) {
      await markAnchor(tx, anchorId, { ...after, listId });
    } else if (certificate) {
      const row: TrustAnchorRow = {
        id: randomUUID(), fingerprint: Buffer.from(fingerprint, 'hex'), certificate: certificate.der, subjectText: subject, domain, ...after,
        createdAt: at, createdBy: proposedBy, confirmedAt: at, confirmedBy: actor.id, withdrawnAt: null, withdrawnBy: null,
        withdrawalProposedAt: null, withdrawalProposedBy: null, withdrawalReason: null, listId,
      };
      // an anchor of another domain keeps its own
      if (!(await insertTrustAnchor(tx, row))) continue;
      await recordAudit(tx, actor, 'trust-anchor.approved', { type: 'trust-anchor', id: row.id }, { before: null, after: { ...summaryOf(row), list: listId, proposedBy } });
    }
    if (anchorId) await recordAudit(tx, actor, 'trust-anchor.changed-by-list', { type: 'trust-anchor', id: anchorId }, { before: change.before, after: { ...after, list: listId } });
    done.push(change);
  }
  return done;
}
