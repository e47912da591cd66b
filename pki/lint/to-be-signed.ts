import { PkiError } from '../error.ts';
import type { SignatureScheme } from '../keys/algorithm.ts';
import type { LintFinding } from './rule.ts';

/** Proof that these bytes were linted, good for one signature. Only `approveForSigning` makes one. */
export interface ToBeSigned {
  readonly kind: 'certificate' | 'crl' | 'ocsp';
  readonly bytes: Uint8Array;
  readonly scheme: SignatureScheme;
  /** warnings and notices, for the record */
  readonly findings: readonly LintFinding[];
}

/** The bytes as they were linted, out of everyone's reach; gone once redeemed. */
const approved = new WeakMap<ToBeSigned, Uint8Array>();

/**
 * The token of linted bytes. The bytes are copied: what is changed afterwards is not what gets signed.
 * @throws PkiError `lint-failed` if a finding is an error; the rule names them all
 */
export function approveForSigning(
  kind: ToBeSigned['kind'], bytes: Uint8Array, scheme: SignatureScheme, findings: readonly LintFinding[],
): ToBeSigned {
  const errors = findings.filter(({ level }) => level === 'error');
  if (errors.length > 0) throw new PkiError('lint-failed', { rule: errors.map(({ id }) => id).join(', ') });
  const token: ToBeSigned = Object.freeze({ kind, bytes: bytes.slice(), scheme, findings: Object.freeze([...findings]) });
  approved.set(token, bytes.slice());
  return token;
}

/**
 * Takes the linted bytes out of a token, once.
 * @throws PkiError `already-signed` on the second call and for an object that no lint made
 */
export function redeem(token: ToBeSigned): Uint8Array {
  const bytes = approved.get(token);
  if (!bytes) throw new PkiError('already-signed', { rule: 'a token is redeemed once' });
  approved.delete(token);
  return bytes;
}
