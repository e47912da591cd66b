import { Problem, type FieldMistake, type Words } from './problems.ts';

/**
 * What can be wrong with one member, field or file of what was sent, one row each, sorted by name. `{facts}` are filled in.
 * Each is a sentence of its own: it stands beside the field, and in a summary above the form.
 */
export const fieldMistakes = {
  'above-ends':             { en: '{code} would stand below {above}, which ends.', vi: '{code} sẽ trực thuộc {above}, là cơ quan kết thúc hoạt động.' },
  'above-missing':          { en: 'There is no open agency {above} above it.', vi: 'Không có cơ quan cấp trên {above} đang hoạt động.' },
  'above-refused':          { en: 'The line for {above} above it is refused.', vi: 'Dòng của cơ quan cấp trên {above} không được nhận.' },
  'agency-closed':          { en: 'This agency is closed.', vi: 'Cơ quan này đã ngừng hoạt động.' },
  'agency-code-closed':     { en: 'The agency {code} is closed.', vi: 'Cơ quan {code} đã ngừng hoạt động.' },
  'agency-code-twice':      { en: 'The agency {code} is named twice.', vi: 'Cơ quan {code} được nêu hai lần.' },
  'agency-code-unknown':    { en: 'There is no agency {code}.', vi: 'Không có cơ quan {code}.' },
  'agency-of-another':      { en: 'This belongs to another agency.', vi: 'Nội dung này thuộc cơ quan khác.' },
  'agency-unknown':         { en: 'There is no such agency.', vi: 'Không có cơ quan này.' },
  'alias-of-another':       { en: '{alias} leads to another agency.', vi: '{alias} là mã của cơ quan khác.' },
  'aliases-form':           { en: 'These must be identifier codes, at most {most}, separated by semicolons.', vi: 'Phải là các mã định danh, tối đa {most} mã, cách nhau bằng dấu chấm phẩy.' },
  'below-changed':          { en: '{code} stands below {above}, which the plan changes.', vi: '{code} trực thuộc {above}, là cơ quan mà phương án đã thay đổi.' },
  'below-open':             { en: '{open} below it is open.', vi: 'Đơn vị trực thuộc {open} còn hoạt động.' },
  'birth-date':             { en: 'The birth date must be a day of the past, such as 1985-03-02.', vi: 'Ngày sinh phải là ngày trong quá khứ, ví dụ 1985-03-02.' },
  'cells-too-many':         { en: 'The line has {cells} cells, the header {header}.', vi: 'Dòng có {cells} ô, tiêu đề có {header} ô.' },
  'certificate-one':        { en: 'Exactly one certificate in PEM is expected.', vi: 'Cần đúng một chứng thư dạng PEM.' },
  'certificate-required':   { en: 'Name the certificate by certificateId or serialNumber.', vi: 'Cần nêu chứng thư bằng certificateId hoặc serialNumber.' },
  'code-form':              { en: 'This is not an identifier code, such as H05.12.3 or 000.00.12.H05.', vi: 'Không phải mã định danh, ví dụ H05.12.3 hoặc 000.00.12.H05.' },
  'code-given-out':         { en: '{code} was given out before, and a code is given out once.', vi: '{code} đã được cấp trước đây; mỗi mã chỉ được cấp một lần.' },
  'code-none-free':         { en: 'There is no free code below {above}.', vi: 'Không còn mã trống dưới {above}.' },
  'column-twice':           { en: 'A column stands there twice.', vi: 'Có cột bị lặp lại.' },
  'column-unknown':         { en: 'There is no column {column}; the columns are {columns}.', vi: 'Không có cột {column}; các cột là {columns}.' },
  'columns-missing':        { en: 'These columns must be there: {columns}.', vi: 'Phải có các cột: {columns}.' },
  'contact-form':           { en: 'This is not a mail address.', vi: 'Không phải địa chỉ thư điện tử.' },
  'content-hash-required':  { en: 'The hash of what was seen (contentHash) is required.', vi: 'Cần giá trị băm của nội dung đã xem (contentHash).' },
  'control-characters':     { en: 'This holds control characters.', vi: 'Có ký tự điều khiển.' },
  'date-after-beginning':   { en: 'The day must come after {day}, when the agency or its name began.', vi: 'Phải sau {day}, ngày cơ quan hoặc tên gọi bắt đầu.' },
  'date-form':              { en: 'This is no date, such as 2025-07-01 or 01/07/2025.', vi: 'Không phải ngày, ví dụ 2025-07-01 hoặc 01/07/2025.' },
  'day-past':               { en: 'This must be a day of the past or today, such as 2026-07-01.', vi: 'Phải là hôm nay hoặc một ngày trong quá khứ, ví dụ 2026-07-01.' },
  'device-by-handover':     { en: 'The holder of a device changes by a handover alone.', vi: 'Người giữ thiết bị chỉ thay đổi khi bàn giao.' },
  'device-receiver':        { en: 'Either an official or an agency receives the device.', vi: 'Thiết bị được giao cho một cán bộ hoặc một cơ quan.' },
  'device-serial':          { en: 'This is no serial number: letters, digits and . : _ / only, at most 64.', vi: 'Không phải số sê-ri: chỉ gồm chữ cái, chữ số và . : _ /, tối đa 64 ký tự.' },
  'evidence-host':          { en: 'This must be http or https at a host that EVIDENCE_HOSTS names.', vi: 'Phải là địa chỉ http hoặc https tại máy chủ có trong EVIDENCE_HOSTS.' },
  'file-empty':             { en: 'The file is empty.', vi: 'Tệp không có nội dung.' },
  'file-no-lines':          { en: 'The file has no line besides its header.', vi: 'Tệp không có dòng nào ngoài dòng tiêu đề.' },
  'file-required':          { en: 'A file is required here.', vi: 'Cần có tệp.' },
  'file-single':            { en: 'Only one file is expected here.', vi: 'Chỉ nhận một tệp.' },
  'file-unexpected':        { en: 'No file is expected here.', vi: 'Không nhận tệp ở đây.' },
  'files-too-many':         { en: 'At most {most} files are expected here.', vi: 'Chỉ nhận tối đa {most} tệp.' },
  'fingerprint-differs':    { en: 'This is not the SHA-256 fingerprint of this certificate.', vi: 'Không phải dấu vân tay SHA-256 của chứng thư này.' },
  'fingerprint-not-in-file': { en: '{fingerprint} is not in the file.', vi: 'Không có {fingerprint} trong tệp.' },
  'formula':                { en: 'This begins like a formula of a spreadsheet.', vi: 'Nội dung bắt đầu như công thức của bảng tính.' },
  'ground-reason':          { en: 'The reason of the ground {ground} is {reason}.', vi: 'Lý do thu hồi tương ứng với căn cứ {ground} là {reason}.' },
  'ground-unfit':           { en: 'This is no ground for this kind of holder (NĐ 68/2024 Điều 17).', vi: 'Căn cứ này không áp dụng cho loại thuê bao này (Điều 17 NĐ 68/2024).' },
  'ground-unknown':         { en: 'This is no ground of the law.', vi: 'Không phải căn cứ theo quy định.' },
  'header-lacks':           { en: 'The header must name the name and reason columns, and the identity number or the e-mail.', vi: 'Dòng tiêu đề phải có cột họ tên, cột lý do, và cột số định danh hoặc thư điện tử.' },
  'idempotency-key-form':   { en: 'This must be a string of 1 to 255 characters in double quotes.', vi: 'Phải là chuỗi từ 1 đến 255 ký tự trong dấu ngoặc kép.' },
  'identity-unknown':       { en: 'The identity number of this official is not known.', vi: 'Chưa có số định danh của cán bộ này.' },
  'in-future':              { en: 'This must not lie in the future.', vi: 'Không được là thời điểm trong tương lai.' },
  'in-past':                { en: 'This lies in the past; what has held is never changed.', vi: 'Thời điểm đã qua; quy định đã áp dụng không được sửa.' },
  'invalidity-date-form':   { en: 'This must be a date such as 2026-11-23 or 2026-11-23T08:00:00+07:00.', vi: 'Phải là ngày, ví dụ 2026-11-23 hoặc 2026-11-23T08:00:00+07:00.' },
  'key-later':              { en: 'The key is still to be handed in.', vi: 'Chưa nộp yêu cầu cấp chứng thư (PKCS#10).' },
  'key-not-new':            { en: 'A new key is required.', vi: 'Phải dùng cặp khóa mới.' },
  'line-not-json':          { en: 'The line is no JSON object.', vi: 'Dòng không phải là đối tượng JSON.' },
  'line-not-utf-8':         { en: 'The line is not in UTF-8.', vi: 'Dòng không ở dạng mã UTF-8.' },
  'line-quote-inside':      { en: 'The line has a quote inside a cell that is not quoted.', vi: 'Dòng có dấu ngoặc kép bên trong ô không đặt trong ngoặc kép.' },
  'line-quote-not-closed':  { en: 'The line has a quote that is never closed.', vi: 'Dòng có dấu ngoặc kép không được đóng.' },
  'line-repeated':          { en: 'This stands on line {line} already.', vi: 'Đã có ở dòng {line}.' },
  'line-text-after-quote':  { en: 'The line has text after a closing quote.', vi: 'Dòng có chữ sau dấu ngoặc kép đóng.' },
  'line-too-long':          { en: 'The line is too long.', vi: 'Dòng quá dài.' },
  'member-unknown':         { en: 'The member {name} is not known, or is no text.', vi: 'Không có trường {name}, hoặc giá trị không phải là văn bản.' },
  'merger-of-one':          { en: 'A merger takes two agencies at least.', vi: 'Sáp nhập cần ít nhất hai cơ quan.' },
  'mobile-form':            { en: 'This is no mobile number of Việt Nam, such as 0912345678.', vi: 'Không phải số điện thoại di động, ví dụ 0912345678.' },
  'months-too-many':        { en: 'This must not come before the first month, nor {most} months or more after it.', vi: 'Không được trước tháng đầu, và không cách tháng đầu {most} tháng trở lên.' },
  'name-just-given':        { en: 'This was given a name this instant; try again.', vi: 'Tên vừa được thay đổi; vui lòng thử lại.' },
  'name-of-closed':         { en: 'A closed agency keeps its name.', vi: 'Cơ quan đã ngừng hoạt động giữ nguyên tên.' },
  'name-shorter':           { en: 'Certificates hold at most {most} characters of a name: give a shorter form.', vi: 'Chứng thư ghi được tối đa {most} ký tự của tên: hãy nhập tên rút gọn.' },
  'name-shorter-column':    { en: 'Certificates hold at most {most} characters: add a column certificateName.', vi: 'Chứng thư ghi được tối đa {most} ký tự: hãy thêm cột certificateName.' },
  'national-id-alone':      { en: 'The identity number must be given with the birth date.', vi: 'Số định danh phải đi cùng ngày sinh.' },
  'national-id-digits':     { en: 'The identity number must have exactly 12 digits.', vi: 'Số định danh phải có đúng 12 chữ số.' },
  'national-id-sex':        { en: 'This is not the sex in the identity number (digit 4).', vi: 'Không khớp với giới tính trong số định danh (chữ số thứ 4).' },
  'national-id-year':       { en: 'The identity number does not hold the year of the birth date (digits 4 to 6).', vi: 'Số định danh không khớp với năm sinh (các chữ số thứ 4 đến 6).' },
  'not-authority':          { en: 'This is not the certificate of a certification authority.', vi: 'Không phải chứng thư của tổ chức chứng thực.' },
  'not-in-future':          { en: 'This must lie in the future.', vi: 'Phải là thời điểm trong tương lai.' },
  'not-in-register':        { en: 'This is not in the register.', vi: 'Không có trong danh bạ.' },
  'not-merged':             { en: 'This is none of the agencies that merge.', vi: 'Không phải một trong các cơ quan sáp nhập.' },
  'not-of-subscriber':      { en: 'This is not a certificate of a subscriber.', vi: 'Không phải chứng thư của thuê bao.' },
  'not-open-afterwards':    { en: 'This is no agency that is open afterwards.', vi: 'Cơ quan này không còn hoạt động sau khi sắp xếp.' },
  'not-pdf':                { en: 'This must be a PDF.', vi: 'Phải là tệp PDF.' },
  'official-left':          { en: 'This official has left.', vi: 'Cán bộ này đã thôi công tác.' },
  'official-twice':         { en: 'The official {official} is named twice.', vi: 'Cán bộ {official} được nêu hai lần.' },
  'official-unknown':       { en: 'There is no serving official {official}.', vi: 'Không có cán bộ {official} đang công tác.' },
  'paper-missing':          { en: 'A paper is missing: {paper}.', vi: 'Thiếu giấy tờ: {paper}.' },
  'policy-value':           { en: 'This is not a value this policy may have.', vi: 'Không phải giá trị mà chính sách này cho phép.' },
  'reason-required':        { en: 'Give a reason.', vi: 'Cần nêu lý do.' },
  'registered-day':         { en: 'This is {day} in the register and cannot be changed.', vi: 'Danh bạ ghi {day} và không thể thay đổi.' },
  'registered-successor':   { en: 'This is {code} in the register.', vi: 'Danh bạ ghi {code}.' },
  'registrar-agency':       { en: 'A registrar belongs to an agency: name it.', vi: 'Cán bộ đăng ký phải thuộc một cơ quan: cần nêu cơ quan.' },
  'required':               { en: 'This is required.', vi: 'Bắt buộc phải có.' },
  'sequence-number':        { en: 'The sequence number {sequenceNumber} does not rise above {last}.', vi: 'Số thứ tự {sequenceNumber} không lớn hơn {last}.' },
  'service-name':           { en: 'The name of the service is required, at most 64 characters.', vi: 'Cần tên dịch vụ, tối đa 64 ký tự.' },
  'sources-missing':        { en: 'Name the agencies that end.', vi: 'Cần nêu các cơ quan kết thúc hoạt động.' },
  'split-into-one':         { en: 'A split makes two bodies at least.', vi: 'Chia tách phải thành ít nhất hai cơ quan.' },
  'successor-below':        { en: '{into} stands below {code}, which ends.', vi: '{into} trực thuộc {code}, là cơ quan kết thúc hoạt động.' },
  'successor-of-open':      { en: 'Only a closed agency has a successor: validTo is empty.', vi: 'Chỉ cơ quan ngừng hoạt động mới có cơ quan kế thừa: validTo còn trống.' },
  'successor-refused':      { en: 'The line for this agency is refused.', vi: 'Dòng của cơ quan này không được nhận.' },
  'too-long':               { en: 'This is longer than {most} characters.', vi: 'Dài quá {most} ký tự.' },
  'transfer-asks-change':   { en: 'This request is a change of content; ask for a revocation instead.', vi: 'Đây là yêu cầu thay đổi nội dung; hãy gửi yêu cầu thu hồi.' },
  'transfer-asks-revoke':   { en: 'This request is a revocation; ask for a change of content instead.', vi: 'Đây là yêu cầu thu hồi; hãy gửi yêu cầu thay đổi nội dung.' },
  'transfer-other':         { en: 'This says {said} where the file asks for {kind}.', vi: 'Dòng này ghi {said} trong khi tệp yêu cầu {kind}.' },
  'transfer-required':      { en: 'Say whether the transfer means change or revoke (NĐ 68/2024 Điều 15, 17).', vi: 'Cần nêu chuyển công tác là thay đổi nội dung (change) hay thu hồi (revoke), theo Điều 15, 17 NĐ 68/2024.' },
  'transfer-unexpected':    { en: 'This belongs to the transfer of an official.', vi: 'Chỉ dùng khi cán bộ chuyển công tác.' },
  'unit-code-form':         { en: 'This must have 2 or 5 digits.', vi: 'Phải có 2 hoặc 5 chữ số.' },
  'url-credentials':        { en: 'The address must hold no user name or password.', vi: 'Địa chỉ không được chứa tên người dùng hoặc mật khẩu.' },
  'url-form':               { en: 'This is not an address.', vi: 'Không phải địa chỉ hợp lệ.' },
  'url-fragment':           { en: 'The address must hold no fragment.', vi: 'Địa chỉ không được có phần sau dấu #.' },
  'url-https':              { en: 'The address must begin with https://.', vi: 'Địa chỉ phải bắt đầu bằng https://.' },
  'url-unreachable':        { en: 'The address is not reachable from here.', vi: 'Không kết nối được tới địa chỉ này từ hệ thống.' },
  'webhooks-too-many':      { en: 'An agency has at most {most} subscriptions.', vi: 'Mỗi cơ quan có tối đa {most} đăng ký.' },
  'wet-signed-not-first':   { en: 'The agency has had certificates: it signs digitally.', vi: 'Cơ quan đã từng có chứng thư: phải ký số văn bản.' },
} as const satisfies Record<string, Words>;
export type FieldMistakeCode = keyof typeof fieldMistakes;

type Facts = Readonly<Record<string, string | number>>;

/** A mistake's sentence in both languages, its facts filled in. */
export function fieldWords(code: FieldMistakeCode, facts: Facts = {}): Words {
  const fill = (text: string): string => text.replaceAll(/\{(\w+)\}/g, (_all, name: string) => String(facts[name] ?? ''));
  return { vi: fill(fieldMistakes[code].vi), en: fill(fieldMistakes[code].en) };
}

/** One entry of `errors`. @param pointer RFC 6901 */
export function fieldMistake(pointer: string, code: FieldMistakeCode, facts: Facts = {}): FieldMistake {
  return { pointer, code, message: fieldWords(code, facts) };
}

/** A refusal for one field. @param pointer RFC 6901 */
export function wrongField(pointer: string, code: FieldMistakeCode, facts: Facts = {}): Problem {
  return new Problem('invalid-fields', { errors: [fieldMistake(pointer, code, facts)] });
}
