/** What every code of a result means and what to do. */
export const explanations = {
  title: ['Giải thích kết quả kiểm tra', 'What the results mean'],
  lead: [
    'Ý nghĩa của từng kết luận và từng mã trong kết quả kiểm tra chữ ký số, và việc bạn nên làm.',
    'What each conclusion and each code in a result means, and what you should do.',
  ],
  outcomes: ['Ba kết luận', 'The three conclusions'],
  reasons: ['Lý do theo tiêu chuẩn ETSI EN 319 102-1', 'Reasons by ETSI EN 319 102-1'],
  errors: ['Lỗi: vì sao chữ ký không được chấp nhận', 'Errors: why a signature is not accepted'],
  warnings: ['Lưu ý: nên xem lại', 'Notes: worth a look'],
  infos: ['Thông tin: không cần làm gì', 'Information: nothing to do'],
  contents: ['Trong trang này', 'On this page'],
  todo: ['Cần làm gì:', 'What to do:'],
  nothing: ['Bạn không cần làm gì.', 'There is nothing you need to do.'],
  more: ['Giải thích các mã trong kết quả', 'What the codes mean'],
} as const;
