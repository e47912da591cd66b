/** Search across people, agencies and certificates. */
export const search = {
  title: ['Tìm kiếm', 'Search'],
  label: ['Tên người, cơ quan, hoặc số hiệu chứng thư', 'A person, an agency or a serial number'],
  hint: ['Có dấu hoặc không dấu. Mã cơ quan, thư điện tử và số hiệu (thập lục phân hoặc thập phân) đều tìm được. Không nhập số căn cước vào đây.', 'With or without diacritics. Codes, e-mail addresses and serial numbers (hexadecimal or decimal) are found too. Do not enter identity numbers here.'],
  submit: ['Tìm', 'Search'],
  people: ['Cán bộ, công chức', 'Officials'],
  agencies: ['Cơ quan, đơn vị', 'Agencies'],
  certificates: ['Chứng thư', 'Certificates'],
  more: ['Còn kết quả khác. Gõ thêm để thu hẹp.', 'There are more. Type another word to narrow them down.'],
  left: ['Đã thôi công tác', 'Has left'],
  closed: ['Đã kết thúc hoạt động', 'Closed'],
  formerly: ['Tên trước đây: {name}', 'Formerly: {name}'],
  none: ['Không tìm thấy gì với “{typed}”', 'Nothing is found for “{typed}”'],
  noneText: ['Kiểm tra lại chính tả, hoặc gõ ít từ hơn. Bạn chỉ thấy kết quả trong phạm vi được giao.', 'Check the spelling, or type fewer words. You only see what is within your reach.'],
  short: ['Gõ ít nhất hai chữ cái.', 'Type two letters at least.'],
  count: ['{count} kết quả cho “{typed}”', 'Results for “{typed}”: {count}'],
} as const;
