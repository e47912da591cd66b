import { PkiError } from '../error.ts';
import type { DerReader } from '../asn1/der-reader.ts';
import { octetString, sequence } from '../asn1/der-writer.ts';
import { tags } from '../asn1/tags.ts';
import { digestAlgorithmDer, digestByOid, digestOctets, readAlgorithm, type Digest } from '../keys/algorithm.ts';

/** What is stamped: a digest value and the digest it came from (RFC 3161 §2.4.1 MessageImprint). */
export interface MessageImprint { digest: Digest; value: Uint8Array }

/**
 * Reads a MessageImprint whose value is as long as its digest makes it.
 * @throws PkiError `timestamp-digest-unknown`, `timestamp-malformed`
 */
export function readImprint(outer: DerReader): MessageImprint {
  const reader = outer.sequence();
  const algorithm = readAlgorithm(reader);
  const digest = digestByOid(algorithm.oid);
  if (!digest) return reader.fail('timestamp-digest-unknown', 'RFC 3161 §2.4.2 badAlg');
  const { parameters } = algorithm;
  if (parameters !== undefined && !(parameters.length === 2 && parameters[0] === tags.null)) reader.fail('timestamp-malformed', 'RFC 5754 §2 parameters absent or NULL');
  const value = reader.octetString();
  if (value.length !== digestOctets[digest]) throw new PkiError('timestamp-malformed', { rule: `RFC 3161 §2.4.1 ${digest} has ${digestOctets[digest]} octets` });
  reader.end();
  return { digest, value };
}

export function imprintDer({ digest, value }: MessageImprint): Uint8Array {
  return sequence(digestAlgorithmDer(digest), octetString(value));
}
