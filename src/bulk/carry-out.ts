import { randomUUID } from 'node:crypto';
import { parseCertificate } from '../../pki/certificate/parse.ts';
import { parsePublicKey, spkiHash as hashOf, type PublicKey } from '../../pki/keys/public-key.ts';
import { handOverKeys } from '../certificates/hand-over.ts';
import { prepareEach, type IssueOrder, type Prepared } from '../certificates/issue.ts';
import { finalReasons, revokeEach, type FinalReason, type RevocationInput } from '../certificates/revoke.ts';
import { Problem } from '../problems.ts';
import { alternativeNames, daysUntil } from '../requests/carry-out.ts';
import { grounds, subscriberProfiles, type GroundName, type SubscriberProfile } from '../requests/kinds.ts';
import { composeSubject } from '../requests/subject.ts';
import type { Actor, Services, Tx } from '../services.ts';
import { keyHolderOf, lineHash } from './compose.ts';
import { listHolderFacts, listCompromisedKeys, listOfficialFacts, listTargetsNow, type HolderFacts, type LineMark, type LineRow, type OfficialFacts, type TargetNow } from './store.ts';

/** What another noun does in the transactions of its lines. */
export interface RunHooks {
  /** lines that have become done */
  done?(tx: Tx, lines: readonly LineRow[]): Promise<void>;
  /** lines that wait for a new key of their holder */
  ask?(tx: Tx, lines: readonly LineRow[]): Promise<void>;
  finished?(tx: Tx): Promise<void>;
}

export interface CarriedOut { marks: LineMark[]; prepared: (Prepared & { line: LineRow })[]; done: LineRow[]; asked: LineRow[] }

/**
 * Revokes, and prepares certificates, for a chunk of approved lines: by the very operations a single request uses, in a
 * fixed number of round trips. What has changed since the approval costs its own line.
 */
export async function carryOutLines(services: Services, tx: Tx, actor: Actor, lines: readonly LineRow[]): Promise<CarriedOut> {
  const result: CarriedOut = { marks: [], prepared: [], done: [], asked: [] };
  const fail = (line: LineRow, reason: unknown): void => {
    if (!(reason instanceof Problem)) services.log.error({ err: reason, line: line.id }, 'a line of a bulk job could not be carried out');
    const problem = reason instanceof Problem ? { code: reason.code, facts: { ...reason.facts } } : { code: 'internal-error', facts: {} };
    result.marks.push({ line: line.line, state: 'failed', problem });
  };
  const intact = lines.filter((line) => {
    const same = line.contentHash && Buffer.compare(line.contentHash, lineHash(line)) === 0;
    if (!same) fail(line, new Problem('state-changed', { changed: 'content' }));
    return same;
  });
  await revokeLines(services, tx, actor, { lines: intact.filter(({ kind }) => kind === 'revoke'), result, fail });
  await prepareLines(services, tx, actor, { lines: intact.filter(({ kind }) => kind !== 'revoke'), result, fail });
  return result;
}

interface Share { lines: readonly LineRow[]; result: CarriedOut; fail: (line: LineRow, reason: unknown) => void }

async function revokeLines(services: Services, tx: Tx, actor: Actor, { lines, result, fail }: Share): Promise<void> {
  if (lines.length === 0) return;
  for (const [i, outcome] of (await revokeEach(services, tx, actor, lines.map(revocationOf))).entries()) {
    const line = lines[i]!;
    if (outcome.status === 'rejected') fail(line, outcome.reason);
    else {
      result.marks.push({ line: line.line, state: 'done' });
      result.done.push(line);
    }
  }
}

export function revocationOf({ certificateId, ground, invalidityDate, note }: LineRow): RevocationInput {
  const reason: string = grounds[ground as GroundName].reason;
  return {
    certificateId: certificateId!, reason: finalReasons.find((known) => known === reason) ?? ('unspecified' satisfies FinalReason), ground: ground ?? '',
    ...(invalidityDate ? { invalidityDate } : {}), ...(note ? { comment: note } : {}),
  };
}

interface Facts { officials: ReadonlyMap<string, OfficialFacts>; holders: ReadonlyMap<string, HolderFacts>; targets: ReadonlyMap<string, TargetNow>; /** in hex */ compromised: ReadonlySet<string>; at: Date }

async function prepareLines(services: Services, tx: Tx, actor: Actor, { lines, result, fail }: Share): Promise<void> {
  if (lines.length === 0) return;
  const facts = await readFacts(services, tx, lines);
  const ready: { line: LineRow; order: IssueOrder & { actor: Actor } }[] = [];
  for (const line of lines) {
    try {
      requireUnchanged(line, facts);
      if (line.spkiHash) ready.push({ line, order: { actor, ...orderOf(line, facts) } });
      else {
        result.marks.push({ line: line.line, state: 'asked' });
        result.asked.push(line);
      }
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      fail(line, error);
    }
  }
  await handOverKeys(tx, actor, ready.flatMap(({ line }) => {
    const former = line.kind === 'change' && line.officialId === null ? facts.targets.get(line.certificateId ?? '')?.agencyId : undefined;
    return former && former !== line.agencyId ? [{ spkiHash: line.spkiHash!, from: `agency:${former}`, to: keyHolderOf(line) }] : [];
  }));
  for (const [i, outcome] of (await prepareEach(services, tx, ready.map(({ order }) => order))).entries()) {
    const { line, order: { certificateId } } = ready[i]!;
    if (outcome.status === 'rejected') fail(line, outcome.reason);
    else {
      result.marks.push({ line: line.line, state: 'prepared', newCertificateId: certificateId });
      result.prepared.push({ ...outcome.value, line });
    }
  }
}

async function readFacts({ now }: Services, tx: Tx, lines: readonly LineRow[]): Promise<Facts> {
  const of = (pick: (line: LineRow) => string | null): string[] => [...new Set(lines.flatMap((line) => pick(line) ?? []))];
  const targetIds = of(({ certificateId }) => certificateId);
  const targets = targetIds.length > 0 ? await listTargetsNow(tx, targetIds, lines.some(({ spki }) => spki === null)) : [];
  const officials = await listOfficialFacts(tx, of(({ officialId }) => officialId), []);
  const holders = await listHolderFacts(tx, of(({ agencyId }) => agencyId), []);
  const compromised = await listCompromisedKeys(tx, lines.flatMap(({ spkiHash }) => spkiHash ?? []));
  return {
    officials: new Map(officials.map((one) => [one.id, one])), holders: new Map(holders.map((one) => [one.id, one])), targets: new Map(targets.map((one) => [one.id, one])),
    compromised, at: now(),
  };
}

const changed = (what: string): Problem => new Problem('state-changed', { changed: what });

/** What was approved must still be what the registers say. */
function requireUnchanged(line: LineRow, { officials, holders, targets, compromised, at }: Facts): void {
  const target = line.certificateId === null ? undefined : targets.get(line.certificateId);
  if (line.certificateId !== null && !target) throw new Problem('certificate-not-found', { id: line.certificateId });
  if (target?.state === 'revoked') throw new Problem('certificate-already-revoked', { id: target.id });
  if (target && target.state !== 'issued' && target.state !== 'on_hold') throw changed('certificate');
  if (target?.replaced) throw new Problem('duplicate-request', { certificate: target.id });
  if (target && target.notAfter < at) throw new Problem('renewal-not-open', { expired: target.notAfter.toISOString() });
  if (line.spkiHash && compromised.has(Buffer.from(line.spkiHash).toString('hex'))) throw new Problem('key-compromised', { rule: 'a certificate with this key was revoked for keyCompromise' });
  const holder = holders.get(line.agencyId ?? '');
  const official = line.officialId === null ? undefined : officials.get(line.officialId);
  if (!holder || holder.closed) throw changed('agency');
  if (line.officialId !== null && (!official || official.left || official.agencyId !== line.agencyId)) throw changed('official');
  const subject = composeSubject({ holder: subscriberProfiles[line.profile as SubscriberProfile], levels: holder.levels, official, serviceName: line.serviceName ?? undefined });
  if (JSON.stringify(subject) !== JSON.stringify(line.subject)) throw changed('subject');
}

function orderOf(line: LineRow, { holders, targets, at }: Facts): IssueOrder {
  const { profile, subject, serviceName, agencyId, officialId, certificateId } = line;
  const target = certificateId === null ? undefined : targets.get(certificateId);
  return {
    certificateId: randomUUID(), requestId: line.id, profile: profile!, subject: subject!, publicKey: keyOf(line, target), ...alternativeNames({ subject: subject!, serviceName }),
    holder: { agencyId, agencyPath: holders.get(agencyId ?? '')!.path, officialId }, days: line.days ?? daysUntil(line.endsAt, at),
    ...(certificateId === null ? {} : { replacesId: certificateId }),
  };
}

/** The key whose possession was proven when the line was checked, and which its content names; or that of the very certificate whose content changes. */
function keyOf({ id, spki, spkiHash }: LineRow, target: TargetNow | undefined): PublicKey {
  const key = spki ? parsePublicKey(spki) : target?.der ? parseCertificate(target.der).publicKey : undefined;
  if (!key) throw new Error(`line ${id} has no key`);
  if (Buffer.compare(hashOf(key), spkiHash!) !== 0) throw new Problem('csr-signature-invalid');
  return key;
}
