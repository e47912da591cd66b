import { z } from 'zod';
import { askForLink } from '../../sign-in/ask-link.ts';
import { safeReturnPath } from '../../sign-in/return-path.ts';
import { isLinkValid, useLink } from '../../sign-in/use-link.ts';
import { endSessions } from '../../sessions/end.ts';
import { emptyForm } from '../frame/form.ts';
import { html, page, redirect } from '../frame/page.ts';
import { signInForm } from './form.ts';

const To = z.object({ to: z.string().max(500).optional().transform((path) => (path === undefined ? undefined : safeReturnPath(path))) });
const Token = z.object({ token: z.string().max(100).default('') });

/** Signing in by a one-time link, and out. A link is used up by the button on its page alone: mail scanners open every link they see. */
export const signInPages = [
  page({
    method: 'get', path: '/sign-in', allow: 'anyone', query: To,
    handle: async ({ services, session, query: { to } }) => (session ? redirect(to ?? '/welcome') : signInForm(services, to, emptyForm)),
  }),
  page({
    method: 'post', path: '/sign-in', allow: 'anyone', query: To,
    body: z.object({ email: z.string().trim().max(254, 'signIn.emailWrong').regex(/^[^\s@]+@[^\s@]+\.[^\s@]+$/, 'signIn.emailWrong') }),
    again: async ({ services, query: { to } }, form) => signInForm(services, to, form),
    mistakes: { 'too-many-requests': { field: 'email', word: 'signIn.tooMany' } },
    handle: async ({ services, query: { to }, body: { email }, language, from }) => {
      await askForLink(services, { email, returnPath: to, language, from });
      return html('sign-in/sent.njk', { email, to });
    },
  }),
  page({
    method: 'get', path: '/sign-in/link', allow: 'anyone', query: Token,
    handle: async ({ services, query: { token } }) => ((await isLinkValid(services, token)) ? html('sign-in/link.njk', { token }) : html('sign-in/link-over.njk', {}, 403)),
  }),
  page({
    method: 'post', path: '/sign-in/link', allow: 'anyone', body: Token,
    again: async () => html('sign-in/link-over.njk'), mistakes: { 'link-not-valid': {} },
    handle: async ({ services, body: { token }, from }) => {
      const session = await useLink(services, { token, from });
      // a link that is to enrol something better leads there whatever was asked for
      return redirect(session.method === 'enrolment' || session.returnPath === '/' ? '/welcome' : session.returnPath, session);
    },
  }),
  page({
    method: 'post', path: '/sign-out', allow: 'anyone',
    handle: async ({ services, actor, session }) => {
      if (session) await endSessions(services, actor, { only: session.id });
      return redirect('/signed-out', 'ended');
    },
  }),
  page({ method: 'get', path: '/signed-out', allow: 'anyone', handle: async () => html('sign-in/signed-out.njk') }),
];
