import { z } from 'zod';
import { challengeFile, makeChallenge } from '../../key-proof/challenge.ts';
import { proveKey } from '../../key-proof/prove.ts';
import { safeReturnPath } from '../../sign-in/return-path.ts';
import { file, html, page, redirect } from '../frame/page.ts';

const To = z.object({ to: z.string().max(500).optional().transform((path) => (path === undefined ? undefined : safeReturnPath(path))) });
const challenge = z.string().max(100).default('');
// a signed PDF with a picture of the signature and its evidence
const maxProofBytes = 2_097_152;

/** Signing in by the key of one's certificate: a file to sign, and the file signed. */
export const keyProofPages = [
  page({
    method: 'get', path: '/sign-in/key', allow: 'anyone', query: To,
    handle: async ({ session, query: { to } }) => (session ? redirect(to ?? '/welcome') : html('key-proof/start.njk', { to })),
  }),
  page({
    method: 'post', path: '/sign-in/key', allow: 'anyone', query: To,
    handle: async ({ services, query: { to }, from }) => {
      const made = await makeChallenge(services, from);
      return html('key-proof/sign.njk', { to, challenge: made.token, expiresAt: made.expiresAt });
    },
  }),
  page({
    method: 'post', path: '/sign-in/key/file', allow: 'anyone', query: To,
    body: z.object({ challenge, format: z.enum(['txt', 'pdf']).catch('pdf') }),
    again: async ({ query: { to } }) => html('key-proof/refused.njk', { to }), mistakes: { 'key-proof-not-valid': {} },
    handle: async ({ services, body: { challenge: token, format } }) =>
      file(await challengeFile(services, token, format), format === 'pdf' ? 'application/pdf' : 'text/plain; charset=utf-8', `dang-nhap.${format}`),
  }),
  page({
    method: 'post', path: '/sign-in/key/proof', allow: 'anyone', query: To, upload: { maxBytes: maxProofBytes, files: ['signed'] },
    body: z.object({ challenge }),
    again: async ({ query: { to } }) => html('key-proof/refused.njk', { to }), mistakes: { 'key-proof-not-valid': {}, 'too-large': {} },
    handle: async ({ services, query: { to }, body: { challenge: token }, files, from }) => {
      const session = await proveKey(services, { token, file: files['signed']?.bytes, from });
      return redirect(to === undefined || to === '/' ? '/welcome' : to, session);
    },
  }),
];
