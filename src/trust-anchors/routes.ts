import { z } from 'zod';
import { endpoint, instant, pageOf, pageQuery } from '../http/endpoint.ts';
import { addTrustAnchor } from './add.ts';
import { listTrustAnchors, type TrustAnchorRow } from './store.ts';
import { withdrawTrustAnchor } from './withdraw.ts';

const scope = z.enum(['signing', 'timestamping', 'any']);

const TrustAnchor = z.object({
  id: z.uuid(), fingerprint: z.string(), subject: z.string(), label: z.string(), domain: z.string(), scope,
  trustedFrom: instant, trustedUntil: instant.nullable(), createdAt: instant, confirmedAt: instant.nullable(), withdrawnAt: instant.nullable(),
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

/** The trust anchors API: pinned by fingerprint, labelled by trust domain. */
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
    method: 'post', path: '/api/v1/trust-anchors', summary: 'Pin a certificate as a trust anchor, by its fingerprint', allow: 'trust-anchor:manage',
    body: NewTrustAnchor, status: 201, reply: TrustAnchor, problems: ['invalid-fields', 'duplicate-request', 'document-unreadable'],
    handle: async ({ services, actor, body }) => shown(await addTrustAnchor(services, actor, body)),
  }),
  endpoint({
    method: 'post', path: '/api/v1/trust-anchors/:id/withdrawal', summary: 'Take trust from an anchor at once', allow: 'trust-anchor:manage',
    params: z.object({ id: z.uuid() }), status: 200, reply: TrustAnchor, problems: ['not-found', 'state-changed'],
    handle: async ({ services, actor, params }) => shown(await withdrawTrustAnchor(services, actor, params.id)),
  }),
];
