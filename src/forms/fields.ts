import { groundOf } from '../requests/kinds.ts';
import type { FormFacts } from './store.ts';

/** One of the official forms as it is filled in: its number, title and lines. */
export interface FilledForm { number: '01' | '02' | '03' | '04' | '05' | '06'; title: string; rows: readonly (readonly [label: string, value: string])[] }

type Line = readonly [label: string, value: (facts: FormFacts) => string | null];

const day = (at: Date | null): string | null => at && new Intl.DateTimeFormat('vi-VN', { timeZone: 'Asia/Ho_Chi_Minh', day: '2-digit', month: '2-digit', year: 'numeric' }).format(at);
const hex = (bytes: Uint8Array | null): string | null => bytes && Buffer.from(bytes).toString('hex').replaceAll(/.{16}(?=.)/g, '$& ');

const agency: readonly Line[] = [['Cơ quan, tổ chức quản lý trực tiếp', (f) => f.agencyName], ['Mã định danh điện tử', (f) => f.agencyCode], ['Tỉnh, thành phố', (f) => f.locality]];
const official: readonly Line[] = [['Họ và tên', (f) => f.official?.name ?? null], ['Chức vụ', (f) => f.official?.position ?? null], ['Thư điện tử công vụ', (f) => f.official?.email ?? null]];
const key: readonly Line[] = [
  ['Nội dung chứng thư', (f) => f.subjectText], ['Khóa công khai (SHA-256)', (f) => hex(f.spkiHash) ?? 'tạo sau'],
  ['Thời hạn đề nghị', (f) => (f.days === null ? null : `${f.days} ngày`)], ['Hết hạn cùng chứng thư cũ', (f) => day(f.endsAt)],
  ['Loại thiết bị', (f) => f.device ?? 'TOKEN'],
];
const target: readonly Line[] = [['Số hiệu chứng thư', (f) => f.serialNumber], ['Thuê bao', (f) => f.subjectText], ['Hiệu lực đến', (f) => day(f.notAfter)]];
const note: Line = ['Ghi chú', (f) => f.note];
const paper: Line = ['Hình thức', (f) => (f.wetSigned ? 'bản giấy ký, đóng dấu (cơ quan chưa có chứng thư)' : null)];

const transferWords = { change: 'thay đổi nội dung (Điều 15)', revoke: 'thu hồi (Điều 17)' } as const;
const transfer: Line = ['Thuyên chuyển công tác được hiểu là', (f) => f.transfer && transferWords[f.transfer]];

const layouts: Readonly<Record<FilledForm['number'], { title: string; lines: readonly Line[] }>> = {
  '01': { title: 'Đề nghị cấp chứng thư chữ ký số chuyên dùng công vụ cho cá nhân', lines: [...official, ...agency, ...key, note, paper] },
  '02': { title: 'Đề nghị cấp chứng thư chữ ký số chuyên dùng công vụ cho cơ quan, tổ chức', lines: [...agency, ...key, note, paper] },
  '03': {
    title: 'Đề nghị cấp chứng thư chữ ký số chuyên dùng công vụ cho thiết bị, dịch vụ, phần mềm',
    lines: [['Tên thiết bị, dịch vụ, phần mềm', (f) => f.serviceName], ...agency, ...key, note, paper],
  },
  '04': {
    title: 'Đề nghị gia hạn, thay đổi nội dung thông tin chứng thư',
    lines: [['Yêu cầu', (f) => (f.kind === 'renew' ? 'gia hạn' : 'thay đổi nội dung thông tin')], ...official, ...agency, ['Số hiệu chứng thư cũ', (f) => f.serialNumber], ['Hiệu lực đến', (f) => day(f.notAfter)], ...key, transfer, note],
  },
  '05': {
    title: 'Đề nghị thu hồi chứng thư',
    lines: [...agency, ...target, ['Lý do thu hồi', (f) => f.ground && groundOf(f.ground).vi], ['Mã lý do (RFC 5280)', (f) => f.reason], ['Khóa có thể đã lộ từ', (f) => day(f.invalidityDate)], transfer, note],
  },
  '06': { title: 'Đề nghị khôi phục thiết bị lưu khóa bí mật', lines: [...official, ...agency, ...target, ['Loại thiết bị', (f) => f.device ?? 'TOKEN'], note] },
};

const issueForms: Readonly<Record<string, FilledForm['number']>> = { 'official-signing': '01', 'agency-seal': '02', 'service-tls-client': '03' };

/** Which form a request is printed on, and what stands in it. Lines without a value are left out. */
export function fillForm(facts: FormFacts): FilledForm {
  const { kind, profile } = facts;
  const number = kind === 'issue' ? issueForms[profile] ?? '01' : ({ renew: '04', change: '04', revoke: '05', 'restore-device': '06' } as const)[kind];
  const { title, lines } = layouts[number];
  const rows = lines.flatMap(([label, value]): [string, string][] => {
    const text = value(facts);
    return text === null || text === '' ? [] : [[label, text]];
  });
  return { number, title, rows };
}
