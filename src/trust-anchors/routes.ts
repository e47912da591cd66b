import { z } from 'zod';
import { endpoint, instant, pageOf, pageQuery } from '../http/endpoint.ts';
import { approveTrustAnchor } from './approve.ts';
import { importTrustAnchors } from './import.ts';
import { publishedFingerprints } from './known.ts';
import { proposeTrustAnchor } from './propose.ts';
import { listTrustAnchors, type TrustAnchorRow } from './store.ts';
import { approveWithdrawal, proposeWithdrawal, refuseWithdrawal } from './withdraw.ts';

const scope = z.enum(['signing', 'timestamping', 'any']);

const TrustAnchor = z.object({
  id: z.uuid(), fingerprint: z.string(), subject: z.string(), label: z.string(), domain: z.string(), scope,
  trustedFrom: instant, trustedUntil: instant.nullable(), createdAt: instant, confirmedAt: instant.nullable(), withdrawnAt: instant.nullable(),
  withdrawalProposedAt: instant.nullable(), withdrawalReason: z.string().nullable(), listId: z.uuid().nullable(),
});

const NewTrustAnchor = z.strictObject({
  certificate: z.string().min(1).max(200_000),
  fingerprint: z.string().regex(/^([0-9a-fA-F]{2}:?){31}[0-9a-fA-F]{2}$/, 'SHA-256 in hex'),
  label: z.string().trim().min(1).max(200),
  domain: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9 ._-]{0,39}$/),
  scope: scope.default('any'),
  trustedFrom: z.iso.datetime({ offset: true }).transform((text) => new Date(text)).optional(),
  trustedUntil: z.iso.datetime({ offset: true }).transform((text) => new Date(text)).optional(),
});

const shown = ({ fingerprint, subjectText, ...row }: TrustAnchorRow) =>
  ({ ...row, subject: subjectText, fingerprint: Buffer.from(fingerprint).toString('hex') });

const fingerprint = NewTrustAnchor.shape.fingerprint;
const params = z.object({ id: z.uuid() });
const Bundle = z.object({
  fingerprints: z.string().max(20_000).transform((text) => text.split(',')).pipe(z.array(fingerprint).min(1).max(100)), label: NewTrustAnchor.shape.label,
  domain: NewTrustAnchor.shape.domain, scope,
});

/** The trust anchors API: pinned by fingerprint, proposed by one person and approved by another. */
export const trustAnchorRoutes = [
  endpoint({
    method: 'get', path: '/api/v1/trust-anchors', summary: 'List the certificates that trust begins with', allow: 'trust-anchor:read',
    query: pageQuery, status: 200, reply: pageOf(TrustAnchor), problems: [],
    handle: async ({ services, query }) => {
      const { items, next } = await listTrustAnchors(services.db, query);
      return { items: items.map(shown), next };
    },
  }),
  endpoint({
    method: 'get', path: '/api/v1/trust-anchors/published', summary: 'Fingerprints seen in public, to compare with; none is confirmed, none is trusted', allow: 'trust-anchor:read',
    status: 200, reply: z.object({ items: z.array(z.object({ fingerprint: z.string(), name: z.string(), domain: z.string(), seen: z.enum(['two-sources', 'one-source']), confirmed: z.literal(false) })) }),
    problems: [],
    handle: async () => ({ items: publishedFingerprints.map((each) => ({ ...each, confirmed: false as const })) }),
  }),
  endpoint({
    method: 'post', path: '/api/v1/trust-anchors', summary: 'Propose a certificate as a trust anchor, by its fingerprint', allow: 'trust-anchor:manage',
    body: NewTrustAnchor, status: 201, reply: TrustAnchor, problems: ['invalid-fields', 'duplicate-request', 'document-unreadable'],
    handle: async ({ services, actor, body }) => shown(await proposeTrustAnchor(services, actor, body)),
  }),
  endpoint({
    method: 'post', path: '/api/v1/trust-anchors/imports', summary: 'Propose certificates of a PEM or PKCS#7 file as trust anchors, by their fingerprints', allow: 'trust-anchor:manage',
    upload: { maxBytes: 1_048_576, files: ['file'] }, body: Bundle, status: 201,
    reply: z.object({ proposed: z.array(TrustAnchor), known: z.array(z.string()), left: z.array(z.string()) }), problems: ['invalid-fields', 'document-unreadable'],
    handle: async ({ services, actor, body, files }) => {
      const { proposed, known, left } = await importTrustAnchors(services, actor, { ...body, bytes: files['file']!.bytes });
      return { proposed: proposed.map(shown), known, left };
    },
  }),
  endpoint({
    method: 'post', path: '/api/v1/trust-anchors/:id/approval', summary: 'Approve an anchor that another person proposed, by its fingerprint', allow: 'trust-anchor:manage',
    params, body: z.strictObject({ fingerprint }), status: 200, reply: TrustAnchor, problems: ['not-found', 'own-request', 'state-changed', 'invalid-fields'],
    handle: async ({ services, actor, params: { id }, body }) => shown(await approveTrustAnchor(services, actor, { id, ...body })),
  }),
  endpoint({
    method: 'post', path: '/api/v1/trust-anchors/:id/withdrawal', summary: 'Propose to take trust from an anchor; take a proposed one back', allow: 'trust-anchor:manage',
    params, body: z.strictObject({ reason: z.string().trim().min(1).max(1000) }), status: 200, reply: TrustAnchor, problems: ['not-found', 'state-changed'],
    handle: async ({ services, actor, params: { id }, body }) => shown(await proposeWithdrawal(services, actor, { id, ...body })),
  }),
  endpoint({
    method: 'post', path: '/api/v1/trust-anchors/:id/withdrawal/approval', summary: 'Approve a withdrawal that another person proposed: trust ends at once', allow: 'trust-anchor:manage',
    params, status: 200, reply: TrustAnchor, problems: ['not-found', 'own-request', 'state-changed'],
    handle: async ({ services, actor, params: { id } }) => shown(await approveWithdrawal(services, actor, id)),
  }),
  endpoint({
    method: 'post', path: '/api/v1/trust-anchors/:id/withdrawal/refusal', summary: 'Leave an anchor whose withdrawal was proposed as it is', allow: 'trust-anchor:manage',
    params, status: 200, reply: TrustAnchor, problems: ['not-found', 'state-changed'],
    handle: async ({ services, actor, params: { id } }) => shown(await refuseWithdrawal(services, actor, id)),
  }),
];
