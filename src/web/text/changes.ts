/** What can come into a file after a signature, by the kinds of the report. */
export const changes = {
  dss: ['Thêm bằng chứng để kiểm tra lâu dài', 'Evidence for long-term checks was added'],
  'document-timestamp': ['Thêm dấu thời gian', 'A timestamp was added'],
  signature: ['Thêm chữ ký', 'A signature was added'],
  'signature-field': ['Thêm ô chữ ký', 'A signature field was added'],
  'form-filling': ['Điền biểu mẫu', 'A form was filled in'],
  annotation: ['Thêm, sửa hoặc xóa chú thích', 'Annotations were added, changed or removed'],
  metadata: ['Sửa thông tin mô tả tệp', 'The description of the file was changed'],
  structure: ['Sửa cấu trúc tệp, không đổi nội dung hiển thị', 'The structure of the file was changed, not what it shows'],
  forbidden: ['Thay đổi không được phép', 'A change that is not allowed'],
} as const;
