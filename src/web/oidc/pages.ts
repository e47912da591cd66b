import { z } from 'zod';
import { beginOidc } from '../../oidc/begin.ts';
import { finishOidc } from '../../oidc/finish.ts';
import { html, page, redirect, type Html } from '../frame/page.ts';

const To = z.object({ to: z.string().max(500).optional() });
const unavailable = (name: string | undefined, to: string | undefined): Html => html('oidc/unavailable.njk', { name, to }, name === undefined ? 200 : 503);

/** Signing in with the organisation's account, where one is set up. */
export const oidcPages = [
  // a GET, for a form that leads to another host would break the content security policy
  page({
    method: 'get', path: '/sign-in/organisation', allow: 'anyone', query: To,
    handle: async ({ services, session, query: { to }, language, from }) => {
      const { oidc } = services.config;
      if (session || !oidc) return session ? redirect('/welcome') : unavailable(undefined, to);
      const begun = await beginOidc(services, { returnPath: to, language, from });
      return begun ? { ...redirect(begun.url), journey: begun.token } : unavailable(oidc.name, to);
    },
  }),
  page({
    method: 'get', path: '/sign-in/organisation/callback', allow: 'anyone',
    handle: async ({ services, here, journey, from }) => {
      const query = new URLSearchParams(here.split('?')[1] ?? '');
      const { oidc } = services.config;
      // opened by hand
      if (!oidc || !query.has('state')) return redirect('/sign-in');
      const ended = await finishOidc(services, { query, token: journey, from });
      if (!('refused' in ended)) return { ...redirect(ended.returnPath === '/' ? '/welcome' : ended.returnPath, ended), journey: '' };
      if (ended.refused === 'unavailable') return unavailable(oidc.name, undefined);
      return html('oidc/refused.njk', { name: oidc.name, cancelled: ended.refused === 'cancelled' }, ended.refused === 'cancelled' ? 200 : 403);
    },
  }),
];
