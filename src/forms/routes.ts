import { z } from 'zod';
import { binary, endpoint } from '../http/endpoint.ts';
import { maxPaperBytes } from '../papers/attach.ts';
import { states } from '../requests/states.ts';
import { confirmBySignature } from './confirm.ts';
import { printForm } from './print.ts';

const byId = z.object({ id: z.uuid() });

/** The official forms: printed, filled in, and taken back signed. */
export const formRoutes = [
  endpoint({
    method: 'get', path: '/api/v1/requests/:id/form.pdf', summary: 'The official form of a request, filled in', allow: 'request:read',
    params: byId, accepts: ['application/pdf'], status: 200, reply: z.never(), problems: ['not-found', 'outside-your-agency'],
    handle: async ({ services, actor, params: { id } }) => {
      const { number, bytes } = await printForm(services, actor, id);
      return binary(bytes, 'application/pdf', `mau-${number}-${id}.pdf`);
    },
  }),
  endpoint({
    method: 'post', path: '/api/v1/requests/:id/confirmation', summary: 'Confirm a request by its form, signed by the registrar or sealed', allow: 'request:confirm',
    params: byId, upload: { maxBytes: maxPaperBytes, files: ['file'] }, status: 201, reply: z.object({ id: z.uuid(), state: z.enum(states) }),
    problems: ['not-found', 'outside-your-agency', 'state-changed', 'confirmation-not-valid', 'invalid-fields', 'document-unreadable', 'too-large', 'took-too-long', 'request-already-decided'],
    handle: async ({ services, actor, params: { id }, files }) => confirmBySignature(services, actor, id, files['file']!),
  }),
];
