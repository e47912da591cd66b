import { revokeInTransaction, type Revocation } from '../certificates/revoke.ts';
import { queueMail } from '../notifications/queue.ts';
import { Problem } from '../problems.ts';
import { grounds } from '../requests/kinds.ts';
import type { HolderGround } from '../revocations/revoke-by-code.ts';
import type { Actor, Services } from '../services.ts';
import { holderOf } from './find.ts';
import { findHolder, findOwnCertificate } from './store.ts';

/**
 * Revokes an own certificate at once, day and night, and tells its holder by mail: a stolen session must not do it unseen.
 * @throws Problem `certificate-not-found`, `certificate-already-revoked`, `state-changed`
 */
export async function revokeOwn(services: Services, actor: Actor, { certificateId, ground }: { certificateId: string; ground: HolderGround }): Promise<Revocation> {
  const officialId = holderOf(actor);
  return services.db.transaction(async (tx) => {
    if (!(await findOwnCertificate(tx, officialId, certificateId))) throw new Problem('certificate-not-found', { id: certificateId });
    const revocation = await revokeInTransaction(services, tx, { ...actor, agencyPath: undefined }, { certificateId, reason: grounds[ground].reason, ground });
    const holder = await findHolder(tx, officialId);
    if (holder) {
      await queueMail(tx, {
        to: holder.email, template: 'revoked-by-holder', language: 'vi', dedupeKey: `revoked-by-holder:${certificateId}`,
        facts: { name: holder.name, serialNumber: revocation.serialNumber, ground: grounds[ground].vi, groundEn: grounds[ground].en, revokedAt: localTime(revocation.revokedAt) },
      });
    }
    return revocation;
  });
}

const localTime = (at: Date): string => new Intl.DateTimeFormat('vi-VN', { timeZone: 'Asia/Ho_Chi_Minh', dateStyle: 'short', timeStyle: 'medium' }).format(at);
