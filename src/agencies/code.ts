/** An identifier code taken apart. */
export interface AgencyCode {
  /** the new form, level 1 first: `H05.12.3` */
  canonical: string;
  /** the spelling that was given, where it was the old one */
  alias: string | undefined;
  level: number;
}

/** QĐ 20/2020/QĐ-TTg: level 1 first, at most 35 characters. */
const newForm = /^[A-Z][0-9]{2}(\.[0-9]{1,4})*$/;
const maxCharacters = 35;
/** QCVN 102:2016: 13 characters, level 4 first, zeros where a level is not reached. */
const oldForm = /^([0-9]{3})\.([0-9]{2})\.([0-9]{2})\.([A-Z][0-9]{2})$/;

/**
 * Reads a code in the new form or the old one. A level below an empty one has no place in the new form.
 * @returns undefined for what is neither
 */
export function parseAgencyCode(text: string): AgencyCode | undefined {
  if (newForm.test(text) && text.length <= maxCharacters) {
    return { canonical: text, alias: undefined, level: text.split('.').length };
  }
  const old = oldForm.exec(text);
  if (!old) return undefined;
  const levels = old.slice(1).toReversed();
  const isEmpty = (part: string): boolean => /^0+$/.test(part);
  const end = levels.findIndex(isEmpty);
  const used = end === -1 ? levels : levels.slice(0, end);
  if (levels.slice(used.length).some((part) => !isEmpty(part))) return undefined;
  return { canonical: used.join('.'), alias: text, level: used.length };
}

/** The code one level up; undefined for level 1. */
export function parentCode(canonical: string): string | undefined {
  const dot = canonical.lastIndexOf('.');
  return dot === -1 ? undefined : canonical.slice(0, dot);
}

/** The ltree label of one agency; the path is those of the agencies above and its own. */
export const pathLabel = (canonical: string): string => canonical.replaceAll('.', '_');
