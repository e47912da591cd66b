import { z } from 'zod';
import { roles } from '../../services.ts';
import { roleWords } from '../account/role-words.ts';
import { many } from '../frame/form.ts';
import type { Translate } from '../text/words.ts';
import { endOfDay } from './present.ts';

/** The fields that a new operator and a changed one have in common. */
export const rolesField = many(z.enum(roles)).refine((chosen) => chosen.length > 0, 'operators.rolesWrong');

/** Null where it was left empty: the whole country. */
export const agencyField = z.string().trim().max(200).default('').transform((text, ctx) => {
  if (text === '') return null;
  if (/^[A-Za-z0-9_]{1,100}(\.[A-Za-z0-9_]{1,100}){0,19}$/.test(text)) return text;
  ctx.addIssue({ code: 'custom', message: 'operators.agencyWrong' });
  return z.NEVER;
});

/** Null where it was left empty: no end. */
export const expiryField = z.string().max(20).default('').transform((text, ctx) => {
  if (text.trim() === '') return null;
  const end = endOfDay(text);
  if (end) return end;
  ctx.addIssue({ code: 'custom', message: 'operators.expiresWrong' });
  return z.NEVER;
});

export const roleItems = (t: Translate): { value: string; text: string }[] => roles.map((role) => ({ value: role, text: t(roleWords[role]) }));
