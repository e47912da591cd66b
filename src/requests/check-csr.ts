import { keyFitsProfile, type Profile } from '../../pki/certificate/profile.ts';
import { parseCsr, verifyPossession, type CertificationRequest } from '../../pki/csr/parse.ts';
import { PkiError } from '../../pki/error.ts';
import { spkiHash } from '../../pki/keys/public-key.ts';
import { findKeyWeakness } from '../../pki/keys/weak-key.ts';
import type { Name } from '../../pki/name/parse.ts';
import { Problem } from '../problems.ts';
import { requireSubject } from './subject.ts';

/** A request whose key is strong, allowed by the profile and in the requester's hands. */
export interface CheckedCsr { csr: CertificationRequest; spkiHash: Uint8Array }

const brokenDigests: ReadonlySet<string | undefined> = new Set(['md5', 'sha1']);

/**
 * Judges a PKCS#10 by itself: form, key, algorithm, possession, subject. The key's strength comes before the signature,
 * for under a broken key a signature says nothing.
 * @throws Problem `csr-malformed`, `key-too-weak`, `key-compromised`, `algorithm-not-allowed`, `csr-signature-invalid`, `subject-mismatch`
 */
export function checkCsr(pem: string, profile: Profile, subject: Name): CheckedCsr {
  const csr = parse(pem);
  const weakness = findKeyWeakness(csr.publicKey);
  if (weakness) throw new Problem(weakness.code, { rule: weakness.rule });
  if (!keyFitsProfile(profile, csr.publicKey)) {
    throw new Problem('algorithm-not-allowed', { key: csr.publicKey.type, allowed: profile.keyRules.types });
  }
  requirePossession(csr);
  requireSubject(csr.subject, subject);
  return { csr, spkiHash: spkiHash(csr.publicKey) };
}

/** The hash of the key that a PKCS#10 asks with; undefined where it cannot be read, which `checkCsr` then names. */
export function keyAskedFor(pem: string): Uint8Array | undefined {
  try {
    return spkiHash(parseCsr(Buffer.from(pem, 'utf8')).publicKey);
  } catch (error) {
    if (error instanceof PkiError) return undefined;
    throw error;
  }
}

function parse(pem: string): CertificationRequest {
  try {
    return parseCsr(Buffer.from(pem, 'utf8'));
  } catch (error) {
    if (!(error instanceof PkiError)) throw error;
    throw new Problem('csr-malformed', { rule: error.rule, ...(error.offset === undefined ? {} : { offset: error.offset }) });
  }
}

function requirePossession(csr: CertificationRequest): void {
  const verdict = verifyPossession(csr);
  if (!verdict.valid) throw new Problem(verdict.reason === 'signature-invalid' ? 'csr-signature-invalid' : 'algorithm-not-allowed', { reason: verdict.reason });
  if (brokenDigests.has(verdict.digest)) throw new Problem('algorithm-not-allowed', { digest: verdict.digest });
}
