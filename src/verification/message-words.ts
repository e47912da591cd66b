import type { MessageCode } from '../../pki/validation/messages.ts';
import type { DocumentNature, Message, Outcome } from '../../pki/validation/report.ts';

export interface Words { vi: string; en: string }
export interface MessageWords { means: Words; todo: Words }

const nothing: Words = { vi: '', en: '' };
const askAgain: Words = { vi: 'Đề nghị cơ quan phát hành gửi lại tệp gốc.', en: 'Ask the issuing agency for the original file.' };
const doNotUse: Words = { vi: 'Không sử dụng tệp này. Đề nghị cơ quan phát hành gửi lại tệp gốc.', en: 'Do not use this file. Ask the issuing agency for the original.' };
const askIssuer: Words = { vi: 'Liên hệ cơ quan phát hành để được xác nhận trước khi sử dụng.', en: 'Ask the issuing agency to confirm before you rely on it.' };
const tryLater: Words = { vi: 'Vui lòng kiểm tra lại sau ít phút.', en: 'Check again in a few minutes.' };
const signAgain: Words = { vi: 'Đề nghị cơ quan phát hành ký lại tài liệu.', en: 'Ask the issuing agency to sign the document again.' };

const w = (vi: string, en: string, todo: Words = nothing): MessageWords => ({ means: { vi, en }, todo });

/** What every code of a report means and what to do, in both languages. `{name}` takes the fact of that name. */
export const messageWords: Readonly<Record<MessageCode, MessageWords>> = {
  'no-signature-found': w('Tài liệu không có chữ ký số nào.', 'The document has no digital signature.', askAgain),
  'format-broken': w('Chữ ký trong tệp có cấu trúc sai quy định.', 'The signature in the file is malformed.', doNotUse),
  'byte-range-invalid': w('Chữ ký khai báo sai phạm vi nội dung được ký. Đây là dấu hiệu tệp bị sửa để đánh lừa người kiểm tra.', 'The signature states a false range of signed content. This is a sign of a file altered to deceive.', doNotUse),
  'signature-dictionary-invalid': w('Phần mô tả chữ ký trong tệp bị thiếu, bị lặp hoặc bị thay thế.', 'The description of the signature in the file is missing, doubled or replaced.', doNotUse),
  'document-structure-ambiguous': w('Tệp có cấu trúc mà các phần mềm có thể hiển thị khác nhau, nên không thể khẳng định nội dung nào đã được ký.', 'The file is built so that programs may show it differently; what was signed cannot be established.', doNotUse),
  'several-signers': w('Một chữ ký PDF chỉ được có một người ký, chữ ký này có {count}.', 'A PDF signature has one signer; this one names {count}.', doNotUse),
  'unsupported-signature-format': w('Loại chữ ký {format} chưa được hỗ trợ.', 'Signatures of the kind {format} are not supported.', askIssuer),

  'signature-policy-unknown': w('Chữ ký viện dẫn chính sách ký {policy} mà hệ thống này không có.', 'The signature names a signature policy that is not known here: {policy}.', askIssuer),

  'signing-certificate-missing': w('Không tìm thấy chứng thư của người ký.', 'The signer’s certificate could not be found.', askIssuer),
  'signing-certificate-ambiguous': w('Có nhiều chứng thư cùng khớp với người ký, không thể xác định người ký.', 'More than one certificate fits the signer; the signer cannot be established.', doNotUse),
  'signing-certificate-mismatch': w('Chứng thư đi kèm không phải là chứng thư mà người ký đã dùng.', 'The certificate enclosed is not the one the signer used.', doNotUse),
  'signing-certificate-unbound': w('Chữ ký không ghi rõ chứng thư của người ký.', 'The signature does not name the signer’s certificate (signing-certificate attribute).', { vi: 'Kiểm tra tên người ký ở đây có đúng với người bạn chờ đợi.', en: 'See that the signer named here is the one you expect.' }),
  'signing-certificate-unreadable': w('Chứng thư của người ký bị hỏng hoặc sai định dạng.', 'The signer’s certificate is damaged or malformed.', signAgain),

  'content-changed': w('Nội dung đã bị thay đổi sau khi ký.', 'The content was changed after it was signed.', doNotUse),
  'signature-broken': w('Giá trị chữ ký không khớp với chứng thư của người ký.', 'The signature does not match the signer’s certificate.', doNotUse),
  'signed-content-missing': w('Thiếu tệp nội dung đã được ký.', 'The content that was signed is not there.', { vi: 'Gửi kèm tệp nội dung cùng với tệp chữ ký.', en: 'Send the signed content together with the signature.' }),
  'content-given-twice': w('Tệp chữ ký đã chứa nội dung, nhưng lại có thêm một tệp nội dung khác.', 'The signature already holds its content, yet another content file was sent.', { vi: 'Chỉ gửi tệp chữ ký.', en: 'Send the signature alone.' }),
  'file-not-signed': w('Tệp {name} không được chữ ký nào bao phủ.', 'No signature covers the file {name}.', { vi: 'Không sử dụng tệp này. Đề nghị cơ quan phát hành gửi lại đầy đủ.', en: 'Do not use this file. Ask the issuing agency for a complete set.' }),
  'file-not-signed-by-all': w('Tệp {name} chỉ được ký bởi {signatures}, không phải bởi mọi chữ ký.', 'The file {name} is signed by {signatures} alone, not by every signature.', { vi: 'Xem ai đã ký tệp cần dùng.', en: 'See who signed the file you need.' }),
  'file-name-twice': w('Có nhiều tệp nội dung cùng tên {name}, nên không biết tệp nào đã được ký.', 'Several content files have the name {name}; which one was signed cannot be told.', { vi: 'Gửi lại, mỗi tệp một tên.', en: 'Send them again, each under its own name.' }),
  'file-changed': w('Tệp {name} trong gói bị thiếu hoặc khác với tệp đã ký.', 'The file {name} of the container is missing or differs from the one that was signed.', doNotUse),
  'container-entry-unread': w('Mục {name} trong gói chứa bằng chứng lưu trữ chưa được hỗ trợ, nên không được dùng.', 'The entry {name} of the container holds archive evidence that is not supported, and was not used.', { vi: 'Nếu kết quả chưa đủ căn cứ, đề nghị cơ quan phát hành xác nhận.', en: 'If the result cannot be confirmed, ask the issuing agency.' }),

  'chain-not-trusted': w('Chứng thư của người ký không dẫn tới chứng thư gốc nào được hệ thống này tin cậy.', 'The signer’s certificate does not lead to a root that this service trusts.', askIssuer),
  'chain-invalid': w('Đường dẫn chứng thực không hợp lệ ({rule}).', 'The certification path is not valid ({rule}).', askIssuer),
  'chain-unsuitable': w('Chứng thư không được cấp cho mục đích này ({rule}).', 'The certificate was not issued for this purpose ({rule}).', askIssuer),
  'issuer-missing': w('Thiếu chứng thư của tổ chức cấp: {issuer}.', 'The certificate of the issuer is missing: {issuer}.', askIssuer),
  'certificate-expired': w('Chứng thư đã hết hạn ngày {notAfter} và không có bằng chứng rằng tài liệu được ký trước đó.', 'The certificate expired on {notAfter}, and nothing proves that the document was signed before.', askIssuer),
  'certificate-not-yet-valid': w('Chứng thư chỉ có hiệu lực từ {notBefore}.', 'The certificate is only valid from {notBefore}.', askIssuer),
  'expired-after-signing': w('Chứng thư nay đã hết hạn, nhưng còn hiệu lực khi ký.', 'The certificate has expired since, but was valid when the document was signed.'),

  'status-missing': w('Không có thông tin về trạng thái của chứng thư {subject} (có bị thu hồi hay không).', 'There is no information whether the certificate {subject} has been revoked.', tryLater),
  'status-outdated': w('Thông tin trạng thái của chứng thư {subject} đã cũ.', 'The status information of the certificate {subject} is out of date.', tryLater),
  'status-before-signing': w('Thông tin trạng thái được phát hành trước thời điểm ký, nên chưa thể hiện việc thu hồi có thể xảy ra ngay khi đó.', 'The status information was issued before the signing and would not show a revocation under way at that moment.', tryLater),
  'proof-of-existence-missing': w('Không có bằng chứng rằng chứng thư {subject} và thông tin trạng thái của nó đã có trước khi mất hiệu lực.', 'Nothing proves that the certificate {subject} and its status existed before they ceased to count.', askIssuer),
  'certificate-revoked': w('Chứng thư của người ký đã bị thu hồi từ {revokedAt} và không có bằng chứng rằng tài liệu được ký trước đó.', 'The signer’s certificate was revoked at {revokedAt}, and nothing proves that the document was signed before.', askIssuer),
  'certificate-on-hold': w('Chứng thư của người ký đang bị tạm dừng.', 'The signer’s certificate is on hold.', tryLater),
  'issuer-revoked': w('Chứng thư của tổ chức cấp ({subject}) đã bị thu hồi từ {revokedAt}.', 'The certificate of the issuer ({subject}) was revoked at {revokedAt}.', askIssuer),
  'compromised-before-signing': w('Khóa của người ký đã bị lộ từ {invalidityDate}, trước thời điểm ký được chứng minh.', 'The signer’s key was compromised from {invalidityDate}, before the proven time of signing.', doNotUse),
  'revoked-after-signing': w('Chứng thư đã bị thu hồi lúc {revokedAt}, sau thời điểm ký được chứng minh; chữ ký vẫn có giá trị.', 'The certificate was revoked at {revokedAt}, after the proven time of signing; the signature still stands.', { vi: 'Văn bản vẫn dùng được; nếu việc quan trọng, hỏi cơ quan phát hành vì sao chứng thư bị thu hồi.', en: 'The document may be used; where much depends on it, ask the issuing agency why the certificate was revoked.' }),

  'algorithm-not-allowed': w('Thuật toán {algorithm} không còn an toàn cho chữ ký số.', 'The algorithm {algorithm} is no longer safe for signatures.', signAgain),
  'algorithm-not-known': w('Chữ ký dùng một thuật toán hoặc loại khóa chưa được hỗ trợ, nên chưa thể kiểm tra.', 'The signature uses an algorithm or a kind of key that is not supported, and could not be checked.', askIssuer),
  'certificate-algorithm-weak': w('Chứng thư {subject} được ký bằng thuật toán hoặc khóa không còn an toàn.', 'The certificate {subject} is signed with an algorithm or a key that is no longer safe.', signAgain),
  'key-too-short': w('Khóa của {subject} quá ngắn ({bits} bit).', 'The key of {subject} is too short ({bits} bits).', signAgain),
  'attribute-missing': w('Chữ ký không ghi rõ chứng thư của người ký, là điều chính sách kiểm tra bắt buộc.', 'The signature does not name the signer’s certificate, which the checking policy demands.', signAgain),
  'attribute-wrong': w('Một thuộc tính bắt buộc của chữ ký bị thiếu, bị lặp hoặc sai quy định.', 'A required attribute of the signature is missing, repeated or against the rules.', doNotUse),
  'key-usage-unsuitable': w('Chứng thư này không được cấp để ký tài liệu.', 'This certificate was not issued for signing documents.', askIssuer),

  'time-only-claimed': w('Thời điểm ký chỉ do người ký khai, chưa được bên thứ ba chứng minh.', 'The time of signing is only what the signer stated; no third party proves it.'),
  'time-proven': w('Dấu thời gian chứng minh chữ ký đã có vào lúc {time}.', 'A timestamp proves that the signature existed at {time}.'),
  'claimed-time-local-as-utc': w('Giờ ký ghi trong tệp muộn hơn thực tế khoảng 7 giờ: phần mềm ký đã ghi giờ Việt Nam như giờ quốc tế (UTC). Không ảnh hưởng tới kết quả kiểm tra.', 'The time stated is about 7 hours ahead of the true one: the signing program wrote Vietnamese time as if it were UTC. The verdict does not depend on it.', { vi: 'Dựa vào thời điểm được dấu thời gian chứng minh.', en: 'Go by the time that the timestamp proves.' }),
  'claimed-time-after-proof': w('Giờ ký do người ký khai muộn hơn dấu thời gian.', 'The time the signer stated is later than the timestamp.', { vi: 'Dựa vào thời điểm được dấu thời gian chứng minh.', en: 'Go by the time that the timestamp proves.' }),
  'claimed-time-in-future': w('Giờ ký do người ký khai nằm trong tương lai.', 'The time the signer stated lies in the future.', { vi: 'Không dựa vào giờ ký này; đồng hồ của người ký có thể sai.', en: 'Do not go by this time; the signer’s clock may be wrong.' }),
  'proof-before-certificate': w('Chữ ký đã có từ {time}, trước khi chứng thư có hiệu lực ({notBefore}).', 'The signature existed at {time}, before the certificate became valid ({notBefore}).', doNotUse),
  'timestamp-broken': w('Dấu thời gian bị hỏng hoặc không thuộc về chữ ký này, nên không được dùng.', 'A timestamp is broken or belongs to something else, and was not used.', { vi: 'Coi như chữ ký không có dấu thời gian này.', en: 'Take the signature as one without this timestamp.' }),
  'timestamp-untrusted': w('Dấu thời gian không được dùng vì chưa xác minh được nơi cấp.', 'A timestamp was not used because its authority could not be verified.', { vi: 'Coi như chữ ký không có dấu thời gian này.', en: 'Take the signature as one without this timestamp.' }),
  'timestamp-order-wrong': w('Các dấu thời gian mâu thuẫn nhau về thứ tự.', 'The timestamps contradict each other in their order.', askIssuer),
  'timestamp-failed': w('Dấu thời gian không khớp với nội dung tài liệu.', 'The timestamp does not fit the content of the document.', doNotUse),

  'timestamp-too-late': w('Dấu thời gian được cấp quá lâu sau giờ ký do người ký khai.', 'The timestamp was made too long after the time that the signer states.', askIssuer),

  'issuing-body-matches': w('Cơ quan ban hành ghi trên kết quả ({expected}) đúng với chứng thư.', 'The issuing body on the result ({expected}) is the one in the certificate.'),
  'issuing-body-differs': w('Cơ quan ban hành ghi trên kết quả ({expected}) khác với chứng thư ({found}).', 'The issuing body on the result ({expected}) differs from the certificate ({found}).', { vi: 'Kiểm tra xem cơ quan có được đổi tên hoặc sáp nhập hay không.', en: 'Check whether the body was renamed or merged.' }),

  'changed-after-signing': w('Tài liệu đã bị sửa sau khi ký: {detail}.', 'The document was changed after it was signed: {detail}.', doNotUse),
  'changed-against-permission': w('Sau khi ký, tài liệu có thay đổi mà người ký không cho phép ({detail}).', 'After signing, the document was changed in a way that the signer does not permit ({detail}).', doNotUse),
  'attack-content-replaced': w('Nội dung hiển thị đã bị thay thế hoặc ẩn đi sau khi ký (tấn công che giấu nội dung, “shadow attack”): {detail}.', 'What the page shows was replaced or hidden after it was signed (a “shadow attack”): {detail}.', doNotUse),
  'attack-pages-changed': w('Có trang bị thêm, bớt hoặc thay thế sau khi ký: {detail}.', 'Pages were added, removed or replaced after signing: {detail}.', doNotUse),
  'attack-annotation': w('Sau khi ký, có chú thích bị thêm, sửa hoặc xóa trái phép; chú thích có thể che hoặc giả mạo nội dung (tấn công “evil annotation”): {detail}.', 'Annotations were added, changed or removed without permission after signing; they can cover or imitate content (an “evil annotation” attack): {detail}.', doNotUse),
  'attack-signature-field': w('Sau khi ký, có ô chữ ký được thêm với hình ảnh che nội dung của trang (tấn công “sneaky signature”): {detail}.', 'After signing, a signature field was added whose picture covers content of the page (a “sneaky signature” attack): {detail}.', doNotUse),
  'attack-signature-forged': w('Chữ ký trong tệp đã bị thay thế, xóa hoặc làm sai lệch (tấn công giả mạo chữ ký, “universal signature forgery”): {detail}.', 'The signature in the file was replaced, removed or tampered with (a “universal signature forgery”): {detail}.', doNotUse),
  'attack-content-appended': w('Có nội dung được ghi thêm vào tệp ngoài phạm vi chữ ký (tấn công “incremental saving”): {detail}.', 'Content was put into the file outside of what is signed (an “incremental saving” attack): {detail}.', doNotUse),
  'attack-certification': w('Quyền do chữ ký chứng nhận đặt ra đã bị thay đổi, hoặc chữ ký chứng nhận không phải là chữ ký đầu tiên: {detail}.', 'The permissions of the certification were changed, or the certifying signature is not the first one: {detail}.', doNotUse),
  'attack-wrapping': w('Ngoài phần được ký còn có phần cùng loại không ai ký; phần mềm có thể đọc nhầm phần giả (tấn công “signature wrapping”): {detail}.', 'Beside what is signed there is a part of the same kind that nobody signed; programs may read the false one (a “signature wrapping” attack): {detail}.', doNotUse),
  'signature-picture-covers': w('Hình của một chữ ký được thêm sau che một phần lớn của trang, hoặc che ô hay chữ ký đã có ({detail}).', 'The picture of a signature added later covers a large part of the page, or a field or signature that was there ({detail}).', { vi: 'Xem bản đã ký trước khi có hình này.', en: 'Look at the document as it was before this picture came.' }),
  'signature-field-covered': w('Ô chữ ký {field} bị chồng lên bởi một ô hoặc chú thích khác; hình chữ ký nhìn thấy có thể không phải của chữ ký này.', 'The signature field {field} is overlapped by another field or annotation; the signature that is seen may not be this one.', { vi: 'Dựa vào danh sách chữ ký ở đây, không dựa vào hình trên trang.', en: 'Go by the list of signatures here, not by the picture on the page.' }),
  'annotations-overlap': w('Trên trang {page} có chú thích hoặc liên kết chồng lên nhau, và tài liệu đã được bổ sung sau chữ ký này.', 'On page {page} annotations or links lie over each other, and the document was added to after this signature.', { vi: 'So sánh trang đó với bản tại thời điểm ký; không bấm vào liên kết trước khi xem địa chỉ của nó.', en: 'Compare that page with the document as it was signed; look at the address of a link before following it.' }),
  'form-filled-after-signing': w('Sau khi ký, có ô biểu mẫu được điền thêm (được phép).', 'Form fields were filled in after signing (allowed).', { vi: 'Xem lại nội dung các ô đã điền.', en: 'Look at what was filled in.' }),
  'annotated-after-signing': w('Sau khi ký, có chú thích được thêm vào. Chú thích có thể che nội dung đã ký.', 'Annotations were added after signing. They may cover what was signed.', { vi: 'Đề nghị bản gốc không có chú thích nếu nghi ngờ.', en: 'If in doubt, ask for the original without annotations.' }),
  'signed-again-after': w('Sau chữ ký này, tài liệu được ký thêm.', 'The document was signed again after this signature.'),
  'evidence-added-after': w('Sau khi ký, có bằng chứng lưu trữ lâu dài được thêm vào (được phép).', 'Evidence for long-term keeping was added after signing (allowed).'),
  'changed-harmlessly-after': w('Sau khi ký, tệp có thay đổi nhỏ ({detail}).', 'The file was changed in a minor way after signing ({detail}).', { vi: 'So sánh với bản gốc nếu nghi ngờ.', en: 'Compare with the original if in doubt.' }),
  'not-whole-document': w('Chữ ký không bao phủ toàn bộ tệp.', 'The signature does not cover the whole file.', { vi: 'Chỉ phần được ký có giá trị.', en: 'Only the signed part counts.' }),
  'signed-part': w('Phần được ký: {part}.', 'What is signed: {part}.'),
  'text-cut-by-comment': w('Trong phần được ký ({part}) có chú thích cắt đôi một giá trị; phần mềm khác nhau có thể đọc giá trị này khác nhau.', 'In what is signed ({part}) a comment cuts a value in two; programs may read the value differently.', askAgain),

  'valid-signature': w('Nội dung còn nguyên vẹn, chứng thư được tin cậy và còn hiệu lực khi ký.', 'The content is intact, and the certificate is trusted and was in force.'),
};

/** The law's three outcomes (Decree 68/2024, Circular 15/2025). */
export const outcomeWords: Readonly<Record<Outcome, Words>> = {
  valid: { vi: 'Hợp lệ', en: 'Valid' },
  invalid: { vi: 'Không hợp lệ', en: 'Not valid' },
  insufficient: { vi: 'Chưa đủ căn cứ', en: 'Indeterminate' },
};

/** What the signatures make of a document (Decree 30/2020). */
export const natureWords: Readonly<Record<DocumentNature, Words>> = {
  'leader-and-organisation': { vi: 'Văn bản có chữ ký số của người có thẩm quyền và của cơ quan', en: 'Signed by a competent person and by the organisation' },
  'organisation-copy': { vi: 'Bản sao điện tử có chữ ký số của cơ quan', en: 'An electronic copy with the organisation’s signature' },
  'organisation-only': { vi: 'Chỉ có chữ ký số của cơ quan: bản sao, hoặc văn bản không kèm chữ ký số của người có thẩm quyền', en: 'The organisation’s signature alone: a copy, or a document without a competent person’s signature' },
  'personal-only': { vi: 'Có chữ ký số của cá nhân, không có chữ ký số của cơ quan', en: 'Signed by a person, not by an organisation' },
  unknown: { vi: 'Chưa xác định được loại chữ ký', en: 'The kind of signature could not be established' },
};

/** The words of a message with its facts in their places. */
export function wordsOf({ code, facts }: Pick<Message, 'code' | 'facts'>): MessageWords {
  const fill = (words: Words): Words => ({ vi: fillIn(words.vi, facts, 'vi'), en: fillIn(words.en, facts, 'en') });
  const { means, todo } = messageWords[code];
  return { means: fill(means), todo: fill(todo) };
}

function fillIn(text: string, facts: Message['facts'], language: 'vi' | 'en'): string {
  return text.replace(/\{(\w+)\}/g, (_place, name: string) => shown(facts[name] ?? '-', language));
}

/** Instants as people here read them: Vietnamese time. */
function shown(fact: string | number, language: 'vi' | 'en'): string {
  if (typeof fact === 'number' || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/.test(fact)) return String(fact);
  return showInstant(language, new Date(fact));
}

const inEnglish = new Intl.DateTimeFormat('en-GB', { timeZone: 'Asia/Ho_Chi_Minh', dateStyle: 'long', timeStyle: 'medium' });
const inVietnamese = {
  time: new Intl.DateTimeFormat('vi-VN', { timeZone: 'Asia/Ho_Chi_Minh', timeStyle: 'medium' }),
  date: new Intl.DateTimeFormat('en-GB', { timeZone: 'Asia/Ho_Chi_Minh', day: '2-digit', month: '2-digit', year: 'numeric' }),
};

/** An instant as people here read it: Vietnamese time, whatever the server's zone. */
export function showInstant(language: 'vi' | 'en', instant: Date): string {
  const text = language === 'vi' ? `${inVietnamese.time.format(instant)} ngày ${inVietnamese.date.format(instant)}` : inEnglish.format(instant);
  return `${text} (GMT+7)`;
}
