import { z } from 'zod';
import { binary, endpoint, instant, pageOf, pageQuery } from '../http/endpoint.ts';
import { addAddress, removeAddress } from './addresses.ts';
import { readObject } from './keep.ts';
import { pageAddresses, type AddressRow } from './store.ts';

const kind = z.enum(['ca-issuers', 'crl', 'ocsp']);
const Address = z.object({ id: z.uuid(), kind, issuer: z.string().nullable(), prefix: z.string(), replacement: z.string(), createdAt: instant });
const shown = ({ issuerText, ...row }: AddressRow) => ({ ...row, issuer: issuerText });

const contentTypes = { certificate: 'application/pkix-cert', crl: 'application/pkix-crl', ocsp: 'application/ocsp-response' } as const;

/** Where issuers are really found, and the bytes that answers rested on. */
export const evidenceRoutes = [
  endpoint({
    method: 'get', path: '/api/v1/evidence-addresses', summary: 'Where issuers are really found, when their certificates say otherwise', allow: 'trust-anchor:read',
    query: pageQuery, status: 200, reply: pageOf(Address), problems: [],
    handle: async ({ services, query }) => {
      const { items, next } = await pageAddresses(services.db, query);
      return { items: items.map(shown), next };
    },
  }),
  endpoint({
    method: 'post', path: '/api/v1/evidence-addresses', summary: 'Say where an issuer is really found', allow: 'trust-anchor:manage',
    body: z.strictObject({ kind, issuer: z.string().max(100_000).optional(), prefix: z.string().max(500).default(''), replacement: z.string().min(1).max(500) }),
    status: 201, reply: Address, problems: ['invalid-fields', 'duplicate-request', 'document-unreadable'],
    handle: async ({ services, actor, body }) => shown(await addAddress(services, actor, body)),
  }),
  endpoint({
    method: 'delete', path: '/api/v1/evidence-addresses/:id', summary: 'Take such an address back', allow: 'trust-anchor:manage',
    params: z.object({ id: z.uuid() }), status: 204, reply: z.undefined(), problems: ['not-found'],
    handle: async ({ services, actor, params }) => {
      await removeAddress(services, actor, params.id);
      return undefined;
    },
  }),
  endpoint({
    method: 'get', path: '/api/v1/evidence/:sha256', summary: 'The bytes of evidence that an answer names by its hash', allow: 'verification:read',
    params: z.object({ sha256: z.string().regex(/^[0-9a-f]{64}$/) }), status: 200, reply: z.string(), accepts: Object.values(contentTypes), problems: ['not-found'],
    handle: async ({ services, params }) => {
      const object = await readObject(services, params.sha256);
      return binary(object.bytes, contentTypes[object.kind]);
    },
  }),
];
