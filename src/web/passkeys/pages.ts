import { z } from 'zod';
import { enrolPasskey, offerEnrolment } from '../../passkeys/enrol.ts';
import { listOwnPasskeys } from '../../passkeys/find.ts';
import { removePasskey } from '../../passkeys/remove.ts';
import { offerSignIn, signInWithPasskey } from '../../passkeys/sign-in.ts';
import { takesClientCertificates } from '../../http/client-certificate.ts';
import { Problem } from '../../problems.ts';
import type { OpenSession } from '../../sessions/find.ts';
import { safeReturnPath } from '../../sign-in/return-path.ts';
import { browserOf } from '../account/browser-of.ts';
import { emptyForm, type Form } from '../frame/form.ts';
import { html, page, redirect, values, type Html, type PageCall } from '../frame/page.ts';
import { signInForm } from '../sign-in/form.ts';
import type { WordKey } from '../text/words.ts';

const binary = (most: number) => z.string().max(most).regex(/^[A-Za-z0-9_-]+$/);
const credentialId = binary(1_400);
const shape = { id: credentialId, rawId: credentialId, type: z.literal('public-key'), clientExtensionResults: z.object({}) };
const Made = z.object({ ...shape, response: z.object({
  clientDataJSON: binary(4_000), attestationObject: binary(16_000),
  transports: z.array(z.enum(['ble', 'cable', 'hybrid', 'internal', 'nfc', 'smart-card', 'usb']).catch('internal')).max(10).default([]),
}) });
const Used = z.object({ ...shape, response: z.object({
  clientDataJSON: binary(4_000), authenticatorData: binary(4_000), signature: binary(8_000), userHandle: z.string().max(100).regex(/^[A-Za-z0-9_-]*$/).default(''),
}) });

/** What the script put into the form; nothing where no script ran. */
const json = <T extends z.ZodType>(schema: T) => z.string('passkeys.cancelled').max(30_000, 'passkeys.cancelled').transform((text, ctx): z.output<T> => {
  try {
    const read = schema.safeParse(JSON.parse(text));
    if (read.success) return read.data;
  } catch {
    // no JSON: said below like everything that does not fit
  }
  ctx.addIssue({ code: 'custom', message: 'passkeys.cancelled' });
  return z.NEVER;
});

const doneWords = { added: 'passkeys.doneAdded', removed: 'passkeys.doneRemoved', 'set-up': 'passkeys.doneSetUp' } as const satisfies Record<string, WordKey>;
const Done = z.object({ done: z.enum(['added', 'removed', 'set-up']).optional() });

type Call = Pick<PageCall, 'services' | 'actor' | 'session' | 't' | 'from'>;

async function passkeyPage({ services, actor, session, t, from }: Call, form: Form, done?: keyof typeof doneWords): Promise<Html> {
  return html('passkeys/passkeys.njk', {
    form, done: done && t(doneWords[done]), justSetUp: done === 'set-up', enrolling: session?.method === 'enrolment', takesCertificates: takesClientCertificates(services.config),
    passkeys: await listOwnPasskeys(services, actor), suggestedName: browserOf(from.userAgent) ?? '',
  });
}

function required(session: OpenSession | undefined): OpenSession {
  if (!session) throw new Problem('sign-in-required');
  return session;
}

const To = z.object({ to: z.string().max(500).optional().transform((path) => (path === undefined ? undefined : safeReturnPath(path))) });

/** Passkeys of whoever is signed in, and signing in with one. */
export const passkeyPages = [
  page({
    method: 'get', path: '/account/passkeys', allow: 'signed-in', query: Done,
    handle: async (call) => passkeyPage(call, emptyForm, call.query.done),
  }),
  page({
    method: 'post', path: '/account/passkeys/challenge', allow: 'signed-in',
    handle: async ({ services, session }) => values(await offerEnrolment(services, required(session))),
  }),
  page({
    method: 'post', path: '/account/passkeys', allow: 'signed-in',
    body: z.object({ name: z.string('passkeys.nameWrong').trim().min(1, 'passkeys.nameWrong').max(100, 'passkeys.nameWrong'), credential: json(Made) }),
    secret: ['credential'], again: passkeyPage, mistakes: { 'passkey-not-valid': {}, 'passkey-enrolment-over': {} },
    handle: async ({ services, session, body: { name, credential }, from, language }) => {
      const { session: full } = await enrolPasskey(services, required(session), { name, response: credential, from, language });
      return full ? redirect('/account/passkeys?done=set-up', full) : redirect('/account/passkeys?done=added');
    },
  }),
  page({
    method: 'post', path: '/account/passkeys/remove', allow: 'signed-in', body: z.object({ id: z.uuid() }),
    again: passkeyPage, mistakes: { 'passkey-last': {} },
    handle: async ({ services, actor, body: { id } }) => {
      await removePasskey(services, actor, id);
      return redirect('/account/passkeys?done=removed');
    },
  }),
  page({
    method: 'post', path: '/sign-in/passkey/challenge', allow: 'anyone',
    handle: async ({ services, from }) => values(await offerSignIn(services, from)),
  }),
  page({
    method: 'post', path: '/sign-in/passkey', allow: 'anyone', query: To, body: z.object({ credential: json(Used) }), secret: ['credential'],
    again: async ({ services, query: { to } }, form) => signInForm(services, to, form),
    mistakes: { 'passkey-not-valid': {}, 'too-many-requests': { word: 'signIn.tooMany' } },
    handle: async ({ services, query: { to }, body: { credential }, from }) => {
      const session = await signInWithPasskey(services, { response: credential, from });
      return redirect(to === undefined || to === '/' ? '/welcome' : to, session);
    },
  }),
];
