import type { OperatorRow } from '../../access/find.ts';
import type { Role } from '../../services.ts';
import { roleWords } from '../account/role-words.ts';
import type { Translate } from '../text/words.ts';

/** An operator's state as people read it. */
export function stateOf({ active, expiresAt }: Pick<OperatorRow, 'active' | 'expiresAt'>, now: Date, t: Translate): { tag: string; text: string } {
  if (!active) return { tag: 'off', text: t('operators.inactive') };
  if (expiresAt !== null && expiresAt <= now) return { tag: 'off', text: t('operators.ended') };
  return { tag: 'good', text: t('operators.active') };
}

export const rolesText = (roles: readonly Role[], t: Translate): string => roles.map((role) => t(roleWords[role])).join(', ');

const day = /^(\d{1,2})\/(\d{1,2})\/(\d{4})$/;

/** The end of a day in Vietnam that was typed as day/month/year; undefined for what is none. */
export function endOfDay(text: string): Date | undefined {
  const [, d = '', m = '', y = ''] = day.exec(text.trim()) ?? [];
  const iso = `${y}-${m.padStart(2, '0')}-${d.padStart(2, '0')}`;
  const midnight = new Date(`${iso}T00:00:00Z`);
  if (Number.isNaN(midnight.getTime()) || midnight.toISOString().slice(0, 10) !== iso) return undefined;
  return new Date(`${iso}T23:59:59+07:00`);
}
