import { isUtf8 } from 'node:buffer';
import { PkiError } from '../error.ts';
import { decodeBase64url } from './base64.ts';
import { parseHeader, type JoseHeader } from './header.ts';
import { isArray, isObject, parseJsonObject, type JsonObject, type JsonValue } from './json.ts';

/** One signature as it stands in its JWS. */
export interface JwsSignature {
  /** base64url as sent: what is signed is this text, not what it means */
  protectedText: string;
  header: JoseHeader | undefined;
  /** why there is no header: the signature is judged, and fails */
  headerProblem: PkiError | undefined;
  unprotected: JsonObject | undefined;
  signatureText: string;
  signature: Uint8Array;
}

/** A JSON Web Signature (RFC 7515 §7). */
export interface Jws {
  serialization: 'compact' | 'flattened' | 'general';
  /** as sent: base64url, or the very text where b64 is false; undefined: empty or absent, and so detached (RFC 7515 appendix F) */
  payload: string | undefined;
  signatures: readonly JwsSignature[];
}

const limits = { maxBytes: 64 * 1024 * 1024, maxDepth: 16, maxValues: 20_000 };
/** As many as a SignedData may have. */
const maxSignatures = 64;

const malformed = (rule: string): PkiError => new PkiError('jws-malformed', { rule });

/** Whether bytes begin as a JWS does: an object with its members, or a header in base64url that does. */
export function looksLikeJws(bytes: Uint8Array): boolean {
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 1024)).toString('latin1').trimStart();
  if (start.startsWith('{')) return true;
  const [first = '', ...rest] = start.split('.');
  // `{` followed by a quote or by white space, in base64url
  return /^(?:eyJ|e[w-y])[A-Za-z0-9_-]*$/.test(first) && (rest.length > 0 || bytes.length >= 1024);
}

/**
 * A JWS in any of its three serialisations. A header that breaks a rule is told per signature, so that one bad signature
 * does not hide another.
 * @throws PkiError `jws-malformed`, `jws-too-many-signatures`, `base64-malformed`, `json-…`
 */
export function parseJws(bytes: Uint8Array): Jws {
  if (bytes.length > limits.maxBytes) throw new PkiError('jws-too-large', { rule: `at most ${limits.maxBytes} octets` });
  const jws = bytes.find((octet) => !isSpace(octet)) === 0x7b ? parseJsonForm(parseJsonObject(bytes, limits)) : parseCompact(bytes);
  requireOneEncoding(jws);
  return jws;
}

const isSpace = (octet: number): boolean => octet === 0x20 || octet === 0x0a || octet === 0x0d || octet === 0x09;

function parseCompact(bytes: Uint8Array): Jws {
  if (!isUtf8(bytes)) throw malformed('RFC 7515 §7.1 text');
  // a line end that an editor left is no part of the signature
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8').replace(/\r?\n$/, '');
  const parts = text.split('.', 4);
  const [protectedText, payload, signatureText] = parts;
  if (parts.length !== 3 || !protectedText || !signatureText) throw malformed('RFC 7515 §7.1 three parts');
  return { serialization: 'compact', payload: payload || undefined, signatures: [signatureOf(protectedText, signatureText, undefined)] };
}

function parseJsonForm(members: JsonObject): Jws {
  const payload = optionalText(members.get('payload'), 'payload') || undefined;
  const list = members.get('signatures');
  if (list === undefined) return { serialization: 'flattened', payload, signatures: [memberSignature(members)] };
  if (['signature', 'protected', 'header'].some((name) => members.has(name))) throw malformed('RFC 7515 §7.2.2 flattened or general, not both');
  if (!isArray(list) || list.length === 0) throw malformed('RFC 7515 §7.2.1 at least one signature');
  if (list.length > maxSignatures) throw new PkiError('jws-too-many-signatures', { rule: `at most ${maxSignatures}` });
  return { serialization: 'general', payload, signatures: list.map((each) => memberSignature(isObject(each) ? each : new Map())) };
}

function memberSignature(members: JsonObject): JwsSignature {
  const unprotected = members.get('header');
  if (unprotected !== undefined && !isObject(unprotected)) throw malformed('RFC 7515 §7.2.1 header');
  // RFC 7515 lets all of the header be unsigned; then anyone may write the algorithm
  const protectedText = optionalText(members.get('protected'), 'protected');
  const signatureText = optionalText(members.get('signature'), 'signature');
  if (!protectedText || !signatureText) throw malformed('RFC 7515 §7.2.1 protected and signature');
  return signatureOf(protectedText, signatureText, unprotected);
}

function optionalText(value: JsonValue | undefined, name: string): string | undefined {
  if (value !== undefined && typeof value !== 'string') throw malformed(`RFC 7515 §7.2.1 ${name} is a string`);
  return value;
}

function signatureOf(protectedText: string, signatureText: string, unprotected: JsonObject | undefined): JwsSignature {
  const base = { protectedText, unprotected, signatureText, signature: decodeBase64url(signatureText) };
  try {
    const header = parseHeader(protectedText);
    requireDisjoint(header.members, unprotected);
    return { ...base, header, headerProblem: undefined };
  } catch (error) {
    if (!(error instanceof PkiError)) throw error;
    return { ...base, header: undefined, headerProblem: error };
  }
}

/** What a verifier must be able to trust stands under the signature, and a name stands once (RFC 7515 §4, RFC 7797 §3). */
function requireDisjoint(members: JsonObject, unprotected: JsonObject | undefined): void {
  const mustBeSigned = ['alg', 'crit', 'b64', 'sigD'];
  const wrong = [...unprotected?.keys() ?? []].find((name) => members.has(name) || mustBeSigned.includes(name));
  if (wrong !== undefined) throw new PkiError('jws-header-malformed', { rule: `RFC 7515 §4 ${wrong.slice(0, 40)} is in the protected header alone` });
}

/** RFC 7797 §3: one payload is encoded for all or for none. A payload that is base64url must read as that. */
function requireOneEncoding({ serialization, payload, signatures }: Jws): void {
  const encodings = new Set(signatures.flatMap(({ header }) => (header ? [header.encodesPayload] : [])));
  if (encodings.size > 1) throw malformed('RFC 7797 §3 b64 is the same for all signatures');
  if (payload === undefined) return;
  if (!encodings.has(false)) decodeBase64url(payload);
  // RFC 7797 §5.2: what an URL may hold; anything else could be re-written on its way
  else if (serialization === 'compact' && !/^[\x20-\x2d\x2f-\x7e]*$/.test(payload)) throw malformed('RFC 7797 §5.2 payload of printable characters');
}
