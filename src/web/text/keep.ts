/** Keys, lists and certificates of the service itself. */
export const keep = {
  title: ['Khóa và danh sách thu hồi của hệ thống', 'Keys and revocation lists of the service'],
  lead: ['Chứng thư của chính hệ thống được gia hạn tự động. Dòng đỏ là việc cần xử lý ngay.', 'The service renews its own certificates by itself. Anything red needs somebody at once.'],
  lists: ['Danh sách thu hồi', 'Revocation lists'],
  noList: ['Chưa công bố', 'Not published yet'],
  keys: ['Khóa đang giữ', 'Keys that are kept'],
  purpose: ['Dùng để', 'For'],
  by: ['Thuộc thế hệ', 'Of generation'],
  kept: ['Nơi giữ khóa', 'Kept in'],
  inHsm: ['thiết bị bảo mật (HSM)', 'hardware (HSM)'],
  inSoftware: ['phần mềm, được mã hóa', 'software, encrypted'],
  forCa: ['ký chứng thư và danh sách thu hồi', 'signing certificates and lists'],
  forOcsp: ['trả lời trạng thái trực tuyến (OCSP)', 'answering status online (OCSP)'],
  forTimestamp: ['cấp dấu thời gian', 'timestamps'],
  forReceipt: ['ký biên nhận kiểm tra', 'verification receipts'],
  daysLeft: ['còn {days} ngày', '{days} days left'],
} as const;
