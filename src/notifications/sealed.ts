import type { Services } from '../services.ts';
import { templates, type MailRow as Template, type MailTemplate } from './templates.ts';

type World = Pick<Services, 'keystore'>;

/** A fact that must not lie in the queue in clear, as `queueMail` takes it: it opens for the mail of this dedupe key alone. */
export async function sealFact({ keystore }: World, dedupeKey: string, text: string): Promise<string> {
  return Buffer.from(await keystore.secrets.seal('mail', dedupeKey, Buffer.from(text))).toString('base64url');
}

/** The facts of a mail as they are to be sent. @throws Problem `keystore-unavailable` */
export async function openFacts({ keystore }: World, mail: { template: MailTemplate; dedupeKey: string | null; facts: Record<string, string> | null }): Promise<Record<string, string>> {
  const facts = mail.facts ?? {};
  const { sealed }: Template = templates[mail.template];
  if (sealed === undefined || facts[sealed] === undefined) return facts;
  const plain = await keystore.secrets.open('mail', mail.dedupeKey ?? '', Buffer.from(facts[sealed], 'base64url'));
  return { ...facts, [sealed]: Buffer.from(plain).toString('utf8') };
}
