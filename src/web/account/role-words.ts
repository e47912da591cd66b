import type { Role } from '../../services.ts';
import type { WordKey } from '../text/words.ts';

/** What a role is called. */
export const roleWords = {
  operator: 'account.roleOperator', registrar: 'account.roleRegistrar', administrator: 'account.roleAdministrator', auditor: 'account.roleAuditor', verifier: 'account.roleVerifier',
} as const satisfies Record<Role, WordKey>;

/** Whether a text is the name of a role. */
export const isRole = (text: string): text is Role => Object.hasOwn(roleWords, text);
