import { z } from 'zod';
import { endpoint, instant, pageOf, pageQuery } from '../http/endpoint.ts';
import { approveTrustList, refuseTrustList } from './decide.ts';
import { previewTrustList, proposeTrustList } from './propose.ts';
import { listTrustLists, type TrustListRow } from './store.ts';

const fingerprint = z.string().regex(/^([0-9a-fA-F]{2}:?){31}[0-9a-fA-F]{2}$/, 'SHA-256 in hex');
const domain = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9 ._-]{0,39}$/);

const Told = z.object({ label: z.string(), scope: z.enum(['signing', 'timestamping', 'any']), trustedFrom: instant, trustedUntil: instant.nullable() });
const Change = z.object({ kind: z.enum(['add', 'change', 'end', 'keep-pinned']), fingerprint: z.string(), subject: z.string(), before: Told.nullable(), after: Told.nullable() });
const Preview = z.object({
  operatorName: z.string(), sequenceNumber: z.number(), issuedAt: instant, nextUpdate: instant.nullable(), digest: z.string(),
  warnings: z.array(z.enum(['next-update-passed', 'list-closed', 'issued-in-the-future', 'signer-changed', 'unreadable-certificates'])), changes: z.array(Change),
});
const TrustList = z.object({
  id: z.uuid(), domain: z.string(), operatorName: z.string(), sequenceNumber: z.number(), issuedAt: instant, nextUpdate: instant.nullable(), digest: z.string(),
  signerFingerprint: z.string(), state: z.enum(['proposed', 'approved', 'refused']), proposedAt: instant, decidedAt: instant.nullable(),
  fetchedFrom: z.string().nullable(), checkedAt: instant.nullable(), checkFailure: z.string().nullable(),
});

const shown = ({ digest, signerFingerprint, approved, ...row }: TrustListRow) => ({
  ...row, digest: Buffer.from(digest).toString('hex'), signerFingerprint: Buffer.from(signerFingerprint).toString('hex'),
  state: approved === null ? 'proposed' as const : approved ? 'approved' as const : 'refused' as const,
});

const upload = { maxBytes: 33_554_432, files: ['file'] };
const body = z.object({ domain, signerFingerprint: fingerprint });
const params = z.object({ id: z.uuid() });

/** Trusted lists of ETSI TS 119 612: seen first, proposed by one, approved by another. */
export const trustListRoutes = [
  endpoint({
    method: 'get', path: '/api/v1/trust-lists', summary: 'The trusted lists that were handed in', allow: 'trust-anchor:read',
    query: pageQuery, status: 200, reply: pageOf(TrustList), problems: [],
    handle: async ({ services, query }) => {
      const { items, next } = await listTrustLists(services.db, query);
      return { items: items.map(shown), next };
    },
  }),
  endpoint({
    method: 'post', path: '/api/v1/trust-lists/preview', summary: 'What a trusted list would change; changes nothing', allow: 'trust-anchor:manage',
    upload, body, status: 200, reply: Preview, problems: ['invalid-fields', 'document-unreadable'],
    handle: async ({ services, body: given, files }) => previewTrustList(services, { ...given, xml: files['file']!.bytes }),
  }),
  endpoint({
    method: 'post', path: '/api/v1/trust-lists', summary: 'Propose a trusted list, signed by the certificate with this fingerprint', allow: 'trust-anchor:manage',
    upload, body, status: 201, reply: TrustList.extend({ preview: Preview }), problems: ['invalid-fields', 'document-unreadable'],
    handle: async ({ services, actor, body: given, files }) => {
      const { list, preview } = await proposeTrustList(services, actor, { ...given, xml: files['file']!.bytes });
      return { ...shown(list), preview };
    },
  }),
  endpoint({
    method: 'post', path: '/api/v1/trust-lists/:id/approval', summary: 'Approve a list that another person proposed; to one that was fetched the first yes is the proposal', allow: 'trust-anchor:manage',
    params, body: z.strictObject({ signerFingerprint: fingerprint }), status: 200, reply: TrustList.extend({ changes: z.array(Change) }),
    problems: ['not-found', 'own-request', 'state-changed', 'invalid-fields'],
    handle: async ({ services, actor, params: { id }, body: given }) => {
      const { list, changes } = await approveTrustList(services, actor, { id, ...given });
      return { ...shown(list), changes };
    },
  }),
  endpoint({
    method: 'post', path: '/api/v1/trust-lists/:id/refusal', summary: 'Put a proposed list away', allow: 'trust-anchor:manage',
    params, status: 200, reply: TrustList, problems: ['not-found', 'state-changed'],
    handle: async ({ services, actor, params: { id } }) => shown(await refuseTrustList(services, actor, id)),
  }),
];
