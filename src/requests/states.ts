import { Problem } from '../problems.ts';
import type { Permission } from '../services.ts';
import { kindRules, type Kind } from './kinds.ts';

/** What a request's row can hold. To the outside `approved` with a signed certificate is `issued`. */
export const storedStates = ['draft', 'confirmed', 'examined', 'approved', 'completed', 'returned', 'refused'] as const;
export type StoredState = (typeof storedStates)[number];
export const states = [...storedStates, 'issued'] as const;
export type State = (typeof states)[number];

export const decisionNames = ['confirm', 'examine', 'approve', 'return', 'refuse'] as const;
export type DecisionName = (typeof decisionNames)[number];

type Hand = 'submitter' | 'confirmer' | 'examiner';

export interface Transition {
  from: StoredState;
  decision: DecisionName;
  to: StoredState;
  /** Only for requests that need this many operators; absent: for all. None: a policy lets the holder decide alone. */
  operators?: 0 | 1 | 2;
  permission: Permission;
  /** Whoever had one of these hands in the request may not take this decision. */
  notBy: readonly Hand[];
  needsReason: boolean;
}

const none: readonly Hand[] = [];
const agency: readonly Hand[] = ['submitter', 'confirmer'];
const all: readonly Hand[] = ['submitter', 'confirmer', 'examiner'];

const row = (
  from: StoredState, decision: DecisionName, to: StoredState, permission: Permission, notBy: readonly Hand[] = none,
): Transition => ({ from, decision, to, permission, notBy, needsReason: decision === 'return' || decision === 'refuse' });

/** The life of a request: state × decision → next state, and who may. A pair that is not here is refused. */
export const transitions: readonly Transition[] = [
  row('draft', 'confirm', 'confirmed', 'request:confirm'),
  { ...row('draft', 'approve', 'approved', 'own:renew'), operators: 0 },
  row('draft', 'return', 'returned', 'request:confirm'),
  row('draft', 'refuse', 'refused', 'request:confirm'),
  row('confirmed', 'examine', 'examined', 'request:examine', agency),
  { ...row('confirmed', 'approve', 'examined', 'request:approve', agency), operators: 2 },
  { ...row('confirmed', 'approve', 'approved', 'request:approve', agency), operators: 1 },
  row('confirmed', 'return', 'returned', 'request:examine'),
  row('confirmed', 'refuse', 'refused', 'request:refuse'),
  row('examined', 'approve', 'approved', 'request:approve', all),
  row('examined', 'return', 'returned', 'request:examine'),
  row('examined', 'refuse', 'refused', 'request:refuse'),
];

const closed: ReadonlySet<StoredState> = new Set(['approved', 'completed', 'refused']);

/** Whether nothing more can be decided. */
export const isClosed = (state: StoredState): boolean => closed.has(state);

/**
 * The row of the table for a decision, where `operators` must agree: as many as the kind asks for unless a policy says otherwise.
 * @throws Problem `request-already-decided` when the request is closed, `state-changed` when the decision has no place in its state
 */
export function findTransition(kind: Kind, state: StoredState, decision: DecisionName, operators: 0 | 1 | 2 = kindRules[kind].operators): Transition {
  const found = transitions.find((t) =>
    t.from === state && t.decision === decision && (t.operators === undefined || t.operators === operators));
  if (found) return found;
  throw new Problem(isClosed(state) ? 'request-already-decided' : 'state-changed', { state, decision });
}

/** The decisions a kind of request can meet in a state, for the ones who wait on it. */
export function nextDecisions(kind: Kind, state: StoredState): DecisionName[] {
  const { operators } = kindRules[kind];
  return transitions.filter((t) => t.from === state && (t.operators ?? operators) === operators).map((t) => t.decision);
}

/** Who had which hand in a request, from its own row. */
export interface Hands { submittedBy: string; amendedBy: string | null; confirmedBy: string | null; examinedBy: string | null }

/** Four eyes. @throws Problem `own-request` */
export function requireOtherHands(transition: Transition, hands: Hands, actorId: string): void {
  const holders: Record<Hand, readonly (string | null)[]> = {
    submitter: [hands.submittedBy, hands.amendedBy], confirmer: [hands.confirmedBy], examiner: [hands.examinedBy],
  };
  const hand = transition.notBy.find((h) => holders[h].includes(actorId));
  if (hand) throw new Problem('own-request', { hand });
}
