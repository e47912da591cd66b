import { encodeCrlEntry } from '../../pki/crl/build.ts';
import { systemActor } from '../access/actors.ts';
import { recordAudit } from '../audit/record.ts';
import { isConnectionLost } from '../database/lost-connection.ts';
import { policiesAt } from '../policies/find.ts';
import { Problem } from '../problems.ts';
import { profilesNow } from '../profiles/find.ts';
import { parseAgencyCode } from '../agencies/code.ts';
import { grounds, type GroundName } from '../requests/kinds.ts';
import type { Services, Tx } from '../services.ts';
import { composeLine, requireFreeKey, type Registers } from './compose.ts';
import type { BulkInput } from './read.ts';
import {
  findJob, hashLines, listHolderFacts, listKeyFacts, listOfficialFacts, listTargetFacts, listToRevoke, lockJob, lockLines, markBeat, markComposed, markJob, markRepeated,
  type LineProblem, type LineRow, type PlacedJob,
} from './store.ts';

const chunkLines = 400;

/**
 * The dry run: judges every line and writes down what it would do, in chunks, each for good. Nothing is issued or revoked.
 * May be broken off anywhere and goes on with the next chunk.
 */
export async function checkBulkJob(services: Services, id: string): Promise<void> {
  const job = await findJob(services.db, id);
  if (job?.state !== 'checking') return;
  for (let started = performance.now(); ; started = performance.now()) {
    const done = await services.db.transaction((tx) => checkChunk(services, tx, job, chunkLines)).catch(async (error: unknown) => {
      if (isConnectionLost(error)) throw error;
      services.log.warn({ err: error, bulk: id }, 'a chunk could not be checked as a whole; a line is tried alone');
      return services.db.transaction((tx) => checkChunk(services, tx, job, 1));
    });
    await markBeat(services.db, id, services.now(), performance.now() - started);
    if (done === 0) break;
  }
  await services.db.transaction((tx) => closeCheck(services, tx, id));
}

async function checkChunk(services: Services, tx: Tx, job: PlacedJob, limit: number): Promise<number> {
  const lines = await lockLines(tx, job.id, 'unchecked', { after: 0, limit });
  if (lines.length === 0) return 0;
  const registers = await readRegisters(services, tx, job, lines);
  const composed = lines.map((line) => settleLine(line, () => composeLine(line, inputOf(line), registers)));
  const hashes = composed.flatMap(({ state, spkiHash }) => (state === 'ready' && spkiHash ? [spkiHash] : []));
  const keys = new Map((hashes.length > 0 ? await listKeyFacts(tx, hashes) : []).map((key) => [key.spkiHash.toString('hex'), key]));
  await markComposed(tx, composed.map((line) => (line.state !== 'ready' || !line.spkiHash ? line : settleLine(line, () => {
    requireFreeKey(line, keys.get(Buffer.from(line.spkiHash!).toString('hex')), registers.targets.get(line.certificateId ?? ''), registers.policies);
    return line;
  }))));
  return lines.length;
}

const inputOf = (line: LineRow): BulkInput => line.input as BulkInput ?? {};

/** A refusal is the line's result; whatever else is thrown is our fault. What was read is not needed any more. */
function settleLine(line: LineRow, make: () => LineRow): LineRow {
  try {
    return { ...make(), input: null };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { ...line, input: null, state: 'refused', contentHash: null, problem: problemOf(error) };
  }
}

export const problemOf = ({ code, facts }: Problem): LineProblem => ({ code, facts: { ...facts } });

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const serial = /^([0-9a-f]{2}){1,20}$/i;

async function readRegisters(services: Services, tx: Tx, job: PlacedJob, lines: readonly LineRow[]): Promise<Registers> {
  const at = services.now();
  const inputs = lines.map(inputOf);
  const those = <T>(pick: (input: BulkInput) => T | undefined): T[] => inputs.flatMap((input) => pick(input) ?? []);
  const found = await listTargetFacts(tx, those(({ certificateId }) => (certificateId && uuid.test(certificateId) ? certificateId : undefined)),
    those(({ certificateId, serialNumber }) => (certificateId === undefined && serialNumber && serial.test(serialNumber) ? Buffer.from(serialNumber, 'hex') : undefined)));
  const officials = await listOfficialFacts(tx, [
    ...those(({ officialId }) => (officialId && uuid.test(officialId) ? officialId : undefined)), ...found.flatMap(({ officialId }) => officialId ?? []),
  ], those(({ email }) => email?.toLowerCase()));
  const holders = await listHolderFacts(tx, [...new Set([...officials.map(({ agencyId }) => agencyId), ...found.flatMap(({ agencyId }) => agencyId ?? [])])],
    [...new Set(those(({ agency }) => agency && parseAgencyCode(agency)?.canonical))]);
  const spelled = those(({ agency }) => agency).map((text) => [text, holders.find(({ code }) => code === parseAgencyCode(text)?.canonical)] as const);
  return {
    at, within: job.agencyPath ?? '', policies: await policiesAt(tx, at), profiles: await profilesNow(services),
    officials: new Map(officials.flatMap((official) => [[official.id, official], ...(official.left ? [] : [[official.email, official] as const])])),
    holders: new Map([...holders.map((holder) => [holder.id, holder] as const), ...spelled.flatMap(([text, holder]) => (holder ? [[text, holder] as const] : []))]),
    targets: new Map(found.flatMap((target) => [[target.id, target], [Buffer.from(target.serialNumber).toString('hex'), target]])),
  };
}

async function closeCheck(services: Services, tx: Tx, id: string): Promise<void> {
  const job = await lockJob(tx, id);
  if (job?.state !== 'checking') return;
  await markRepeated(tx, id);
  const crl = await previewCrl(services, tx, id);
  const contentHash = await hashLines(tx, id);
  await markJob(tx, id, { state: 'checked', contentHash, crlEntries: crl.entries, crlBytes: crl.bytes, beatAt: null, busyMs: 0 });
  await recordAudit(tx, systemActor('bulk', `bulk:${id}`), 'bulk.checked', { type: 'bulk', id },
    { before: { state: 'checking' }, after: { state: 'checked', contentHash: Buffer.from(contentHash).toString('hex'), crlEntries: crl.entries, crlBytes: crl.bytes } });
}

/** How many entries and octets the lists of revoked certificates will gain: the very entries are built and counted. */
export async function previewCrl({ now }: Pick<Services, 'now'>, tx: Tx, id: string): Promise<{ entries: number; bytes: number }> {
  const revokedAt = now();
  let entries = 0;
  let bytes = 0;
  for (let after = 0; ;) {
    const rows = await listToRevoke(tx, id, after, 5_000);
    for (const { serialNumber, ground, invalidityDate } of rows) {
      const { reason } = grounds[ground as GroundName];
      bytes += encodeCrlEntry({ serialNumber, revokedAt, reason, ...(invalidityDate ? { invalidityDate } : {}) }).length;
    }
    entries += rows.length;
    const last = rows.at(-1);
    if (!last) return { entries, bytes };
    after = last.line;
  }
}
