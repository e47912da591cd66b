import { isIPv6 } from 'node:net';
import { Problem } from '../problems.ts';
import type { Services } from '../services.ts';
import { takeToken } from './store.ts';

/** A token bucket: `burst` calls at once, filled again at `perMinute`. */
export interface Rate { name: string; perMinute: number; burst: number }

/** Registered agencies send whole batches; the open pages serve one person at a time. */
export const rates = {
  registered: { name: 'registered', perMinute: 1200, burst: 300 },
  batches: { name: 'batches', perMinute: 6, burst: 6 },
  anyone: { name: 'anyone', perMinute: 20, burst: 20 },
} as const satisfies Record<string, Rate>;

export interface RateQuestion {
  /** what is limited; each purpose has buckets of its own */
  purpose: string;
  /** the actor's id, or the address of someone without one */
  caller: string;
  rate: Rate;
  setHeader: (name: string, value: string) => void;
}

/**
 * Counts one call in the database, so that a limit is one for all nodes, and says in RateLimit and RateLimit-Policy
 * (draft-ietf-httpapi-ratelimit-headers-10) what is left. The caller is kept as a keyed hash.
 * @throws Problem `too-many-requests` with the seconds to wait
 */
export async function takeRate({ db, now, keystore }: Pick<Services, 'db' | 'now' | 'keystore'>, { purpose, caller, rate, setHeader }: RateQuestion): Promise<void> {
  const { name, perMinute, burst } = rate;
  const bucket = await keystore.secrets.fingerprint('rate-limit', Buffer.from(`${purpose} ${name} ${placeOf(caller)}`));
  const { tokens, refused } = await takeToken(db, { bucket, burst, perSecond: perMinute / 60, at: now() });
  const secondsFor = (missing: number): number => Math.ceil(missing * 60 / perMinute);
  setHeader('RateLimit-Policy', `"${name}";q=${burst};w=${secondsFor(burst)}`);
  setHeader('RateLimit', `"${name}";r=${Math.floor(tokens)};t=${secondsFor(burst - tokens)}`);
  if (refused) throw new Problem('too-many-requests', { retryAfterSeconds: Math.max(1, secondsFor(1 - tokens)) });
}

/** One household or office has a whole /64 of IPv6 addresses: they are one caller. */
function placeOf(caller: string): string {
  const address = caller.replace(/^::ffff:(?=\d+\.)/i, '');
  if (!isIPv6(address)) return address;
  const [head = '', tail = ''] = address.split('%')[0]!.split('::');
  const groups = (part: string): string[] => (part === '' ? [] : part.split(':'));
  const zeros = address.includes('::') ? Array<string>(Math.max(0, 8 - groups(head).length - groups(tail).length)).fill('0') : [];
  return [...groups(head), ...zeros, ...groups(tail)].slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16)).join(':');
}
