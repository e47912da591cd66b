import type { Knex } from 'knex';
import type { Profile } from '../../pki/certificate/profile.ts';
import { Problem } from '../problems.ts';
import type { Services } from '../services.ts';
import { listProfiles, type ProfileRow } from './store.ts';

/** A version that another node adds is known here after this long. */
const readAgainMs = 10_000;

interface Known { rows: ProfileRow[]; readAtMs: number }
const known = new WeakMap<Knex, Known>();

/** The profiles in effect now, by name. */
export async function profilesNow(services: Pick<Services, 'db' | 'now'>): Promise<ReadonlyMap<string, Profile>> {
  return new Map((await listProfilesNow(services)).map(({ name, definition }) => [name, definition]));
}

/** For each name the newest version in effect now. */
export async function listProfilesNow({ db, now }: Pick<Services, 'db' | 'now'>): Promise<ProfileRow[]> {
  const at = now();
  const newest = new Map((await rowsOf(db)).filter(({ effectiveFrom }) => effectiveFrom <= at).map((row) => [row.name, row]));
  return [...newest.values()];
}

/** The very version a certificate was prepared under. @throws Problem `not-found` */
export async function profileVersion({ db }: Pick<Services, 'db'>, name: string, version: number): Promise<Profile> {
  const row = (await rowsOf(db)).find((one) => one.name === name && one.version === version);
  if (!row) throw new Problem('not-found', { profile: `${name}/${version}` });
  return row.definition;
}

/** Reads the profiles anew at the next call: for whoever has just added one. */
export function forgetProfiles(db: Knex): void {
  const kept = known.get(db);
  if (kept) kept.readAtMs = Number.NEGATIVE_INFINITY;
}

/** A version never changes, so one object stands for it throughout: what is encoded from it once is found again by identity. */
async function rowsOf(db: Knex): Promise<ProfileRow[]> {
  const kept = known.get(db);
  const at = performance.now();
  if (kept && at - kept.readAtMs < readAgainMs) return kept.rows;
  const before = kept?.rows ?? [];
  const rows = (await listProfiles(db)).map((row) => before.find(({ name, version }) => name === row.name && version === row.version) ?? row);
  known.set(db, { rows, readAtMs: at });
  return rows;
}

/** The profile of a name among those that hold now. @throws Problem `profile-violation` */
export function requireProfile(profiles: ReadonlyMap<string, Profile>, name: string): Profile {
  const profile = profiles.get(name);
  if (profile) return profile;
  throw new Problem('profile-violation', { detail: { en: `There is no profile ${name}.`, vi: `Không có mẫu chứng thư ${name}.` } });
}
