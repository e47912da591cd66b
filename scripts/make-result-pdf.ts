import { createRequire } from 'node:module';
import { readFileSync, writeFileSync } from 'node:fs';
import PDFDocument from 'pdfkit';

/** What stands in the result; every part has a preset, all of it invented. */
export interface ResultOrder {
  /** as in "UBND tỉnh Ninh Bình" */
  province?: string;
  /** the issuing body */
  unit?: string;
  number?: string;
  dossierCode?: string;
  person?: string;
  birthDate?: string;
  address?: string;
  signatory?: { position: string; name: string };
  /** date on the paper */
  date?: Date;
}

type Filled = Required<ResultOrder>;

const presets: Omit<Filled, 'date'> = {
  province: 'Ủy ban nhân dân tỉnh Ninh Bình',
  unit: 'Sở Nông nghiệp và Môi trường',
  number: '1287/GXN-SNNMT',
  dossierCode: 'H42.17-261123-0042',
  person: 'Trần Thị Minh Nguyệt',
  birthDate: '12/08/1984',
  address: 'Thôn Đoài, xã Gia Viễn, tỉnh Ninh Bình',
  signatory: { position: 'Giám đốc', name: 'Nguyễn Văn Hưởng' },
};

const load = createRequire(import.meta.url);
const font = (weight: string): Buffer => readFileSync(load.resolve(`@expo-google-fonts/be-vietnam-pro/${weight}/BeVietnamPro_${weight}.ttf`));

/** A result of an administrative procedure on two pages, laid out after the decree on documents (NĐ 30/2020/NĐ-CP). */
export async function makeResultPdf(order: ResultOrder = {}): Promise<Uint8Array> {
  const filled: Filled = { ...presets, date: new Date(), ...order };
  const document = new PDFDocument({
    size: 'A4', margins: { top: 56, bottom: 56, left: 85, right: 43 }, lang: 'vi', bufferPages: true,
    info: { Title: 'Kết quả giải quyết thủ tục hành chính', Author: filled.unit, Subject: filled.dossierCode, CreationDate: filled.date },
  });
  const chunks: Uint8Array[] = [];
  const finished = new Promise<void>((resolve, reject) => {
    document.on('data', (chunk: Uint8Array) => chunks.push(chunk));
    document.on('end', resolve);
    document.on('error', reject);
  });
  for (const [name, weight] of [['text', '400Regular'], ['italic', '400Regular_Italic'], ['bold', '700Bold']] as const) document.registerFont(name, font(weight));
  writeHead(document, filled);
  writeDecision(document, filled);
  document.addPage();
  writeAnnex(document, filled);
  numberPages(document, filled);
  document.end();
  await finished;
  return Buffer.concat(chunks);
}

type Page = PDFKit.PDFDocument;

function writeHead(document: Page, { province, unit, number, date }: Filled): void {
  const top = document.y;
  const column = { width: 215, align: 'center' } as const;
  document.font('text').fontSize(11).text(province.toLocaleUpperCase('vi'), 85, top, column);
  document.font('bold').text(unit.toLocaleUpperCase('vi'), column);
  document.font('text').text(`Số: ${number}`, column);
  document.font('bold').fontSize(11).text('CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM', 310, top, { width: 245, align: 'center' });
  document.text('Độc lập - Tự do - Hạnh phúc', { width: 245, align: 'center' });
  document.moveTo(370, document.y + 3).lineTo(495, document.y + 3).lineWidth(0.7).stroke();
  const place = province.replace(/^.*(?:tỉnh|thành phố) /iu, '');
  const [day, month, year] = vietnamDay(date);
  document.font('italic').text(`${place}, ngày ${day} tháng ${month} năm ${year}`, 310, document.y + 12, { width: 245, align: 'center' });
  document.x = 85;
  document.y += 26;
}

/** The day on the wall in Vietnam. */
function vietnamDay(date: Date): [string, string, string] {
  const [year, month, day] = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Ho_Chi_Minh' }).format(date).split('-') as [string, string, string];
  return [day, month, year];
}

function writeDecision(document: Page, { unit, dossierCode, person, birthDate, address, signatory }: Filled): void {
  const paragraph = (text: string): void => void document.font('text').fontSize(12).text(text, { align: 'justify', indent: 28, lineGap: 3 }).moveDown(0.5);
  document.font('bold').fontSize(14).text('GIẤY XÁC NHẬN', { align: 'center' });
  document.fontSize(12).text('Kết quả giải quyết thủ tục hành chính', { align: 'center' }).moveDown(1.2);
  paragraph('Căn cứ Luật Giao dịch điện tử ngày 22 tháng 6 năm 2023;');
  paragraph('Căn cứ Nghị định số 118/2025/NĐ-CP của Chính phủ về thực hiện thủ tục hành chính theo cơ chế một cửa, một cửa liên thông;');
  paragraph(`Xét hồ sơ mã số ${dossierCode} tiếp nhận tại Trung tâm Phục vụ hành chính công,`);
  document.font('bold').text(`${unit.toLocaleUpperCase('vi')} XÁC NHẬN:`, { align: 'center' }).moveDown(0.6);
  paragraph(`1. Ông/Bà: ${person}, sinh ngày ${birthDate}.`);
  paragraph(`2. Nơi cư trú: ${address}.`);
  paragraph('3. Nội dung: đủ điều kiện đăng ký biến động quyền sử dụng đất đối với thửa đất số 214, tờ bản đồ số 17, diện tích 312,5 m², mục đích sử dụng: đất ở tại nông thôn.');
  paragraph('4. Giấy xác nhận này là bản điện tử, có giá trị như bản giấy kể từ thời điểm ký số; thời hạn sử dụng 12 tháng.');
  document.moveDown(1);
  const top = document.y;
  document.font('italic').fontSize(10).text('Nơi nhận:', 85, top);
  document.font('text').text(`- ${person};\n- Trung tâm Phục vụ hành chính công;\n- Lưu: VT, hồ sơ.`);
  document.font('bold').fontSize(12).text(signatory.position.toLocaleUpperCase('vi'), 330, top, { width: 220, align: 'center' });
  document.text(signatory.name, 330, top + 110, { width: 220, align: 'center' });
}

function writeAnnex(document: Page, { dossierCode, person }: Filled): void {
  document.font('bold').fontSize(13).text('PHỤ LỤC', 85, 70, { align: 'center' });
  document.fontSize(12).text('Thành phần hồ sơ và quá trình giải quyết', { align: 'center' });
  document.font('italic').fontSize(11).text(`(Kèm theo giấy xác nhận, mã hồ sơ ${dossierCode})`, { align: 'center' }).moveDown(1);
  document.font('text').fontSize(11);
  document.table({
    columnStyles: [36, 250, 100, '*'],
    data: [
      ['STT', 'Giấy tờ', 'Hình thức', 'Kết quả'],
      ['1', `Đơn đăng ký biến động của ${person}`, 'Bản điện tử', 'Hợp lệ'],
      ['2', 'Giấy chứng nhận quyền sử dụng đất', 'Bản sao điện tử', 'Hợp lệ'],
      ['3', 'Mảnh trích đo bản đồ địa chính', 'Bản điện tử', 'Hợp lệ'],
      ['4', 'Văn bản thỏa thuận phân chia tài sản', 'Bản số hóa', 'Hợp lệ'],
      ['5', 'Chứng từ thực hiện nghĩa vụ tài chính', 'Dữ liệu kết nối', 'Đã đối chiếu'],
    ],
  });
  document.moveDown(1.5);
  for (const step of ['Tiếp nhận hồ sơ trực tuyến, đủ thành phần.', 'Thẩm định tại phòng chuyên môn, không phải bổ sung.', 'Xác nhận của cơ quan thuế về nghĩa vụ tài chính.', 'Trình ký, ký số và trả kết quả điện tử.']) {
    document.text(`• ${step}`, 95, document.y, { lineGap: 4 });
  }
}

function numberPages(document: Page, { dossierCode }: Filled): void {
  const { count } = document.bufferedPageRange();
  for (let i = 0; i < count; i++) {
    document.switchToPage(i);
    document.page.margins.bottom = 0;
    document.font('text').fontSize(9).text(`${dossierCode} · trang ${i + 1}/${count}`, 85, 805, { align: 'right', lineBreak: false });
  }
}

if (import.meta.main) {
  const [target] = process.argv.slice(2);
  if (target === undefined) throw new Error('usage: node scripts/make-result-pdf.ts result.pdf');
  writeFileSync(target, await makeResultPdf());
}
