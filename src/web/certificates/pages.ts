import { z } from 'zod';
import { certificateFile, certificateFormats } from '../../certificates/file.ts';
import { getCertificate } from '../../certificates/find.ts';
import { showCertificate } from '../../lookup/certificate.ts';
import { file, html, page } from '../frame/page.ts';
import { presentCertificate } from './present.ts';

const byId = z.object({ id: z.uuid() });

/** A certificate with its fields, path, history and structure, for those who look after it. */
export const certificatePages = [
  page({
    method: 'get', path: '/certificates/:id', allow: 'certificate:read', params: byId, query: z.object({ done: z.literal('revoked').optional() }),
    handle: async ({ services, actor, params, query, t }) => {
      const story = await showCertificate(services, actor, params.id);
      return html('certificates/certificate.njk', { ...presentCertificate(story, actor, services.now(), t), done: query.done });
    },
  }),
  page({
    method: 'get', path: '/certificates/:id/file/:format', allow: 'certificate:read', params: byId.extend({ format: z.enum(certificateFormats) }),
    handle: async ({ services, actor, params: { id, format } }) => {
      const { bytes, contentType, name } = await certificateFile(services, await getCertificate(services, actor, id), format);
      return file(bytes, contentType, name);
    },
  }),
];
