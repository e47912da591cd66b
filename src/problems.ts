/** A text in both languages. */
export interface Words { en: string; vi: string }
interface ProblemRow extends Words { status: number }

/**
 * Every error a caller can meet, one row each, sorted by status. The key ends the `type` URN
 * (`urn:antin:problem:<code>`, RFC 9457) and never changes.
 */
export const problems = {
  'malformed-request':           { status: 400, en: 'The request could not be read.', vi: 'Không đọc được yêu cầu.' },
  'sign-in-required':            { status: 401, en: 'Sign in, or send a valid API key.', vi: 'Cần đăng nhập hoặc gửi kèm khóa API hợp lệ.' },
  'credential-expired':          { status: 401, en: 'This API key has expired or was withdrawn.', vi: 'Khóa API đã hết hạn hoặc đã bị thu hồi.' },
  'not-permitted':               { status: 403, en: 'Your role does not allow this.', vi: 'Vai trò của bạn không được phép thực hiện việc này.' },
  'outside-your-agency':         { status: 403, en: 'This belongs to another agency.', vi: 'Nội dung này thuộc cơ quan khác.' },
  'own-request':                 { status: 403, en: 'Someone else must decide on a request you had a hand in.', vi: 'Yêu cầu bạn đã tham gia xử lý phải do người khác quyết định.' },
  'code-not-accepted':           { status: 403, en: 'This serial number and code do not belong together.', vi: 'Số hiệu chứng thư và mã thu hồi không khớp.' },
  'form-expired':                { status: 403, en: 'This form is no longer valid; open the page again.', vi: 'Biểu mẫu không còn hiệu lực; vui lòng mở lại trang.' },
  'link-not-valid':              { status: 403, en: 'This link has expired or was already used; ask for a new one.', vi: 'Liên kết đã hết hạn hoặc đã được sử dụng; vui lòng yêu cầu liên kết mới.' },
  'passkey-not-valid':           { status: 403, en: 'This passkey was not accepted; try again or use another one.', vi: 'Khóa đăng nhập không được chấp nhận; vui lòng thử lại hoặc dùng khóa khác.' },
  'key-proof-not-valid':         { status: 403, en: 'This signed file was not accepted; begin again.', vi: 'Tệp đã ký không được chấp nhận; vui lòng thực hiện lại từ đầu.' },
  'client-certificate-missing':  { status: 403, en: 'Your browser sent no certificate; insert the card or token that holds it, close every window of the browser, and try again.', vi: 'Trình duyệt chưa gửi chứng thư nào; hãy cắm thẻ hoặc thiết bị giữ chứng thư, đóng mọi cửa sổ trình duyệt rồi thử lại.' },
  'client-certificate-expired':  { status: 403, en: 'This certificate has ended or is not yet valid; sign in another way and make a new one, or ask two administrators to recover your access.', vi: 'Chứng thư này đã hết hạn hoặc chưa có hiệu lực; hãy đăng nhập cách khác và tạo chứng thư mới, hoặc nhờ hai quản trị viên khôi phục truy cập.' },
  'client-certificate-revoked':  { status: 403, en: 'This certificate was revoked; choose another one, or sign in another way.', vi: 'Chứng thư này đã bị thu hồi; hãy chọn chứng thư khác hoặc đăng nhập cách khác.' },
  'client-certificate-not-valid': { status: 403, en: 'This is no certificate for signing in to this service; choose the one you made here, or sign in another way.', vi: 'Đây không phải chứng thư đăng nhập của hệ thống này; hãy chọn chứng thư bạn đã tạo tại đây hoặc đăng nhập cách khác.' },
  'not-found':                   { status: 404, en: 'There is nothing at this address.', vi: 'Không tìm thấy nội dung tại địa chỉ này.' },
  'certificate-not-found':       { status: 404, en: 'There is no such certificate.', vi: 'Không tìm thấy chứng thư.' },
  'method-not-allowed':          { status: 405, en: 'This address does not answer that method.', vi: 'Địa chỉ này không hỗ trợ phương thức đã gọi.' },
  'not-acceptable':              { status: 406, en: 'The answer is not available in the format asked for.', vi: 'Không có kết quả ở định dạng được yêu cầu.' },
  'request-already-decided':     { status: 409, en: 'The request has already been decided.', vi: 'Yêu cầu đã được quyết định trước đó.' },
  'certificate-already-revoked': { status: 409, en: 'The certificate is already revoked.', vi: 'Chứng thư đã bị thu hồi trước đó.' },
  'duplicate-request':           { status: 409, en: 'The same thing has already been asked for or exists.', vi: 'Nội dung này đã được yêu cầu hoặc đã tồn tại.' },
  'person-elsewhere':            { status: 409, en: 'The person with this identity number serves in another agency; ask for a transfer.', vi: 'Người có số định danh này đang công tác tại cơ quan khác; vui lòng đề nghị chuyển công tác.' },
  'identity-check-off':          { status: 409, en: 'The check with the national population database is switched off here.', vi: 'Việc đối chiếu với CSDL quốc gia về dân cư chưa được bật.' },
  'passkey-enrolment-over':      { status: 409, en: 'No further passkey can be added this way.', vi: 'Không thể thêm khóa đăng nhập theo cách này.' },
  'passkey-last':                { status: 409, en: 'This is your only way to sign in; add another passkey first.', vi: 'Đây là cách đăng nhập duy nhất của bạn; hãy thêm khóa khác trước.' },
  'certificate-enrolment-over':  { status: 409, en: 'No further certificate for signing in can be made this way.', vi: 'Không thể tạo thêm chứng thư đăng nhập theo cách này.' },
  'certificate-last':            { status: 409, en: 'This is your only way to sign in; add another certificate or a passkey first.', vi: 'Đây là cách đăng nhập duy nhất của bạn; hãy thêm chứng thư hoặc khóa đăng nhập khác trước.' },
  'last-administrator':          { status: 409, en: 'At least one person must stay an active administrator.', vi: 'Phải còn ít nhất một quản trị viên đang hoạt động.' },
  'recovery-impossible':         { status: 409, en: 'Only an active person with a work e-mail can be recovered.', vi: 'Chỉ khôi phục được cho người đang hoạt động và có thư điện tử công vụ.' },
  'request-in-progress':         { status: 409, en: 'The same request is being answered; ask again in a moment.', vi: 'Yêu cầu này đang được xử lý; vui lòng gọi lại sau giây lát.' },
  'state-changed':               { status: 409, en: 'Someone changed this in the meantime; read it again.', vi: 'Dữ liệu vừa được thay đổi; vui lòng tải lại.' },
  'content-lost':                { status: 410, en: 'The document is no longer here; send it again.', vi: 'Tài liệu không còn trên hệ thống; vui lòng gửi lại.' },
  'too-large':                   { status: 413, en: 'What was sent is too large.', vi: 'Dữ liệu gửi lên quá lớn.' },
  'unsupported-format':          { status: 415, en: 'This format is not supported here.', vi: 'Định dạng này không được hỗ trợ.' },
  'invalid-fields':              { status: 422, en: 'Some fields are missing or wrong.', vi: 'Một số trường còn thiếu hoặc chưa đúng.' },
  'idempotency-key-reused':      { status: 422, en: 'This Idempotency-Key was used for another request.', vi: 'Idempotency-Key này đã được dùng cho một yêu cầu khác.' },
  'csr-malformed':               { status: 422, en: 'The certificate request (PKCS#10) could not be read.', vi: 'Không đọc được yêu cầu cấp chứng thư (PKCS#10).' },
  'csr-signature-invalid':       { status: 422, en: 'The certificate request is not signed with the key it holds.', vi: 'Chữ ký trên yêu cầu cấp chứng thư không khớp với khóa trong yêu cầu.' },
  'key-too-weak':                { status: 422, en: 'The key is too weak.', vi: 'Khóa không đủ mạnh.' },
  'key-compromised':             { status: 422, en: 'The private part of this key is known to others.', vi: 'Khóa bí mật tương ứng đã bị lộ.' },
  'key-used-by-another':         { status: 422, en: 'This key was already used by another subscriber.', vi: 'Khóa này đã được thuê bao khác sử dụng.' },
  'algorithm-not-allowed':       { status: 422, en: 'This algorithm or kind of key is not allowed here.', vi: 'Thuật toán hoặc loại khóa này không được phép sử dụng.' },
  'subject-mismatch':            { status: 422, en: 'The name in the certificate request is not that of the subscriber.', vi: 'Tên trong yêu cầu cấp chứng thư không khớp với thuê bao.' },
  'profile-violation':           { status: 422, en: 'The certificate would break the rules of its profile.', vi: 'Chứng thư sẽ không tuân thủ quy định của mẫu chứng thư.' },
  'renewal-not-open':            { status: 422, en: 'This certificate cannot be renewed now.', vi: 'Chứng thư hiện chưa hoặc không còn trong thời gian được gia hạn.' },
  'renewal-limit-reached':       { status: 422, en: 'This certificate has been renewed as often as the rules allow.', vi: 'Chứng thư đã hết số lần được gia hạn theo quy định.' },
  'document-unreadable':         { status: 422, en: 'The file could not be read as a document of its kind.', vi: 'Không đọc được nội dung tệp theo đúng định dạng.' },
  'confirmation-not-valid':      { status: 422, en: 'This file does not confirm the request.', vi: 'Tệp này không có giá trị xác nhận yêu cầu.' },
  'too-many-requests':           { status: 429, en: 'Too many requests; wait a moment.', vi: 'Quá nhiều yêu cầu; vui lòng chờ trong giây lát.' },
  'internal-error':              { status: 500, en: 'Something went wrong on our side.', vi: 'Hệ thống gặp lỗi khi xử lý.' },
  'database-unavailable':        { status: 503, en: 'The database cannot be reached; try again shortly.', vi: 'Không kết nối được cơ sở dữ liệu; vui lòng thử lại sau.' },
  'keystore-unavailable':        { status: 503, en: 'The signing keys cannot be reached; try again shortly.', vi: 'Không truy cập được khóa ký; vui lòng thử lại sau.' },
  'figures-not-ready':           { status: 503, en: 'The figures are being counted for the first time; look again in a few minutes.', vi: 'Số liệu đang được tính lần đầu; vui lòng xem lại sau vài phút.' },
  'clock-uncertain':             { status: 503, en: 'The clock cannot be trusted at the moment; try again shortly.', vi: 'Đồng hồ hệ thống chưa đủ tin cậy; vui lòng thử lại sau.' },
  'took-too-long':               { status: 504, en: 'This took too long and was stopped.', vi: 'Xử lý quá thời gian cho phép nên đã dừng lại.' },
} as const satisfies Record<string, ProblemRow>;

export type ProblemCode = keyof typeof problems;

/** Whether a code has its row here. */
export function isProblemCode(code: string): code is ProblemCode {
  return Object.hasOwn(problems, code);
}

/** What is wrong with one field of what was sent (RFC 6901); `code` stays the same whatever the language. */
export interface FieldMistake { pointer: string; code?: string; message: Words; in?: 'path' | 'query' | 'body' | 'header' }

/** What is shown beside the standard members: mistakes and `detail` in the reader's language, all else as it is. */
export interface Facts { errors?: readonly FieldMistake[]; detail?: Words; [fact: string]: unknown }

/** Facts for one reader. */
export function factsIn({ errors, detail, ...facts }: Readonly<Facts>, language: 'vi' | 'en'): Record<string, unknown> {
  return {
    ...facts, ...(detail === undefined ? {} : { detail: detail[language] }),
    ...(errors === undefined ? {} : { errors: errors.map((mistake) => ({ ...mistake, message: mistake.message[language] })) }),
  };
}

/**
 * A refusal the caller can act on; anything else that is thrown is our fault and answers 500.
 * Facts are shown to the caller; `retryAfterSeconds` becomes the header of that name as well.
 */
export class Problem extends Error {
  readonly code: ProblemCode;
  readonly facts: Readonly<Facts>;
  constructor(code: ProblemCode, facts: Facts = {}) {
    super(code);
    this.name = 'Problem';
    this.code = code;
    this.facts = facts;
  }
}
