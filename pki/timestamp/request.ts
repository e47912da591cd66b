import { PkiError } from '../error.ts';
import { DerReader } from '../asn1/der-reader.ts';
import { boolean, integer, oid, sequence } from '../asn1/der-writer.ts';
import { contextConstructed, tags } from '../asn1/tags.ts';
import { integerOctets, integerOf } from '../asn1/values.ts';
import type { Digest } from '../keys/algorithm.ts';
import { imprintDer, readImprint, type MessageImprint } from './imprint.ts';

/** TimeStampReq of RFC 3161 §2.4.1. */
export interface TimestampRequest {
  imprint: MessageImprint;
  policy?: string;
  nonce?: bigint;
  certReq: boolean;
}

/** A request with SHA-512 and a nonce has about 120 octets. */
export const maxRequestBytes = 2_048;
const maxNonceOctets = 64;

/** Digests that may still be stamped: collisions in the others would let one token stand for two documents (EN 319 422 §6.2). */
export const acceptedDigests: ReadonlySet<Digest> = new Set(['sha256', 'sha384', 'sha512', 'sha3-256', 'sha3-384', 'sha3-512']);

/**
 * @throws PkiError `timestamp-digest-unknown`, `timestamp-digest-refused`, `timestamp-extension`, `timestamp-version`,
 * `timestamp-malformed`, `asn1-…`; `failInfoOf` says what to answer
 */
export function parseTimestampRequest(der: Uint8Array): TimestampRequest {
  if (der.length > maxRequestBytes) throw new PkiError('timestamp-malformed', { rule: `at most ${maxRequestBytes} octets` });
  const outer = new DerReader(der);
  const reader = outer.sequence();
  outer.end();
  if (reader.number() !== 1) reader.fail('timestamp-version', 'RFC 3161 §2.4.1 version 1');
  const imprint = readImprint(reader);
  if (!acceptedDigests.has(imprint.digest)) reader.fail('timestamp-digest-refused', `${imprint.digest} is not stamped`);
  const policy = reader.nextTag === tags.oid ? reader.oid() : undefined;
  const nonce = readNonce(reader);
  const certReq = reader.nextTag === tags.boolean && reader.boolean();
  if (reader.nextTag === contextConstructed(0)) reader.fail('timestamp-extension', 'RFC 3161 §2.4.2 unacceptedExtension');
  reader.end();
  return { imprint, ...(policy === undefined ? {} : { policy }), ...(nonce === undefined ? {} : { nonce }), certReq };
}

/** An optional nonce: any INTEGER of a sane length. */
export function readNonce(reader: DerReader): bigint | undefined {
  const element = reader.optional(tags.integer);
  if (!element) return undefined;
  if (integerOctets(element).length > maxNonceOctets) reader.fail('timestamp-malformed', `a nonce has at most ${maxNonceOctets} octets`);
  return integerOf(element);
}

export function buildTimestampRequest({ imprint, policy, nonce, certReq }: TimestampRequest): Uint8Array {
  return sequence(
    integer(1),
    imprintDer(imprint),
    ...(policy === undefined ? [] : [oid(policy)]),
    ...(nonce === undefined ? [] : [integer(nonce)]),
    ...(certReq ? [boolean(true)] : []),
  );
}
