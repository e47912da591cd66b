import type { Knex } from 'knex';
import { requireWithin } from '../access/scope.ts';
import { wrongField } from '../field-mistakes.ts';
import { Problem } from '../problems.ts';
import type { Actor } from '../services.ts';
import { findAgency, type NamedAgency } from './store.ts';

/**
 * An agency in being that the actor may act for, named by a field `agencyId` of what was sent.
 * @throws Problem `invalid-fields`, `outside-your-agency`
 */
export async function findOpenAgency(db: Knex, actor: Actor, agencyId: string): Promise<NamedAgency> {
  const agency = await findAgency(db, { id: agencyId });
  if (!agency) throw wrongField('/agencyId', 'agency-unknown');
  requireWithin(actor, agency.path);
  if (agency.validTo) throw wrongField('/agencyId', 'agency-closed');
  return agency;
}

/** An agency by its code in either form, open or closed. @throws Problem `not-found` */
export async function findAgencyByCode(db: Knex, code: string): Promise<NamedAgency> {
  const agency = await findAgency(db, { code });
  if (!agency) throw new Problem('not-found', { agency: code });
  return agency;
}
