import { createHash, timingSafeEqual } from 'node:crypto';
import type { Certificate } from '../certificate/parse.ts';
import type { Digest } from '../keys/algorithm.ts';
import { algorithmOf, checkJwsSignature, type JwsSignatureProblem } from './algorithms.ts';
import { decodeBase64url, encodeBase64url } from './base64.ts';
import type { CertificateDigest, DetachedObjects, JoseHeader } from './header.ts';
import type { Jws, JwsSignature } from './parse.ts';

/** Hands in what a detached signature names. @param uri as `sigD` has it; undefined: the one payload that is not there */
export type ResolveObject = (uri: string | undefined) => Uint8Array | undefined;

export type JwsProblem = JwsSignatureProblem | 'header-malformed' | 'signing-certificate-mismatch' | 'message-digest-mismatch' | 'content-missing' | 'content-not-detached';

/** The judgement of one signature: integrity and form. Trust, time and strength of algorithms are others' work. */
export interface JwsVerdict {
  intact: boolean;
  problems: { code: JwsProblem; rule: string }[];
  digest: Digest | undefined;
  /** whether a signed digest names the certificate; x5c alone is only a copy of it */
  signingCertificate: 'v2' | 'absent';
}

/** Judges one signature of a JWS with the certificate that is said to be its signer's. Never throws on strangers' bytes. */
export function verifyJws(jws: Jws, signature: JwsSignature, resolve: ResolveObject, certificate: Certificate): JwsVerdict {
  const problems: JwsVerdict['problems'] = [];
  const report = (code: JwsProblem, rule: string): void => void problems.push({ code, rule });
  const { header, headerProblem } = signature;
  if (!header) {
    report('header-malformed', headerProblem?.rule ?? 'RFC 7515 §4');
    return { intact: false, problems, digest: undefined, signingCertificate: 'absent' };
  }
  const payload = signedPayload(jws, header, resolve, report);
  const input = payload && signingInput(signature.protectedText, payload);
  const problem = input && checkJwsSignature(header.alg, certificate.publicKey, input, signature.signature);
  if (problem) report(problem, `RFC 7515 §5.2 ${header.alg.slice(0, 20)}`);
  if (!header.certificateDigests.every((each) => matches(each, certificate))) report('signing-certificate-mismatch', 'ETSI TS 119 182-1 §5.2.2');
  return {
    intact: problems.length === 0, problems, digest: algorithmOf(header.alg)?.digest,
    signingCertificate: header.certificateDigests.length > 0 ? 'v2' : 'absent',
  };
}

type Report = (code: JwsProblem, rule: string) => void;

/** RFC 7515 §5.1 step 8. */
function signingInput(protectedText: string, payload: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from(`${protectedText}.`, 'latin1'), payload]);
}

/** The payload as the signature covers it; undefined when it is not at hand, which is then told. */
function signedPayload({ payload }: Jws, header: JoseHeader, resolve: ResolveObject, report: Report): Uint8Array | undefined {
  if (payload !== undefined) {
    if (header.detached) report('content-not-detached', 'ETSI TS 119 182-1 §5.2.8 sigD without a payload');
    return Buffer.from(payload, 'utf8');
  }
  if (!header.detached) return octetsOf(undefined, header, resolve, report);
  const octets = header.detached.uris.map((uri) => octetsOf(uri, header, resolve, report));
  if (!octets.every((each) => each !== undefined)) return undefined;
  if (header.detached.mechanism === 'ObjectIdByURI') return Buffer.concat(octets);
  compareHashes(header.detached, octets, report);
  return new Uint8Array(0);
}

/** An object as it is signed: in base64url unless b64 is false (ETSI TS 119 182-1 §5.2.8.3). */
function octetsOf(uri: string | undefined, { encodesPayload }: JoseHeader, resolve: ResolveObject, report: Report): Uint8Array | undefined {
  const found = resolve(uri);
  if (!found) report('content-missing', uri === undefined ? 'RFC 7515 appendix F' : 'ETSI TS 119 182-1 §5.2.8');
  return found && encodesPayload ? Buffer.from(encodeBase64url(found), 'latin1') : found;
}

function compareHashes({ hashes }: DetachedObjects, octets: readonly Uint8Array[], report: Report): void {
  const digest = hashes?.digest;
  if (!digest) return report('algorithm-not-supported', 'ETSI TS 119 182-1 §5.2.8 hashM');
  const same = octets.every((each, i) => equal(createHash(digest).update(each).digest(), hashes.values[i]));
  if (!same) report('message-digest-mismatch', 'ETSI TS 119 182-1 §5.2.8.3.3');
}

function matches({ digest, value }: CertificateDigest, { der }: Certificate): boolean {
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
