import { createHash } from 'node:crypto';
import type { LineRow } from './store.ts';

/** SHA-256 of what a line will do, in one fixed order: the approvals bind it, and the work checks it again. */
export function lineHash(line: LineRow): Uint8Array {
  const ordered = [
    'antin bulk line 1', line.line, line.kind, line.profile, line.agencyId, line.officialId, line.serviceName, line.certificateId, line.subject,
    line.spkiHash && Buffer.from(line.spkiHash).toString('hex'), line.days, line.endsAt, line.ground, line.invalidityDate, line.note,
  ];
  return createHash('sha256').update(JSON.stringify(ordered)).digest();
}
