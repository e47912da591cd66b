import writeExcelFile from 'write-excel-file/node';
import { columns, type ColumnKey } from '../../../src/workbook/columns.ts';
import { readWorkbook } from '../../../src/workbook/read.ts';
import { cellsOf } from '../../../src/workbook/write.ts';
import { csv, row, today, xlsx } from './rows.ts';

test.each([['XLSX', xlsx], ['CSV', csv]])('what is written as %s is read back', async (_what, write) => {
  const rows = [row(), row({
    nationalId: '001099000001', birthDate: '1999-12-31', name: "Trần Văn D'Arc Nê-ô", email: 'd@hanoi.gov.vn', device: 'SIM', carrier: 'Viettel', ported: true,
    levels: ['Ủy ban nhân dân tỉnh Bắc Ninh', 'Sở Nội vụ', 'Phòng Cải cách hành chính'], oldSerial: '0a1b2c', idIssuer: null, mobile: '0987654321',
  })];
  const read = await readWorkbook(await write(rows), today);
  expect(read).toEqual({ rows: rows.map((one, i) => ({ ...one, row: i + 2 })), mistakes: [] });
});

test.each<[string, ColumnKey, string, string, string]>([
  ['no name', 'name', '', 'B', 'missing'],
  ['a name with digits', 'name', 'Nguyễn 5', 'B', 'characters'],
  ['a birth date of no calendar', 'birthDate', '30/02/1985', 'C', 'date'],
  ['a birth date the American way', 'birthDate', '03/25/1985', 'C', 'date'],
  ['a birth date of the future', 'birthDate', '02/03/2085', 'C', 'date-to-come'],
  ['a birth date before all living', 'birthDate', '02/03/1885', 'C', 'birth-date'],
  ['another year than the number says', 'birthDate', '02/03/1986', 'C', 'birth-year'],
  ['an identity number of 11 digits', 'nationalId', '02718501234', 'D', 'national-id'],
  ['an identity number with letters', 'nationalId', '02718501234A', 'D', 'national-id'],
  ['a place of issue that is none', 'idIssuer', 'CA Bắc Ninh', 'E', 'one-of'],
  ['no day of issue', 'idIssuedOn', '', 'F', 'missing'],
  ['no e-mail', 'email', '', 'G', 'missing'],
  ['an e-mail that is none', 'email', 'anhnt@', 'G', 'email'],
  ['no agency', 'level1', '', 'H', 'missing'],
  ['a level left out', 'level3', 'Phòng A', 'I', 'level-skipped'],
  ['no position', 'position', '', 'N', 'missing'],
  ['a phone that is none', 'mobile', '12345', 'O', 'phone'],
  ['an old serial that is none', 'oldSerial', 'XYZ', 'P', 'serial'],
  ['a ported number without a SIM', 'ported', 'X', 'R', 'sim-only'],
  ['a device that is none', 'device', 'USB', 'S', 'one-of'],
  ['a SIM without a carrier', 'device', 'SIM', 'Q', 'missing'],
  ['a formula as text', 'position', '=cmd|calc!A0', 'N', 'formula'],
])('%s is named by row, column and header', async (_what, key, value, column, code) => {
  for (const write of [xlsx, csv]) {
    const { rows, mistakes } = await readWorkbook(await write([row()], { [key]: value }), today);
    expect(rows).toEqual([]);
    expect(mistakes).toEqual([{ row: 2, column, header: columns[column.charCodeAt(0) - 65]!.header, code }]);
  }
});

test('a real formula is a mistake, whatever Excel once computed', async () => {
  const cells = columns.map(({ key }) => (key === 'position' ? { value: '=HYPERLINK("http://x")', type: 'Formula' as const } : { value: cellsOf(row(), 1)[key] ?? '', type: String }));
  const bytes = await writeExcelFile([columns.map(({ header }) => ({ value: header, type: String })), cells]).toBuffer();
  expect((await readWorkbook(bytes, today)).mistakes).toEqual([{ row: 2, column: 'N', header: 'Chức vụ', code: 'formula' }]);
});

test('dates as dates are read, numbers that lost their zeros are named', async () => {
  const own = cellsOf(row(), 1);
  const cells = (id: string | number) => columns.map(({ key }) => (key === 'birthDate' ? { value: new Date('1985-03-02T00:00:00Z'), type: Date, format: 'dd/mm/yyyy' }
    : key === 'nationalId' ? { value: id, type: typeof id === 'number' ? Number : String } : key === 'mobile' ? { value: 912345678, type: Number } : { value: own[key] ?? '', type: String }));
  const file = (id: string | number) => writeExcelFile([columns.map(({ header }) => ({ value: header, type: String })), cells(id)] as never).toBuffer();
  expect((await readWorkbook(await file('027185012345'), today)).rows).toMatchObject([{ birthDate: '1985-03-02', mobile: '0912345678' }]);
  expect((await readWorkbook(await file(27185012345), today)).mistakes).toEqual([{ row: 2, column: 'D', header: 'CCCD', code: 'zeros-lost' }]);
});

test('decomposed Vietnamese is stored as NFC, and a header in it is known', async () => {
  const bytes = Buffer.from(Buffer.from(csv([row()])).toString('utf8').normalize('NFD'));
  expect((await readWorkbook(bytes, today)).rows).toMatchObject([{ name: 'Nguyễn Thị Ánh', levels: ['Ủy ban nhân dân tỉnh Bắc Ninh'] }]);
});

test('a BOM, CRLF, semicolons and a title above the headers do no harm', async () => {
  const text = `\uFEFFDANH SÁCH;;;;;;;;;;;;;;;;;;\r\n${Buffer.from(csv([row()])).toString('utf8').replaceAll(',', ';')}\r\n;;;;;;;;;;;;;;;;;;\r\n`;
  expect((await readWorkbook(Buffer.from(text), today)).rows).toMatchObject([{ row: 3, name: 'Nguyễn Thị Ánh' }]);
});

test('a broken row costs itself alone', async () => {
  const lines = Buffer.from(csv([row(), row({ nationalId: '001099000001', birthDate: '1999-01-01', email: 'b@bacninh.gov.vn' })])).toString('utf8').split('\r\n');
  lines.splice(2, 0, '2,"Trần" B,x');
  const { rows, mistakes } = await readWorkbook(Buffer.from(lines.join('\r\n')), today);
  expect(rows.map((one) => one.row)).toEqual([2, 4]);
  expect(mistakes).toEqual([{ row: 3, column: null, header: null, code: 'unreadable' }]);
});

test('a person who stands in the list twice is named', async () => {
  const { rows, mistakes } = await readWorkbook(await xlsx([row(), row({ email: 'khac@bacninh.gov.vn' })]), today);
  expect(rows).toHaveLength(1);
  expect(mistakes).toEqual([{ row: 3, column: 'D', header: 'CCCD', code: 'repeated' }]);
});

test('another layout is refused by its headers', async () => {
  const text = Buffer.from(csv([row()])).toString('utf8');
  expect((await readWorkbook(Buffer.from(text.replace('Chức vụ*,Điện thoại', 'Điện thoại,Chức vụ*')), today)).mistakes)
    .toEqual([{ row: 1, column: 'N', header: 'Chức vụ', code: 'header' }, { row: 1, column: 'O', header: 'Điện thoại', code: 'header' }]);
  expect((await readWorkbook(Buffer.from('a,b,c\r\n1,2,3'), today)).mistakes).toMatchObject([{ code: 'header-missing' }]);
  expect((await readWorkbook(Buffer.from(text.split('\r\n')[0]!), today)).mistakes).toMatchObject([{ code: 'no-rows' }]);
});
