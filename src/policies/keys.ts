export interface PolicyKind {
  type: 'count' | 'boolean' | 'counts';
  /** Of a count, or of each of them, both inside. */
  least?: number;
  most?: number;
  vi: string;
}

const count = (vi: string, least: number, most: number): PolicyKind & { type: 'count' } => ({ type: 'count', least, most, vi });
/** A few counts, falling, none twice. */
const counts = (vi: string, least: number, most: number): PolicyKind & { type: 'counts' } => ({ type: 'counts', least, most, vi });
const flag = (vi: string): PolicyKind & { type: 'boolean' } => ({ type: 'boolean', vi });

/** Every policy there is. Values and their dates are rows of the database; here stands what a value may be. */
export const policyKinds = {
  'subscriber.max_days': count('thời hạn tối đa của chứng thư thuê bao cấp mới (ngày)', 1, 3660),
  'renewal.max_days': count('thời hạn tối đa khi gia hạn (ngày)', 1, 3660),
  'renewal.max_count': count('số lần gia hạn tối đa', 0, 20),
  'renewal.min_days_left': count('số ngày còn hiệu lực tối thiểu khi đề nghị gia hạn', 0, 365),
  'renewal.opens_days_before': count('được gia hạn sớm nhất trước khi hết hạn (ngày)', 1, 3660),
  'renewal.same_key': flag('được dùng lại khóa cũ khi gia hạn'),
  'renewal.self_service': flag('cán bộ, công chức tự gia hạn và được cấp ngay, không qua xác nhận và phê duyệt'),
  'change.same_key': flag('được dùng lại khóa cũ khi thay đổi nội dung'),
  'deadline.issue_working_days': count('thời hạn giải quyết cấp mới (ngày làm việc)', 1, 60),
  'deadline.renew_working_days': count('thời hạn giải quyết gia hạn (ngày làm việc)', 1, 60),
  'deadline.change_working_days': count('thời hạn giải quyết thay đổi nội dung (ngày làm việc)', 1, 60),
  'deadline.revoke_working_days': count('thời hạn giải quyết thu hồi (ngày làm việc)', 1, 60),
  'deadline.restore_device_working_days': count('thời hạn giải quyết khôi phục thiết bị (ngày làm việc)', 1, 60),
  'deadline.urgent_revoke_hours': count('thời hạn thu hồi khẩn cấp khi lộ, mất khóa (giờ)', 1, 240),
  'deadline.warn_hours': count('cảnh báo trước khi hết thời hạn giải quyết (giờ)', 1, 480),
  'revocation.urgent_by_one_operator': flag('thu hồi khẩn cấp chỉ cần một cán bộ phê duyệt'),
  'confirmation.signature_required': flag('xác nhận phải bằng văn bản có chữ ký số hoặc bản giấy ký, đóng dấu'),
  'authority.max_days': count('thời hạn tối đa của chứng thư tổ chức chứng thực (ngày)', 1, 11_000),
  'hold.allowed': flag('cho phép tạm dừng chứng thư'),
  'crl.validity_seconds': count('thời hạn của danh sách thu hồi (giây)', 600, 31_536_000),
  'crl.interval_seconds': count('chu kỳ phát hành danh sách thu hồi (giây)', 60, 31_536_000),
  'reorganisation.overlap_days': count('thời gian chứng thư cũ còn hiệu lực song song khi sắp xếp lại cơ quan (ngày)', 0, 1825),
  'ocsp.validity_seconds': count('thời hạn của trả lời OCSP (giây)', 60, 604_800),
  'session.idle_minutes': count('phiên đăng nhập kết thúc khi không thao tác (phút)', 5, 480),
  'session.max_hours': count('thời gian tối đa của phiên đăng nhập (giờ)', 1, 24),
  'sign_in.link_minutes': count('thời hạn của liên kết đăng nhập một lần (phút)', 5, 60),
  'sign_in.attempts_per_account': count('số lần thử đăng nhập của một tài khoản trong 15 phút', 1, 100),
  'sign_in.attempts_per_address': count('số lần thử đăng nhập từ một địa chỉ mạng trong 15 phút', 1, 10_000),
  'reminder.days_before': counts('nhắc gia hạn trước khi hết hạn (ngày)', 1, 365),
} as const satisfies Record<string, PolicyKind>;

export type PolicyKey = keyof typeof policyKinds;
export const policyKeys = Object.keys(policyKinds) as [PolicyKey, ...PolicyKey[]];

/** The value of a policy: a number, a yes, or a few numbers. */
export type PolicyValue<K extends PolicyKey = PolicyKey> = { count: number; boolean: boolean; counts: readonly number[] }[(typeof policyKinds)[K]['type']];
/** The policies that are one number. */
export type CountKey = { [K in PolicyKey]: (typeof policyKinds)[K]['type'] extends 'count' ? K : never }[PolicyKey];
export type AnyPolicyValue = number | boolean | readonly number[];

const mostCounts = 20;

/** Whether a value is one this policy may have. */
export function isPolicyValue(key: PolicyKey, value: unknown): boolean {
  const kind: PolicyKind = policyKinds[key];
  if (kind.type === 'boolean') return typeof value === 'boolean';
  if (kind.type === 'counts') return Array.isArray(value) && value.length <= mostCounts && value.every((one, i) => isCount(kind, one) && (i === 0 || one < value[i - 1]));
  return isCount(kind, value);
}

function isCount(kind: PolicyKind, value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= (kind.least ?? 0) && value <= (kind.most ?? Infinity);
}
