import { isWithin } from '../access/scope.ts';
import { recordAudit } from '../audit/record.ts';
import { addJobOnCommit } from '../jobs/add.ts';
import { Problem } from '../problems.ts';
import type { Actor, Services, Tx } from '../services.ts';
import { blindIndexOf, isPersonal, mergePersonalData, openPersonalData, sealPersonalData, type PersonalData, type PersonalInput } from './personal-data.ts';
import { findIdentity, findServing, saveIdentity, type IdentityRow, type OfficialRow, type PlacedOfficial } from './store.ts';

export type IdentityServices = Pick<Services, 'db' | 'now' | 'keystore' | 'population'>;

const nobody: PersonalData = { nationalId: null, birthDate: null, mobile: null };

/**
 * Brings the sealed identity of an official in line with the entry: new personal data, another name, gone or back.
 * What was checked stands only as long as name, number and birth date do.
 * @throws Problem `invalid-fields`, `person-elsewhere`, `duplicate-request` for a second entry in the same agency
 */
export async function placeIdentity(
  services: IdentityServices, tx: Tx, entry: { actor: Actor; before: OfficialRow | undefined; after: OfficialRow }, input: PersonalInput,
): Promise<string[]> {
  const { actor, before, after } = entry;
  const stored = before ? await findIdentity(tx, after.id) : undefined;
  if (!stored && !isPersonal(input)) return [];
  const known = stored ? await openPersonalData(services, after.id, stored.sealed) : nobody;
  const { data, warnings } = isPersonal(input) ? mergePersonalData(known, input, services.now()) : { data: known, warnings: [] };
  const blindIndex = data.nationalId === null ? null : await blindIndexOf(services, data.nationalId);
  const serving = after.leftAt === null;
  if (blindIndex && serving) requireNowhereElse(actor, after, await findServing(tx, blindIndex));
  const sameName = before?.name === after.name;
  const samePerson = stored !== undefined && sameName && known.nationalId === data.nationalId && known.birthDate === data.birthDate;
  const isAsked = !samePerson && data.nationalId !== null && services.population !== undefined;
  const row: IdentityRow = {
    officialId: after.id, sealed: await sealPersonalData(services, after.id, data), blindIndex, serving, updatedAt: services.now(),
    ...(samePerson ? { checkState: stored.checkState, checkedAt: stored.checkedAt, transactionId: stored.transactionId }
      : { checkState: isAsked ? 'waiting' as const : 'not-checked' as const, checkedAt: null, transactionId: null }),
  };
  if (!(await saveIdentity(tx, row))) requireNowhereElse(actor, after, blindIndex ? await findServing(tx, blindIndex) : undefined);
  if (isAsked) await queueIdentityCheck(tx, after.id);
  return warnings;
}

/** @param delaySeconds by the clock of the job queue, which is the wall's */
export async function queueIdentityCheck(tx: Tx, officialId: string, tries = 0, delaySeconds = 0): Promise<void> {
  const options = delaySeconds > 0 ? { runAt: new Date(Date.now() + delaySeconds * 1000) } : {};
  await addJobOnCommit(tx, 'check-identity', { officialId, tries }, { key: `check-identity:${officialId}`, ...options });
}

/** Where the person serves already; who may not see that entry learns the agency's code, so as to ask for a transfer. */
function requireNowhereElse(actor: Actor, after: OfficialRow, other: PlacedOfficial | undefined): void {
  if (!other || other.id === after.id) return;
  const official = isWithin(actor.agencyPath, other.agencyPath) ? { official: other.id } : {};
  if (other.agencyId === after.agencyId) throw new Problem('duplicate-request', { ...official, detail: { en: 'This person serves in the agency already.', vi: 'Người này đang công tác tại chính cơ quan đó.' } });
  throw new Problem('person-elsewhere', { ...official, agency: other.agencyCode, transfer: '/api/v1/officials/transfers' });
}

/** Someone learned where a person serves: that stays, though nothing else of the attempt does. */
export async function recordConflict(services: Pick<Services, 'db'>, actor: Actor, error: unknown, agencyId: string): Promise<void> {
  if (!(error instanceof Problem) || error.code !== 'person-elsewhere') return;
  await services.db.transaction((tx) => recordAudit(tx, actor, 'official.conflict-shown', { type: 'agency', id: agencyId },
    { before: null, after: { servesIn: error.facts['agency'] } }));
}
