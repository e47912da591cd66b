import { systemActor } from '../access/actors.ts';
import { revokeEach, type RevocationInput } from '../certificates/revoke.ts';
import { Problem } from '../problems.ts';
import { grounds, type GroundName } from '../requests/kinds.ts';
import type { Services, Tx } from '../services.ts';
import { lockDueSuccessions, markSettled, type DueSuccession } from './store.ts';

const chunk = 500;

/** Ends old certificates whose overlap is over, chunk by chunk; answers how many. Those that ended before are only marked. */
export async function endOverlaps(services: Pick<Services, 'db' | 'now'>): Promise<number> {
  for (let count = 0; ;) {
    const done = await services.db.transaction((tx) => endChunk(services, tx));
    count += done;
    if (done < chunk) return count;
  }
}

async function endChunk(services: Pick<Services, 'now'>, tx: Tx): Promise<number> {
  const due = await lockDueSuccessions(tx, services.now(), chunk);
  if (due.length === 0) return 0;
  const outcomes = await revokeEach(services, tx, systemActor('end-overlaps'), due.map(revocationOf));
  await markSettled(tx, outcomes.map((outcome, i) => ({
    certificateId: due[i]!.certificateId, outcome: outcome.status === 'fulfilled' ? 'revoked' : outcome.reason instanceof Problem ? outcome.reason.code : 'internal-error',
  })), services.now());
  return due.length;
}

/** Replaced is the ground where something follows; whoever never asked for the new one ends for what has changed. */
function revocationOf({ certificateId, profile, isReplaced }: DueSuccession): RevocationInput {
  const ground: GroundName = isReplaced ? 'replaced' : profile === 'official-signing' ? 'position-changed' : profile === 'agency-seal' ? 'agency-dissolved' : 'agency-request';
  const { reason } = grounds[ground];
  return { certificateId, reason, ground };
}
