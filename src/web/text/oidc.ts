/** Signing in with the organisation's account. */
export const oidc = {
  offTitle: ['Chưa dùng được tài khoản cơ quan', 'Organisation accounts are not set up'],
  offText: ['Hệ thống này chưa được kết nối với dịch vụ tài khoản của cơ quan. Bạn có thể đăng nhập bằng liên kết gửi qua thư điện tử.', 'This service is not connected to an account service of your organisation. You can sign in with a link by mail.'],
  downTitle: ['Dịch vụ tài khoản đang gián đoạn', 'The account service is not answering'],
  downText: ['Hiện chưa kết nối được với {name}. Bạn vẫn có thể đăng nhập bằng liên kết gửi qua thư điện tử.', 'There is no answer from {name} now. You can still sign in with a link by mail.'],
  byLink: ['Nhận liên kết đăng nhập', 'Get a sign-in link'],
  again: ['Thử lại với tài khoản cơ quan', 'Try the organisation account again'],
  refusedTitle: ['Chưa đăng nhập được', 'You are not signed in'],
  refusedText: ['Không thể đăng nhập bằng {name} lần này. Thường là vì một trong các lý do sau:', 'Signing in with {name} did not work this time. Usually it is one of these:'],
  refusedEmail: ['Thư điện tử của tài khoản chưa được xác minh, hoặc không phải thư điện tử công vụ đã đăng ký ở đây.', 'The e-mail of the account is not verified, or is not the work e-mail registered here.'],
  refusedTime: ['Đã quá 10 phút kể từ khi bắt đầu, hoặc đã bắt đầu ở trình duyệt khác.', 'More than 10 minutes have passed since you began, or you began in another browser.'],
  cancelledTitle: ['Bạn đã hủy đăng nhập', 'You cancelled signing in'],
  cancelledText: ['Không có gì thay đổi. Bạn có thể chọn cách đăng nhập khác.', 'Nothing has changed. You can choose another way to sign in.'],
  otherWays: ['Chọn cách đăng nhập khác', 'Choose another way'],
} as const;
