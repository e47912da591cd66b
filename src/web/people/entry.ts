import { parseMobile, validateNationalId, type Sex } from '../../officials/national-id.ts';
import { localDate } from '../../policies/working-days.ts';
import { Problem } from '../../problems.ts';
import { refusedFields } from '../frame/form.ts';
import type { WordKey } from '../text/words.ts';

/** Personal data as it is typed; what is left empty is not said. */
export interface TypedPersonal { nationalId?: string | undefined; birthDate?: string | undefined; sex?: Sex | undefined; mobile?: string | undefined }

/** 2/3/1985 or 1985-03-02 as YYYY-MM-DD; anything else as it is, to be refused. */
export function readDay(text: string): string {
  const [, day, month, year] = /^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})$/.exec(text) ?? [];
  return day && month && year ? `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}` : text;
}

/**
 * What was typed of a person, checked so that each mistake stands beside its field in the person's language.
 * @throws Problem `invalid-fields`
 */
export function readPersonal({ nationalId, birthDate, sex, mobile }: TypedPersonal, now: Date): TypedPersonal {
  const errors: [string, WordKey][] = [];
  const number = nationalId?.replaceAll(/[\s.]/g, '');
  const born = birthDate === undefined ? undefined : readDay(birthDate);
  if (number === undefined && (born !== undefined || sex !== undefined)) errors.push(['nationalId', 'people.numberMissing']);
  if (number !== undefined) {
    const isNumber = /^\d{12}$/.test(number);
    const words: Readonly<Record<string, WordKey>> = { '/nationalId': isNumber ? 'people.numberYear' : 'people.numberDigits', '/birthDate': 'people.birthDateWrong', '/sex': 'people.sexWrong' };
    for (const { pointer } of validateNationalId(number, born ?? '', sex, localDate(now)).errors) errors.push([pointer.slice(1), words[pointer] ?? 'frame.fieldWrong']);
  }
  if (mobile !== undefined && parseMobile(mobile) === undefined) errors.push(['mobile', 'people.mobileWrong']);
  if (errors.length > 0) throw refusedFields(...errors);
  return { nationalId: number, birthDate: born, sex, mobile };
}

/** A refusal of one code can belong to one of two fields: its facts tell which. */
export async function besideFields<T>(work: Promise<T>): Promise<T> {
  return work.catch((error: unknown) => {
    if (error instanceof Problem && error.code === 'duplicate-request') throw refusedFields(error.facts['email'] === undefined ? ['nationalId', 'people.sameAgency'] : ['email', 'people.emailTaken']);
    throw error;
  });
}
