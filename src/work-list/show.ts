import { parsePublicKey, type PublicKey } from '../../pki/keys/public-key.ts';
import { requireWithin } from '../access/scope.ts';
import { Problem } from '../problems.ts';
import { listPapers } from '../papers/read.ts';
import { nextDecisions, transitions, type DecisionName } from '../requests/states.ts';
import { kindRules } from '../requests/kinds.ts';
import type { Actor, Services } from '../services.ts';
import { findKeyHolder, findWhole, listTaken, type TakenDecision, type WholeRequest } from './store.ts';

export type { TakenDecision, WholeRequest } from './store.ts';

/** What stands between this person and a decision. */
export type Hindrance = 'submitted' | 'confirmed' | 'examined' | 'not-yours';

export interface RequestView {
  request: WholeRequest;
  decisions: TakenDecision[];
  papers: Awaited<ReturnType<typeof listPapers>>;
  key: PublicKey | undefined;
  /** whether this very key was seen before, and in whose hands: the same holder's, or another's */
  keySeen: 'never' | 'own' | 'other' | undefined;
  /** what this person may decide now */
  mayDecide: DecisionName[];
  /** why a decision that waits is not this person's to take */
  hindrance: Hindrance | undefined;
}

/** A request with all that is needed to decide on it. @throws Problem `not-found`, `outside-your-agency` */
export async function showRequest(services: Pick<Services, 'db'>, actor: Actor, id: string): Promise<RequestView> {
  const { db } = services;
  const request = await findWhole(db, id);
  if (!request) throw new Problem('not-found', { request: id });
  requireWithin(actor, request.agencyPath);
  const [decisions, papers, seen] = await Promise.all([
    listTaken(db, id), listPapers(services, actor, id), request.spkiHash ? findKeyHolder(db, request.spkiHash) : undefined]);
  return {
    request, decisions, papers, key: request.spki ? parsePublicKey(request.spki) : undefined,
    keySeen: request.spkiHash ? seenAs(request, seen?.holder) : undefined, ...handsOf(request, actor),
  };
}

function seenAs({ officialId, agencyId }: WholeRequest, holder: string | undefined): 'never' | 'own' | 'other' {
  if (holder === undefined) return 'never';
  return holder === `official:${officialId}` || (officialId === null && holder === `agency:${agencyId}`) ? 'own' : 'other';
}

/** The same table that decides, asked beforehand. */
function handsOf(request: WholeRequest, { id, permissions }: Actor): Pick<RequestView, 'mayDecide' | 'hindrance'> {
  const { state, kind } = request;
  if (state === 'issued') return { mayDecide: [], hindrance: undefined };
  const holders = { submitter: [request.submittedBy, request.amendedBy], confirmer: [request.confirmedBy], examiner: [request.examinedBy] };
  const words = { submitter: 'submitted', confirmer: 'confirmed', examiner: 'examined' } as const;
  const waiting = nextDecisions(kind, state);
  const mayDecide: DecisionName[] = [];
  let hindrance: Hindrance | undefined;
  for (const decision of waiting) {
    const rule = transitions.find((t) => t.from === state && t.decision === decision && (t.operators ?? kindRules[kind].operators) === kindRules[kind].operators);
    if (!rule || !permissions.has(rule.permission)) continue;
    const hand = rule.notBy.find((one) => holders[one].includes(id));
    if (hand) hindrance = words[hand];
    else mayDecide.push(decision);
  }
  const agrees = mayDecide.some((decision) => decision !== 'return' && decision !== 'refuse');
  return { mayDecide, hindrance: agrees ? undefined : hindrance ?? (waiting.length > 0 ? 'not-yours' : undefined) };
}
