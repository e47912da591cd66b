/** Choosing an agency by its name or its code. */
export const agencies = {
  title: ['Tìm cơ quan', 'Find an agency'],
  words: ['Tên hoặc mã', 'Name or code'],
  wordsHint: ['Vài từ trong tên, có dấu hoặc không, ví dụ: so noi vu bac ninh', 'Some words of its name, with or without diacritics, such as: so noi vu bac ninh'],
  find: ['Tìm', 'Find'],
  found: ['Cơ quan tìm thấy', 'Agencies found'],
  name: ['Tên', 'Name'],
  above: ['Cơ quan cấp trên', 'Belongs to'],
  more: ['Chỉ hiện {count} cơ quan đầu. Nhập thêm một từ để thu hẹp.', 'The first {count} are shown. Add a word to see fewer.'],
  none: ['Không tìm thấy cơ quan nào', 'No agency was found'],
  noneText: ['Thử ít từ hơn, hoặc nhập phần đầu của mã.', 'Try fewer words, or the beginning of its code.'],
  everywhere: ['Tìm trong cả nước', 'Look in the whole country'],
  hint: ['Nhập vài từ trong tên (không cần dấu) hoặc mã, ví dụ H55.18', 'Some words of its name, or its code, such as H55.18'],
  unknown: ['Không tìm thấy cơ quan nào có tên hoặc mã này.', 'No agency has this name or code.'],
  several: ['Có nhiều cơ quan mang tên này. Chọn một cơ quan trong danh sách bên dưới.', 'Several agencies match. Choose one of those listed below.'],
  choose: ['Bạn muốn nói cơ quan nào?', 'Which one do you mean?'],
  chooseHint: ['Nếu không có trong danh sách, hãy sửa tên ở trên rồi gửi lại.', 'If it is not among these, mend the name above and send it again.'],
} as const;
