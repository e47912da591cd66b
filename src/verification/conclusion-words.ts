import type { Indication, SubIndication } from '../../pki/validation/report.ts';
import type { MessageWords } from './message-words.ts';

const askOriginal = { vi: 'Không sử dụng tệp này. Đề nghị cơ quan phát hành gửi lại tệp gốc.', en: 'Do not use this file. Ask the issuing agency for the original.' };
const askIssuer = { vi: 'Liên hệ cơ quan phát hành để được xác nhận trước khi sử dụng.', en: 'Ask the issuing agency to confirm before you rely on it.' };
const askSignAgain = { vi: 'Đề nghị cơ quan phát hành ký lại tài liệu.', en: 'Ask the issuing agency to sign the document again.' };
const tryLater = { vi: 'Kiểm tra lại vào thời điểm ghi trong kết quả, hoặc sau ít phút.', en: 'Check again at the time the result names, or in a few minutes.' };

const w = (vi: string, en: string, todo: MessageWords['todo']): MessageWords => ({ means: { vi, en }, todo });

/** The three outcomes of ETSI EN 319 102-1 §5.1.3, in plain words. */
export const indicationWords: Readonly<Record<Indication, MessageWords>> = {
  'TOTAL-PASSED': w(
    'Hợp lệ: nội dung không bị thay đổi sau khi ký, người ký được xác định và chứng thư còn giá trị vào lúc ký.',
    'Valid: nothing was changed after signing, the signer is known, and the certificate was good at the time of signing.',
    { vi: 'Có thể sử dụng văn bản. Hãy xem người ký và cơ quan có đúng với nội dung hay không.', en: 'You may rely on the document. See whether the signer and the agency are the ones you expect.' }),
  'TOTAL-FAILED': w(
    'Không hợp lệ: chắc chắn có điều sai, ví dụ nội dung đã bị sửa sau khi ký hoặc chữ ký bị giả mạo.',
    'Not valid: something is certainly wrong; the content was altered after signing, say, or the signature is forged.', askOriginal),
  INDETERMINATE: w(
    'Chưa đủ căn cứ: không phát hiện giả mạo, nhưng chưa đủ thông tin để khẳng định chữ ký có giá trị.',
    'Cannot be confirmed: no forgery was found, but there is not enough to say that the signature stands.', askIssuer),
};

/** The standard's reasons (§5.1.3, table 6), in plain words. */
export const subIndicationWords: Readonly<Record<SubIndication, MessageWords>> = {
  FORMAT_FAILURE: w('Chữ ký hoặc tệp có cấu trúc sai quy định nên không đọc được một cách chắc chắn.', 'The signature or the file is malformed and cannot be read with certainty.', askOriginal),
  HASH_FAILURE: w('Nội dung hiện nay khác với nội dung đã được ký.', 'The content is not the content that was signed.', askOriginal),
  SIG_CRYPTO_FAILURE: w('Giá trị chữ ký không khớp với khóa công khai trong chứng thư của người ký.', 'The signature does not match the public key in the signer’s certificate.', askOriginal),
  REVOKED: w('Chứng thư của người ký đã bị thu hồi trước khi ký.', 'The signer’s certificate had been revoked before the signing.', askIssuer),
  EXPIRED: w('Chữ ký được tạo sau khi chứng thư đã hết hạn.', 'The signature was made after the certificate had expired.', askSignAgain),
  NOT_YET_VALID: w('Chữ ký được tạo trước khi chứng thư có hiệu lực.', 'The signature was made before the certificate became valid.', askIssuer),
  SIG_CONSTRAINTS_FAILURE: w('Chữ ký không đáp ứng một yêu cầu của chính sách kiểm tra, ví dụ thiếu thuộc tính hoặc có thay đổi không được phép.', 'The signature does not meet a demand of the checking policy; an attribute is missing, say, or something was changed that may not be.', askOriginal),
  CHAIN_CONSTRAINTS_FAILURE: w('Chứng thư có đường dẫn tới gốc tin cậy nhưng không được dùng cho mục đích này.', 'The certificate leads to a trusted root but may not be used for this purpose.', askIssuer),
  CERTIFICATE_CHAIN_GENERAL_FAILURE: w('Đường dẫn từ chứng thư của người ký tới gốc tin cậy có lỗi.', 'The path from the signer’s certificate to a trusted root has a fault.', askIssuer),
  CRYPTO_CONSTRAINTS_FAILURE: w('Thuật toán hoặc độ dài khóa không còn an toàn vào lúc ký.', 'The algorithm or key length was no longer safe at the time of signing.', askSignAgain),
  CRYPTO_CONSTRAINTS_FAILURE_NO_POE: w('Thuật toán hoặc độ dài khóa nay không còn an toàn, và không có bằng chứng rằng tài liệu được ký khi còn an toàn.', 'The algorithm or key length is no longer safe, and nothing proves that the document was signed while it was.', askSignAgain),
  POLICY_PROCESSING_ERROR: w('Không áp dụng được chính sách ký mà chữ ký viện dẫn.', 'The signature policy that the signature names could not be applied.', askIssuer),
  SIGNATURE_POLICY_NOT_AVAILABLE: w('Chữ ký viện dẫn một chính sách ký mà hệ thống không có.', 'The signature names a signature policy that is not at hand here.', askIssuer),
  TIMESTAMP_ORDER_FAILURE: w('Các dấu thời gian mâu thuẫn nhau về thứ tự.', 'The timestamps contradict each other in their order.', askIssuer),
  NO_SIGNING_CERTIFICATE_FOUND: w('Không tìm thấy chứng thư của người ký nên không biết ai đã ký.', 'The signer’s certificate was not found, so it is not known who signed.', askIssuer),
  NO_CERTIFICATE_CHAIN_FOUND: w('Không tìm được đường dẫn từ chứng thư của người ký tới một chứng thư gốc được tin cậy.', 'No path was found from the signer’s certificate to a trusted root.', askIssuer),
  REVOKED_NO_POE: w('Chứng thư nay đã bị thu hồi và không có bằng chứng rằng tài liệu được ký trước đó.', 'The certificate has been revoked, and nothing proves that the document was signed before.', askIssuer),
  REVOKED_CA_NO_POE: w('Chứng thư của tổ chức cấp đã bị thu hồi và không có bằng chứng rằng tài liệu được ký trước đó.', 'The issuer’s certificate has been revoked, and nothing proves that the document was signed before.', askIssuer),
  OUT_OF_BOUNDS_NO_POE: w('Chứng thư nay đã hết hạn hoặc chưa có hiệu lực, và không có bằng chứng về thời điểm ký.', 'The certificate is outside its period of validity now, and nothing proves when the document was signed.', askIssuer),
  OUT_OF_BOUNDS_NOT_REVOKED: w('Chứng thư nay đã hết hạn; trước đó chưa bị thu hồi, nhưng không có bằng chứng về thời điểm ký.', 'The certificate has expired; it was not revoked before, but nothing proves when the document was signed.', askIssuer),
  NO_POE: w('Thiếu bằng chứng rằng chữ ký đã tồn tại vào một thời điểm an toàn.', 'There is no proof that the signature existed while all was safe.', askIssuer),
  TRY_LATER: w('Thông tin về việc thu hồi chứng thư tạm thời chưa có hoặc chưa đủ mới.', 'The information about revocation is not there for the moment, or not recent enough.', tryLater),
  SIGNED_DATA_NOT_FOUND: w('Chữ ký nằm ở tệp riêng và chưa có tệp nội dung đã ký.', 'The signature stands in a file of its own, and the signed content is not there.', { vi: 'Kiểm tra lại, gửi kèm tệp nội dung.', en: 'Check again and send the signed content along.' }),
  NO_SIGNATURE_FOUND: w('Tệp không có chữ ký số nào.', 'The file has no digital signature.', { vi: 'Đề nghị cơ quan phát hành gửi tệp đã ký số; ảnh chụp hay bản quét không có chữ ký số.', en: 'Ask the issuing agency for the signed file; a photo or a scan has no digital signature.' }),
  GENERIC: w('Có lý do khác, ghi trong phần chi tiết của kết quả.', 'There is another reason, named in the details of the result.', askIssuer),
};
