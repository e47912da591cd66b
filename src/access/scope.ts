import { Problem } from '../problems.ts';
import type { Actor } from '../services.ts';

/**
 * Lets the actor act only in the own agency and below it. Compared label by label as ltree's `<@` does:
 * the agency H05 does not own H050.
 * @throws Problem `outside-your-agency`, also where there is no path to compare (`undefined` or null)
 */
export function requireWithin(actor: Actor, agencyPath: string | null | undefined): void {
  if (isWithin(actor.agencyPath, agencyPath)) return;
  throw new Problem('outside-your-agency');
}

/** Whether a path is the ancestor itself or below it; an undefined ancestor is the whole country. */
export function isWithin(ancestor: string | undefined, path: string | null | undefined): boolean {
  if (ancestor === undefined) return true;
  return typeof path === 'string' && (path === ancestor || path.startsWith(`${ancestor}.`));
}
