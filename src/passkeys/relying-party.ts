import type { Config } from '../config.ts';

/** This service as WebAuthn knows it (Web Authentication Level 3 §4): passkeys work under the public address alone. */
export interface RelyingParty { id: string; origin: string; name: string }

/** `id` is the host of the public address: a passkey made here is offered by browsers to no other. */
export function relyingPartyOf({ publicUrl }: Pick<Config, 'publicUrl'>): RelyingParty {
  const { hostname, origin } = new URL(publicUrl);
  return { id: hostname, origin, name: 'antin' };
}
