import { wrongField } from '../field-mistakes.ts';
import type { FinalReason } from './revoke.ts';

export interface Ground {
  vi: string;
  en: string;
  reason: FinalReason;
  holders: readonly ('official' | 'agency' | 'service')[];
  /** Someone else may hold the key: the urgent lane, with its own clock. */
  urgent?: true;
  /** An order from outside needs no yes of the managing agency; an operator hands it in and confirms it. */
  confirmedBy?: 'operator';
}

const anyone = ['official', 'agency', 'service'] as const;

/**
 * Legal grounds of a revocation (NĐ 68/2024 Điều 17) and the reason code of RFC 5280 §5.3.1 each becomes.
 * "Expired" is a ground of the law but no revocation: it is a status, and stays out of the CRL.
 */
export const grounds = {
  'key-compromised': { vi: 'lộ hoặc nghi lộ khóa bí mật', en: 'the private key is known to others, or feared to be', reason: 'keyCompromise', holders: anyone, urgent: true },
  'device-lost': { vi: 'thất lạc thiết bị lưu khóa bí mật', en: 'the device that holds the key is lost', reason: 'keyCompromise', holders: anyone, urgent: true },
  'device-broken': { vi: 'thiết bị lưu khóa bí mật bị hỏng', en: 'the device that holds the key is broken', reason: 'superseded', holders: anyone },
  'replaced': { vi: 'đã có chứng thư thay thế (gia hạn, thay đổi nội dung)', en: 'another certificate has replaced it (renewal, change of content)', reason: 'superseded', holders: anyone },
  'prosecution-request': { vi: 'theo văn bản của cơ quan tiến hành tố tụng hoặc cơ quan công an', en: 'ordered in writing by a prosecuting body or the police', reason: 'privilegeWithdrawn', holders: anyone, confirmedBy: 'operator' },
  'agency-request': { vi: 'theo văn bản của cơ quan quản lý trực tiếp', en: 'asked for in writing by the managing agency', reason: 'privilegeWithdrawn', holders: anyone },
  'position-changed': { vi: 'thay đổi vị trí công tác, không còn phù hợp với chứng thư', en: 'a change of position that the certificate no longer fits', reason: 'affiliationChanged', holders: ['official'] },
  'retired': { vi: 'nghỉ hưu, thôi việc', en: 'retirement or leaving the service', reason: 'cessationOfOperation', holders: ['official'] },
  'died': { vi: 'từ trần', en: 'the holder has died', reason: 'cessationOfOperation', holders: ['official'] },
  'agency-dissolved': { vi: 'giải thể, chia tách, sáp nhập', en: 'the agency was dissolved, divided or merged', reason: 'cessationOfOperation', holders: ['agency'] },
  'service-ceased': { vi: 'thiết bị, dịch vụ, phần mềm ngừng hoạt động', en: 'the device, service or software is no longer in use', reason: 'cessationOfOperation', holders: ['service'] },
} as const satisfies Record<string, Ground>;
export type GroundName = keyof typeof grounds;
export const groundNames = Object.keys(grounds) as GroundName[];

/** The row of a ground, with the fields that not every row has. */
export const groundOf = (name: GroundName): Ground => grounds[name];

/** A ground that is named decides on the reason. @throws Problem `invalid-fields` */
export function requireReasonOf(ground: GroundName, reason: FinalReason): void {
  if (grounds[ground].reason === reason) return;
  throw wrongField('/reason', 'ground-reason', { ground, reason: grounds[ground].reason });
}
