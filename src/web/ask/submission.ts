import { toPem } from '../../../pki/keys/pem.ts';
import { grounds } from '../../certificates/grounds.ts';
import type { UploadedFile } from '../../http/endpoint.ts';
import { Problem } from '../../problems.ts';
import type { Submission } from '../../requests/compose.ts';
import { kindRules, subscriberProfiles, type Device, type Kind, type SubscriberProfile } from '../../requests/kinds.ts';
import { readDay } from '../people/entry.ts';
import { refused } from '../frame/form.ts';
import type { WordKey } from '../text/words.ts';
import type { Asked } from './holder.ts';
import type { AgencyGround } from './words.ts';

/** The form as it is typed; what is left empty is not said. */
export interface TypedAsk {
  profile?: SubscriberProfile | undefined; serviceName?: string | undefined; device?: Device | undefined; ground?: AgencyGround | undefined;
  since?: string | undefined; note?: string | undefined; wetSigned?: 'yes' | undefined;
}


/** Whether a request of this kind brings a key. */
export const needsKey = (kind: Kind): boolean => (kindRules[kind].required as readonly string[]).includes('csr');
export const needsCertificate = (kind: Kind): boolean => kind !== 'issue';

/**
 * What was typed as a submission; each thing that the kind needs and is missing is named beside its field.
 * @throws Problem `invalid-fields`
 */
export function submissionFrom(kind: Kind, typed: TypedAsk, { official, certificate, hasMoved }: Asked, given: { agencyId: string | undefined; csr: UploadedFile | undefined; now: Date }): Submission {
  const { ground, note, device, serviceName } = typed;
  if (kind === 'revoke' && ground === undefined) throw refused('ground', 'ask.groundMissing');
  if ((kind === 'change' || kind === 'restore-device') && note === undefined) throw refused('note', 'ask.noteMissing');
  if (needsKey(kind) && !given.csr) throw refused('csr', 'ask.csrMissing');
  const more = {
    ...(note === undefined ? {} : { note }), ...(device === undefined || !needsKey(kind) ? {} : { device }), ...(given.csr && needsKey(kind) ? { csr: pemOf(given.csr.bytes) } : {}),
  };
  if (kind !== 'issue') {
    const means = kind === 'change' && hasMoved ? 'change' : kind === 'revoke' && ground === 'position-changed' ? 'revoke' : undefined;
    return { kind, certificateId: certificate?.id, ...more, ...(kind === 'revoke' ? { ground, ...sinceOf(typed.since, given.now) } : {}), ...(means ? { transfer: means } : {}) };
  }
  const profile = official ? 'official-signing' : typed.profile;
  if (profile === undefined) throw refused('profile', 'ask.forMissing');
  const holder = subscriberProfiles[profile];
  if (holder === 'official' && !official) throw refused('profile', 'ask.officialMissing');
  if (holder === 'service' && serviceName === undefined) throw refused('serviceName', 'ask.serviceMissing');
  return {
    kind, profile, ...more, ...(holder === 'official' ? { officialId: official?.id } : { agencyId: given.agencyId }), ...(holder === 'service' ? { serviceName } : {}),
    ...(typed.wetSigned ? { wetSigned: true } : {}),
  };
}

/** A file as devices make it: PEM, or the DER itself. */
const pemOf = (bytes: Uint8Array): string => (bytes[0] === 0x30 ? toPem('CERTIFICATE REQUEST', bytes) : Buffer.from(bytes).toString('latin1'));

/** The day's first moment in Vietnam. */
function sinceOf(since: string | undefined, now: Date): { invalidityDate?: Date } {
  if (since === undefined) return {};
  const day = readDay(since);
  const at = new Date(`${day}T00:00:00+07:00`);
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day) || Number.isNaN(at.getTime()) || at > now) throw refused('since', 'ask.sinceWrong');
  return { invalidityDate: at };
}

const pointers: Readonly<Record<string, readonly [field: string, word: WordKey]>> = {
  '/wetSigned': ['wetSigned', 'ask.wetNotFirst'], '/csr': ['csr', 'ask.csrWrong'], '/ground': ['ground', 'ask.groundWrong'], '/invalidityDate': ['since', 'ask.sinceWrong'],
  '/officialId': ['profile', 'ask.officialCannot'], '/agencyId': ['agency', 'people.agencyClosed'], '/certificateId': ['serial', 'ask.serialWrong'],
};

/** A refused submission with its mistakes beside the fields of the form. */
export async function besideFields<T>(work: Promise<T>): Promise<T> {
  return work.catch((error: unknown) => {
    const errors = error instanceof Problem && error.code === 'invalid-fields' ? error.facts.errors : undefined;
    const [field, word] = pointers[errors?.[0]?.pointer ?? ''] ?? [];
    throw field && word ? refused(field, word) : error;
  });
}

/** The grounds that a holder of this kind can have. */
export const groundsFor = (holder: Asked['holder'], all: readonly AgencyGround[]): AgencyGround[] =>
  all.filter((ground) => holder === undefined || (grounds[ground].holders as readonly string[]).includes(holder));
