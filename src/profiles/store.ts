import type { Knex } from 'knex';
import type { Profile } from '../../pki/certificate/profile.ts';
import type { Tx } from '../services.ts';

export interface ProfileRow { name: string; version: number; definition: Profile; effectiveFrom: Date }

/** For each name the newest version in effect. */
export async function listProfilesAt(db: Knex, at: Date): Promise<ProfileRow[]> {
  return db<ProfileRow>('profiles').distinctOn('name').where('effectiveFrom', '<=', at)
    .orderBy([{ column: 'name' }, { column: 'version', order: 'desc' }]).select('name', 'version', 'definition', 'effectiveFrom');
}

export async function listProfileVersions(db: Knex): Promise<Pick<ProfileRow, 'name' | 'version'>[]> {
  return db<ProfileRow>('profiles').select('name', 'version');
}

export async function findProfileVersion(db: Knex, name: string, version: number): Promise<ProfileRow | undefined> {
  return db<ProfileRow>('profiles').where({ name, version }).first('name', 'version', 'definition', 'effectiveFrom');
}

/** Of two services that start together one writes the row. */
export async function insertProfile(tx: Tx, row: ProfileRow): Promise<boolean> {
  const inserted = await tx('profiles').insert({ ...row, definition: JSON.stringify(row.definition) }).onConflict().ignore().returning('name');
  return inserted.length > 0;
}
