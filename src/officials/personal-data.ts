import { wrongField } from '../field-mistakes.ts';
import { Problem } from '../problems.ts';
import type { Services } from '../services.ts';
import { parseMobile, validateNationalId, type NationalIdVerdict, type Sex } from './national-id.ts';

/** What is sealed of a person. */
export interface PersonalData {
  nationalId: string | null;
  /** YYYY-MM-DD */
  birthDate: string | null;
  /** 0912345678 */
  mobile: string | null;
}

/** As it is sent; undefined leaves what stands. The sex is compared with the number and not kept. */
export interface PersonalInput { nationalId?: string | undefined; birthDate?: string | undefined; mobile?: string | undefined; sex?: Sex | undefined }

type Keys = Pick<Services, 'keystore'>;

const purpose = 'official identity';

/** Whether the input says anything about the person at all. */
export const isPersonal = (input: PersonalInput): boolean => [input.nationalId, input.birthDate, input.mobile, input.sex].some((value) => value !== undefined);

/**
 * What is known of a person with the input laid over it, checked as one: the number against the birth date and the sex.
 * @throws Problem `invalid-fields`; its messages never repeat what was sent
 */
export function mergePersonalData(before: PersonalData, input: PersonalInput, now: Date): { data: PersonalData; warnings: NationalIdVerdict['warnings'] } {
  const data = { nationalId: input.nationalId ?? before.nationalId, birthDate: input.birthDate ?? before.birthDate, mobile: before.mobile };
  if (input.mobile !== undefined) {
    const mobile = parseMobile(input.mobile);
    if (mobile === undefined) throw wrongField('/mobile', 'mobile-form');
    data.mobile = mobile;
  }
  if (data.nationalId === null && (data.birthDate !== null || input.sex !== undefined)) {
    throw wrongField('/nationalId', 'national-id-alone');
  }
  if (data.nationalId === null) return { data, warnings: [] };
  const today = new Date(now.getTime() + 7 * 3_600_000).toISOString().slice(0, 10);
  const { errors, warnings } = validateNationalId(data.nationalId, data.birthDate ?? '', input.sex, today);
  if (errors.length > 0) throw new Problem('invalid-fields', { errors });
  return { data, warnings };
}

/** Sealed for one official's row: put into another's it does not open. */
export async function sealPersonalData({ keystore }: Keys, officialId: string, data: PersonalData): Promise<Uint8Array> {
  return keystore.secrets.seal(purpose, officialId, Buffer.from(JSON.stringify([data.nationalId, data.birthDate, data.mobile])));
}

/** @throws Problem `keystore-unavailable` */
export async function openPersonalData({ keystore }: Keys, officialId: string, sealed: Uint8Array): Promise<PersonalData> {
  const [nationalId, birthDate, mobile] = JSON.parse(Buffer.from(await keystore.secrets.open(purpose, officialId, sealed)).toString('utf8')) as (string | null)[];
  return { nationalId: nationalId ?? null, birthDate: birthDate ?? null, mobile: mobile ?? null };
}

/** The blind index of a number: HMAC-SHA-256 under a key of its own, for exact search alone. */
export async function blindIndexOf({ keystore }: Keys, nationalId: string): Promise<Uint8Array> {
  return keystore.secrets.fingerprint(purpose, Buffer.from(nationalId));
}
