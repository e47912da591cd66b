import { revealMany } from '../officials/find.ts';
import type { StoredState } from '../requests/states.ts';
import type { Actor, Services } from '../services.ts';
import { listAskedFor } from './store.ts';
import { writeWorkbook, type WrittenRow } from './write.ts';

const mostRows = 2_000;

/**
 * The first issues of one state as the nineteen-column workbook. It holds identity numbers in full, so each access is
 * recorded with its purpose.
 */
export async function exportWorkbook(
  services: Pick<Services, 'db' | 'keystore'>, actor: Actor, { state, under, purpose }: { state: StoredState; under: string | undefined; purpose: string },
): Promise<Uint8Array> {
  const within = [actor.agencyPath, under].filter((path) => path !== undefined);
  const asked = await listAskedFor(services.db, { state, within, limit: mostRows });
  const personal = await services.db.transaction((tx) => revealMany(services, tx, actor, { officialIds: asked.map(({ officialId }) => officialId), purpose }));
  return writeWorkbook(asked.map(({ name, email, position, names, locality, device, oldSerial }, i): WrittenRow => {
    const { nationalId, birthDate, mobile } = personal[i]!;
    // four columns for as many levels as a tree may have: the lowest one must stand
    const [level1 = '', level2 = '', level3 = '', level4 = ''] = names.length > 4 ? [...names.slice(0, 3), names.at(-1)!] : names;
    return {
      number: String(i + 1), name, birthDate: birthDate?.split('-').toReversed().join('/') ?? '', nationalId: nationalId ?? '', email, level1, level2, level3, level4,
      province: locality ?? '', position, mobile: mobile ?? '', oldSerial: oldSerial ?? '', device: device ?? 'TOKEN',
    };
  }));
}
