import { openAsBlob } from 'node:fs';
import { basename } from 'node:path';
import { randomUUID } from 'node:crypto';

export type Indication = 'TOTAL-PASSED' | 'INDETERMINATE' | 'TOTAL-FAILED';

/** What most callers need of an answer; the whole is in `/api/openapi.json`. */
export interface Verification {
  id: string;
  verifiedAt: string;
  conclusion: { indication: Indication; subIndication: string | null };
  signatures: { id: string; indication: Indication; signer: { commonName: string | null; organization: string | null; serialNumber: string } | null; messages: { code: string; text: { vi: string; en: string } }[] }[];
  /** what an INDETERMINATE answer lacks, and when to ask again */
  missing: { kind: string; tryAgainAt: string | null }[];
  /** CMS in Base64: keep it, it proves the answer */
  receipt: string | null;
}

export interface Wish { validationTime?: string; policy?: 'public-service' | 'strict' | 'lenient-foreign'; issuingBody?: string }
export type BatchLine = { position: number; name: string; size: number } & ({ answer: Verification } | { problem: { type: string; title: string } });

/** A refusal as RFC 9457 has it; `code` is the end of its type. */
export class VerificationRefused extends Error {
  readonly code: string;
  readonly status: number;
  readonly retryAfterSeconds: number | undefined;
  constructor(code: string, status: number, retryAfterSeconds: number | undefined) {
    super(code);
    this.name = 'VerificationRefused';
    [this.code, this.status, this.retryAfterSeconds] = [code, status, retryAfterSeconds];
  }
}

/**
 * A client of the verification API, to be copied. A call has one Idempotency-Key for all its attempts, so that repeating it
 * after a broken connection costs nothing; it is repeated where the service asks for patience.
 */
export class VerifyClient {
  readonly #base: string;
  readonly #token: string;

  constructor(base: string, token: string) {
    [this.#base, this.#token] = [base.replace(/\/+$/, ''), token];
  }

  /** Verifies a signed document; a detached signature together with its content, or with several files under the names it has for them. */
  async verify(file: Blob, { name = 'document', content, ...wish }: Wish & { name?: string; content?: Blob | readonly { name: string; blob: Blob }[] } = {}): Promise<Verification> {
    const form = new FormData();
    form.set('file', file, name);
    if (content instanceof Blob) form.set('content', content, 'content');
    else for (const each of content ?? []) form.append('content', each.blob, each.name);
    for (const [field, value] of Object.entries(wish)) form.set(field, value);
    return this.#call<Verification>('/verifications', { method: 'POST', body: form });
  }

  /** Verifies a detached CMS by the digest of a document that stays where it is. */
  async verifyDigest(digest: { algorithm: string; value: string }, signature: Uint8Array, wish: Wish = {}): Promise<Verification> {
    const body = JSON.stringify({ digest, signature: Buffer.from(signature).toString('base64'), ...wish });
    return this.#call<Verification>('/verifications/digest', { method: 'POST', body, headers: { 'Content-Type': 'application/json' } });
  }

  /** Verifies many; gives each outcome as soon as the batch is done. */
  async* verifyBatch(files: readonly { name: string; blob: Blob }[], wish: Wish = {}, pauseMs = 1_000): AsyncGenerator<BatchLine> {
    const form = new FormData();
    for (const [field, value] of Object.entries(wish)) form.set(field, value);
    for (const { name, blob } of files) form.append('file', blob, name);
    const { id } = await this.#call<{ id: string }>('/verifications/batches', { method: 'POST', body: form });
    while ((await this.#call<{ state: string }>(`/verifications/batches/${id}`)).state === 'running') await sleep(pauseMs);
    const results = await this.#send(`/verifications/batches/${id}/results`, {});
    for (const line of (await results.text()).split('\n')) if (line !== '') yield JSON.parse(line) as BatchLine;
  }

  /** Whether a receipt that somebody shows is genuine; needs no key. */
  async checkReceipt(receipt: string): Promise<{ genuine: boolean; fault: string | null; statement: Record<string, unknown> | null }> {
    return this.#call('/verifications/receipt-checks', { method: 'POST', body: JSON.stringify({ receipt }), headers: { 'Content-Type': 'application/json' } });
  }

  async #call<T>(path: string, init: RequestInit = {}): Promise<T> {
    return await (await this.#send(path, init)).json() as T;
  }

  async #send(path: string, init: RequestInit): Promise<Response> {
    const key = `"${randomUUID()}"`;
    const headers = { Authorization: `Bearer ${this.#token}`, 'Accept-Language': 'en', ...(init.method === 'POST' ? { 'Idempotency-Key': key } : {}), ...Object.fromEntries(new Headers(init.headers)) };
    for (let attempt = 1; ; attempt++) {
      const answer = await fetch(`${this.#base}/api/v1${path}`, { ...init, headers });
      if (answer.ok) return answer;
      const wait = answer.headers.get('Retry-After');
      const { type = '' } = await answer.json().catch(() => ({})) as { type?: string };
      if (wait === null || attempt === 5) throw new VerificationRefused(type.replace('urn:antin:problem:', ''), answer.status, wait === null ? undefined : Number(wait));
      await sleep(Number(wait) * 1_000);
    }
  }
}

const sleep = (ms: number): Promise<void> => new Promise((done) => { setTimeout(done, ms); });

if (import.meta.main) {
  const [base, token, ...paths] = process.argv.slice(2);
  if (!base || !token || paths.length === 0) throw new Error('use: verify-client.ts ADDRESS API-KEY FILE…');
  const client = new VerifyClient(base, token);
  for (const path of paths) {
    const { conclusion } = await client.verify(await openAsBlob(path), { name: basename(path) });
    process.stdout.write(`${conclusion.indication.padEnd(14)} ${(conclusion.subIndication ?? '').padEnd(28)} ${path}\n`);
  }
}
