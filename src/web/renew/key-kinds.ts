import type { Profile } from '../../../pki/certificate/profile.ts';
import { profilesNow } from '../../profiles/find.ts';
import type { Services } from '../../services.ts';

/** Which of the keys that a page can make a profile takes, the one for most people first. */
export async function keyKindsFor(services: Pick<Services, 'db' | 'now'>, profile: Profile['name']): Promise<('P-256' | 'RSA-3072')[]> {
  const rules = (await profilesNow(services)).get(profile)?.keyRules;
  if (!rules) return [];
  const { types, curves, minBits, maxBits } = rules;
  return [
    ...(types.includes('ec') && curves.includes('P-256') ? ['P-256' as const] : []),
    ...(types.includes('rsa') && minBits <= 3072 && maxBits >= 3072 ? ['RSA-3072' as const] : []),
  ];
}
