import { hash } from 'node:crypto';
import type { Covered } from './candidate.ts';
import type { SigningTime } from './report.ts';

/** A moment at which something provably existed, and what proves it. */
export interface Proof { time: Date; by: Exclude<SigningTime['provenBy'], null> }

/**
 * The set of proofs of existence (EN 319 102-1 §5.6.2.3): for signatures and, byte for byte, for certificates, status data
 * and tokens the earliest moment at which they are known to have existed. Without a proof that is the validation time.
 */
export class ProofsOfExistence {
  private readonly earliest = new Map<string, Proof>();
  readonly now: Date;

  constructor(now: Date) {
    this.now = now;
  }

  /** POE extraction: all that a good token, or a receipt, covers. */
  add({ signatures, evidence, tokens }: Covered, proof: Proof): void {
    for (const id of signatures) this.take(`signature ${id}`, proof);
    for (const list of [evidence.certificates, evidence.crls, evidence.ocspResponses, tokens]) {
      for (const der of list) this.take(hash('sha256', der), proof);
    }
  }

  ofSignature(id: string): Proof | undefined {
    return this.earliest.get(`signature ${id}`);
  }

  ofObject(der: Uint8Array): Proof | undefined {
    return this.earliest.size === 0 ? undefined : this.earliest.get(hash('sha256', der));
  }

  /** When an object is known to have existed: now at the latest. */
  timeOf(der: Uint8Array): Date {
    const proven = this.ofObject(der)?.time;
    return proven && proven < this.now ? proven : this.now;
  }

  private take(key: string, proof: Proof): void {
    const known = this.earliest.get(key);
    if (!known || proof.time < known.time) this.earliest.set(key, proof);
  }
}
