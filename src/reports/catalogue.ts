import { count, day, days, level, month, share, text, word, type Column, type Words } from './columns.ts';
import {
  listAnnual, listByAgency, listByMinistry, listByProfile, listByProvince, listByState, listDeadlines, listExpiring, listMovements, listOneStop, listStanding,
  listUnused, listUnusedOfficials, listWithoutSeal, type ListRows,
} from './store.ts';

/** Bars lie, one for each row (or each value of `across`), parts one after another; lines go over months. */
export interface Chart { form: 'bars' | 'lines'; across: string; series: readonly string[]; axis: Words; /** bars that show this share of 1 instead */ share?: string }
/** What besides the agency a report can be asked for; `past` and `coming` are months with their usual span. */
export type Parameter = 'past' | 'coming' | 'months' | 'year';

export interface ReportKind {
  name: string;
  title: Words;
  /** What is counted, and at which moment. */
  note: Words;
  columns: readonly Column[];
  list: ListRows;
  chart: Chart | null;
  parameter: Parameter | null;
}

const code = text('code', 'Mã định danh', 'Identifier code');
const name = text('name', 'Cơ quan, tổ chức', 'Agency');
const profiles = [count('officials', 'Cá nhân', 'Officials'), count('seals', 'Cơ quan, tổ chức', 'Seals'), count('services', 'Thiết bị, dịch vụ', 'Services')];
const inForce = count('inForce', 'Còn hiệu lực', 'In force');
const otherStates = [count('expired', 'Hết hạn', 'Expired'), count('revoked', 'Đã thu hồi', 'Revoked'), count('onHold', 'Tạm dừng', 'On hold')];
const total = count('total', 'Tổng số', 'Total');
const certificates: Words = { vi: 'Số chứng thư', en: 'Certificates' };
const inPlace: Words = {
  vi: 'Tỉnh đã sáp nhập được tính vào tỉnh mới, cơ quan theo cây tổ chức hiện nay. Không tính chứng thư của chính tổ chức chứng thực.',
  en: 'A province that was merged counts for its successor; agencies stand where the tree has them now. Certificates of the CA itself are not counted.',
};
const join = (a: Words, b: Words): Words => ({ vi: `${a.vi} ${b.vi}`, en: `${a.en} ${b.en}` });
const atThisMoment: Words = {
  vi: 'Chứng thư đã cấp, theo trạng thái tại thời điểm của số liệu; ba cột theo loại chỉ tính chứng thư còn hiệu lực.',
  en: 'Certificates issued so far, in their state at the moment of the figures; the three columns by kind count those in force alone.',
};
const byPlace = { columns: [code, name, ...profiles, inForce, ...otherStates, total], note: join(atThisMoment, inPlace), chart: { form: 'bars', across: 'name', series: ['officials', 'seals', 'services'], axis: { vi: 'Số chứng thư còn hiệu lực', en: 'Certificates in force' } }, parameter: null } as const;
const used: Words = {
  vi: '“Đã dùng” nghĩa là: có biên lai kiểm tra của hệ thống này ghi một chữ ký (không bị bác) bằng chứng thư đó, tính theo thời điểm ký được chứng minh, nếu không có thì theo lúc kiểm tra. Chữ ký chưa ai kiểm tra ở đây thì hệ thống không biết; số liệu này vì vậy là mức trên của số chưa dùng.',
  en: '“Used” means: a verification receipt of this service shows a signature with the certificate that was not refuted, at its proven time of signing, or else when it was checked. A signature that nobody checked here is not known; so the figure is an upper bound of what is unused.',
};

/** Every report: a row here and its query in the store. */
export const reportKinds: readonly ReportKind[] = [
  { name: 'certificates-by-ministry', title: { vi: 'Chứng thư theo bộ, ngành', en: 'Certificates by ministry' }, list: listByMinistry, ...byPlace },
  { name: 'certificates-by-province', title: { vi: 'Chứng thư theo tỉnh, thành phố', en: 'Certificates by province' }, list: listByProvince, ...byPlace },
  { name: 'certificates-by-agency', title: { vi: 'Chứng thư theo cơ quan trực thuộc', en: 'Certificates by the agencies right below' }, list: listByAgency, ...byPlace },
  {
    name: 'certificates-by-kind', title: { vi: 'Chứng thư theo loại', en: 'Certificates by kind' }, list: listByProfile, parameter: null,
    columns: [word('profile', 'Loại chứng thư', 'Kind'), inForce, ...otherStates, total],
    note: { vi: 'Chứng thư thuê bao đã cấp, theo trạng thái tại thời điểm của số liệu.', en: 'Certificates of subscribers issued so far, in their state at the moment of the figures.' },
    chart: { form: 'bars', across: 'profile', series: ['inForce', 'expired', 'revoked', 'onHold'], axis: certificates },
  },
  {
    name: 'certificates-by-state', title: { vi: 'Chứng thư theo trạng thái', en: 'Certificates by state' }, list: listByState, parameter: null,
    columns: [word('state', 'Trạng thái', 'State'), ...profiles, total],
    note: { vi: 'Chứng thư thuê bao đã cấp, theo trạng thái tại thời điểm của số liệu. Đã thu hồi thì không tính vào hết hạn.', en: 'Certificates of subscribers issued so far, in their state at the moment of the figures. What was revoked does not count as expired.' },
    chart: { form: 'bars', across: 'state', series: ['officials', 'seals', 'services'], axis: certificates },
  },
  {
    name: 'certificates-over-time', title: { vi: 'Chứng thư theo trạng thái, cuối mỗi tháng', en: 'Certificates by state at the end of each month' }, list: listStanding, parameter: 'past',
    columns: [month('month', 'Tháng', 'Month'), level('inForce', 'Còn hiệu lực', 'In force'), level('expired', 'Hết hạn', 'Expired'), level('revoked', 'Đã thu hồi', 'Revoked'), level('total', 'Đã cấp đến nay', 'Issued so far')],
    note: {
      vi: 'Số chứng thư thuê bao vào cuối tháng theo giờ Việt Nam; tháng đang chạy: đến lúc tính số liệu. Chứng thư đang tạm dừng được tính vào còn hiệu lực, vì các lần tạm dừng trước đây không được lưu theo tháng.',
      en: 'Certificates of subscribers at the end of the month in Vietnamese time; of the month under way, at the moment of the figures. What is on hold counts as in force, for earlier holds are not kept by month.',
    },
    chart: { form: 'lines', across: 'month', series: ['inForce', 'expired', 'revoked'], axis: certificates },
  },
  {
    name: 'certificates-by-month', title: { vi: 'Cấp, gia hạn, thay đổi, thu hồi, hết hạn theo tháng', en: 'Issued, renewed, changed, revoked and expiring by month' }, list: listMovements, parameter: 'past',
    columns: [month('month', 'Tháng', 'Month'), count('issued', 'Cấp mới', 'Issued'), count('renewed', 'Gia hạn', 'Renewed'), count('changed', 'Thay đổi', 'Changed'), count('revoked', 'Thu hồi', 'Revoked'), count('expiring', 'Hết hạn', 'Expiring')],
    note: {
      vi: 'Tháng theo giờ Việt Nam. Cấp, gia hạn, thay đổi: theo lúc ký chứng thư; thu hồi: theo lúc thu hồi; hết hạn: theo ngày hết hạn của chứng thư chưa bị thu hồi, kể cả tháng tới.',
      en: 'Months in Vietnamese time. Issued, renewed, changed: when the certificate was signed; revoked: when it was; expiring: when certificates end that are not revoked, in coming months too.',
    },
    chart: { form: 'lines', across: 'month', series: ['issued', 'renewed', 'changed', 'revoked', 'expiring'], axis: certificates },
  },
  {
    name: 'certificates-expiring', title: { vi: 'Chứng thư sắp hết hạn', en: 'Certificates about to expire' }, list: listExpiring, parameter: 'coming',
    columns: [month('month', 'Tháng', 'Month'), ...profiles, total, count('replaced', 'Đã có chứng thư thay thế', 'Already replaced'), share('share', ['replaced', 'total'], ['Tỷ lệ đã thay thế', 'Share replaced'])],
    note: { vi: 'Chứng thư còn hiệu lực tại thời điểm của số liệu, theo tháng hết hạn (giờ Việt Nam).', en: 'Certificates in force at the moment of the figures, by the month in which they end (Vietnamese time).' },
    chart: { form: 'lines', across: 'month', series: ['total', 'replaced'], axis: certificates },
  },
  {
    name: 'deadlines', title: { vi: 'Giải quyết yêu cầu chứng thực đúng hạn', en: 'Requests answered within their term' }, list: listDeadlines, parameter: 'past',
    columns: [month('month', 'Tháng', 'Month'), word('kind', 'Loại yêu cầu', 'Kind'), count('closedOrDue', 'Đến hạn hoặc đã xong', 'Closed or due'), count('inTime', 'Đúng hạn', 'In time'), count('late', 'Trễ hạn', 'Late'), count('open', 'Quá hạn chưa xong', 'Overdue, still open'), share('share', ['inTime', 'closedOrDue'], ['Tỷ lệ đúng hạn', 'Share in time']), days('days', 'Số ngày làm việc trung bình', 'Working days on average')],
    note: {
      vi: 'Thời hạn tính từ lúc cơ quan quản lý xác nhận (khẩn cấp: từ lúc nộp) đến khi chứng thư được ký, yêu cầu được thực hiện hoặc bị từ chối. Yêu cầu tính vào tháng hoàn thành nếu đúng hạn, vào tháng đến hạn nếu trễ. Ngày làm việc không kể ngày bắt đầu, ngày nghỉ và ngày lễ. Không gồm hồ sơ bị trả lại chưa nộp lại và việc xử lý hàng loạt từ tệp.',
      en: 'The term runs from the agency’s confirmation (urgent: from the submission) until the certificate is signed, or the request is carried out or refused. A request counts in the month it closed if in time, in the month its term ended if late. Working days leave out the first day, days off and holidays. What was sent back and bulk jobs from files are not in it.',
    },
    chart: { form: 'bars', across: 'kind', series: ['inTime', 'late', 'open'], axis: { vi: 'Số yêu cầu', en: 'Requests' } },
  },
  {
    name: 'agencies-without-seal', title: { vi: 'Cơ quan không có chữ ký số cơ quan còn hiệu lực', en: 'Agencies with no valid seal' }, list: listWithoutSeal, parameter: null,
    columns: [code, name, text('topName', 'Thuộc', 'Belongs to'), day('lastSealEnded', 'Chữ ký gần nhất hết hiệu lực', 'Last seal ended')],
    note: { vi: 'Cơ quan đang hoạt động mà chính cơ quan đó không có chứng thư cơ quan, tổ chức còn hiệu lực tại thời điểm của số liệu; kể cả đơn vị không có con dấu riêng.', en: 'Agencies in being that have themselves no agency’s certificate in force at the moment of the figures; units without a seal of their own are among them.' },
    chart: null,
  },
  {
    name: 'one-stop-units', title: { vi: 'Bộ phận một cửa ký số được kết quả', en: 'One-stop units able to sign results' }, list: listOneStop, parameter: null,
    columns: [code, name, count('units', 'Bộ phận một cửa', 'One-stop units'), count('able', 'Ký số được', 'Able to sign'), share('share', ['able', 'units'], ['Tỷ lệ', 'Share'])],
    note: join({
      vi: 'Bộ phận một cửa là đơn vị đang hoạt động có tên theo quy định (bảng one_stop_names: Trung tâm Phục vụ hành chính công, Bộ phận một cửa …). Ký số được: đơn vị hoặc cấp dưới của nó có ít nhất một chứng thư cá nhân hoặc cơ quan còn hiệu lực tại thời điểm của số liệu.',
      en: 'A one-stop unit is a unit in being that bears the prescribed name (table one_stop_names: Trung tâm Phục vụ hành chính công, Bộ phận một cửa …). Able to sign: it or what is below it holds at least one official’s or agency’s certificate in force at the moment of the figures.',
    }, inPlace),
    chart: { form: 'bars', across: 'name', series: ['able', 'units'], share: 'share', axis: { vi: 'Tỷ lệ ký số được', en: 'Share able to sign' } },
  },
  {
    name: 'unused-certificates', title: { vi: 'Chứng thư cá nhân không dùng', en: 'Officials’ certificates not used' }, list: listUnused, parameter: 'months',
    columns: [code, name, count('oldEnough', 'Cấp trước kỳ', 'Issued before the period'), count('unused', 'Không dùng trong kỳ', 'Not used in the period'), count('never', 'Chưa từng dùng', 'Never used'), share('share', ['unused', 'oldEnough'], ['Tỷ lệ không dùng', 'Share not used'])],
    note: join({ vi: 'Chứng thư cá nhân còn hiệu lực, cấp trước N tháng gần đây (tham số months; tính từ 0 giờ ngày này N tháng trước).', en: 'Officials’ certificates in force that were issued before the last N months (parameter months; from midnight of this day N months ago).' }, used),
    chart: { form: 'bars', across: 'name', series: ['unused', 'oldEnough'], share: 'share', axis: { vi: 'Tỷ lệ không dùng', en: 'Share not used' } },
  },
  {
    name: 'unused-officials', title: { vi: 'Cán bộ không dùng chứng thư', en: 'Officials who did not use their certificate' }, list: listUnusedOfficials, parameter: 'months',
    columns: [name, text('position', 'Chức vụ', 'Position'), code, text('agency', 'Cơ quan, tổ chức', 'Agency'), day('issuedAt', 'Ngày cấp', 'Issued'), day('notAfter', 'Ngày hết hạn', 'Ends'), day('lastSeenAt', 'Dùng gần nhất', 'Last used')].map((c) => (c === name ? text('name', 'Họ và tên', 'Name') : c)),
    note: join({ vi: 'Một dòng một chứng thư còn hiệu lực cấp trước N tháng gần đây (tham số months) của người không dùng chứng thư nào trong N tháng đó; cấp sớm nhất đứng trước.', en: 'One row for each certificate in force that was issued before the last N months (parameter months) to a person who used none in these months; the earliest issued first.' }, used),
    chart: null,
  },
  {
    name: 'annual', title: { vi: 'Báo cáo năm theo Điều 34 Nghị định 68/2024/NĐ-CP', en: 'Annual report (Điều 34, NĐ 68/2024/NĐ-CP)' }, list: listAnnual, parameter: 'year',
    columns: [code, name, count('inForce', 'Còn hiệu lực cuối kỳ', 'In force at the end'), count('issued', 'Cấp mới', 'Issued'), count('renewed', 'Gia hạn', 'Renewed'), count('changed', 'Thay đổi', 'Changed'), count('revoked', 'Thu hồi', 'Revoked'), count('expired', 'Hết hạn', 'Expired'), count('endingNext', 'Hết hạn năm sau', 'Ending next year'), count('requests', 'Yêu cầu đến hạn hoặc đã xong', 'Requests closed or due'), count('inTime', 'Đúng hạn', 'In time'), share('share', ['inTime', 'requests'], ['Tỷ lệ đúng hạn', 'Share in time'])],
    note: join({ vi: 'Năm theo giờ Việt Nam; cuối kỳ là ngày 31/12, của năm đang chạy là thời điểm của số liệu. “Hết hạn năm sau” là nhu cầu gia hạn để lập kế hoạch.', en: 'The year in Vietnamese time; its end is 31 December, of the year under way the moment of the figures. “Ending next year” is the need of renewals to plan for.' }, inPlace),
    chart: { form: 'bars', across: 'name', series: ['issued', 'renewed', 'changed', 'revoked'], axis: certificates },
  },
];

/** A report by its name. */
export const findReportKind = (asked: string): ReportKind | undefined => reportKinds.find((kind) => kind.name === asked);
