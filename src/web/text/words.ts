export type Language = 'vi' | 'en';

const pairs = {
  siteName: ['Kiểm tra văn bản ký số', 'Check a signed document'],
  service: ['Hệ thống chứng thư chữ ký số chuyên dùng công vụ', 'Digital certificates for official duty'],
  skip: ['Chuyển đến nội dung chính', 'Skip to main content'],
  otherLanguage: ['English', 'Tiếng Việt'],
  languageLabel: ['Ngôn ngữ', 'Language'],
  heading: ['Kiểm tra văn bản ký số', 'Check a signed document'],
  lead: [
    'Chọn kết quả giải quyết thủ tục hành chính đã ký số. Hệ thống cho biết ai đã ký, cho cơ quan nào, vào lúc nào và chữ ký còn giá trị hay không.',
    'Choose a digitally signed official result. You will see who signed it, for which agency, when, and whether it still stands.',
  ],
  fileLabel: ['Tệp cần kiểm tra', 'Document to check'],
  fileHint: ['Tệp PDF đã ký số hoặc tệp chữ ký CMS (.p7s, .p7m), tối đa {size} MB.', 'A signed PDF or a CMS signature (.p7s, .p7m), up to {size} MB.'],
  dropHint: ['Kéo tệp vào đây, hoặc bấm để chọn', 'Drop a file here, or choose one'],
  contentSummary: ['Chữ ký nằm ở tệp riêng?', 'Is the signature in a separate file?'],
  contentLabel: ['Tệp nội dung đã được ký', 'The content that was signed'],
  contentHint: ['Chỉ cần khi tệp ở trên là chữ ký tách rời.', 'Only needed if the file above is a detached signature.'],
  submit: ['Kiểm tra', 'Check'],
  working: ['Đang kiểm tra, vui lòng chờ…', 'Checking, please wait…'],
  privacy: ['Tệp của bạn chỉ dùng để kiểm tra và không được lưu lại.', 'Your file is only used for this check and is not kept.'],
  again: ['Kiểm tra tệp khác', 'Check another file'],
  document: ['Tệp', 'File'],
  checkedAt: ['Kiểm tra lúc', 'Checked at'],
  receipt: ['Mã kết quả', 'Receipt'],
  digest: ['Mã băm SHA-256', 'SHA-256'],
  details: ['Thông tin kỹ thuật', 'Technical details'],
  passed: ['Hợp lệ', 'Valid'],
  failed: ['Không hợp lệ', 'Not valid'],
  unsure: ['Chưa đủ căn cứ', 'Cannot be confirmed'],
  passedOne: ['Văn bản còn nguyên vẹn và chữ ký có giá trị.', 'The document is intact and the signature stands.'],
  passedMany: ['Văn bản còn nguyên vẹn và {count} chữ ký đều có giá trị.', 'The document is intact and all {count} signatures stand.'],
  failedLead: ['Không sử dụng văn bản này.', 'Do not rely on this document.'],
  unsureLead: ['Chưa thể khẳng định văn bản này hợp lệ hay không.', 'It cannot be said yet whether this document is valid.'],
  noSignature: ['Văn bản này không có chữ ký số.', 'This document has no digital signature.'],
  signature: ['Chữ ký {number}', 'Signature {number}'],
  documentTimestamp: ['Dấu thời gian trên văn bản', 'Timestamp on the document'],
  signer: ['Người ký', 'Signed by'],
  seal: ['Cơ quan ký', 'Sealed by'],
  agency: ['Cơ quan', 'Agency'],
  kind: ['Loại chữ ký', 'Kind of signature'],
  kindPersonal: ['Chữ ký của cá nhân có thẩm quyền', 'A person’s own signature'],
  kindSeal: ['Chữ ký của cơ quan, tổ chức', 'An organisation’s seal'],
  kindCopy: ['Bản sao điện tử do cơ quan ký', 'Electronic copy sealed by an agency'],
  kindTimestamp: ['Dấu thời gian', 'Timestamp'],
  kindUnknown: ['Chưa xác định', 'Not known'],
  claimed: ['Thời điểm ký (người ký khai)', 'Time of signing (as stated by the signer)'],
  proven: ['Thời điểm được chứng minh', 'Time proven by a timestamp'],
  notProven: ['Chưa có dấu thời gian', 'No timestamp'],
  notClaimed: ['Không ghi', 'Not stated'],
  unknownSigner: ['Không xác định được', 'Not known'],
  trusted: ['Chứng thư gốc', 'Trusted root'],
  why: ['Vì sao', 'Why'],
  attention: ['Lưu ý', 'Please note'],
  todo: ['Cần làm gì', 'What to do'],
  issuer: ['Tổ chức cấp chứng thư', 'Certificate issued by'],
  serial: ['Số hiệu chứng thư', 'Certificate number'],
  formatLabel: ['Định dạng', 'Format'],
  resultCode: ['Kết luận theo ETSI EN 319 102-1', 'Conclusion by ETSI EN 319 102-1'],
  errorTitle: ['Chưa kiểm tra được', 'There is a problem'],
  errorNoFile: ['Hãy chọn một tệp để kiểm tra.', 'Choose a file to check.'],
  errorTooLarge: ['Tệp quá lớn. Kích thước tối đa là {size} MB.', 'The file is too large. The most is {size} MB.'],
  errorUnreadable: ['Không đọc được tệp này. Hãy chọn tệp PDF đã ký số hoặc tệp chữ ký CMS.', 'This file cannot be read. Choose a signed PDF or a CMS signature.'],
  errorTooMany: ['Bạn đã kiểm tra quá nhiều tệp trong thời gian ngắn. Vui lòng thử lại sau {seconds} giây.', 'Too many checks in a short time. Try again in {seconds} seconds.'],
  errorTooLong: ['Tệp này mất quá nhiều thời gian để kiểm tra nên đã dừng lại.', 'This file took too long to check and was stopped.'],
  errorOther: ['Hệ thống đang gặp sự cố. Vui lòng thử lại sau ít phút.', 'Something went wrong on our side. Try again in a few minutes.'],
  footer: ['Kết quả kiểm tra dựa trên thông tin tại thời điểm kiểm tra.', 'The result rests on what is known at the time of the check.'],
  forSystems: ['Dành cho hệ thống khác: API', 'For other systems: API'],
} as const satisfies Record<string, readonly [vi: string, en: string]>;

export type WordKey = keyof typeof pairs;

/** The words of the pages in one language; `{name}` takes the fact of that name. */
export function wordsIn(language: Language): (key: WordKey, facts?: Readonly<Record<string, string | number>>) => string {
  const place = language === 'vi' ? 0 : 1;
  return (key, facts = {}) => pairs[key][place].replace(/\{(\w+)\}/g, (_all, name: string) => String(facts[name] ?? ''));
}

/** An instant as people here read it: Vietnamese time, whatever the server's zone. */
export function instantIn(language: Language, instant: Date): string {
  const format = new Intl.DateTimeFormat(language === 'vi' ? 'vi-VN' : 'en-GB', { timeZone: 'Asia/Ho_Chi_Minh', dateStyle: 'long', timeStyle: 'medium' });
  return `${format.format(instant)} (GMT+7)`;
}
