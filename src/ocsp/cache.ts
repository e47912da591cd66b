import { hash } from 'node:crypto';
import type { Notices } from '../services.ts';
import { certificateKey, type Answer } from './answer.ts';

/** An answer as it goes out, with the headers that do not change. */
export interface CachedAnswer {
  der: Uint8Array;
  status: Answer['status'];
  certificate: string;
  etag: string;
  /** names and values in turn */
  headers: readonly string[];
  nextUpdateMs: number;
  /** asked anew from here on, so that nobody gets an answer about to end */
  renewAtMs: number;
}

/** RFC 5019 §6.2: the answer says itself how long it lives, and no cache may change it. */
export function cachedAnswer({ der, status }: Answer, { certificate, thisUpdate, nextUpdate }: NonNullable<Answer['keep']>): CachedAnswer {
  const etag = `"${hash('sha256', der, 'hex').slice(0, 32)}"`;
  return {
    der, status, certificate, etag,
    headers: ['etag', etag, 'last-modified', thisUpdate.toUTCString(), 'expires', nextUpdate.toUTCString()],
    nextUpdateMs: nextUpdate.getTime(), renewAtMs: (thisUpdate.getTime() + nextUpdate.getTime()) / 2,
  };
}

const maxEntries = 20_000;
/** An answer has 500 octets with P-256 and 9,000 with ML-DSA. */
const maxBytes = 64 * 1024 * 1024;
/** Room for the map, the key and the headers beside the answer itself. */
const entryBytes = 600;

/**
 * Answers without a nonce by the request as it came in, the least recently used going first. A notice of a revocation drops
 * its certificate; while notices may be missed nothing is served from here or put in. See README.md.
 */
export class AnswerCache {
  readonly #entries = new Map<string, CachedAnswer>();
  readonly #byCertificate = new Map<string, Set<string>>();
  readonly #notices: Notices;
  #bytes = 0;
  #listening = false;
  /** rises with every notice and gap: an answer that was begun before is not put in after */
  #epoch = 0;

  constructor(notices: Notices) {
    this.#notices = notices;
  }

  /** Resolves once revocations are heard; until then the cache stays empty. */
  async listen(): Promise<void> {
    await this.#notices.listen('certificate_revoked', (payload) => this.#drop(payload), () => this.#clear());
    this.#listening = true;
  }

  get epoch(): number {
    return this.#epoch;
  }

  get size(): number {
    return this.#entries.size;
  }

  find(request: string, atMs: number): CachedAnswer | undefined {
    const entry = this.#entries.get(request);
    if (!entry || !this.#trusted) return undefined;
    this.#entries.delete(request);
    if (entry.renewAtMs <= atMs) {
      this.#forget(request, entry);
      return undefined;
    }
    this.#entries.set(request, entry);
    return entry;
  }

  /** @param epoch as it was before the database was read for this answer */
  put(request: string, answer: CachedAnswer, epoch: number): void {
    if (!this.#trusted || epoch !== this.#epoch) return;
    const { der, certificate } = answer;
    const before = this.#entries.get(request);
    if (before) this.#forget(request, before);
    this.#entries.set(request, answer);
    this.#bytes += der.length + entryBytes;
    const requests = this.#byCertificate.get(certificate);
    if (requests) requests.add(request);
    else this.#byCertificate.set(certificate, new Set([request]));
    this.#shrink();
  }

  get #trusted(): boolean {
    return this.#listening && this.#notices.live;
  }

  #shrink(): void {
    for (const [request, entry] of this.#entries) {
      if (this.#entries.size <= maxEntries && this.#bytes <= maxBytes) return;
      this.#forget(request, entry);
    }
  }

  #forget(request: string, { der, certificate }: CachedAnswer): void {
    this.#entries.delete(request);
    this.#bytes -= der.length + entryBytes;
    const requests = this.#byCertificate.get(certificate);
    requests?.delete(request);
    if (requests?.size === 0) this.#byCertificate.delete(certificate);
  }

  /** @param payload generation and serial number, as `certificateKey` writes them */
  #drop(payload: string): void {
    this.#epoch++;
    const [generationId = '', serialHex = ''] = payload.split(' ');
    // forgetting takes them out of the very set; a Set stands that while it is walked
    for (const request of this.#byCertificate.get(certificateKey(generationId, serialHex)) ?? []) {
      const entry = this.#entries.get(request);
      if (entry) this.#forget(request, entry);
    }
  }

  #clear(): void {
    this.#epoch++;
    this.#entries.clear();
    this.#byCertificate.clear();
    this.#bytes = 0;
  }
}
