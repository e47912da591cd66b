import { z } from 'zod';
import { roles, type Role, type Services } from '../../services.ts';
import { roleWords } from '../account/role-words.ts';
import { mostTyped, pickAgency, type Picking } from '../agencies/pick.ts';
import { many, typedOrChosen } from '../frame/form.ts';
import type { Translate } from '../text/words.ts';
import { endOfDay } from './present.ts';

/** The fields that a new operator and a changed one have in common. */
export const rolesField = many(z.enum(roles)).refine((chosen) => chosen.length > 0, 'operators.rolesWrong');

/** The agency as it is typed; empty: the whole country. */
export const agencyField = typedOrChosen(z.string().trim().max(mostTyped, 'agencies.unknown').default(''));

/** Below which path an operator acts; undefined for the whole country. @throws Problem `invalid-fields` beside the field */
export async function pathIn(services: Pick<Services, 'db'>, typed: string): Promise<string | undefined> {
  return typed === '' ? undefined : (await pickAgency(services, typed, anyAgency)).path;
}

/** A registrar belongs to an agency. */
export const registrarHasAgency = { is: (typed: { roles: readonly Role[]; agencyPath: string }): boolean => !typed.roles.includes('registrar') || typed.agencyPath !== '', else: { path: ['agencyPath'], message: 'operators.agencyWrong' } };

export const anyAgency: Picking = { field: 'agencyPath', within: undefined };

/** Null where it was left empty: no end. */
export const expiryField = z.string().max(20).default('').transform((text, ctx) => {
  if (text.trim() === '') return null;
  const end = endOfDay(text);
  if (end) return end;
  ctx.addIssue({ code: 'custom', message: 'operators.expiresWrong' });
  return z.NEVER;
});

export const roleItems = (t: Translate): { value: string; text: string }[] => roles.map((role) => ({ value: role, text: t(roleWords[role]) }));
