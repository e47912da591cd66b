import { recordAudit } from '../audit/record.ts';
import { revokeInTransaction, type FinalReason, type Revocation } from '../certificates/revoke.ts';
import { queueMail } from '../notifications/queue.ts';
import { Problem } from '../problems.ts';
import { grounds } from '../requests/kinds.ts';
import type { Actor, Services } from '../services.ts';
import { hashCode, sameHash } from './code.ts';
import { findCoded, findHolderOf } from './store.ts';

/** What a holder may say without the agency: the key is no longer theirs alone, or out of use (NĐ 68/2024 Điều 17 (b)). */
export const holderGrounds = ['key-compromised', 'device-lost', 'device-broken'] as const;
export type HolderGround = (typeof holderGrounds)[number];

export interface CodeOrder { serialNumber: string; code: string; ground: HolderGround; invalidityDate?: Date | undefined; comment?: string | undefined }

/** Hashed against where there is nothing to compare with, so that an unknown serial takes as long as a wrong code. */
const nobody = '00000000-0000-4000-8000-000000000000';
const nothing = new Uint8Array(32);

/**
 * Revokes a certificate at once for whoever has its code. A serial that is not there and a code that is wrong are the same
 * answer; attempts on a certificate that exists are recorded.
 * @throws Problem `code-not-accepted`, `certificate-already-revoked`, `invalid-fields`
 */
export async function revokeByCode(services: Services, actor: Actor, order: CodeOrder): Promise<Revocation> {
  const holder = { ...actor, name: 'holder of the revocation code' };
  const candidates = await findCoded(services.db, order.serialNumber);
  const certificateId = await matching(services, candidates, order.code);
  if (certificateId === undefined) {
    await services.db.transaction(async (tx) => {
      for (const { id } of candidates) await recordAudit(tx, actor, 'revocation-code.refused', { type: 'certificate', id }, { before: null, after: null });
    });
    throw new Problem('code-not-accepted');
  }
  const { ground, invalidityDate, comment } = order;
  const reason: FinalReason = grounds[ground].reason;
  return services.db.transaction(async (tx) => {
    const revocation = await revokeInTransaction(services, tx, holder, { certificateId, reason, ground, ...(invalidityDate ? { invalidityDate } : {}), ...(comment ? { comment } : {}) });
    const told = await findHolderOf(tx, certificateId);
    if (told?.email) {
      await queueMail(tx, {
        to: told.email, template: 'revoked-by-code', language: 'vi', dedupeKey: `revoked-by-code:${certificateId}`,
        facts: { name: told.name ?? '', serialNumber: revocation.serialNumber, ground: grounds[ground].vi, groundEn: grounds[ground].en, revokedAt: localTime(revocation.revokedAt) },
      });
    }
    return revocation;
  });
}

async function matching(services: Services, candidates: Awaited<ReturnType<typeof findCoded>>, code: string): Promise<string | undefined> {
  let found: string | undefined;
  for (const { id, codeHash } of candidates.length > 0 ? candidates : [{ id: nobody, codeHash: null }]) {
    const good = sameHash(await hashCode(services, id, code), codeHash ?? nothing);
    if (good && codeHash) found = id;
  }
  return found;
}

const localTime = (at: Date): string => new Intl.DateTimeFormat('vi-VN', { timeZone: 'Asia/Ho_Chi_Minh', dateStyle: 'short', timeStyle: 'medium' }).format(at);
