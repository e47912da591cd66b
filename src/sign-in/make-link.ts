import { randomUUID } from 'node:crypto';
import { recordAudit } from '../audit/record.ts';
import { policyAt } from '../policies/find.ts';
import type { Actor, Services, Tx } from '../services.ts';
import type { Subject } from '../sessions/subject.ts';
import { buildToken, hashToken } from '../sessions/token.ts';
import { safeReturnPath } from './return-path.ts';
import { insertLink } from './store.ts';

export interface LinkOrder {
  subject: Subject;
  /** `enrolment` begins a session in which nothing can be done but enrol a passkey */
  method: 'link' | 'enrolment';
  returnPath?: string | undefined;
}

type Needed = Pick<Services, 'config' | 'now' | 'random'>;

/** A link that signs one person in once, and how long it can be used. Whoever has it is that person: hand it to nobody else. */
export async function makeSignInLink({ config, now, random }: Needed, tx: Tx, actor: Actor, order: LinkOrder): Promise<{ linkId: string; url: string; minutes: number }> {
  const { subject: { kind, id: subjectId }, method } = order;
  const at = now();
  const minutes = await policyAt(tx, 'sign_in.link_minutes', at);
  const token = buildToken(random);
  const linkId = randomUUID();
  await insertLink(tx, {
    id: linkId, operatorId: kind === 'operator' ? subjectId : null, officialId: kind === 'official' ? subjectId : null, method,
    returnPath: safeReturnPath(order.returnPath), createdAt: at, expiresAt: new Date(at.getTime() + minutes * 60_000), usedAt: null, tokenHash: hashToken(token)!,
  });
  await recordAudit(tx, actor, 'sign-in.link-made', { type: kind, id: subjectId }, { before: null, after: { link: linkId, method, minutes } });
  return { linkId, url: `${config.publicUrl}/sign-in/link?token=${token}`, minutes };
}
