/** What the mail after a reorganisation leads to. */
export const newCertificate = {
  titleIssued: ['Chứng thư mới của bạn', 'Your new certificate'],
  titleAsked: ['Yêu cầu chứng thư mới', 'Ask for your new certificate'],
  titleRequested: ['Yêu cầu đã được gửi', 'Your request was sent'],
  titleOver: ['Liên kết không còn hiệu lực', 'This link is over'],
  leadIssued: ['Chứng thư mới đã được cấp sau khi sắp xếp cơ quan: {reorganisation}.', 'It was issued after the reorganisation: {reorganisation}.'],
  leadAsked: ['Cơ quan của bạn đã thay đổi sau khi sắp xếp: {reorganisation}. Hãy tạo khóa mới và gửi yêu cầu; cơ quan quản lý trực tiếp xác nhận, sau đó yêu cầu được thẩm tra và phê duyệt.', 'Your agency changed with the reorganisation: {reorganisation}. Make a new key and send the request; your agency confirms it, then it is examined and approved.'],
  leadRequested: ['Cơ quan quản lý trực tiếp xác nhận, sau đó yêu cầu được thẩm tra và phê duyệt. Mở lại liên kết này bất cứ lúc nào để xem tình trạng.', 'Your agency confirms it, then it is examined and approved. Open this link at any time to see how it stands.'],
  leadOver: ['Thời gian chuyển tiếp đã kết thúc. Hãy liên hệ cơ quan quản lý trực tiếp để được cấp chứng thư.', 'The time of transition has ended. Ask your agency for a certificate.'],
  oldEnds: ['Chứng thư cũ còn hiệu lực đến', 'The old certificate stays valid until'],
  install: ['Cài chứng thư mới vào phần mềm ký số, cùng với khóa bạn đang dùng.', 'Install it in your signing software, beside the key you have.'],
  send: ['Gửi yêu cầu', 'Send the request'],
  alreadySent: ['Yêu cầu đã được gửi trước đó.', 'The request was sent before.'],
} as const;
