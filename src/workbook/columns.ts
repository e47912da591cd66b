import { devices } from '../requests/kinds.ts';

/** Why a cell, or a whole row, cannot be used. */
export const mistakeWords = {
  'missing': { vi: 'bắt buộc phải có', en: 'is required' },
  'formula': { vi: 'không được là công thức', en: 'must not be a formula' },
  'too-long': { vi: 'quá dài', en: 'is too long' },
  'characters': { vi: 'có ký tự không hợp lệ', en: 'has characters that do not belong here' },
  'date': { vi: 'phải là ngày dạng dd/MM/yyyy', en: 'must be a date as dd/MM/yyyy' },
  'date-to-come': { vi: 'không được là ngày trong tương lai', en: 'must not lie in the future' },
  'national-id': { vi: 'phải có đúng 12 chữ số', en: 'must have exactly 12 digits' },
  'zeros-lost': { vi: 'ô là số nên mất chữ số 0 ở đầu: định dạng ô là văn bản', en: 'the cell is a number and lost its leading zeros: format it as text' },
  'birth-year': { vi: 'không khớp với năm sinh trong số định danh', en: 'does not fit the year in the identity number' },
  'birth-date': { vi: 'không phải là ngày sinh có thể có', en: 'is no possible date of birth' },
  'email': { vi: 'không phải địa chỉ thư điện tử', en: 'is no e-mail address' },
  'phone': { vi: 'không phải số điện thoại di động', en: 'is no mobile number' },
  'one-of': { vi: 'không thuộc các giá trị cho phép', en: 'is none of the values allowed' },
  'sim-only': { vi: 'chỉ dùng cho thiết bị SIM', en: 'is for devices of the kind SIM' },
  'serial': { vi: 'không phải số hiệu chứng thư (hệ 16)', en: 'is no serial number in hex' },
  'repeated': { vi: 'trùng với một dòng trước', en: 'repeats an earlier row' },
  'level-skipped': { vi: 'để trống cấp trên', en: 'a level above is empty' },
  'agency-unknown': { vi: 'không có cơ quan như vậy trong phạm vi quản lý', en: 'no such agency within your reach' },
  'agency-ambiguous': { vi: 'có nhiều cơ quan cùng tên', en: 'several agencies have this name' },
  'email-of-another': { vi: 'đang là thư điện tử của người khác', en: 'serves another official' },
  'person-elsewhere': { vi: 'người này đang công tác tại cơ quan khác', en: 'this person serves in another agency' },
  'name-differs': { vi: 'khác với họ tên đã đăng ký cho số định danh này', en: 'is not the name registered with this identity number' },
  'certificate-unknown': { vi: 'không tìm thấy chứng thư này của người này', en: 'this person has no such certificate' },
  'header': { vi: 'không đúng tiêu đề cột theo mẫu', en: 'is not the header of this column' },
  'header-missing': { vi: 'không tìm thấy dòng tiêu đề 19 cột', en: 'there is no row with the 19 headers' },
  'unreadable': { vi: 'không đọc được dòng này', en: 'the row cannot be read' },
  'no-rows': { vi: 'không có dòng dữ liệu nào', en: 'there is no row with data' },
} as const;
export type MistakeCode = keyof typeof mistakeWords;

export type ColumnKey = 'number' | 'name' | 'birthDate' | 'nationalId' | 'idIssuer' | 'idIssuedOn' | 'email' | 'level1' | 'level2' | 'level3' | 'level4'
  | 'province' | 'province2' | 'position' | 'mobile' | 'oldSerial' | 'carrier' | 'ported' | 'device';

export interface Column {
  key: ColumnKey;
  header: string;
  required?: true;
  /** what a cell holds; `text` by default */
  type?: 'date' | 'id' | 'person' | 'email' | 'phone' | 'serial';
  oneOf?: readonly string[];
  max?: number;
}

/** The nineteen columns of the VGCA workbook for registering subscribers, in their order (A to S). A star marks the mandatory ones. */
export const columns: readonly Column[] = [
  { key: 'number', header: 'STT', max: 10 },
  { key: 'name', header: 'Họ tên', required: true, type: 'person', max: 64 },
  { key: 'birthDate', header: 'Ngày sinh', required: true, type: 'date' },
  { key: 'nationalId', header: 'CCCD', required: true, type: 'id' },
  { key: 'idIssuer', header: 'Nơi cấp', oneOf: ['CCSQLHCVTTXH', 'CCSĐKQLCTVDLQGVDC'] },
  { key: 'idIssuedOn', header: 'Ngày cấp', required: true, type: 'date' },
  { key: 'email', header: 'Email công vụ', required: true, type: 'email', max: 254 },
  { key: 'level1', header: 'Tổ chức cấp 1', required: true },
  { key: 'level2', header: 'Tổ chức cấp 2' },
  { key: 'level3', header: 'Tổ chức cấp 3' },
  { key: 'level4', header: 'Tổ chức cấp 4' },
  { key: 'province', header: 'Tỉnh thành phố', required: true, max: 100 },
  { key: 'province2', header: 'Tỉnh/Thành phố', max: 100 },
  { key: 'position', header: 'Chức vụ', required: true },
  { key: 'mobile', header: 'Điện thoại', type: 'phone' },
  { key: 'oldSerial', header: 'Serial CTS cũ', type: 'serial' },
  { key: 'carrier', header: 'Nhà mạng', max: 50 },
  { key: 'ported', header: 'Là chuyển số', oneOf: ['X'] },
  { key: 'device', header: 'Loại thiết bị', oneOf: devices },
];

/** `A` for the first. */
export const letterOf = (index: number): string => String.fromCharCode(65 + index);

export interface Mistake { row: number; column: string | null; header: string | null; code: MistakeCode }

/** A mistake in a cell of a column. */
export function mistakeIn(row: number, key: ColumnKey, code: MistakeCode): Mistake {
  const index = columns.findIndex((column) => column.key === key);
  return { row, column: letterOf(index), header: columns[index]!.header, code };
}

/** What is compared of a header or a name: one form, one case, single spaces, no star. */
export const plainText = (text: string): string => text.normalize('NFC').replaceAll('*', ' ').replaceAll(/[\s\u00a0]+/gu, ' ').trim().toLocaleLowerCase('vi');
