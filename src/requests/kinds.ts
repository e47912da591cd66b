import type { CountKey } from '../policies/keys.ts';
import type { GroundName } from '../certificates/grounds.ts';

export const kinds = ['issue', 'renew', 'change', 'revoke', 'restore-device'] as const;
export type Kind = (typeof kinds)[number];

export interface KindRule {
  vi: string;
  en: string;
  /** Fields that the submission must have; `profile` decides on the holder's field. */
  required: readonly ('profile' | 'certificateId' | 'csr' | 'ground' | 'note')[];
  /** The law has one applicant: the agency that directly manages the subscriber (NĐ 68/2024 Điều 11). */
  confirmedBy: 'managing-agency';
  /** How many different operators must agree. */
  operators: 1 | 2;
  produces: 'certificate' | 'revocation' | 'record';
  deadline: CountKey;
}

const managed = { confirmedBy: 'managing-agency' } as const;

/** The five kinds of NĐ 68/2024 (yêu cầu chứng thực). What differs between them stands here and nowhere else. */
export const kindRules: Readonly<Record<Kind, KindRule>> = {
  issue: { ...managed, vi: 'cấp mới', en: 'new certificate', required: ['profile', 'csr'], operators: 2, produces: 'certificate', deadline: 'deadline.issue_working_days' },
  renew: { ...managed, vi: 'gia hạn', en: 'renewal', required: ['certificateId', 'csr'], operators: 2, produces: 'certificate', deadline: 'deadline.renew_working_days' },
  change: { ...managed, vi: 'thay đổi nội dung thông tin', en: 'change of content', required: ['certificateId', 'csr', 'note'], operators: 2, produces: 'certificate', deadline: 'deadline.change_working_days' },
  revoke: { ...managed, vi: 'thu hồi', en: 'revocation', required: ['certificateId', 'ground'], operators: 2, produces: 'revocation', deadline: 'deadline.revoke_working_days' },
  'restore-device': { ...managed, vi: 'khôi phục thiết bị', en: 'restoring a device', required: ['certificateId', 'note'], operators: 1, produces: 'record', deadline: 'deadline.restore_device_working_days' },
};

export const devices = ['TOKEN', 'SIM', 'SOFT', 'RSSP', 'HSM'] as const;
export type Device = (typeof devices)[number];

/** Profiles a subscriber can ask for, and who holds such a certificate. */
export const subscriberProfiles = {
  'official-signing': 'official',
  'agency-seal': 'agency',
  'service-tls-client': 'service',
} as const satisfies Record<string, 'official' | 'agency' | 'service'>;
export type SubscriberProfile = keyof typeof subscriberProfiles;

/** Whether a profile is one of a subscriber's. */
export function isSubscriberProfile(profile: string): profile is SubscriberProfile {
  return Object.hasOwn(subscriberProfiles, profile);
}

/** The legal grounds stand with the certificates, where operators revoke too; a request names one of them. */
export { groundNames, groundOf, grounds, type Ground, type GroundName } from '../certificates/grounds.ts';

/** What a transfer of an official means: NĐ 68/2024 Điều 15 (change of content) and Điều 17 (revocation) overlap, so it is asked. */
export const transfers = ['change', 'revoke'] as const;
export type Transfer = (typeof transfers)[number];

/** Kinds of papers that stand beside a request; `signed-form` is the official form, signed and sent back. */
export const paperKinds = ['wet-signed-scan', 'signed-form', 'authority-order', 'founding-decision', 'appointment-decision', 'handover-record', 'other'] as const;
export type PaperKind = (typeof paperKinds)[number];

export interface PaperRule { paper: PaperKind; kinds: readonly Kind[]; when(request: { ground: GroundName | null; wetSigned: boolean }): boolean; source: string }

/** Papers without which a request is not confirmed. */
export const paperRules: readonly PaperRule[] = [
  { paper: 'wet-signed-scan', kinds: ['issue'], when: ({ wetSigned }) => wetSigned, source: 'the first request of a body without any certificate is signed and sealed on paper' },
  { paper: 'authority-order', kinds: ['revoke'], when: ({ ground }) => ground === 'prosecution-request', source: 'NĐ 68/2024/NĐ-CP Điều 17: the written request of prosecution bodies or the police' },
];
