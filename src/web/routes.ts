import { z } from 'zod';
import { binary, endpoint } from '../http/endpoint.ts';
import { formPage } from './verify/page.ts';

/** The pages that are plain reading; the form's answer is made in verify/page.ts. */
export const webRoutes = [
  endpoint({
    method: 'get', path: '/', summary: 'The public page: check a signed document', allow: 'anyone',
    query: z.object({ lang: z.string().max(20).optional() }), status: 200, reply: z.unknown(), problems: [],
    handle: async ({ services, query }) =>
      binary(Buffer.from(formPage(query.lang === 'en' ? 'en' : 'vi', services.config.maxDocumentBytes)), 'text/html; charset=utf-8'),
  }),
];
