import { message } from './messages.ts';
import type { Message } from './report.ts';

const hour = 3_600_000;

/** Vietnam's offset, which some signing programs write as if it were UTC; an hour either way for the time in between. */
const localOffset = { least: 6 * hour, most: 8 * hour };

interface Times { claimed: Date | undefined; proven: Date | undefined; now: Date; graceSeconds: number }

/**
 * What the signer's own time tells beside the proven one. It is never used for a verdict and never shifted;
 * about seven hours too late is a known fault of programs and named as such.
 */
export function judgeClaimedTime({ claimed, proven, now, graceSeconds }: Times): Message[] {
  if (!claimed) return [];
  const reference = proven ?? now;
  const ahead = claimed.getTime() - reference.getTime();
  if (ahead <= graceSeconds * 1000) return [];
  const facts = { claimed: claimed.toISOString(), reference: reference.toISOString() };
  if (ahead >= localOffset.least && ahead <= localOffset.most) return [message('claimed-time-local-as-utc', facts)];
  return [message(proven ? 'claimed-time-after-proof' : 'claimed-time-in-future', facts)];
}
