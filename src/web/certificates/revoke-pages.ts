import { z } from 'zod';
import { groundNames, groundOf, type GroundName } from '../../certificates/grounds.ts';
import { revokeCertificate } from '../../certificates/revoke.ts';
import { showCertificate, type CertificateStory } from '../../lookup/certificate.ts';
import { Problem } from '../../problems.ts';
import { isSubscriberProfile, subscriberProfiles } from '../../requests/kinds.ts';
import { emptyForm, type Form, refused } from '../frame/form.ts';
import { html, page, redirect, type Html, type PageCall } from '../frame/page.ts';
import type { Translate } from '../text/words.ts';
import { mayBeRevoked, presentCertificate } from './present.ts';
import { groundWords } from './words.ts';

const byId = z.object({ id: z.uuid() });
const blank = <T extends z.ZodType>(type: T) => z.preprocess((value) => (value === '' ? undefined : value), type.optional());

/** A day begins at midnight in Vietnam. */
const day = z.iso.date('certificate.sinceWrong').transform((text) => new Date(`${text}T00:00:00+07:00`));

const Revocation = z.object({
  ground: z.enum(groundNames as [GroundName, ...GroundName[]], 'certificate.groundMissing'), invalidityDate: blank(day),
  comment: blank(z.string().trim().max(1_000, 'certificate.commentLong')), step: z.enum(['ask', 'change', 'confirmed']).default('ask'),
});

/** Revoking as an operator: a ground, then a question, then it is done. Works without any script. */
export const revokeCertificatePages = [
  page({
    method: 'get', path: '/certificates/:id/revoke', allow: 'certificate:revoke', params: byId,
    handle: async (call) => revokeForm(call, call.params.id, emptyForm),
  }),
  page({
    method: 'post', path: '/certificates/:id/revoke', allow: 'certificate:revoke', params: byId, body: Revocation,
    again: async (call, form) => revokeForm(call, call.params.id, form), mistakes: { 'certificate-already-revoked': { word: 'certificate.already' } },
    handle: async (call) => {
      const { services, actor, params: { id }, body: { ground, invalidityDate, comment, step } } = call;
      if (invalidityDate && invalidityDate > services.now()) throw refused('invalidityDate', 'certificate.sinceFuture');
      const typed = { ground, comment: comment ?? '', invalidityDate: invalidityDate ? isoDay(invalidityDate) : '' };
      if (step === 'change') return revokeForm(call, id, { ...emptyForm, values: typed });
      if (step === 'ask') return confirmation(call, id, typed);
      await revokeCertificate(services, actor, {
        certificateId: id, ground, reason: groundOf(ground).reason, ...(invalidityDate ? { invalidityDate } : {}), ...(comment ? { comment } : {}),
      });
      return redirect(`/certificates/${id}?done=revoked`);
    },
  }),
];

const vietnamMs = 7 * 3_600_000;
const isoDay = (at: Date): string => new Date(at.getTime() + vietnamMs).toISOString().slice(0, 10);

async function revokeForm({ services, actor, t }: PageCall, id: string, form: Form): Promise<Html> {
  const story = await showCertificate(services, actor, id);
  return html('certificates/revoke.njk', { ...presentCertificate(story, actor, services.now(), t), form, possible: mayBeRevoked(story), grounds: groundsFor(story, t) });
}

/** The grounds that the law knows for this kind of holder, and what each publishes. */
function groundsFor({ item: { profile } }: CertificateStory, t: Translate): { value: GroundName; text: string; hint: string }[] {
  const holder = isSubscriberProfile(profile) ? subscriberProfiles[profile] : undefined;
  return groundNames.filter((name) => holder === undefined || groundOf(name).holders.includes(holder)).map((value) => ({ value, text: t(groundWords[value]), hint: becomes(value, t) }));
}

function becomes(ground: GroundName, t: Translate): string {
  const { reason, urgent } = groundOf(ground);
  return t(urgent ? 'certificate.becomesUrgent' : 'certificate.becomes', { reason: t(`status.${reason}`) });
}

async function confirmation({ services, actor, t }: PageCall, id: string, typed: { ground: GroundName; comment: string; invalidityDate: string }): Promise<Html> {
  const story = await showCertificate(services, actor, id);
  if (story.item.state === 'revoked') throw new Problem('certificate-already-revoked', { id });
  const { reason, urgent } = groundOf(typed.ground);
  return html('certificates/confirm.njk', {
    ...presentCertificate(story, actor, services.now(), t), typed, groundText: t(groundWords[typed.ground]), reasonText: t(`status.${reason}`), isUrgent: urgent === true,
    since: typed.invalidityDate.split('-').toReversed().join('/'),
  });
}
