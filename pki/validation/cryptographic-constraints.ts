import type { Certificate } from '../certificate/parse.ts';
import type { Digest } from '../keys/algorithm.ts';
import type { PublicKey } from '../keys/public-key.ts';
import { refusalOf, type AlgorithmRule } from '../path/algorithms.ts';
import type { Signed } from '../path/work.ts';
import type { ValidationPolicy } from './policy.ts';

/** The rule that refuses a digest at a time; undefined when it is acceptable. */
export function digestRefusalOf(digest: Digest, time: Date, { algorithms }: ValidationPolicy): AlgorithmRule | undefined {
  return algorithms.find((rule) => 'digest' in rule && rule.digest === digest && time.getTime() >= Date.parse(rule.refusedFrom));
}

/**
 * The first moment at which the policy refuses the signature on an object under its issuer's key; undefined: none so far.
 * What is proven to exist before that moment was not made by breaking the algorithm.
 */
export function refusedSince(signed: Signed, key: PublicKey, now: Date, { algorithms }: ValidationPolicy): Date | undefined {
  const refusals: Date[] = [];
  let rules = algorithms;
  for (;;) {
    const refusal = refusalOf(signed.signatureAlgorithm, key, now, rules);
    if (!refusal) break;
    refusals.push(new Date(refusal.refusedFrom));
    rules = rules.filter((rule) => rule !== refusal);
  }
  return refusals.toSorted((a, b) => a.getTime() - b.getTime())[0];
}

/** The key at the top of a path is pinned; every other one signs under its issuer's. */
export const issuerKeyOf = (path: readonly Certificate[], place: number): PublicKey => (path[place + 1] ?? path[place]!).publicKey;
