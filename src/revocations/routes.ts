import { z } from 'zod';
import { endpoint, instant } from '../http/endpoint.ts';
import { maxPaperBytes } from '../papers/attach.ts';
import { rates, takeRate } from '../rates/take.ts';
import { states } from '../requests/states.ts';
import { makeCode } from './give-code.ts';
import { handInOrder } from './order.ts';
import { holderGrounds, revokeByCode } from './revoke-by-code.ts';

const Revocation = z.object({ serialNumber: z.string(), reason: z.string(), ground: z.string().nullable(), revokedAt: instant, invalidityDate: instant.nullable() });
const note = z.string().trim().min(1).max(2000);
const serialNumber = z.string().trim().max(80).transform((text) => text.toLowerCase().replaceAll(/[\s:]/g, '')).pipe(z.string().regex(/^(?:[0-9a-f]{2}){1,20}$/, 'must be the serial number in hex'));

/** Ways to a revocation beside the agency's request: the holder's code, and orders from outside. */
export const revocationRoutes = [
  endpoint({
    method: 'post', path: '/api/v1/revocations', summary: 'Revoke a certificate with its serial number and revocation code, day and night', allow: 'anyone',
    body: z.strictObject({
      serialNumber, code: z.string().min(1).max(64), ground: z.enum(holderGrounds),
      invalidityDate: z.iso.datetime({ offset: true }).transform((text) => new Date(text)).optional(), comment: z.string().trim().max(1000).optional(),
    }),
    status: 201, reply: Revocation, problems: ['code-not-accepted', 'certificate-already-revoked', 'invalid-fields', 'too-many-requests', 'state-changed'],
    handle: async ({ services, actor, body, address, setHeader }) => {
      // A code has 80 bits: the limit keeps noise down, not guesses. None is set per certificate, or a stranger could keep its holder out.
      await takeRate(services, { purpose: 'revocation', caller: address, rate: rates.anyone, setHeader });
      return revokeByCode(services, actor, body);
    },
  }),
  endpoint({
    method: 'post', path: '/api/v1/revocations/orders', summary: 'Hand in the written order of an investigating body, with its paper', allow: 'certificate:revoke',
    upload: { maxBytes: maxPaperBytes, files: ['file'] }, body: z.strictObject({ certificateId: z.uuid(), note }), status: 201,
    reply: z.object({ id: z.uuid(), state: z.enum(states), dueAt: instant.nullable() }),
    problems: ['certificate-not-found', 'certificate-already-revoked', 'duplicate-request', 'invalid-fields', 'document-unreadable', 'too-large', 'outside-your-agency', 'took-too-long'],
    handle: async ({ services, actor, body, files }) => handInOrder(services, actor, { ...body, file: files['file']! }),
  }),
  endpoint({
    method: 'post', path: '/api/v1/certificates/:id/revocation-code', summary: 'A new revocation code, shown this once; an earlier one ends', allow: 'request:submit',
    params: z.object({ id: z.uuid() }), status: 201, reply: z.object({ serialNumber: z.string(), code: z.string() }),
    problems: ['certificate-not-found', 'outside-your-agency', 'certificate-already-revoked', 'state-changed'],
    handle: async ({ services, actor, params: { id } }) => makeCode(services, actor, id),
  }),
];
