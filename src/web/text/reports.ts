/** Reports as pages. */
export const reports = {
  title: ['Báo cáo', 'Reports'],
  all: ['Tất cả báo cáo', 'All reports'],
  lead: ['Mỗi báo cáo có biểu đồ, bảng và tệp tải về; chỉ tính cơ quan của bạn và cấp dưới.', 'Each has a chart, a table and files to download; it counts your agency and those below.'],
  agency: ['Mã định danh cơ quan', 'Identifier code of an agency'],
  agencyHint: ['Chỉ tính cơ quan này và cấp dưới, ví dụ H26. Để trống: toàn bộ phạm vi của bạn.', 'Counts this agency and those below, for example H26. Empty: all you may see.'],
  from: ['Từ tháng', 'From month'],
  to: ['Đến tháng', 'To month'],
  year: ['Năm', 'Year'],
  months: ['Số tháng gần đây', 'Months back'],
  monthsHint: ['Từ 1 đến 120.', 'From 1 to 120.'],
  download: ['Tải về:', 'Download:'],
  chart: ['Biểu đồ', 'Chart'],
  total: ['Tổng', 'Total'],
  cut: ['Hiện {shown} dòng đầu; tệp tải về có nhiều hơn, tối đa 20.000 dòng.', 'The first {shown} rows are shown; the files hold more, up to 20,000.'],
  emptyText: ['Không có dòng nào trong phạm vi và thời gian đã chọn.', 'There are no rows in this scope and time.'],
} as const;
