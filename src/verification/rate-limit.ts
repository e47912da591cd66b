import { Problem } from '../problems.ts';

export interface Rate { perMinute: number; burst: number }

/** Registered agencies send whole batches; the open page serves one person at a time. */
export const rates = {
  registered: { perMinute: 1200, burst: 300 },
  anyone: { perMinute: 20, burst: 20 },
} as const satisfies Record<string, Rate>;

/** More callers than a country has offices; beyond it the longest unseen are forgotten. */
const maxCallers = 20_000;

/** Token buckets by caller, in memory: each node counts for itself. */
export class RateLimit {
  private readonly rate: Rate;
  private readonly buckets = new Map<string, { tokens: number; at: number }>();

  constructor(rate: Rate) {
    this.rate = rate;
  }

  /** @throws Problem `too-many-requests` with the seconds to wait */
  take(caller: string, now: Date): void {
    const { perMinute, burst } = this.rate;
    const at = now.getTime();
    const bucket = this.buckets.get(caller) ?? { tokens: burst, at };
    const tokens = Math.min(burst, bucket.tokens + Math.max(0, at - bucket.at) * perMinute / 60_000);
    this.buckets.delete(caller);
    this.buckets.set(caller, { tokens: tokens < 1 ? tokens : tokens - 1, at });
    if (this.buckets.size > maxCallers) this.buckets.delete(this.buckets.keys().next().value!);
    if (tokens < 1) throw new Problem('too-many-requests', { retryAfterSeconds: Math.ceil((1 - tokens) * 60 / perMinute) });
  }
}
