import type { AlgorithmIdentifier, Digest } from '../keys/algorithm.ts';
import type { PublicKey } from '../keys/public-key.ts';
import { signatureMethodOf } from '../keys/signature-algorithm.ts';

/** What is refused from a day on: signatures with a digest, or RSA keys of fewer bits. */
export type AlgorithmRule = ({ digest: Digest } | { rsaBelow: number }) & {
  /** ISO date, the first day of refusal, judged at the time asked about */
  refusedFrom: string;
  source: string;
};

/** What is acceptable when. A row is a judgement with its source; a policy may hand in its own table. */
export const algorithmTable: readonly AlgorithmRule[] = [
  { digest: 'md5', refusedFrom: '2004-08-17', source: 'RFC 6151 §2, collisions published by Wang and others' },
  { digest: 'sha1', refusedFrom: '2014-01-01', source: 'NIST SP 800-131A, digital signatures' },
  { digest: 'sha224', refusedFrom: '2031-01-01', source: 'NIST SP 800-131A Rev. 2, 112 bits' },
  { rsaBelow: 1_024, refusedFrom: '2000-01-01', source: 'RSA-155 factored, 1999' },
  { rsaBelow: 2_048, refusedFrom: '2014-01-01', source: 'NIST SP 800-131A' },
];

/** For old test suites: only what is broken outright is refused. */
export const historicAlgorithms: readonly AlgorithmRule[] = [
  { digest: 'md5', refusedFrom: '1970-01-01', source: 'RFC 6151 §2' },
  { rsaBelow: 1_024, refusedFrom: '1970-01-01', source: 'RSA-155 factored, 1999' },
];

/** The rule that refuses a signature with this algorithm under this key at this time; undefined when acceptable. */
export function refusalOf(algorithm: AlgorithmIdentifier, key: PublicKey, time: Date, table: readonly AlgorithmRule[]): AlgorithmRule | undefined {
  const method = signatureMethodOf(algorithm);
  const digest = method && 'digest' in method ? method.digest : undefined;
  return table.find((rule) => ('digest' in rule ? rule.digest === digest : key.type === 'rsa' && key.bits < rule.rsaBelow)
    && time.getTime() >= Date.parse(rule.refusedFrom));
}

/** The rule that refuses a key whatever it signs. */
export function keyRefusalOf(key: PublicKey, time: Date, table: readonly AlgorithmRule[]): AlgorithmRule | undefined {
  return key.type === 'rsa' ? refusalOf(key.algorithm, key, time, table) : undefined;
}
