import { createHash, timingSafeEqual } from 'node:crypto';
import type { Certificate } from '../certificate/parse.ts';
import { checkJwsSignature, type JwsSignatureProblem } from './algorithms.ts';
import { decodeBase64url, encodeBase64url } from './base64.ts';
import type { CertificateDigest, DetachedObjects, JoseHeader } from './header.ts';
import type { Jws, JwsSignature } from './parse.ts';

/** Hands in what a detached signature names. @param uri as `sigD` has it; undefined: the one payload that is not there */
export type ResolveObject = (uri: string | undefined) => Uint8Array | undefined;

export type JwsProblem = JwsSignatureProblem | 'attribute-malformed' | 'signing-certificate-mismatch' | 'message-digest-mismatch' | 'content-missing' | 'content-not-detached';

/** The judgement of one signature: integrity and form. Trust, time and strength of algorithms are others' work. */
export interface JwsVerdict { intact: boolean; problems: { code: JwsProblem; rule: string }[] }

/** Judges one signature of a JWS with the certificate that is said to be its signer's. Never throws on strangers' bytes. */
export function verifyJws(jws: Jws, signature: JwsSignature, resolve: ResolveObject, certificate: Certificate): JwsVerdict {
  const problems: JwsVerdict['problems'] = [];
  const report = (code: JwsProblem, rule: string): void => void problems.push({ code, rule });
  const { header, headerProblem } = signature;
  if (!header) return { intact: false, problems: [{ code: 'attribute-malformed', rule: headerProblem?.rule ?? 'RFC 7515 §4' }] };
  const payload = signedPayload(jws, header, resolve, report);
  const input = payload && signingInput(signature.protectedText, payload);
  const problem = input && checkJwsSignature(header.alg, certificate.publicKey, input, signature.signature);
  if (problem) report(problem, `RFC 7515 §5.2 ${header.alg.slice(0, 20)}`);
  if (!header.certificateDigests.every((each) => matchesCertificate(each, certificate))) report('signing-certificate-mismatch', 'ETSI TS 119 182-1 §5.2.2');
  return { intact: problems.length === 0, problems };
}

type Report = (code: JwsProblem, rule: string) => void;

/** RFC 7515 §5.1 step 8. */
function signingInput(protectedText: string, payload: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from(`${protectedText}.`, 'latin1'), payload]);
}

/** The payload as the signature covers it; undefined when it is not at hand, which is then told. */
function signedPayload(jws: Jws, header: JoseHeader, resolve: ResolveObject, report: Report): Uint8Array | undefined {
  if (jws.payload !== undefined && header.detached) report('content-not-detached', 'ETSI TS 119 182-1 §5.2.8 sigD without a payload');
  const objects = signedObjects(jws, header, resolve);
  if (!objects) {
    report('content-missing', header.detached ? 'ETSI TS 119 182-1 §5.2.8' : 'RFC 7515 appendix F');
    return undefined;
  }
  if (jws.payload !== undefined || header.detached?.mechanism !== 'ObjectIdByURIHash') return Buffer.concat(objects);
  compareHashes(header.detached, objects, report);
  return new Uint8Array(0);
}

/**
 * The payload or the objects in its place, as they are signed and stamped: in base64url unless b64 is false (ETSI
 * TS 119 182-1 §5.2.8.3). Undefined when one is not at hand.
 */
export function signedObjects({ payload }: Jws, { detached, encodesPayload }: JoseHeader, resolve: ResolveObject): Uint8Array[] | undefined {
  if (payload !== undefined) return [Buffer.from(payload, 'utf8')];
  const found = (detached?.uris ?? [undefined]).map(resolve);
  if (!found.every((each) => each !== undefined)) return undefined;
  return encodesPayload ? found.map((each) => Buffer.from(encodeBase64url(each), 'latin1')) : found;
}

function compareHashes({ hashes }: DetachedObjects, octets: readonly Uint8Array[], report: Report): void {
  const digest = hashes?.digest;
  if (!digest) return report('algorithm-not-supported', 'ETSI TS 119 182-1 §5.2.8 hashM');
  const same = octets.every((each, i) => equal(createHash(digest).update(each).digest(), hashes.values[i]));
  if (!same) report('message-digest-mismatch', 'ETSI TS 119 182-1 §5.2.8.3.3');
}

/** Whether the object at this place of `sigD` has the hash it has there; true for a mechanism without hashes. */
export function hasHash({ detached, encodesPayload }: Pick<JoseHeader, 'detached' | 'encodesPayload'>, place: number, object: Uint8Array): boolean {
  const hashes = detached?.hashes;
  if (!hashes) return true;
  const signed = encodesPayload ? Buffer.from(encodeBase64url(object), 'latin1') : object;
  return hashes.digest !== undefined && equal(createHash(hashes.digest).update(signed).digest(), hashes.values[place]);
}

/** Whether a signed digest is this certificate's. */
export function matchesCertificate({ digest, value }: CertificateDigest, { der }: Certificate): boolean {
  return digest !== undefined && equal(createHash(digest).update(der).digest(), value);
}

function equal(a: Uint8Array, b: Uint8Array | undefined): boolean {
  return b !== undefined && a.length === b.length && timingSafeEqual(a, b);
}

/** What a JWS holds inside itself; undefined: detached. */
export function attachedContent({ payload, signatures }: Jws): Uint8Array | undefined {
  if (payload === undefined) return undefined;
  return signatures.some(({ header }) => header && !header.encodesPayload) ? Buffer.from(payload, 'utf8') : decodeBase64url(payload);
}
