/** A first-level agency as migration 0003 stores it. */
interface LevelOne {
  code: string;
  name: string;
  unitCode?: string;
  locality: string;
  validFrom: string;
  validTo?: string;
  successor?: string;
  /** where the code was seen; absent: known only by the order of the list, to be confirmed */
  source?: string;
}

const codesDecided = '2020-07-22T00:00:00+07:00';
const mergersInForce = '2025-07-01T00:00:00+07:00';
const seen = 'code seen in published documents; QĐ 20/2020/QĐ-TTg, QĐ 09/2025/QĐ-TTg';

const committee = (place: string): string => {
  if (place === 'Hồ Chí Minh') return 'Ủy ban nhân dân Thành phố Hồ Chí Minh';
  return `Ủy ban nhân dân ${cities.has(place) ? 'thành phố' : 'tỉnh'} ${place}`;
};
const cities: ReadonlySet<string> = new Set(['Hà Nội', 'Hải Phòng', 'Huế', 'Đà Nẵng', 'Cần Thơ']);
const confirmed: ReadonlySet<string> = new Set(['H30', 'H38', 'H41', 'H49', 'H55', 'H57']);

/** Place, identifier code (follows the name), unit code (follows the headquarters), absorbed places with their closed codes. */
const list: readonly (readonly [place: string, code: string, unitCode: string, absorbed?: Readonly<Record<string, string>>])[] = [
  ['An Giang', 'H01', '91', { H33: 'Kiên Giang' }],
  ['Bắc Ninh', 'H05', '24', { H02: 'Bắc Giang' }],
  ['Cà Mau', 'H12', '96', { H04: 'Bạc Liêu' }],
  ['Cần Thơ', 'H13', '92', { H51: 'Sóc Trăng', H30: 'Hậu Giang' }],
  ['Cao Bằng', 'H14', '04'],
  ['Đà Nẵng', 'H17', '48', { H47: 'Quảng Nam' }],
  ['Đắk Lắk', 'H15', '66', { H45: 'Phú Yên' }],
  ['Điện Biên', 'H18', '11'],
  ['Đồng Nai', 'H19', '75', { H10: 'Bình Phước' }],
  ['Đồng Tháp', 'H20', '82', { H58: 'Tiền Giang' }],
  ['Gia Lai', 'H21', '52', { H08: 'Bình Định' }],
  ['Hà Nội', 'H26', '01'],
  ['Hà Tĩnh', 'H27', '42'],
  ['Hải Phòng', 'H24', '31', { H23: 'Hải Dương' }],
  ['Hồ Chí Minh', 'H29', '79', { H09: 'Bình Dương', H06: 'Bà Rịa - Vũng Tàu' }],
  ['Hưng Yên', 'H31', '33', { H54: 'Thái Bình' }],
  ['Khánh Hòa', 'H32', '56', { H43: 'Ninh Thuận' }],
  ['Lai Châu', 'H35', '12'],
  ['Lâm Đồng', 'H36', '68', { H16: 'Đắk Nông', H11: 'Bình Thuận' }],
  ['Lạng Sơn', 'H37', '20'],
  ['Lào Cai', 'H38', '15', { H63: 'Yên Bái' }],
  ['Nghệ An', 'H41', '40'],
  ['Ninh Bình', 'H42', '37', { H25: 'Hà Nam', H40: 'Nam Định' }],
  ['Phú Thọ', 'H44', '25', { H62: 'Vĩnh Phúc', H28: 'Hòa Bình' }],
  ['Quảng Ngãi', 'H48', '51', { H34: 'Kon Tum' }],
  ['Quảng Ninh', 'H49', '22'],
  ['Quảng Trị', 'H50', '44', { H46: 'Quảng Bình' }],
  ['Sơn La', 'H52', '14'],
  ['Tây Ninh', 'H53', '80', { H39: 'Long An' }],
  ['Thái Nguyên', 'H55', '19', { H03: 'Bắc Kạn' }],
  ['Thanh Hóa', 'H56', '38'],
  ['Huế', 'H57', '46'],
  ['Tuyên Quang', 'H60', '08', { H22: 'Hà Giang' }],
  ['Vĩnh Long', 'H61', '86', { H07: 'Bến Tre', H59: 'Trà Vinh' }],
];

const origin = (code: string): { source?: string } => (confirmed.has(code) ? { source: seen } : {});

/** The 34 provinces since 1 July 2025. A merged province bears an old name and keeps that name's code (QĐ 09/2025/QĐ-TTg). */
export const provinces: readonly LevelOne[] = list.map(([place, code, unitCode]) =>
  ({ code, name: committee(place), unitCode, locality: locality(place), validFrom: codesDecided, ...origin(code) }));

/** The 29 provinces that were absorbed; their codes are closed and never given out again. */
export const absorbedProvinces: readonly LevelOne[] = list.flatMap(([, successor, , absorbed = {}]) =>
  Object.entries(absorbed).map(([code, place]) => ({
    code, name: committee(place), locality: locality(place), validFrom: codesDecided, validTo: mergersInForce, successor, ...origin(code),
  })));

function locality(place: string): string {
  return place === 'Hồ Chí Minh' ? 'Thành phố Hồ Chí Minh' : place;
}

const ministryNames: Readonly<Record<string, string>> = {
  G01: 'Bộ Công an', G02: 'Bộ Công Thương', G03: 'Bộ Giáo dục và Đào tạo', G04: 'Bộ Giao thông vận tải',
  G05: 'Bộ Kế hoạch và Đầu tư', G06: 'Bộ Khoa học và Công nghệ', G07: 'Bộ Lao động - Thương binh và Xã hội',
  G08: 'Bộ Ngoại giao', G09: 'Bộ Nội vụ', G10: 'Bộ Nông nghiệp và Phát triển nông thôn', G11: 'Bộ Quốc phòng',
  G12: 'Bộ Tài chính', G13: 'Bộ Tài nguyên và Môi trường', G14: 'Bộ Thông tin và Truyền thông', G15: 'Bộ Tư pháp',
  G16: 'Bộ Văn hóa, Thể thao và Du lịch', G17: 'Bộ Xây dựng', G18: 'Bộ Y tế', G19: 'Ngân hàng Nhà nước Việt Nam',
  G20: 'Thanh tra Chính phủ', G21: 'Ủy ban Dân tộc', G22: 'Văn phòng Chính phủ', G24: 'Bảo hiểm xã hội Việt Nam',
};

/** Ministries and their like as before 2025. QĐ 09/2025/QĐ-TTg restated the list and its text was not at hand: all to be confirmed. */
export const ministries: readonly LevelOne[] = Object.entries(ministryNames).map(([code, name]) => ({
  code, name, locality: 'Hà Nội', validFrom: codesDecided, source: 'list before 2025; to be confirmed against QĐ 09/2025/QĐ-TTg',
}));
