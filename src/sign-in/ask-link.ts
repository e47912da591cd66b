import { anyone } from '../access/actors.ts';
import type { Language } from '../http/language.ts';
import { queueMail } from '../notifications/queue.ts';
import { sealFact } from '../notifications/sealed.ts';
import type { Services } from '../services.ts';
import type { Origin } from '../sessions/start.ts';
import { recordRefusal, takeAttempt } from './attempts.ts';
import { makeSignInLink } from './make-link.ts';
import { listAddressees } from './store.ts';

export interface LinkQuestion { email: string; returnPath?: string | undefined; language: Language; from: Origin }

/**
 * Mails a one-time link to whoever has this e-mail. The answer is the same where nobody has it. To an operator the link is
 * only the first step of enrolling the first passkey: mail alone opens nothing of the CA, and whoever has a passkey gets none.
 * @throws Problem `too-many-requests`
 */
export async function askForLink(services: Services, { email, returnPath, language, from }: LinkQuestion): Promise<void> {
  const typed = email.trim().toLowerCase();
  await takeAttempt(services, { account: typed, from });
  await services.db.transaction(async (tx) => {
    const addressees = await listAddressees(tx, typed);
    if (addressees.length === 0) await recordRefusal(services, tx, from, { account: typed, why: 'nobody who may sign in by link has this e-mail' });
    for (const { kind, id, name, email: to } of addressees) {
      const method = kind === 'operator' ? 'enrolment' as const : 'link' as const;
      const { linkId, url, minutes } = await makeSignInLink(services, tx, anyone(from.requestId), { subject: { kind, id }, method, returnPath });
      const dedupeKey = `sign-in-link:${linkId}`;
      await queueMail(tx, { to, template: 'sign-in-link', language, dedupeKey, facts: { name, minutes: String(minutes), link: await sealFact(services, dedupeKey, url) } });
    }
  });
}
