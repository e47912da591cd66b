import { createHash } from 'node:crypto';
import { requireWithin } from '../access/scope.ts';
import { Problem } from '../problems.ts';
import type { Actor, Services } from '../services.ts';
import { drawForm } from './draw.ts';
import { fillForm } from './fields.ts';
import { findFormFacts, insertPrinted, type FormFacts } from './store.ts';

/** A request's facts for one who may see them. @throws Problem `not-found`, `outside-your-agency` */
export async function readForm({ db }: Pick<Services, 'db'>, actor: Actor, requestId: string): Promise<FormFacts> {
  const facts = await findFormFacts(db, requestId);
  if (!facts) throw new Problem('not-found', { request: requestId });
  requireWithin(actor, facts.agencyPath);
  return facts;
}

/**
 * The official form of a request as it stands now, as PDF. Its digest is kept: only what was printed here can come back
 * signed as the confirmation.
 * @throws Problem `not-found`, `outside-your-agency`
 */
export async function printForm(services: Pick<Services, 'db' | 'now'>, actor: Actor, requestId: string): Promise<{ number: string; bytes: Uint8Array }> {
  const facts = await readForm(services, actor, requestId);
  const form = fillForm(facts);
  const { contentHash, agencyName, locality, composedAt } = facts;
  const bytes = await drawForm(form, { requestId, contentHash, agencyName, locality, date: composedAt });
  const digest = createHash('sha256').update(bytes).digest();
  await services.db.transaction((tx) => insertPrinted(tx, { requestId, contentHash, digest, size: bytes.length, printedAt: services.now() }));
  return { number: form.number, bytes };
}
