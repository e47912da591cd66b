import { hash } from 'node:crypto';
import { tolerate } from '../error.ts';
import type { Certificate } from '../certificate/parse.ts';
import type { Crl } from '../crl/parse.ts';
import type { PathCache } from '../path/work.ts';
import { parseOcspResponse, type OcspResponse } from '../ocsp/response.ts';

/** Certificates and status data in DER, from wherever: the document, our own store, the network. Hints, never trust. */
export interface EvidenceBytes {
  certificates: readonly Uint8Array[];
  crls: readonly Uint8Array[];
  ocspResponses: readonly Uint8Array[];
}

export const noEvidence: EvidenceBytes = { certificates: [], crls: [], ocspResponses: [] };

/** All of several, in their order. */
export function joinEvidence(parts: readonly EvidenceBytes[]): EvidenceBytes {
  return {
    certificates: parts.flatMap(({ certificates }) => certificates),
    crls: parts.flatMap(({ crls }) => crls),
    ocspResponses: parts.flatMap(({ ocspResponses }) => ocspResponses),
  };
}

/** Far more than a long archive of one result holds; beyond it a document only costs time. */
const limits = { certificates: 256, crls: 128, ocspResponses: 256, crlBytes: 32 * 1024 * 1024 };

/** The evidence at hand, parsed once each. What does not parse is left out: evidence can be lacking, never wrong. */
export class EvidencePool {
  readonly certificates: Certificate[] = [];
  readonly crls: Crl[] = [];
  readonly ocspResponses: OcspResponse[] = [];
  private readonly known = new Map<string, boolean>();
  private readonly read = new WeakSet<Uint8Array>();
  private crlBytes = 0;
  private readonly cache: PathCache;

  constructor(cache: PathCache) {
    this.cache = cache;
  }

  add({ certificates, crls, ocspResponses }: EvidenceBytes): void {
    for (const der of certificates) this.take(der, limits.certificates, this.certificates, (bytes, key) => this.cache.certificate(bytes, key));
    for (const der of crls) {
      this.crlBytes += der.length;
      if (this.crlBytes <= limits.crlBytes) this.take(der, limits.crls, this.crls, (bytes, key) => this.cache.crl(bytes, key));
    }
    for (const der of ocspResponses) this.take(der, limits.ocspResponses, this.ocspResponses, parseOcspResponse);
  }

  /** Whether these very bytes, as they were added, are something that could be read. */
  couldRead(der: Uint8Array): boolean {
    return this.read.has(der);
  }

  private take<T>(der: Uint8Array, most: number, into: T[], parse: (der: Uint8Array, key: string) => T): void {
    if (into.length >= most) return;
    const key = hash('sha256', der);
    let parses = this.known.get(key);
    if (parses === undefined) {
      const parsed = tolerate(() => parse(der, key));
      if (parsed) into.push(parsed);
      this.known.set(key, parses = parsed !== undefined);
    }
    if (parses) this.read.add(der);
  }
}
