import { z } from 'zod';
import { binary, endpoint, instant } from '../http/endpoint.ts';
import { paperKinds } from '../requests/kinds.ts';
import { attachPaper, maxPaperBytes } from './attach.ts';
import { listPapers, openPaper } from './read.ts';
import type { PaperEntry } from './store.ts';

export const Paper = z.object({
  id: z.uuid(), requestId: z.uuid(), kind: z.enum(paperKinds), name: z.string(), size: z.number(), digest: z.string(),
  indication: z.enum(['TOTAL-PASSED', 'INDETERMINATE', 'TOTAL-FAILED']), subIndication: z.string().nullable(), signatures: z.number(),
  verificationId: z.uuid(), signerCertificateId: z.uuid().nullable(), addedBy: z.string(), addedAt: instant,
});

/** A paper as it is shown. */
export const shownPaper = ({ digest, ...paper }: PaperEntry): z.input<typeof Paper> => ({ ...paper, digest: Buffer.from(digest).toString('hex') });

const byRequest = z.object({ id: z.uuid() });
const attachable = z.enum(paperKinds).exclude(['signed-form']);

/** Papers beside a request: PDFs, verified where they are signed. */
export const paperRoutes = [
  endpoint({
    method: 'post', path: '/api/v1/requests/:id/papers', summary: 'Attach a PDF to an open request; its signatures are verified', allow: 'request:submit',
    params: byRequest, upload: { maxBytes: maxPaperBytes, files: ['file'] }, body: z.strictObject({ kind: attachable }), status: 201, reply: Paper,
    problems: ['not-found', 'outside-your-agency', 'state-changed', 'invalid-fields', 'too-large', 'document-unreadable', 'took-too-long', 'too-many-requests'],
    handle: async ({ services, actor, params: { id }, body: { kind }, files }) => {
      const { name, bytes } = files['file']!;
      return shownPaper(await attachPaper(services, actor, { requestId: id, kind, name, bytes }));
    },
  }),
  endpoint({
    method: 'get', path: '/api/v1/requests/:id/papers', summary: 'The papers of a request with the verdict on each', allow: 'request:read',
    params: byRequest, status: 200, reply: z.object({ items: z.array(Paper) }), problems: ['not-found', 'outside-your-agency'],
    handle: async ({ services, actor, params: { id } }) => ({ items: (await listPapers(services, actor, id)).map(shownPaper) }),
  }),
  endpoint({
    method: 'get', path: '/api/v1/requests/:id/papers/:paperId', summary: 'A paper itself; who opens it is recorded', allow: 'request:read',
    params: byRequest.extend({ paperId: z.uuid() }), accepts: ['application/pdf'], status: 200, reply: Paper, problems: ['not-found', 'outside-your-agency'],
    handle: async ({ services, actor, params: { id, paperId }, accept }) => {
      const paper = await openPaper(services, actor, id, paperId);
      // A stranger's file: offered for saving, never shown in a page of ours.
      return accept === 'application/pdf' ? binary(paper.bytes, 'application/pdf', paper.name) : shownPaper(paper);
    },
  }),
];
