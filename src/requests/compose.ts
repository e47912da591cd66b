import type { Profile } from '../../pki/certificate/profile.ts';
import { printName } from '../../pki/name/print.ts';
import { compareNames } from '../../pki/name/compare.ts';
import { parseName } from '../../pki/name/parse.ts';
import { requireWithin } from '../access/scope.ts';
import { policiesAt, type Policies } from '../policies/find.ts';
import { Problem } from '../problems.ts';
import { profilesNow } from '../profiles/find.ts';
import type { Actor, Services, Tx } from '../services.ts';
import { checkCsr } from './check-csr.ts';
import { grounds, isSubscriberProfile, kindRules, subscriberProfiles, type Device, type GroundName, type Kind, type SubscriberProfile } from './kinds.ts';
import { requireRenewable } from './renew.ts';
import { findHolder, findKeyFacts, findTarget, type HolderRow, type RequestRow, type TargetRow } from './store.ts';
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
}

/** The part of a request's row that follows from what was asked and from the registers. */
export type Composed = Pick<RequestRow, 'profile' | 'agencyId' | 'officialId' | 'serviceName' | 'device' | 'certificateId' | 'subject' | 'subjectText' | 'csr'
  | 'spki' | 'spkiHash' | 'days' | 'endsAt' | 'ground' | 'reason' | 'invalidityDate' | 'note' | 'contentHash' | 'composedAt' | 'duplicateKey'>;

export const wrong = (pointer: string, message: string): Problem => new Problem('invalid-fields', { errors: [{ pointer, message }] });

/**
 * Turns what was asked into what will be decided on: the holder and the name from the registers, the key from the PKCS#10.
 * @throws Problem every refusal of a submission
 */
export async function composeRequest(services: Services, tx: Tx, actor: Actor, input: Submission): Promise<Composed> {
  const at = services.now();
  requireFields(input);
  const target = input.certificateId === undefined ? undefined : await ownTarget(tx, actor, input.certificateId);
  const profileName = target?.profile ?? input.profile ?? '';
  if (!isSubscriberProfile(profileName)) throw wrong(target ? '/certificateId' : '/profile', 'is not a certificate of a subscriber');
  const { holder, serviceName } = await ownHolder(tx, actor, input, profileName, target);
  const bearer = { holder: subscriberProfiles[profileName], levels: holder.levels, official: holder.official ?? undefined, serviceName: serviceName ?? undefined };
  const policies = await policiesAt(tx, at);
  const base = {
    profile: profileName, agencyId: holder.agencyId, officialId: bearer.holder === 'official' ? target?.officialId ?? input.officialId ?? null : null, serviceName,
    device: input.device ?? null, certificateId: target?.id ?? null, ground: input.ground ?? null, reason: input.ground ? grounds[input.ground].reason : null,
    invalidityDate: input.invalidityDate ?? null, note: input.note ?? null, composedAt: at, duplicateKey: duplicateKey(input, profileName, holder.agencyId),
  };
  if (input.ground) requireGround(input, profileName, at);
  const certified = kindRules[input.kind].produces === 'certificate';
  const profile = (await profilesNow(services)).get(profileName);
  if (!profile) throw new Problem('profile-violation', { detail: `there is no profile ${profileName}` });
  const content = certified
    ? await certify(tx, { ...base, input, profile, policies, at, bearer, target })
    : { subject: [], subjectText: target?.subjectText ?? '', csr: null, spki: null, spkiHash: null, days: null, endsAt: null };
  return { ...base, ...content, contentHash: contentHash({ kind: input.kind, ...base, ...content }) };
}

function requireFields(input: Submission): void {
  const missing = kindRules[input.kind].required.filter((field) => input[field] === undefined);
  if (missing.length > 0) throw new Problem('invalid-fields', { errors: missing.map((field) => ({ pointer: `/${field}`, message: 'is required' })) });
}

async function ownTarget(tx: Tx, actor: Actor, certificateId: string): Promise<TargetRow> {
  const target = await findTarget(tx, certificateId);
  if (!target) throw new Problem('certificate-not-found', { id: certificateId });
  requireWithin(actor, target.agencyPath);
  if (target.state === 'revoked') throw new Problem('certificate-already-revoked', { id: certificateId });
  if (target.state !== 'issued' && target.state !== 'on_hold') throw new Problem('state-changed', { id: certificateId, state: target.state });
  return target;
}

async function ownHolder(
  tx: Tx, actor: Actor, input: Submission, profile: SubscriberProfile, target: TargetRow | undefined,
): Promise<{ holder: HolderRow; serviceName: string | null }> {
  const kind = subscriberProfiles[profile];
  const officialId = target ? target.officialId : input.officialId ?? null;
  const agencyId = target ? target.agencyId : input.agencyId ?? null;
  if (kind === 'official' && officialId === null) throw wrong('/officialId', 'is required');
  if (kind !== 'official' && agencyId === null) throw wrong('/agencyId', 'is required');
  const serviceName = kind === 'service' ? target?.serviceName ?? input.serviceName ?? null : null;
  if (kind === 'service' && serviceName === null) throw wrong('/serviceName', 'is required');
  const holder = await findHolder(tx, kind === 'official' ? { officialId: officialId! } : { agencyId: agencyId! });
  if (!holder) throw wrong(kind === 'official' ? '/officialId' : '/agencyId', 'is not in the register');
  requireWithin(actor, holder.agencyPath);
  if (kindRules[input.kind].produces === 'certificate') {
    if (holder.agencyClosed) throw wrong(kind === 'official' ? '/officialId' : '/agencyId', 'the agency is closed');
    if (holder.official?.left) throw wrong('/officialId', 'the official has left');
  }
  return { holder, serviceName };
}

function requireGround({ ground, invalidityDate }: Submission, profile: SubscriberProfile, at: Date): void {
  const holders: readonly string[] = ground ? grounds[ground].holders : [];
  if (!holders.includes(subscriberProfiles[profile])) throw wrong('/ground', 'is no ground for this kind of holder (NĐ 68/2024 Điều 17)');
  if (invalidityDate && invalidityDate > at) throw wrong('/invalidityDate', 'must not lie in the future');
}

/** One open request for one thing: a certificate is replaced, revoked or restored once; a holder has one first issue per device. */
function duplicateKey(input: Submission, profile: string, agencyId: string): string {
  if (input.certificateId !== undefined) {
    return `${input.kind === 'renew' || input.kind === 'change' ? 'replace' : input.kind}:${input.certificateId}`;
  }
  return `issue:${profile}:${input.officialId ?? agencyId}:${input.serviceName ?? ''}:${input.device ?? 'TOKEN'}`;
}

interface Certified {
  input: Submission; profile: Profile; policies: Policies; at: Date; bearer: Parameters<typeof composeSubject>[0]; target: TargetRow | undefined;
  officialId: string | null; agencyId: string;
}
type Content = Pick<Composed, 'subject' | 'subjectText' | 'csr' | 'spki' | 'spkiHash' | 'days' | 'endsAt'>;

async function certify(tx: Tx, c: Certified): Promise<Content> {
  const subject = composeSubject(c.bearer);
  const name = encodeSubject(subject);
  if (c.target) requireRenewable({ kind: c.input.kind, target: c.target, policies: c.policies, at: c.at });
  if (c.target && c.input.kind === 'renew' && !compareNames(name, parseName(c.target.subjectDer))) {
    throw new Problem('subject-mismatch', { detail: 'The register has changed since this certificate was issued: ask for a change of content.' });
  }
  const { csr, spkiHash } = checkCsr(c.input.csr ?? '', c.profile, name);
  await requireFreeKey(tx, c, spkiHash);
  const most = c.policies.get(c.input.kind === 'renew' ? 'renewal.max_days' : 'subscriber.max_days');
  return {
    subject, subjectText: printName(name), csr: csr.der, spki: csr.publicKey.der, spkiHash,
    days: c.input.kind === 'change' ? null : Math.min(most, c.profile.validityDays),
    // a change of content does not lengthen a certificate's life
    endsAt: c.input.kind === 'change' ? c.target?.notAfter ?? null : null,
  };
}

async function requireFreeKey(tx: Tx, c: Certified, spkiHash: Uint8Array): Promise<void> {
  const key = await findKeyFacts(tx, { spkiHash, officialId: c.officialId, agencyId: c.agencyId });
  if (key.compromised) throw new Problem('key-compromised', { rule: 'a certificate with this key was revoked for keyCompromise' });
  const holder = c.officialId === null ? `agency:${c.agencyId}` : `official:${c.officialId}`;
  if ((key.holder !== null && key.holder !== holder) || key.askedByOther) throw new Problem('key-used-by-another');
  if (!c.target || Buffer.compare(c.target.spkiHash, spkiHash) !== 0) return;
  const kept = c.input.kind === 'renew' ? c.policies.get('renewal.same_key') : c.policies.get('change.same_key');
  if (!kept) throw wrong('/csr', 'a new key is required');
}
