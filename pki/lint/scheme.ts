import type { SignatureScheme } from '../keys/algorithm.ts';
import type { PublicKey } from '../keys/public-key.ts';

/** Whether a key of this kind can make such a signature: what every lint asks of its signer. */
export function schemeFitsKey(scheme: SignatureScheme, key: Pick<PublicKey, 'type' | 'pssOnly'>): boolean {
  if (scheme.startsWith('rsa-')) return key.type === 'rsa' && (!key.pssOnly || scheme.startsWith('rsa-pss-'));
  if (scheme.startsWith('ecdsa-')) return key.type === 'ec';
  return key.type === scheme;
}
