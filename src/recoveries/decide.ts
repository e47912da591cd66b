import { recordAudit } from '../audit/record.ts';
import { queueMail } from '../notifications/queue.ts';
import { sealFact } from '../notifications/sealed.ts';
import { giveUpAllCertificates } from '../client-certificates/remove.ts';
import { removeAllPasskeys } from '../passkeys/remove.ts';
import { Problem } from '../problems.ts';
import type { Actor, Services, Tx } from '../services.ts';
import { endSessionsOf } from '../sessions/end.ts';
import { makeSignInLink } from '../sign-in/make-link.ts';
import { findLostOperator, lockRecovery, markDecided, type RecoveryRow } from './store.ts';

/**
 * The second administrator's yes: the operator's passkeys and certificates count no more, every session ends, and a one-time link
 * to enrol a new passkey or certificate goes out by mail.
 * @throws Problem `not-found`, `own-request` for whoever asked and for the operator, `state-changed`, `recovery-impossible`
 */
export async function approveRecovery(services: Services, actor: Actor, id: string): Promise<RecoveryRow> {
  return services.db.transaction(async (tx) => {
    const row = await lockUndecided(tx, id);
    if (row.askedBy === actor.id || row.operatorId === actor.id) throw new Problem('own-request', { id });
    const decided = await decide(services, tx, actor, { row, approved: true });
    const owner = { operatorId: row.operatorId, officialId: null };
    const passkeys = await removeAllPasskeys(services, tx, actor, owner);
    const certificates = await giveUpAllCertificates(services, tx, actor, row.operatorId);
    const sessions = await endSessionsOf(services, tx, actor, { owner });
    await recordAudit(tx, actor, 'recovery.approved', { type: 'operator', id: row.operatorId }, { before: { askedBy: row.askedBy, reason: row.reason }, after: { recovery: id, passkeys, certificates, sessions } });
    await sendLink(services, tx, actor, row.operatorId);
    return decided;
  });
}

/** Nobody is let back; whoever asked may take it back too. @throws Problem `not-found`, `state-changed` */
export async function refuseRecovery(services: Pick<Services, 'db' | 'now'>, actor: Actor, id: string): Promise<RecoveryRow> {
  return services.db.transaction(async (tx) => {
    const row = await lockUndecided(tx, id);
    const decided = await decide(services, tx, actor, { row, approved: false });
    await recordAudit(tx, actor, 'recovery.refused', { type: 'operator', id: row.operatorId }, { before: { askedBy: row.askedBy, reason: row.reason }, after: { recovery: id } });
    return decided;
  });
}

async function lockUndecided(tx: Tx, id: string): Promise<RecoveryRow> {
  const row = await lockRecovery(tx, id);
  if (!row) throw new Problem('not-found', { id });
  if (row.decidedAt !== null) throw new Problem('state-changed', { id });
  return row;
}

async function decide({ now }: Pick<Services, 'now'>, tx: Tx, actor: Actor, { row, approved }: { row: RecoveryRow; approved: boolean }): Promise<RecoveryRow> {
  const decision = { decidedAt: now(), decidedBy: actor.id, approved };
  await markDecided(tx, row.id, decision);
  return { ...row, ...decision };
}

async function sendLink(services: Services, tx: Tx, actor: Actor, operatorId: string): Promise<void> {
  const operator = await findLostOperator(tx, operatorId);
  // switched off, or the address taken away, since it was asked for
  if (!operator?.active || operator.email === null) throw new Problem('recovery-impossible');
  const { linkId, url, minutes } = await makeSignInLink(services, tx, actor, { subject: { kind: 'operator', id: operatorId }, method: 'enrolment' });
  const dedupeKey = `recovery-link:${linkId}`;
  const facts = { name: operator.name, minutes: String(minutes), link: await sealFact(services, dedupeKey, url) };
  await queueMail(tx, { to: operator.email, template: 'recovery-link', language: 'vi', dedupeKey, facts });
}
