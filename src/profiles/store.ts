import type { Knex } from 'knex';
import type { Profile } from '../../pki/certificate/profile.ts';
import type { Tx } from '../services.ts';

export interface ProfileRow { name: string; version: number; definition: Profile; effectiveFrom: Date }

/** All versions of all profiles, the older ones first. There are a dozen. */
export async function listProfiles(db: Knex): Promise<ProfileRow[]> {
  return db<ProfileRow>('profiles').orderBy(['name', 'version']).select('name', 'version', 'definition', 'effectiveFrom');
}

/** Of two services that start together one writes the row. */
export async function insertProfile(tx: Tx, row: ProfileRow): Promise<boolean> {
  const inserted = await tx('profiles').insert({ ...row, definition: JSON.stringify(row.definition) }).onConflict().ignore().returning('name');
  return inserted.length > 0;
}
