import { createHash } from 'node:crypto';
import type { Profile } from '../../pki/certificate/profile.ts';
import { compareNames } from '../../pki/name/compare.ts';
import { parseName } from '../../pki/name/parse.ts';
import { printName } from '../../pki/name/print.ts';
import { isWithin } from '../access/scope.ts';
import type { Policies } from '../policies/find.ts';
import { wrongField, type FieldMistakeCode } from '../field-mistakes.ts';
import { Problem } from '../problems.ts';
import { requireProfile } from '../profiles/find.ts';
import { checkCsr } from '../requests/check-csr.ts';
import { grounds, isSubscriberProfile, subscriberProfiles, transfers, type GroundName, type SubscriberProfile, type Transfer } from '../requests/kinds.ts';
import { requireRenewable } from '../requests/renew.ts';
import { composeSubject, encodeSubject } from '../requests/subject.ts';
import type { BulkInput } from './read.ts';
import type { HolderFacts, KeyFacts, LineRow, OfficialFacts, TargetFacts } from './store.ts';

/** All that the registers say for a chunk of lines, read in a fixed number of queries. */
export interface Registers {
  officials: ReadonlyMap<string, OfficialFacts>;
  holders: ReadonlyMap<string, HolderFacts>;
  targets: ReadonlyMap<string, TargetFacts>;
  policies: Policies;
  profiles: ReadonlyMap<string, Profile>;
  at: Date;
  /** the whole agency of the job: nothing outside is touched */
  within: string;
}

/** A mistake in one column of a line. */
export const wrong = (field: string, code: FieldMistakeCode, facts?: Readonly<Record<string, string | number>>): Problem => wrongField(`/${field}`, code, facts);

/**
 * What a line will do, from its words and the registers. The rules are those of a single request.
 * @throws Problem every refusal of a submission
 */
export function composeLine(row: LineRow, input: BulkInput, registers: Registers): LineRow {
  const target = row.kind === 'issue' ? undefined : ownTarget(input, registers);
  const profileName = target?.profile ?? input.profile ?? 'official-signing';
  if (!isSubscriberProfile(profileName)) throw wrong(target ? 'certificateId' : 'profile', 'not-of-subscriber');
  const { holder, official, serviceName } = holderOf(row, input, { target, profileName, registers });
  const transfer = transferSaid(row.kind, input, target !== undefined && official !== undefined && official.agencyId !== target.agencyId);
  const base: LineRow = {
    ...row, state: 'ready', profile: profileName, agencyId: holder.id, officialId: official?.id ?? null, serviceName, certificateId: target?.id ?? null,
    transfer, note: input.note?.slice(0, 2000) ?? null, subjectText: target?.subjectText ?? null,
  };
  const composed = row.kind === 'revoke' ? revocation(base, input, registers.at) : certificate(base, input, { target, holder, official, profileName, registers });
  return { ...composed, contentHash: lineHash(composed) };
}

function ownTarget(input: BulkInput, { targets, officials, holders, within }: Registers): TargetFacts {
  const name = input.certificateId?.toLowerCase() ?? input.serialNumber?.toLowerCase();
  if (name === undefined) throw wrong('certificateId', 'certificate-required');
  const target = targets.get(name);
  if (!target) throw new Problem('certificate-not-found', { id: name });
  // who serves elsewhere since it was issued is looked after there
  const servesAt = target.officialId === null ? undefined : holders.get(officials.get(target.officialId)?.agencyId ?? '')?.path;
  if (!isWithin(within, target.agencyPath) && !isWithin(within, servesAt)) throw new Problem('outside-your-agency');
  if (target.state === 'revoked') throw new Problem('certificate-already-revoked', { id: target.id });
  if (target.state !== 'issued' && target.state !== 'on_hold') throw new Problem('state-changed', { id: target.id, state: target.state });
  return target;
}

/** As on a single request: an official who works elsewhere now, or whose position changed. Said for the whole file it concerns those lines alone. */
function transferSaid(kind: LineRow['kind'], { transfer, ground }: BulkInput, moved: boolean): Transfer | null {
  const isTransfer = kind === 'change' ? moved : kind === 'revoke' && ground === 'position-changed';
  if (transfer === undefined && isTransfer) throw wrong('transfer', 'transfer-required');
  if (transfer !== undefined && transfer !== kind) throw wrong('transfer', 'transfer-other', { said: JSON.stringify(transfer.slice(0, 20)), kind });
  return isTransfer ? transfers.find((known) => known === transfer) ?? null : null;
}

interface Holder { holder: HolderFacts; official: OfficialFacts | undefined; serviceName: string | null }

function holderOf(
  { kind }: LineRow, input: BulkInput, { target, profileName, registers }: { target: TargetFacts | undefined; profileName: SubscriberProfile; registers: Registers },
): Holder {
  const bearer = subscriberProfiles[profileName];
  const named = target ? target.officialId ?? undefined : input.officialId?.toLowerCase() ?? input.email?.toLowerCase();
  const official = bearer === 'official' && named !== undefined ? registers.officials.get(named) : undefined;
  if (bearer === 'official' && !official) throw wrong(input.officialId ? 'officialId' : 'email', named === undefined ? 'required' : 'not-in-register');
  const agency = official?.agencyId ?? target?.agencyId ?? input.agency;
  const holder = agency === undefined ? undefined : registers.holders.get(agency);
  if (!holder) throw wrong('agency', agency === undefined ? 'required' : 'not-in-register');
  if (!isWithin(registers.within, holder.path)) throw new Problem('outside-your-agency');
  const serviceName = bearer === 'service' ? target?.serviceName ?? input.serviceName ?? null : null;
  if (bearer === 'service' && (serviceName === null || serviceName.length > 64) && kind !== 'revoke') throw wrong('serviceName', 'service-name');
  if (kind !== 'revoke' && holder.closed) throw wrong('agency', 'agency-closed');
  if (kind !== 'revoke' && official?.left) throw wrong('officialId', 'official-left');
  return { holder, official, serviceName };
}

function revocation(row: LineRow, input: BulkInput, at: Date): LineRow {
  const name = input.ground;
  if (name === undefined) throw wrong('ground', 'required');
  if (!Object.hasOwn(grounds, name)) throw wrong('ground', 'ground-unknown');
  const { holders } = grounds[name as GroundName];
  if (!isSubscriberProfile(row.profile ?? '') || !(holders as readonly string[]).includes(subscriberProfiles[row.profile as SubscriberProfile])) {
    throw wrong('ground', 'ground-unfit');
  }
  const invalidityDate = input.invalidityDate === undefined ? null : new Date(input.invalidityDate);
  if (invalidityDate && !isoDate.test(input.invalidityDate ?? '')) throw wrong('invalidityDate', 'invalidity-date-form');
  if (invalidityDate && !(invalidityDate <= at)) throw wrong('invalidityDate', 'in-future');
  return { ...row, ground: name, invalidityDate };
}

const isoDate = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d))?$/;

interface Certified extends Pick<Holder, 'holder' | 'official'> { target: TargetFacts | undefined; profileName: SubscriberProfile; registers: Registers }

function certificate(row: LineRow, input: BulkInput, { target, holder, official, profileName, registers }: Certified): LineRow {
  const { kind } = row;
  if (kind === 'revoke') throw new Error('a revocation makes no certificate');
  if (input.csr === undefined) throw wrong('csr', 'required');
  const profile = requireProfile(registers.profiles, profileName);
  const subject = composeSubject({ holder: subscriberProfiles[profileName], levels: holder.levels, official, serviceName: row.serviceName ?? undefined });
  const name = encodeSubject(subject);
  if (target) requireRenewable({ kind, target, policies: registers.policies, at: registers.at });
  if (target && kind === 'renew' && !compareNames(name, parseName(target.subjectDer))) {
    throw new Problem('subject-mismatch', { detail: { en: 'The register has changed since this certificate was issued: ask for a change of content.', vi: 'Thông tin trong danh bạ đã thay đổi sau khi cấp chứng thư này: hãy yêu cầu thay đổi nội dung.' } });
  }
  const { csr, spkiHash } = checkCsr(pemOf(input.csr), profile, name);
  const most = registers.policies.get(kind === 'renew' ? 'renewal.max_days' : 'subscriber.max_days');
  return {
    ...row, subject, subjectText: printName(name), csr: csr.der, spki: csr.publicKey.der, spkiHash,
    days: kind === 'change' ? null : Math.min(most, profile.validityDays), endsAt: kind === 'change' ? target?.notAfter ?? null : null,
  };
}

/** A cell may hold the request in PEM, or its Base64 alone on one line. */
function pemOf(csr: string): string {
  if (csr.includes('-----')) return csr;
  const lines = csr.replaceAll(/\s+/g, '').replaceAll(/.{64}(?=.)/g, '$&\n');
  return `-----BEGIN CERTIFICATE REQUEST-----\n${lines}\n-----END CERTIFICATE REQUEST-----\n`;
}

/** Whose key it is, as the CA keeps it. */
export const keyHolderOf = ({ officialId, agencyId }: Pick<LineRow, 'officialId' | 'agencyId'>): string => (officialId ? `official:${officialId}` : `agency:${agencyId}`);

/** @throws Problem `key-compromised`, `key-used-by-another`, `duplicate-request`, `invalid-fields` */
export function requireFreeKey(line: LineRow, key: KeyFacts | undefined, target: TargetFacts | undefined, policies: Policies): void {
  if (!key || !line.spkiHash) return;
  if (key.compromised) throw new Problem('key-compromised', { rule: 'a certificate with this key was revoked for keyCompromise' });
  const holder = keyHolderOf(line);
  if ((key.holder !== null && key.holder !== holder) || key.askedBy.some((other) => other !== holder)) throw new Problem('key-used-by-another');
  // the same file again must not make the same certificates again
  if (line.kind === 'issue' && key.certified) throw new Problem('duplicate-request', { detail: { en: 'This key has a certificate already.', vi: 'Cặp khóa này đã có chứng thư.' } });
  if (!target || Buffer.compare(target.spkiHash, line.spkiHash) !== 0) return;
  if (!policies.get(line.kind === 'renew' ? 'renewal.same_key' : 'change.same_key')) throw wrong('csr', 'key-not-new');
}

/** SHA-256 of what a line will do, in one fixed order: the approvals bind it, and the work checks it again. */
export function lineHash(line: LineRow): Uint8Array {
  const ordered = [
    'antin bulk line 1', line.line, line.kind, line.profile, line.agencyId, line.officialId, line.serviceName, line.certificateId, line.subject,
    line.spkiHash && Buffer.from(line.spkiHash).toString('hex'), line.days, line.endsAt, line.ground, line.invalidityDate, line.note,
    // at the end and only where it is said: what was approved before it was kept has the hash it had
    ...(line.transfer === null ? [] : [line.transfer]),
  ];
  return createHash('sha256').update(JSON.stringify(ordered)).digest();
}
