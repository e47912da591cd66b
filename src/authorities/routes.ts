import { z } from 'zod';
import { endpoint, instant } from '../http/endpoint.ts';
import { addGeneration, createIssuingAuthority, createRootAuthority } from './create.ts';
import { listAuthorities } from './list.ts';

const Key = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('rsa'), bits: z.union([z.literal(3072), z.literal(4096)]), pss: z.boolean().default(false) }),
  z.strictObject({ type: z.literal('ec'), curve: z.enum(['P-256', 'P-384', 'P-521']) }),
  z.strictObject({ type: z.enum(['ed25519', 'ml-dsa-44', 'ml-dsa-65', 'ml-dsa-87']) }),
]);
const slug = z.string().regex(/^[a-z][a-z0-9-]{1,40}$/);
const name = z.string().trim().min(1).max(64);
const days = z.number().int().min(1).max(7_305);

const Generation = z.object({
  id: z.uuid(), generation: z.number().int(), label: z.string(), scheme: z.string(), certificateId: z.uuid(), state: z.string(),
  subject: z.string(), serialNumber: z.string(), notBefore: instant, notAfter: instant, retiredAt: instant.nullable(),
  sha256Fingerprint: z.string().nullable(),
  urls: z.object({ ocsp: z.string(), caIssuers: z.string(), crl: z.string() }),
});
const Authority = z.object({
  id: z.uuid(), slug: z.string(), name: z.string(), kind: z.enum(['root', 'issuing']), parentId: z.uuid().nullable(), createdAt: instant,
  generations: z.array(Generation),
});
const Created = z.object({ authorityId: z.uuid(), generationId: z.uuid(), certificateId: z.uuid(), label: z.string() });

export const authorityRoutes = [
  endpoint({
    method: 'get',
    path: '/api/v1/authorities',
    summary: 'The certification authorities with the generations of their keys',
    allow: 'authority:read',
    status: 200,
    reply: z.object({ items: z.array(Authority) }),
    problems: [],
    handle: async ({ services }) => ({ items: await listAuthorities(services) }),
  }),
  endpoint({
    method: 'post',
    path: '/api/v1/authorities',
    summary: 'Create a root CA, or an issuing CA below one',
    allow: 'authority:manage',
    body: z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('root'), slug, commonName: name, organisation: name, key: Key, days }),
      z.strictObject({ kind: z.literal('issuing'), parentId: z.uuid(), slug, commonName: name, organisation: name, key: Key, days }),
    ]),
    status: 201,
    reply: Created,
    problems: ['duplicate-request', 'not-found', 'profile-violation', 'keystore-unavailable'],
    handle: async ({ services, actor, body }) =>
      (body.kind === 'root' ? createRootAuthority(services, actor, body) : createIssuingAuthority(services, actor, body)),
  }),
  endpoint({
    method: 'post',
    path: '/api/v1/authorities/:id/generations',
    summary: 'Give an authority a new key under the same name',
    allow: 'authority:manage',
    params: z.object({ id: z.uuid() }),
    body: z.strictObject({ organisation: name, key: Key, days }),
    status: 201,
    reply: Created,
    problems: ['not-found', 'profile-violation', 'keystore-unavailable'],
    handle: async ({ services, actor, params, body }) => addGeneration(services, actor, { authorityId: params.id, ...body }),
  }),
];
