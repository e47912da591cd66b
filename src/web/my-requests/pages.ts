import { z } from 'zod';
import { getOwnCertificate, getOwnRequest } from '../../holders/find.ts';
import { html, page } from '../frame/page.ts';
import { holderName } from '../my-certificates/present.ts';
import { kindWords, presentSteps } from './present.ts';

/** A request of one's own, followed step by step; where this browser made the key, the file with the new certificate. */
export const myRequestPages = [
  page({
    method: 'get', path: '/my-requests/:id', allow: 'own:read', params: z.object({ id: z.uuid() }),
    handle: async ({ services, actor, params, t }) => {
      const request = await getOwnRequest(services, actor, params.id);
      const issued = request.state === 'issued' && request.newCertificateId !== null ? await getOwnCertificate(services, actor, request.newCertificateId) : undefined;
      const chain = issued ? [issued.der, ...issued.chain].map((der) => Buffer.from(der).toString('base64')).join(' ') : '';
      return html('my-requests/request.njk', { request, kindText: t(kindWords[request.kind]), steps: presentSteps(request, t), issued, holder: issued && holderName(issued.der), chain });
    },
  }),
];
