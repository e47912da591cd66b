import { z } from 'zod';
import { findAgencyByCode } from '../agencies/find.ts';
import { requireWithin } from '../access/scope.ts';
import { endpoint, instant, pageOf, pageQuery } from '../http/endpoint.ts';
import { policyAt } from '../policies/find.ts';
import { Problem, problems, type ProblemCode } from '../problems.ts';
import type { Services } from '../services.ts';
import { decideRequest, decideRequests } from './decide.ts';
import { devices, groundNames, kinds, subscriberProfiles, transfers, type SubscriberProfile } from './kinds.ts';
import { decisionNames, nextDecisions, states } from './states.ts';
import { findRequest, listDecisions, listRequests, type ShownRequest } from './store.ts';
import { amendRequest, submitRequest } from './submit.ts';

const profile = z.enum(Object.keys(subscriberProfiles) as [SubscriberProfile, ...SubscriberProfile[]]);
const ground = z.enum(groundNames as [typeof groundNames[number], ...typeof groundNames]);
const decision = z.enum(decisionNames);
const hash = z.string().regex(/^[0-9a-f]{64}$/i, 'SHA-256 in hex');
const moment = z.iso.datetime({ offset: true }).transform((text) => new Date(text));
const text = (max: number) => z.string().trim().min(1).max(max);

const Request = z.object({
  id: z.uuid(), kind: z.enum(kinds), state: z.enum(states), round: z.number(), profile: z.string(), agencyId: z.uuid(), agencyCode: z.string(),
  officialId: z.uuid().nullable(), serviceName: z.string().nullable(), device: z.enum(devices).nullable(),
  certificateId: z.uuid().nullable(), newCertificateId: z.uuid().nullable(), subject: z.string(), keySha256: z.string().nullable(),
  days: z.number().nullable(), endsAt: instant.nullable(), ground: ground.nullable(), reason: z.string().nullable(), invalidityDate: instant.nullable(),
  note: z.string().nullable(), transfer: z.enum(transfers).nullable(), wetSigned: z.boolean(), urgent: z.boolean(), contentHash: z.string(), submittedBy: z.string(), amendedBy: z.string().nullable(), confirmedBy: z.string().nullable(),
  examinedBy: z.string().nullable(), approvedBy: z.string().nullable(), dueAt: instant.nullable(), overdue: z.boolean(),
  identityCheck: z.string().nullable().meta({ description: 'not-checked: nobody asked the national population database about the official' }),
  nextDecisions: z.array(decision), createdAt: instant, stateChangedAt: instant,
});
const Decision = z.object({
  decision, round: z.number(), fromState: z.string(), toState: z.string(), actorId: z.string(), actorName: z.string(),
  reason: z.string().nullable(), contentHash: z.string(), decidedAt: instant,
});
const WholeRequest = Request.extend({ decisions: z.array(Decision) });

// An ML-DSA-87 request has some 12,500 characters as PEM.
const csr = z.string().min(1).max(20_000);
const idempotencyKey = z.string().regex(/^[\x21-\x7e]{8,100}$/).optional();
const common = { device: z.enum(devices).optional(), note: text(2000).optional(), idempotencyKey };
const certificateId = z.uuid();
const transfer = z.enum(transfers).optional();

const Submission = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('issue'), profile, officialId: z.uuid().optional(), agencyId: z.uuid().optional(), serviceName: text(64).optional(), csr, wetSigned: z.boolean().optional(), ...common,
  }),
  z.strictObject({ kind: z.literal('renew'), certificateId, csr, ...common }),
  z.strictObject({ kind: z.literal('change'), certificateId, csr, transfer, ...common, note: text(2000) }),
  z.strictObject({ kind: z.literal('revoke'), certificateId, ground, invalidityDate: moment.optional(), transfer, ...common }),
  z.strictObject({ kind: z.literal('restore-device'), certificateId, ...common, note: text(2000) }),
]);
const Amendment = z.strictObject({ csr, note: text(2000), ground, invalidityDate: moment, transfer: z.enum(transfers) }).partial();
const NewDecision = z.strictObject({ decision, reason: text(2000).optional(), contentHash: hash.optional() });

const byId = z.object({ id: z.uuid() });
const hex = (bytes: Uint8Array | null): string | null => bytes && Buffer.from(bytes).toString('hex');

function shown(row: ShownRequest, now: Date): z.input<typeof Request> {
  const waiting = row.state === 'confirmed' || row.state === 'examined' || (row.urgent && row.state === 'draft');
  return {
    ...row, subject: row.subjectText, keySha256: hex(row.spkiHash), contentHash: hex(row.contentHash) ?? '',
    overdue: waiting && row.dueAt !== null && row.dueAt <= now, nextDecisions: row.state === 'issued' ? [] : nextDecisions(row.kind, row.state),
  };
}

/** Overdue: the term has ended; soon: it ends within the time that a policy sets. */
async function dueFilter({ db, now }: Services, due: 'overdue' | 'soon' | undefined): Promise<{ dueBefore?: Date; dueAfter?: Date }> {
  if (due === undefined) return {};
  const at = now();
  if (due === 'overdue') return { dueBefore: at };
  return { dueAfter: at, dueBefore: new Date(at.getTime() + (await policyAt(db, 'deadline.warn_hours', at)) * 3_600_000) };
}

const contentProblems = [
  'invalid-fields', 'outside-your-agency', 'certificate-not-found', 'certificate-already-revoked', 'duplicate-request', 'state-changed', 'csr-malformed',
  'csr-signature-invalid', 'key-too-weak', 'key-compromised', 'key-used-by-another', 'algorithm-not-allowed', 'subject-mismatch', 'profile-violation',
  'renewal-not-open', 'renewal-limit-reached',
] as const satisfies readonly ProblemCode[];
const decisionProblems = [
  'invalid-fields', 'not-found', 'outside-your-agency', 'not-permitted', 'own-request', 'request-already-decided', 'state-changed', 'csr-signature-invalid', 'key-compromised',
  'key-used-by-another', 'certificate-already-revoked', 'duplicate-request', 'renewal-not-open', 'profile-violation',
] as const satisfies readonly ProblemCode[];

/** Certification requests: the law's five kinds on one path. Who may take which decision stands in `states.ts`. */
export const requestRoutes = [
  endpoint({
    method: 'post', path: '/api/v1/requests', summary: 'Hand in a certification request', allow: 'request:submit',
    body: Submission, status: 201, reply: Request, problems: contentProblems,
    handle: async ({ services, actor, body: { idempotencyKey: key, ...input } }) => shown(await submitRequest(services, actor, input, key), services.now()),
  }),
  endpoint({
    method: 'get', path: '/api/v1/requests', summary: 'Search the requests, newest first', allow: 'request:read',
    query: pageQuery.extend({
      state: z.enum(states).optional(), kind: z.enum(kinds).optional(), q: z.string().trim().max(100).optional(), agency: z.string().max(35).optional(),
      officialId: z.uuid().optional(), certificateId: z.uuid().optional(), dueBefore: moment.optional(), due: z.enum(['overdue', 'soon']).optional(), urgent: z.stringbool().optional(),
    }),
    status: 200, reply: pageOf(Request), problems: ['not-found'],
    handle: async ({ services, actor, query: { q, agency, due, ...query } }) => {
      const top = agency === undefined ? undefined : await findAgencyByCode(services.db, agency);
      const page = await listRequests(services.db, { ...query, ...await dueFilter(services, due), search: q, under: [actor.agencyPath, top?.path] }, query);
      return { items: page.items.map((row) => shown(row, services.now())), next: page.next };
    },
  }),
  endpoint({
    method: 'get', path: '/api/v1/requests/:id', summary: 'A request with every decision on it', allow: 'request:read',
    params: byId, status: 200, reply: WholeRequest, problems: ['not-found', 'outside-your-agency'],
    handle: async ({ services, actor, params: { id } }) => {
      const row = await findRequest(services.db, id);
      if (!row) throw new Problem('not-found', { request: id });
      requireWithin(actor, row.agencyPath);
      const decisions = (await listDecisions(services.db, id)).map((d) => ({ ...d, contentHash: hex(d.contentHash) ?? '' }));
      return { ...shown(row, services.now()), decisions };
    },
  }),
  endpoint({
    method: 'patch', path: '/api/v1/requests/:id', summary: 'Amend a draft or a returned request', allow: 'request:submit',
    params: byId, body: Amendment, status: 200, reply: Request, problems: [...contentProblems, 'not-found'],
    handle: async ({ services, actor, params, body }) => shown(await amendRequest(services, actor, params.id, body), services.now()),
  }),
  endpoint({
    method: 'post', path: '/api/v1/requests/:id/decisions', summary: 'Confirm, examine, approve, return or refuse a request', allow: 'request:read',
    params: byId, body: NewDecision, status: 201, reply: Request, problems: decisionProblems,
    handle: async ({ services, actor, params, body }) =>
      shown(await decideRequest(services, { ...body, requestId: params.id, actor }), services.now()),
  }),
  endpoint({
    method: 'post', path: '/api/v1/requests/decisions', summary: 'Decide on many requests; each is settled on its own', allow: 'request:read',
    body: z.strictObject({ items: z.array(NewDecision.extend({ requestId: z.uuid() })).min(1).max(200) }), status: 200,
    reply: z.object({ items: z.array(z.object({ requestId: z.uuid(), request: Request.nullable(), problem: z.object({ code: z.string(), status: z.number() }).nullable() })) }),
    problems: decisionProblems,
    handle: async ({ services, actor, body: { items } }) => {
      const outcomes = await decideRequests(services, items.map((item) => ({ ...item, actor })));
      return { items: outcomes.map((outcome, i) => ({ requestId: items[i]!.requestId, ...settled(outcome, services.now()) })) };
    },
  }),
];

function settled(outcome: PromiseSettledResult<ShownRequest>, now: Date): { request: z.input<typeof Request> | null; problem: { code: string; status: number } | null } {
  if (outcome.status === 'fulfilled') return { request: shown(outcome.value, now), problem: null };
  if (!(outcome.reason instanceof Problem)) throw outcome.reason;
  return { request: null, problem: { code: outcome.reason.code, status: problems[outcome.reason.code].status } };
}
