import type { GroundName } from '../../certificates/grounds.ts';
import type { Device, Kind, PaperKind, SubscriberProfile } from '../../requests/kinds.ts';
import type { WordKey } from '../text/words.ts';

export const titles = {
  issue: 'ask.issueTitle', renew: 'ask.renewTitle', change: 'ask.changeTitle', revoke: 'ask.revokeTitle', 'restore-device': 'ask.restoreTitle',
} as const satisfies Record<Kind, WordKey>;

export const holderWords = { 'official-signing': 'ask.forOfficial', 'agency-seal': 'ask.forSeal', 'service-tls-client': 'ask.forService' } as const satisfies Record<SubscriberProfile, WordKey>;

export const deviceWords = {
  TOKEN: 'ask.deviceToken', SIM: 'ask.deviceSim', SOFT: 'ask.deviceSoft', RSSP: 'ask.deviceRssp', HSM: 'ask.deviceHsm',
} as const satisfies Record<Device, WordKey>;

/** The grounds that an agency can name; an order from outside is an operator's to hand in. */
export const groundWords = {
  'key-compromised': 'ask.groundKeyCompromised', 'device-lost': 'ask.groundDeviceLost', 'device-broken': 'ask.groundDeviceBroken', replaced: 'ask.groundReplaced',
  'agency-request': 'ask.groundAgencyRequest', 'position-changed': 'ask.groundPositionChanged', retired: 'ask.groundRetired', died: 'ask.groundDied',
  'agency-dissolved': 'ask.groundDissolved', 'service-ceased': 'ask.groundCeased',
} as const satisfies Partial<Record<GroundName, WordKey>>;
export type AgencyGround = keyof typeof groundWords;

export const paperWords = {
  'wet-signed-scan': 'ask.paperWet', 'authority-order': 'ask.paperAuthority', 'founding-decision': 'ask.paperFounding',
  'appointment-decision': 'ask.paperAppointment', 'handover-record': 'ask.paperHandover', other: 'ask.paperOther',
} as const satisfies Record<Exclude<PaperKind, 'signed-form'>, WordKey>;
export type AttachedKind = keyof typeof paperWords;
