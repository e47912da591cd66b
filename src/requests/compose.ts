import type { Profile } from '../../pki/certificate/profile.ts';
import { printName } from '../../pki/name/print.ts';
import { compareNames } from '../../pki/name/compare.ts';
import { parseName, type Name } from '../../pki/name/parse.ts';
import { isWithin, requireWithin } from '../access/scope.ts';
import { policiesAt, type Policies } from '../policies/find.ts';
import { fieldMistake, wrongField } from '../field-mistakes.ts';
import { Problem } from '../problems.ts';
import { profilesNow, requireProfile } from '../profiles/find.ts';
import type { Actor, Services, Tx } from '../services.ts';
import { checkCsr, keyAskedFor } from './check-csr.ts';
import {
  grounds, groundOf, isSubscriberProfile, kindRules, subscriberProfiles, type Device, type GroundName, type Kind, type SubscriberProfile, type Transfer,
} from './kinds.ts';
import { requireRenewable } from './renew.ts';
import {
  findCertified, findHolders, findKeyFacts, findTargets, type HolderRow, type KeyFacts, type KeyQuestion, type RequestRow, type TargetRow,
} from './store.ts';
import { composeSubject, contentHash, encodeSubject } from './subject.ts';

/** What a request asks for; `kinds.ts` says which fields each kind must have. */
export interface Submission {
  kind: Kind;
  profile?: SubscriberProfile | undefined;
  officialId?: string | undefined;
  agencyId?: string | undefined;
  serviceName?: string | undefined;
  device?: Device | undefined;
  certificateId?: string | undefined;
  csr?: string | undefined;
  ground?: GroundName | undefined;
  invalidityDate?: Date | undefined;
  note?: string | undefined;
  /** what a transfer of the official means */
  transfer?: Transfer | undefined;
  wetSigned?: boolean | undefined;
  /** A draft whose key is still to be made, as those of a list are; it is confirmed only with one. */
  keyLater?: boolean | undefined;
}

/** The part of a request's row that follows from what was asked and from the registers. */
export type Composed = Pick<RequestRow, 'profile' | 'agencyId' | 'officialId' | 'serviceName' | 'device' | 'certificateId' | 'subject' | 'subjectText' | 'csr'
  | 'spki' | 'spkiHash' | 'days' | 'endsAt' | 'ground' | 'reason' | 'invalidityDate' | 'note' | 'transfer' | 'wetSigned' | 'urgent' | 'dueAt' | 'contentHash' | 'composedAt' | 'duplicateKey'>;


/** What the registers say about everything a list of submissions names, read together. */
export interface Registers {
  at: Date;
  policies: Policies;
  profiles: ReadonlyMap<string, Profile>;
  targets: ReadonlyMap<string, TargetRow>;
  holders: ReadonlyMap<string, HolderRow>;
  /** agencies that have ever held a certificate, of those whose first request is said to be on paper */
  certified: ReadonlySet<string>;
  keys: ReadonlyMap<string, KeyFacts>;
  /** keys asked for by the list itself, each with its holder */
  asked: Map<string, string>;
}

const idsOf = (values: readonly (string | null | undefined)[]): string[] => [...new Set(values.filter((v) => v !== null && v !== undefined))];
const keyId = (hash: Uint8Array, { officialId, agencyId }: Pick<KeyQuestion, 'officialId' | 'agencyId'>): string =>
  `${Buffer.from(hash).toString('hex')} ${officialId ?? agencyId}`;

/** Reads the registers for submissions of any number, in as many queries as for one. */
export async function readRegisters(services: Services, tx: Tx, inputs: readonly Submission[]): Promise<Registers> {
  const at = services.now();
  const targets = await findTargets(tx, idsOf(inputs.map(({ certificateId }) => certificateId)));
  const named = inputs.map((input) => {
    const target = input.certificateId === undefined ? undefined : targets.get(input.certificateId);
    return target ? { officialId: target.officialId, agencyId: target.agencyId } : { officialId: input.officialId ?? null, agencyId: input.agencyId ?? null };
  });
  const holders = await findHolders(tx, { officials: idsOf(named.map(({ officialId }) => officialId)), agencies: idsOf(named.map(({ agencyId }) => agencyId)) });
  const questions = inputs.flatMap((input, i): KeyQuestion[] => {
    const spkiHash = input.csr === undefined ? undefined : keyAskedFor(input.csr);
    const { officialId, agencyId } = named[i]!;
    const holder = holders.get(officialId ?? agencyId ?? '');
    return spkiHash && holder ? [{ spkiHash, officialId, agencyId: holder.agencyId }] : [];
  });
  const facts = await findKeyFacts(tx, questions);
  const onPaper = inputs.flatMap(({ wetSigned }, i) => (wetSigned ? [holders.get(named[i]!.officialId ?? named[i]!.agencyId ?? '')?.agencyId] : []));
  return {
    at, targets, holders, policies: await policiesAt(tx, at), profiles: await profilesNow(services), certified: await findCertified(tx, idsOf(onPaper)),
    keys: new Map(questions.map((question, i) => [keyId(question.spkiHash, question), facts[i]!])), asked: new Map(),
  };
}

/**
 * Turns what was asked into what will be decided on: the holder and the name from the registers, the key from the PKCS#10.
 * @throws Problem every refusal of a submission
 */
export function composeRequest(registers: Registers, actor: Actor, input: Submission): Composed {
  const { at, policies } = registers;
  requireFields(input);
  const target = input.certificateId === undefined ? undefined : ownTarget(registers, actor, input.certificateId);
  const profileName = target?.profile ?? input.profile ?? '';
  if (!isSubscriberProfile(profileName)) throw wrongField(target ? '/certificateId' : '/profile', 'not-of-subscriber');
  const { holder, serviceName } = ownHolder(registers, actor, { input, profile: profileName, target });
  const bearer = { holder: subscriberProfiles[profileName], levels: holder.levels, official: holder.official ?? undefined, serviceName: serviceName ?? undefined };
  requireTransferSaid(input, target, holder);
  if (input.wetSigned && registers.certified.has(holder.agencyId)) throw wrongField('/wetSigned', 'wet-signed-not-first');
  const urgent = input.ground !== undefined && groundOf(input.ground).urgent === true;
  const base = {
    profile: profileName, agencyId: holder.agencyId, officialId: bearer.holder === 'official' ? target?.officialId ?? input.officialId ?? null : null, serviceName,
    device: input.device ?? null, certificateId: target?.id ?? null, ground: input.ground ?? null, reason: input.ground ? grounds[input.ground].reason : null,
    invalidityDate: input.invalidityDate ?? null, note: input.note ?? null, composedAt: at, duplicateKey: duplicateKey(input, profileName, holder.agencyId),
    transfer: input.transfer ?? null, wetSigned: input.wetSigned ?? false, urgent,
    dueAt: urgent ? new Date(at.getTime() + policies.get('deadline.urgent_revoke_hours') * 3_600_000) : null,
  };
  if (input.ground) requireGround(input, profileName, at);
  const certified = kindRules[input.kind].produces === 'certificate';
  const profile = requireProfile(registers.profiles, profileName);
  const content = certified
    ? certify(registers, { ...base, input, profile, bearer, target })
    : { subject: [], subjectText: target?.subjectText ?? '', csr: null, spki: null, spkiHash: null, days: null, endsAt: null };
  return { ...base, ...content, contentHash: contentHash({ kind: input.kind, ...base, ...content }) };
}

function requireFields(input: Submission): void {
  const missing = kindRules[input.kind].required.filter((field) => input[field] === undefined && !(field === 'csr' && input.keyLater));
  if (missing.length > 0) throw new Problem('invalid-fields', { errors: missing.map((field) => fieldMistake(`/${field}`, 'required')) });
}

function ownTarget({ targets, holders }: Registers, actor: Actor, certificateId: string): TargetRow {
  const target = targets.get(certificateId);
  if (!target) throw new Problem('certificate-not-found', { id: certificateId });
  // a certificate names the agency it was issued for; who serves elsewhere since is looked after there
  const servesAt = target.officialId === null ? undefined : holders.get(target.officialId)?.agencyPath;
  if (!isWithin(actor.agencyPath, servesAt)) requireWithin(actor, target.agencyPath);
  if (target.state === 'revoked') throw new Problem('certificate-already-revoked', { id: certificateId });
  if (target.state !== 'issued' && target.state !== 'on_hold') throw new Problem('state-changed', { id: certificateId, state: target.state });
  return target;
}

function ownHolder(
  { holders }: Registers, actor: Actor, { input, profile, target }: { input: Submission; profile: SubscriberProfile; target: TargetRow | undefined },
): { holder: HolderRow; serviceName: string | null } {
  const kind = subscriberProfiles[profile];
  const officialId = target ? target.officialId : input.officialId ?? null;
  const agencyId = target ? target.agencyId : input.agencyId ?? null;
  if (kind === 'official' && officialId === null) throw wrongField('/officialId', 'required');
  if (kind !== 'official' && agencyId === null) throw wrongField('/agencyId', 'required');
  const serviceName = kind === 'service' ? target?.serviceName ?? input.serviceName ?? null : null;
  if (kind === 'service' && serviceName === null) throw wrongField('/serviceName', 'required');
  const holder = holders.get((kind === 'official' ? officialId : agencyId) ?? '');
  if (!holder) throw wrongField(kind === 'official' ? '/officialId' : '/agencyId', 'not-in-register');
  requireWithin(actor, holder.agencyPath);
  if (kindRules[input.kind].produces === 'certificate') {
    if (holder.agencyClosed) throw wrongField(kind === 'official' ? '/officialId' : '/agencyId', 'agency-closed');
    if (holder.official?.left) throw wrongField('/officialId', 'official-left');
  }
  return { holder, serviceName };
}

/** An official who works elsewhere now, or whose position changed: the law allows both ways, so whoever asks says which is meant. */
function requireTransferSaid({ kind, ground, transfer }: Submission, target: TargetRow | undefined, holder: HolderRow): void {
  const moved = holder.official !== null && target?.agencyId !== holder.agencyId;
  const meant = kind === 'change' && moved ? 'change' : kind === 'revoke' && ground === 'position-changed' ? 'revoke' : undefined;
  if (meant === undefined) {
    if (transfer !== undefined) throw wrongField('/transfer', 'transfer-unexpected');
  } else if (transfer === undefined) {
    throw wrongField('/transfer', 'transfer-required');
  } else if (transfer !== meant) {
    throw wrongField('/transfer', meant === 'change' ? 'transfer-asks-change' : 'transfer-asks-revoke');
  }
}

function requireGround({ ground, invalidityDate }: Submission, profile: SubscriberProfile, at: Date): void {
  const holders: readonly string[] = ground ? grounds[ground].holders : [];
  if (!holders.includes(subscriberProfiles[profile])) throw wrongField('/ground', 'ground-unfit');
  if (invalidityDate && invalidityDate > at) throw wrongField('/invalidityDate', 'in-future');
}

/** One open request for one thing: a certificate is replaced, revoked or restored once; a holder has one first issue per device. */
function duplicateKey(input: Submission, profile: string, agencyId: string): string {
  if (input.certificateId !== undefined) {
    return `${input.kind === 'renew' || input.kind === 'change' ? 'replace' : input.kind}:${input.certificateId}`;
  }
  return `issue:${profile}:${input.officialId ?? agencyId}:${input.serviceName ?? ''}:${input.device ?? 'TOKEN'}`;
}

interface Certified {
  input: Submission; profile: Profile; bearer: Parameters<typeof composeSubject>[0]; target: TargetRow | undefined;
  officialId: string | null; agencyId: string;
}
type Content = Pick<Composed, 'subject' | 'subjectText' | 'csr' | 'spki' | 'spkiHash' | 'days' | 'endsAt'>;

function certify(registers: Registers, c: Certified): Content {
  const { policies, at } = registers;
  const subject = composeSubject(c.bearer);
  const name = encodeSubject(subject);
  if (c.target) requireRenewable({ kind: c.input.kind, target: c.target, policies, at });
  if (c.target && c.input.kind === 'renew' && !compareNames(name, parseName(c.target.subjectDer))) {
    throw new Problem('subject-mismatch', { detail: { en: 'The register has changed since this certificate was issued: ask for a change of content.', vi: 'Thông tin trong danh bạ đã thay đổi sau khi cấp chứng thư này: hãy yêu cầu thay đổi nội dung.' } });
  }
  const most = policies.get(c.input.kind === 'renew' ? 'renewal.max_days' : 'subscriber.max_days');
  return {
    subject, subjectText: printName(name), ...keyOf(registers, c, name),
    days: c.input.kind === 'change' ? null : Math.min(most, c.profile.validityDays),
    // a change of content does not lengthen a certificate's life
    endsAt: c.input.kind === 'change' ? c.target?.notAfter ?? null : null,
  };
}

function keyOf(registers: Registers, c: Certified, name: Name): Pick<Composed, 'csr' | 'spki' | 'spkiHash'> {
  if (c.input.csr === undefined && c.input.keyLater) return { csr: null, spki: null, spkiHash: null };
  const { csr, spkiHash } = checkCsr(c.input.csr ?? '', c.profile, name);
  requireFreeKey(registers, c, spkiHash);
  return { csr: csr.der, spki: csr.publicKey.der, spkiHash };
}

function requireFreeKey({ keys, asked, policies }: Registers, c: Certified, spkiHash: Uint8Array): void {
  const key = keys.get(keyId(spkiHash, c));
  if (!key) throw new Error('the registers were not asked for this key');
  if (key.compromised) throw new Problem('key-compromised', { rule: 'a certificate with this key was revoked for keyCompromise' });
  const holder = c.officialId === null ? `agency:${c.agencyId}` : `official:${c.officialId}`;
  const hex = Buffer.from(spkiHash).toString('hex');
  const other = asked.get(hex);
  if ((key.holder !== null && key.holder !== holder) || key.askedByOther || (other !== undefined && other !== holder)) throw new Problem('key-used-by-another');
  asked.set(hex, holder);
  if (!c.target || Buffer.compare(c.target.spkiHash, spkiHash) !== 0) return;
  const kept = c.input.kind === 'renew' ? policies.get('renewal.same_key') : policies.get('change.same_key');
  if (!kept) throw wrongField('/csr', 'key-not-new');
}
