import { PkiError } from '../error.ts';
import type { Digest } from '../keys/algorithm.ts';
import { digestByJwsName } from './algorithms.ts';
import { decodeBase64, decodeBase64url } from './base64.ts';
import { isArray, isObject, parseJsonObject, type JsonObject, type JsonValue } from './json.ts';

/** A signed digest of the signer's certificate (RFC 7515 §4.1.8, ETSI TS 119 182-1 §5.2.2). */
export interface CertificateDigest { by: 'x5t#S256' | 'x5t#o' | 'sigX5ts'; digest: Digest | undefined; value: Uint8Array }

/** Where the signed objects are that the JWS does not hold (ETSI TS 119 182-1 §5.2.8). */
export interface DetachedObjects {
  mechanism: 'ObjectIdByURI' | 'ObjectIdByURIHash';
  uris: readonly string[];
  /** of ObjectIdByURIHash alone, one for each of the URIs */
  hashes: { digest: Digest | undefined; values: readonly Uint8Array[] } | undefined;
}

/** The protected header: all that a signature says under its own value. */
export interface JoseHeader {
  members: JsonObject;
  alg: string;
  /** RFC 7797 §3: false when the payload is signed as it is */
  encodesPayload: boolean;
  /** x5c, the signer's own first */
  certificates: readonly Uint8Array[];
  certificateDigests: readonly CertificateDigest[];
  /** sigT or iat; proves nothing */
  claimedSigningTime: Date | undefined;
  signaturePolicy: string | undefined;
  commitmentTypes: readonly string[];
  /** TimeStampToken DER of adoTst */
  contentTimestamps: readonly Uint8Array[];
  detached: DetachedObjects | undefined;
}

/** Chains of several kilobytes and their timestamps fit well; nothing else of size belongs under a signature value. */
const limits = { maxBytes: 262_144, maxDepth: 16, maxValues: 2_000 };
const maxCertificates = 32;
const maxObjects = 256;

/** What these add to the header parameters of RFC 7515 is understood here, so that `crit` may name them. */
const understood = new Set(['b64', 'sigT', 'x5t#o', 'sigX5ts', 'srCms', 'sigPl', 'srAts', 'adoTst', 'sigPId', 'sigD']);

const malformed = (rule: string): PkiError => new PkiError('jws-header-malformed', { rule });

/**
 * The protected header of one signature.
 * @throws PkiError `jws-header-malformed`, `jws-critical-not-understood`, `jws-mechanism-not-supported`, `base64-malformed`, `json-…`
 */
export function parseHeader(protectedText: string): JoseHeader {
  const members = parseJsonObject(decodeBase64url(protectedText), limits);
  requireUnderstood(members);
  const time = claimedTime(members);
  return {
    members,
    alg: textOf(members.get('alg'), 'RFC 7515 §4.1.1 alg'),
    encodesPayload: encodesPayload(members),
    certificates: listOf(members.get('x5c'), 'RFC 7515 §4.1.6 x5c', maxCertificates).map((each) => decodeBase64(textOf(each, 'RFC 7515 §4.1.6 x5c'))),
    certificateDigests: certificateDigests(members),
    claimedSigningTime: time,
    signaturePolicy: policyOf(members.get('sigPId')),
    commitmentTypes: listOf(members.get('srCms'), '§5.2.3 srCms', maxObjects).map((each) => identifierOf(objectOf(each, '§5.2.3 srCms').get('commId'), '§5.2.3 commId')),
    contentTimestamps: members.has('adoTst') ? tokensOf(objectOf(members.get('adoTst'), '§5.2.6 adoTst')) : [],
    detached: detachedOf(members.get('sigD')),
  };
}

/** RFC 7515 §4.1.11: names of extensions, each once, each there, each understood. */
function requireUnderstood(members: JsonObject): void {
  if (!members.has('crit')) return;
  const names = listOf(members.get('crit'), 'RFC 7515 §4.1.11 crit', maxObjects).map((name) => textOf(name, 'RFC 7515 §4.1.11 crit'));
  if (names.length === 0 || new Set(names).size !== names.length) throw malformed('RFC 7515 §4.1.11 at least one name, each once');
  const strange = names.find((name) => !understood.has(name));
  if (strange !== undefined) throw new PkiError('jws-critical-not-understood', { rule: `RFC 7515 §4.1.11 ${strange.slice(0, 40)}` });
  if (names.some((name) => !members.has(name))) throw malformed('RFC 7515 §4.1.11 a name that the header lacks');
}

function encodesPayload(members: JsonObject): boolean {
  const b64 = members.get('b64');
  if (b64 === undefined) return true;
  if (typeof b64 !== 'boolean') throw malformed('RFC 7797 §3 b64 is true or false');
  const critical = members.get('crit');
  if (!isArray(critical) || !critical.includes('b64')) throw malformed('RFC 7797 §6 crit names b64');
  return b64;
}

/** ETSI TS 119 182-1 §5.2.1 sigT, RFC 7519 §4.1.6 iat in whole seconds. */
function claimedTime(members: JsonObject): Date | undefined {
  const [sigT, iat] = [members.get('sigT'), members.get('iat')];
  if (sigT !== undefined && iat !== undefined) throw malformed('§5.2.1 sigT or iat');
  if (iat !== undefined) {
    if (typeof iat !== 'number' || !Number.isSafeInteger(iat) || iat < 0 || iat > 253_402_300_799) throw malformed('§5.1.11 iat in whole seconds');
    return new Date(iat * 1000);
  }
  if (sigT === undefined) return undefined;
  const text = textOf(sigT, '§5.2.1 sigT');
  const time = new Date(text);
  const wellFormed = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(text) && !Number.isNaN(time.getTime()) && time.toISOString().startsWith(text.slice(0, -1));
  if (!wellFormed) throw malformed('§5.2.1 sigT as YYYY-MM-DDThh:mm:ssZ');
  return time;
}

function certificateDigests(members: JsonObject): CertificateDigest[] {
  const plain = members.get('x5t#S256');
  const other = members.get('x5t#o');
  const several = listOf(members.get('sigX5ts'), '§5.2.2.3 sigX5ts', maxCertificates);
  return [
    ...(plain === undefined ? [] : [{ by: 'x5t#S256' as const, digest: 'sha256' as const, value: decodeBase64url(textOf(plain, 'RFC 7515 §4.1.8')) }]),
    ...(other === undefined ? [] : [{ by: 'x5t#o' as const, ...digestOf(other) }]),
    // the first is the signer's own, the others are of its chain
    ...several.slice(0, 1).map((each) => ({ by: 'sigX5ts' as const, ...digestOf(each) })),
  ];
}

function digestOf(value: JsonValue): Omit<CertificateDigest, 'by'> {
  const object = objectOf(value, '§5.2.2 x5t#o');
  return { digest: digestByJwsName(textOf(object.get('digAlg'), '§5.2.2 digAlg')), value: decodeBase64url(textOf(object.get('digVal'), '§5.2.2 digVal')) };
}

function policyOf(value: JsonValue | undefined): string | undefined {
  return value === undefined ? undefined : identifierOf(objectOf(value, '§5.2.7 sigPId').get('id'), '§5.2.7 id');
}

/** An oId: a URI or an object with one (§5.4.1). */
function identifierOf(value: JsonValue | undefined, rule: string): string {
  return textOf(isObject(value) ? value.get('id') : value, rule).replace(/^urn:oid:/i, '');
}

const mechanismPrefix = 'http://uri.etsi.org/19182/';

function detachedOf(value: JsonValue | undefined): DetachedObjects | undefined {
  if (value === undefined) return undefined;
  const object = objectOf(value, '§5.2.8 sigD');
  const named = textOf(object.get('mId'), '§5.2.8 mId');
  const mechanism = named.startsWith(mechanismPrefix) ? named.slice(mechanismPrefix.length) : '';
  // what an HTTP message said is not in any file that could be handed in
  if (mechanism !== 'ObjectIdByURI' && mechanism !== 'ObjectIdByURIHash') {
    throw new PkiError('jws-mechanism-not-supported', { rule: `ETSI TS 119 182-1 §5.2.8 ${named.slice(0, 60)}` });
  }
  const uris = listOf(object.get('pars'), '§5.2.8 pars', maxObjects).map((each) => textOf(each, '§5.2.8 pars'));
  if (uris.length === 0 || new Set(uris).size !== uris.length) throw malformed('§5.2.8 pars name at least one object, each once');
  if (mechanism === 'ObjectIdByURI') return { mechanism, uris, hashes: undefined };
  const values = listOf(object.get('hashV'), '§5.2.8 hashV', maxObjects).map((each) => decodeBase64url(textOf(each, '§5.2.8 hashV')));
  if (values.length !== uris.length) throw malformed('§5.2.8 one of hashV for each of pars');
  return { mechanism, uris, hashes: { digest: digestByJwsName(textOf(object.get('hashM'), '§5.2.8 hashM')), values } };
}

/** The tokens of a tstContainer (§5.4.3). @throws PkiError `jws-header-malformed`, `base64-malformed` */
export function tokensOf(container: JsonObject): Uint8Array[] {
  return listOf(container.get('tstTokens'), '§5.4.3 tstTokens', maxObjects)
    .map((each) => decodeBase64(textOf(objectOf(each, '§5.4.3 tstTokens').get('val'), '§5.4.3 val')));
}

export function objectOf(value: JsonValue | undefined, rule: string): JsonObject {
  if (!isObject(value)) throw malformed(`${rule}: an object`);
  return value;
}

export function listOf(value: JsonValue | undefined, rule: string, most: number): readonly JsonValue[] {
  if (value === undefined) return [];
  if (!isArray(value) || value.length > most) throw malformed(`${rule}: a list of at most ${most}`);
  return value;
}

export function textOf(value: JsonValue | undefined, rule: string): string {
  if (typeof value !== 'string') throw malformed(`${rule}: a string`);
  return value;
}
