import { findProfileFaults, keyFitsProfile, type Profile } from '../../../pki/certificate/profile.ts';
import { initialProfile, initialProfiles } from '../../../pki/certificate/profiles.ts';
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { parsePublicKey } from '../../../pki/keys/public-key.ts';

test.each(initialProfiles.map((profile) => [profile.name, profile] as const))('%s is sound and survives being stored as JSON', (_name, profile) => {
  expect(findProfileFaults(profile)).toEqual([]);
  expect(JSON.parse(JSON.stringify(profile))).toEqual(profile);
});

test('subscribers last at most five years, CAs twenty (Decree 68/2024, article 9)', () => {
  for (const { ca, validityDays } of initialProfiles) expect(validityDays).toBeLessThanOrEqual(ca ? 7_305 : 1_826);
});

test.each<[string, Partial<Profile>]>([
  ['keyCertSign without ca', { keyUsage: ['keyCertSign'] }],
  ['a path length without ca', { pathLength: 0 }],
  ['no key usage', { keyUsage: [] }],
  ['no days', { validityDays: 0 }],
  ['half a day', { validityDays: 0.5 }],
  ['a purpose twice', { extKeyUsage: ['1.2.3', '1.2.3'] }],
  ['a subject without a CN', { subjectLayout: [{ type: 'O', source: 'organisation', required: true, max: 1 }] }],
  ['short RSA keys', { keyRules: { types: ['rsa'], minBits: 1024, maxBits: 4096, curves: [] } }],
  ['no signature', { signatureSchemes: [] }],
])('a profile is at fault with %s', (_what, changes) => {
  expect(findProfileFaults({ ...initialProfile('agency-seal'), ...changes })).toHaveLength(1);
});

test.each<[string, KeyObject, boolean, boolean]>([
  // key                       subscriber  CA
  ['RSA-2048', generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey, true, false],
  ['RSA-3072', generateKeyPairSync('rsa', { modulusLength: 3072 }).publicKey, true, true],
  ['RSA-1024', generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey, false, false],
  ['P-256', generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey, true, true],
  ['secp256k1', generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).publicKey, false, false],
  ['Ed25519', generateKeyPairSync('ed25519').publicKey, true, true],
  ['Ed448', generateKeyPairSync('ed448').publicKey, false, false],
  ['ML-DSA-65', generateKeyPairSync('ml-dsa-65').publicKey, true, true],
])('%s', (_key, publicKey, subscriber, ca) => {
  const key = parsePublicKey(publicKey.export({ format: 'der', type: 'spki' }));
  expect([keyFitsProfile(initialProfile('official-signing'), key), keyFitsProfile(initialProfile('root-ca'), key)]).toEqual([subscriber, ca]);
});
