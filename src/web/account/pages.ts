import { z } from 'zod';
import type { Actor } from '../../services.ts';
import { endSessions } from '../../sessions/end.ts';
import { listOwnSessions } from '../../sessions/find.ts';
import { html, page, redirect } from '../frame/page.ts';
import type { Translate, WordKey } from '../text/words.ts';
import { browserOf } from './browser-of.ts';
import { roleWords } from './role-words.ts';

const methodWords: Readonly<Record<string, WordKey>> = {
  link: 'account.methodLink', enrolment: 'account.methodEnrolment', passkey: 'account.methodPasskey', 'client-certificate': 'account.methodCertificate',
  oidc: 'account.methodOidc', 'key-proof': 'account.methodKey',
};

function rolesOf({ kind, roles }: Actor, t: Translate): string {
  if (kind === 'official') return t('account.roleOfficial');
  return roles.length === 0 ? t('account.roleEnrolling') : roles.map((role) => t(roleWords[role])).join(', ');
}

/** Who one is here, and where one is signed in. */
export const accountPages = [
  page({
    method: 'get', path: '/account', allow: 'signed-in', query: z.object({ ended: z.coerce.number().int().min(0).max(1_000).optional() }),
    handle: async ({ services, actor, session, t, query: { ended } }) => {
      const sessions = (await listOwnSessions(services, actor)).map(({ userAgent, ...one }) => ({
        ...one, browser: browserOf(userAgent) ?? t('account.unknownBrowser'), how: t(methodWords[one.method] ?? 'account.methodLink'), isThis: one.id === session?.id,
      }));
      return html('account/account.njk', { isStaff: actor.kind === 'operator', name: actor.name, roles: rolesOf(actor, t), how: t(methodWords[session?.method ?? ''] ?? 'account.methodLink'), sessions, ended });
    },
  }),
  page({
    method: 'post', path: '/account/sessions', allow: 'signed-in', body: z.object({ only: z.uuid().optional() }),
    handle: async ({ services, actor, session, body: { only } }) => {
      const ended = await endSessions(services, actor, only === undefined ? { except: session?.id ?? '' } : { only });
      return only !== undefined && only === session?.id ? redirect('/signed-out', 'ended') : redirect(`/account?ended=${ended}`);
    },
  }),
];
