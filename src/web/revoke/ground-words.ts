import type { HolderGround } from '../../revocations/revoke-by-code.ts';
import type { WordKey } from '../text/words.ts';

/** What a holder can say without the agency, in words. */
export const groundWords = {
  'key-compromised': 'revoke.groundKeyCompromised', 'device-lost': 'revoke.groundDeviceLost', 'device-broken': 'revoke.groundDeviceBroken',
} as const satisfies Record<HolderGround, WordKey>;
