import { generateKeyPairSync } from 'node:crypto';
import { isUsableKey } from '../../../pki/keys/curve-point.ts';
import { parsePublicKey, type PublicKey } from '../../../pki/keys/public-key.ts';

const keyOf = (namedCurve: string): PublicKey =>
  parsePublicKey(generateKeyPairSync('ec', { namedCurve }).publicKey.export({ format: 'der', type: 'spki' }));

test.each(['P-256', 'P-384', 'P-521'])('a point of %s is on its curve, a neighbour is not (SP 800-186 §3.2.1)', (curve) => {
  for (let i = 0; i < 5; i++) {
    const key = keyOf(curve);
    expect(isUsableKey(key)).toBe(true);
    expect(isUsableKey({ ...key, keyBits: key.keyBits.with(-1, key.keyBits.at(-1)! ^ 1) })).toBe(false);
  }
});

test('a kind that is not known is no usable key', () => {
  expect(isUsableKey(keyOf('secp256k1'))).toBe(false);
});
