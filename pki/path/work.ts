import { hash } from 'node:crypto';
import { parseCertificate, type Certificate } from '../certificate/parse.ts';
import { parseCrl, type Crl } from '../crl/parse.ts';
import type { AlgorithmIdentifier } from '../keys/algorithm.ts';
import type { PublicKey } from '../keys/public-key.ts';
import { verifySignature, type SignatureVerdict } from '../keys/verify.ts';
import type { PathSettings } from './settings.ts';

/** Go's crypto/x509 stops at 100 per chain search; ours also pays for lists and responses, for every certificate of the path. */
const defaultSignatureChecks = 300;
/** Edges looked at while building: twenty generations of one name, four levels deep, are 8,000 at the worst. */
const defaultBuildSteps = 20_000;
/** As in BoringSSL (2^20); Go's crypto/x509 stops at 250,000, real certificates need some thousands. */
const defaultNameComparisons = 1_048_576;

/** Thrown inside pki/path only, and caught by `validatePath`: a limit ends the search with a verdict. */
export class WorkLimit extends Error {
  readonly rule: string;
  constructor(rule: string) {
    super(rule);
    this.rule = rule;
  }
}

/** Bytes of lists kept parsed: some hundred shards of an issuing CA. */
const maxCrlBytes = 32 * 1024 * 1024;

/** Anything signed: a certificate, a list, a response. */
export interface Signed { tbs: Uint8Array; signatureAlgorithm: AlgorithmIdentifier; signature: Uint8Array }

/**
 * Parsed issuers, parsed lists and signatures found good, kept between validations by whoever hands it in. Only good signatures are
 * remembered, under the object and the key that they were checked for; a remembered one still counts as a check.
 */
export class PathCache {
  private readonly parsed = new Map<string, Certificate>();
  private readonly lists = new Map<string, Crl>();
  private listBytes = 0;
  /** the octets of the keys that a signature was found good under */
  private readonly verified = new WeakMap<Signed, readonly Uint8Array[]>();
  private readonly maxCertificates: number;
  /** good signatures of end-entity certificates are remembered as well: the same officials sign again and again */
  readonly keepsSigners: boolean;

  /** @param maxCertificates the oldest leaves first */
  constructor(maxCertificates = 1_000, keepsSigners = false) {
    this.maxCertificates = maxCertificates;
    this.keepsSigners = keepsSigners;
  }

  /** The certificate in these bytes, parsed once. @param key SHA-256 of the bytes, hex, where it is at hand. @throws PkiError as `parseCertificate` */
  certificate(der: Uint8Array, key = hash('sha256', der)): Certificate {
    const known = this.parsed.get(key);
    if (known) return known;
    // a copy of its own: a view would keep the whole document that it came in
    const certificate = parseCertificate(new Uint8Array(der));
    if (this.parsed.size >= this.maxCertificates) this.parsed.delete(this.parsed.keys().next().value!);
    this.parsed.set(key, certificate);
    return certificate;
  }

  /** The list in these bytes, parsed once; the oldest leave first, and one larger than all room is not kept. @param key as above. @throws PkiError as `parseCrl` */
  crl(der: Uint8Array, key = hash('sha256', der)): Crl {
    const known = this.lists.get(key);
    if (known) return known;
    const crl = parseCrl(new Uint8Array(der));
    if (der.length > maxCrlBytes) return crl;
    this.lists.set(key, crl);
    this.listBytes += der.length;
    for (const [oldest, list] of this.lists) {
      if (this.listBytes <= maxCrlBytes) break;
      this.lists.delete(oldest);
      this.listBytes -= list.der.length;
    }
    return crl;
  }

  knows(signed: Signed, { der }: PublicKey): boolean {
    return this.verified.get(signed)?.some((key) => Buffer.compare(key, der) === 0) ?? false;
  }

  remember(signed: Signed, key: PublicKey): void {
    if (this.knows(signed, key)) return;
    this.verified.set(signed, [...this.verified.get(signed) ?? [], new Uint8Array(key.der)]);
  }
}

export const isSameKey = (a: PublicKey, b: PublicKey): boolean => a === b || Buffer.compare(a.der, b.der) === 0;

interface Checked { signed: Signed; key: PublicKey; verdict: SignatureVerdict }

/** What one validation has spent, against its limits; every signature is checked through it, once. */
export class Work {
  signatureChecks = 0;
  private buildSteps = 0;
  private nameComparisons = 0;
  private readonly settings: PathSettings;
  private readonly checked: Checked[] = [];

  constructor(settings: PathSettings) {
    this.settings = settings;
  }

  /** One edge more of the search. @throws WorkLimit */
  step(): void {
    const most = this.settings.maxBuildSteps ?? defaultBuildSteps;
    if (++this.buildSteps > most) throw new WorkLimit(`at most ${most} steps of path building`);
  }

  /** @throws WorkLimit */
  compare(count: number): void {
    const most = this.settings.maxNameComparisons ?? defaultNameComparisons;
    this.nameComparisons += count;
    if (this.nameComparisons > most) throw new WorkLimit(`at most ${most} comparisons of names with constraints`);
  }

  /** @param keep remember a good signature in the cache: of CA certificates and lists, which come again. @throws WorkLimit */
  verify(signed: Signed, key: PublicKey, keep: boolean): SignatureVerdict {
    // a few in a real path, and never more than the limit
    const known = this.checked.find((other) => other.signed === signed && isSameKey(other.key, key));
    if (known) return known.verdict;
    const most = this.settings.maxSignatureChecks ?? defaultSignatureChecks;
    if (this.signatureChecks >= most) throw new WorkLimit(`at most ${most} signature checks`);
    this.signatureChecks++;
    const verdict = this.fresh(signed, key, keep);
    this.checked.push({ signed, key, verdict });
    return verdict;
  }

  private fresh(signed: Signed, key: PublicKey, keep: boolean): SignatureVerdict {
    const { cache } = this.settings;
    if (cache?.knows(signed, key)) return { valid: true, digest: undefined };
    const verdict = verifySignature(signed.signatureAlgorithm, key, signed.tbs, signed.signature);
    if ((keep || cache?.keepsSigners) && verdict.valid) cache?.remember(signed, key);
    return verdict;
  }
}
