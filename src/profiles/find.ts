import type { Knex } from 'knex';
import type { Profile } from '../../pki/certificate/profile.ts';
import { Problem } from '../problems.ts';
import type { Services } from '../services.ts';
import { findProfileVersion, listProfilesAt, type ProfileRow } from './store.ts';

/** A version never changes, so one object stands for it: what is encoded from it once is found again by identity. */
const known = new WeakMap<Knex, Map<string, Profile>>();

/** The profiles in effect now, by name. */
export async function profilesNow({ db, now }: Pick<Services, 'db' | 'now'>): Promise<ReadonlyMap<string, Profile>> {
  return new Map((await listProfilesAt(db, now())).map((row) => [row.name, keep(db, row)]));
}

/** The very version a certificate was prepared under. @throws Problem `not-found` */
export async function profileVersion({ db }: Pick<Services, 'db'>, name: string, version: number): Promise<Profile> {
  const kept = known.get(db)?.get(`${name}/${version}`);
  if (kept) return kept;
  const row = await findProfileVersion(db, name, version);
  if (!row) throw new Problem('not-found', { profile: `${name}/${version}` });
  return keep(db, row);
}

function keep(db: Knex, { name, version, definition }: ProfileRow): Profile {
  let profiles = known.get(db);
  if (!profiles) known.set(db, profiles = new Map());
  const kept = profiles.get(`${name}/${version}`);
  if (kept) return kept;
  profiles.set(`${name}/${version}`, definition);
  return definition;
}
