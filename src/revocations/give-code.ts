import { systemActor } from '../access/actors.ts';
import { requireWithin } from '../access/scope.ts';
import { recordAudit, recordAudits } from '../audit/record.ts';
import { queueMails, type NewMail } from '../notifications/queue.ts';
import { sealFact } from '../notifications/sealed.ts';
import { Problem } from '../problems.ts';
import { isSubscriberProfile } from '../requests/kinds.ts';
import type { Actor, Services, Tx } from '../services.ts';
import { buildCode, hashCode } from './code.ts';
import { findHolderOf, lockUncoded, saveCodes, type Place, type Uncoded } from './store.ts';

/**
 * Makes a new revocation code for a certificate in force and answers it this once; an earlier one ends.
 * @throws Problem `certificate-not-found`, `outside-your-agency`, `certificate-already-revoked`, `state-changed`
 */
export async function makeCode(services: Services, actor: Actor, certificateId: string): Promise<{ serialNumber: string; code: string }> {
  const code = buildCode(services);
  const codeHash = await hashCode(services, certificateId, code);
  return services.db.transaction(async (tx) => {
    const holder = await findHolderOf(tx, certificateId);
    if (!holder || !isSubscriberProfile(holder.profile)) throw new Problem('certificate-not-found', { id: certificateId });
    requireWithin(actor, holder.agencyPath);
    if (holder.state === 'revoked') throw new Problem('certificate-already-revoked', { id: certificateId });
    if (holder.state !== 'issued') throw new Problem('state-changed', { state: holder.state });
    await saveCodes(tx, [{ certificateId, codeHash, madeAt: services.now(), madeBy: actor.id }], true);
    await recordAudit(tx, actor, 'revocation-code.made', { type: 'certificate', id: certificateId }, { before: null, after: { shown: true } });
    return { serialNumber: holder.serialNumber, code };
  });
}

/** Who got a certificate while no mail could be sent is not forgotten at once. */
const lookBackMs = 7 * 86_400_000;
const batch = 500;
const first = '00000000-0000-0000-0000-000000000000';

/**
 * Mails a code to every official whose certificate was made lately and has none, however it was asked for: one by one, in bulk,
 * or by a reorganisation. Code and mail are of one transaction: a run that is cut short leaves no code that nobody was told.
 * @returns how many
 */
export async function mailCodes(services: Services): Promise<number> {
  if (!services.config.mail) return 0;
  let mailed = 0;
  for (let after: Place = { preparedAt: new Date(services.now().getTime() - lookBackMs), id: first }; ;) {
    const waiting = await services.db.transaction((tx) => mailBatch(services, tx, after));
    mailed += waiting.length;
    const last = waiting.at(-1);
    if (!last || waiting.length < batch) return mailed;
    after = last;
  }
}

async function mailBatch(services: Services, tx: Tx, after: Place): Promise<Uncoded[]> {
  const waiting = await lockUncoded(tx, after, batch);
  if (waiting.length === 0) return [];
  const actor = systemActor('revocation-codes');
  const madeAt = services.now();
  const codes = new Map(waiting.map(({ id }) => [id, buildCode(services)]));
  const rows = await Promise.all(waiting.map(async ({ id }) => ({ certificateId: id, codeHash: await hashCode(services, id, codes.get(id)!), madeAt, madeBy: actor.id })));
  const saved = await saveCodes(tx, rows, false);
  const given = waiting.filter(({ id }) => saved.has(id));
  await queueMails(tx, await Promise.all(given.map(async ({ id, name, email, serialNumber }): Promise<NewMail> => {
    const dedupeKey = `revocation-code:${id}`;
    const code = await sealFact(services, dedupeKey, codes.get(id)!);
    return { to: email ?? '', template: 'revocation-code', language: 'vi', dedupeKey, facts: { name: name ?? '', serialNumber, code, revokeUrl: `${services.config.publicUrl}/revoke` } };
  })));
  await recordAudits(tx, actor, given.map(({ id }) => ({ action: 'revocation-code.made', subject: { type: 'certificate', id }, change: { before: null, after: { mailed: true } } })));
  return waiting;
}
