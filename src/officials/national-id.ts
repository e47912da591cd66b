import { fieldMistake } from '../field-mistakes.ts';
import { type FieldMistake } from '../problems.ts';
/** Provinces and countries of birth registration are written with three digits; these are the provinces before 1 July 2025. */
const provincePrefixes: ReadonlySet<string> = new Set((
  '001 002 004 006 008 010 011 012 014 015 017 019 020 022 024 025 026 027 030 031 033 034 035 036 037 038 040 042 044 045 046 048 049 '
  + '051 052 054 056 058 060 062 064 066 067 068 070 072 074 075 077 079 080 082 083 084 086 087 089 091 092 093 094 095 096'
).split(' '));

export type Sex = 'male' | 'female';

/** What a number says of its holder, or why it is none: pointers are those of the fields that were sent. */
export interface NationalIdVerdict {
  errors: FieldMistake[];
  /** to be looked at, no reason to refuse */
  warnings: 'province-unknown'[];
}

/**
 * Judges a national identity number by its structure (NĐ 137/2015 Điều 13): PPP G YY RRRRRR, where PPP is the province or
 * country of birth registration, G century and sex, YY the year of birth. There is no check digit. Numbers outlive the
 * provinces they name, and countries have codes too, so an unknown prefix is a warning.
 * @param birthDate YYYY-MM-DD
 * @param today YYYY-MM-DD, handed in
 */
export function validateNationalId(nationalId: string, birthDate: string, sex: Sex | undefined, today: string): NationalIdVerdict {
  const verdict: NationalIdVerdict = { errors: [], warnings: [] };
  if (!/^[0-9]{12}$/.test(nationalId)) verdict.errors.push(fieldMistake('/nationalId', 'national-id-digits'));
  if (!isDay(birthDate) || birthDate > today || birthDate < '1900-01-01') verdict.errors.push(fieldMistake('/birthDate', 'birth-date'));
  if (verdict.errors.length > 0) return verdict;
  const centuryAndSex = Number(nationalId[3]);
  const year = (19 + Math.floor(centuryAndSex / 2)) * 100 + Number(nationalId.slice(4, 6));
  if (year !== Number(birthDate.slice(0, 4))) verdict.errors.push(fieldMistake('/nationalId', 'national-id-year'));
  if (sex !== undefined && sex !== (centuryAndSex % 2 === 0 ? 'male' : 'female')) verdict.errors.push(fieldMistake('/sex', 'national-id-sex'));
  if (!provincePrefixes.has(nationalId.slice(0, 3))) verdict.warnings.push('province-unknown');
  return verdict;
}

function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const at = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text);
}

/** The first four digits (province, century and sex) and nothing that tells one person from another. */
export const maskNationalId = (nationalId: string): string => `${nationalId.slice(0, 4)}********`;

/** A Vietnamese mobile number in one form, `0912345678`; undefined for what is none. */
export function parseMobile(text: string): string | undefined {
  const digits = text.replaceAll(/[\s.()-]/g, '').replace(/^\+?84(?=\d{9}$)/, '0');
  return /^0[35789]\d{8}$/.test(digits) ? digits : undefined;
}
