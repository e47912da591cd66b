import { requireWithin } from '../access/scope.ts';
import { recordAudit, recordAudits } from '../audit/record.ts';
import { Problem } from '../problems.ts';
import type { Actor, Services, Tx } from '../services.ts';
import { maskNationalId } from './national-id.ts';
import { blindIndexOf, openPersonalData, type PersonalData } from './personal-data.ts';
import {
  findOfficial, listByNumber, listDeviceSerials, listHistory, listIdentities, lockOfficials, type HistoryRow, type IdentityRow, type PlacedOfficial,
} from './store.ts';

type World = Pick<Services, 'db' | 'keystore'>;

/** An official as the API shows one: the identity number masked, birth date and mobile number not at all. */
export interface ShownOfficial extends PlacedOfficial {
  /** `0010********` */
  nationalId: string | null;
  identityCheck: IdentityRow['checkState'];
  identityCheckedAt: Date | null;
  identityTransactionId: string | null;
  devices: { serial: string; kind: string }[];
}

/** Adds what is known of who they are, masked. @throws Problem `keystore-unavailable` */
export async function showOfficials(services: World, officials: readonly PlacedOfficial[]): Promise<ShownOfficial[]> {
  const ids = officials.map(({ id }) => id);
  const identities = new Map((await listIdentities(services.db, ids)).map((row) => [row.officialId, row]));
  const devices = Map.groupBy(await listDeviceSerials(services.db, ids), ({ officialId }) => officialId);
  return Promise.all(officials.map(async (official) => {
    const identity = identities.get(official.id);
    const nationalId = identity && (await openPersonalData(services, official.id, identity.sealed)).nationalId;
    return {
      ...official, nationalId: nationalId ? maskNationalId(nationalId) : null, identityCheck: identity?.checkState ?? 'not-checked',
      identityCheckedAt: identity?.checkedAt ?? null, identityTransactionId: identity?.transactionId ?? null,
      devices: (devices.get(official.id) ?? []).map(({ serial, kind }) => ({ serial, kind })),
    };
  }));
}

/** The path of the agency where an official serves, or served last. */
export async function findPlaceOf(db: Services['db'], officialId: string): Promise<string | undefined> {
  return (await findOfficial(db, officialId))?.agencyPath;
}

/** @throws Problem `not-found`, `outside-your-agency` */
export async function getOfficial(services: World, actor: Actor, id: string): Promise<ShownOfficial & { history: HistoryRow[] }> {
  const official = await findOfficial(services.db, id);
  if (!official) throw new Problem('not-found', { official: id });
  requireWithin(actor, official.agencyPath);
  const [shown] = await showOfficials(services, [official]);
  return { ...shown!, history: await listHistory(services.db, id) };
}

/**
 * The entries of one identity number within the actor's reach, the serving one first. Each search is recorded, also one that finds
 * nobody; the number itself is not.
 */
export async function findOfficialsByNumber(services: World, actor: Actor, nationalId: string): Promise<ShownOfficial[]> {
  const index = await blindIndexOf(services, nationalId);
  const found = await services.db.transaction(async (tx) => {
    const officials = await listByNumber(tx, index, actor.agencyPath);
    await recordAudit(tx, actor, 'official.searched-by-number', { type: 'official', id: officials[0]?.id ?? 'none' }, { before: null, after: { found: officials.map(({ id }) => id) } });
    return officials;
  });
  return showOfficials(services, found);
}

/**
 * Personal data in full, for a purpose that is recorded before anything is handed out.
 * @throws Problem `not-found`, `outside-your-agency`
 */
export async function revealPersonalData(services: World, actor: Actor, id: string, purpose: string): Promise<PersonalData> {
  const [data] = await services.db.transaction((tx) => revealMany(services, tx, actor, { officialIds: [id], purpose }));
  return data!;
}

/** The same for many inside a transaction that is already open, in the order of the ids: an access is recorded for each. */
export async function revealMany(
  services: Pick<Services, 'keystore'>, tx: Tx, actor: Actor, { officialIds, purpose }: { officialIds: readonly string[]; purpose: string },
): Promise<PersonalData[]> {
  const officials = await lockOfficials(tx, officialIds);
  for (const id of officialIds) {
    const official = officials.get(id);
    if (!official) throw new Problem('not-found', { official: id });
    requireWithin(actor, official.agencyPath);
  }
  const identities = new Map((await listIdentities(tx, officialIds)).map((row) => [row.officialId, row]));
  await recordAudits(tx, actor, officialIds.map((id) => ({ action: 'official.personal-data-shown', subject: { type: 'official', id }, change: { before: null, after: { purpose } } })));
  return Promise.all(officialIds.map(async (id) => {
    const identity = identities.get(id);
    return identity ? openPersonalData(services, id, identity.sealed) : { nationalId: null, birthDate: null, mobile: null };
  }));
}
