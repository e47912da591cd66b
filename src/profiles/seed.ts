import { initialProfiles } from '../../pki/certificate/profiles.ts';
import { recordAudit } from '../audit/record.ts';
import type { Actor, Services } from '../services.ts';
import { forgetProfiles } from './find.ts';
import { insertProfile, listProfiles } from './store.ts';

/** Writes the profiles this release brings along that the database does not have yet. Versions already there are left alone. */
export async function seedProfiles({ db, now }: Pick<Services, 'db' | 'now'>, actor: Actor): Promise<number> {
  const known = new Set((await listProfiles(db)).map(({ name, version }) => `${name} ${version}`));
  const missing = initialProfiles.filter(({ name, version }) => !known.has(`${name} ${version}`));
  if (missing.length === 0) return 0;
  const added = await db.transaction(async (tx) => {
    let written = 0;
    for (const profile of missing) {
      const { name, version } = profile;
      if (!(await insertProfile(tx, { name, version, definition: profile, effectiveFrom: now() }))) continue;
      await recordAudit(tx, actor, 'profile.added', { type: 'profile', id: `${name}/${version}` }, { before: null, after: profile });
      written++;
    }
    return written;
  });
  forgetProfiles(db);
  return added;
}
