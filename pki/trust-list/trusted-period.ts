import type { TrustService } from './parse.ts';

/** When a service was last granted without a break; `until` undefined: it still is. */
export interface TrustedPeriod { from: Date; until: Date | undefined }

/**
 * The period in which what a service's key vouched for counts (TS 119 612 §5.5.4, §5.6): the last unbroken time as granted.
 * Undefined where it never was.
 * @param states the newest first
 */
export function trustedPeriod({ states }: Pick<TrustService, 'states'>): TrustedPeriod | undefined {
  const first = states.findIndex(({ granted }) => granted);
  if (first === -1) return undefined;
  const after = states.findIndex(({ granted }, i) => i > first && !granted);
  const oldest = states[after === -1 ? states.length - 1 : after - 1]!;
  return { from: oldest.since, until: first === 0 ? undefined : states[first - 1]!.since };
}
