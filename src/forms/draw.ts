import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import PDFDocument from 'pdfkit';
import type { FilledForm } from './fields.ts';

/** What stands around the fields. */
export interface FormFrame { requestId: string; contentHash: Uint8Array; agencyName: string; locality: string | null; date: Date }

type Page = PDFKit.PDFDocument;

const load = createRequire(import.meta.url);
const fonts = new Map<string, Buffer>();
/** Be Vietnam Pro, SIL Open Font License; embedded, so that it reads the same everywhere. */
function font(weight: string): Buffer {
  let bytes = fonts.get(weight);
  if (!bytes) fonts.set(weight, bytes = readFileSync(load.resolve(`@expo-google-fonts/be-vietnam-pro/${weight}/BeVietnamPro_${weight}.ttf`)));
  return bytes;
}

const left = 71;
const width = 467;

/**
 * A filled-in form as PDF, laid out after NĐ 30/2020/NĐ-CP. The same content gives the same bytes: its only time is the
 * one at which the request was composed.
 */
export async function drawForm(form: FilledForm, frame: FormFrame): Promise<Uint8Array> {
  const document = new PDFDocument({
    size: 'A4', margins: { top: 56, bottom: 56, left, right: 57 }, lang: 'vi', bufferPages: true,
    info: { Title: `Mẫu ${form.number} - ${form.title}`, Author: frame.agencyName, Subject: frame.requestId, CreationDate: frame.date },
  });
  const chunks: Uint8Array[] = [];
  const finished = new Promise<void>((resolve, reject) => {
    document.on('data', (chunk: Uint8Array) => chunks.push(chunk));
    document.on('end', resolve);
    document.on('error', reject);
  });
  for (const [name, weight] of [['text', '400Regular'], ['italic', '400Regular_Italic'], ['bold', '700Bold']] as const) document.registerFont(name, font(weight));
  writeHead(document, form, frame);
  for (const row of form.rows) writeRow(document, row);
  writeFoot(document, frame);
  numberPages(document, form, frame);
  document.end();
  await finished;
  return Buffer.concat(chunks);
}

function writeHead(document: Page, { number, title }: FilledForm, { agencyName, locality, date }: FormFrame): void {
  const top = document.y;
  document.font('bold').fontSize(11).text(agencyName.toLocaleUpperCase('vi'), left, top, { width: 210, align: 'center' });
  document.font('text').fontSize(9).text(`Mẫu số ${number}`, { width: 210, align: 'center' });
  const below = document.y;
  document.font('bold').fontSize(11).text('CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM', 293, top, { width: 255, align: 'center' });
  document.text('Độc lập - Tự do - Hạnh phúc', { width: 255, align: 'center' });
  const [year, month, dayOfMonth] = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Ho_Chi_Minh' }).format(date).split('-');
  document.font('italic').text(`${locality ?? '……'}, ngày ${dayOfMonth} tháng ${month} năm ${year}`, 293, document.y + 10, { width: 255, align: 'center' });
  document.y = Math.max(document.y, below) + 22;
  document.font('bold').fontSize(14).text(title.toLocaleUpperCase('vi'), left, document.y, { width, align: 'center' }).moveDown(0.6);
  document.font('text').fontSize(11).text('Kính gửi: Cục Chứng thực số và Bảo mật thông tin, Ban Cơ yếu Chính phủ', { width, align: 'center' }).moveDown(1);
}

function writeRow(document: Page, [label, value]: readonly [string, string]): void {
  const column = 170;
  const text = value.normalize('NFC');
  const height = Math.max(document.font('bold').fontSize(10.5).heightOfString(label, { width: column }), document.font('text').heightOfString(text, { width: width - column - 10 }));
  if (document.y + height > 740) document.addPage();
  const top = document.y;
  document.font('bold').text(label, left, top, { width: column });
  document.font('text').text(text, left + column + 10, top, { width: width - column - 10 });
  document.y = top + height + 5;
  document.moveTo(left, document.y).lineTo(left + width, document.y).lineWidth(0.3).strokeColor('#999999').stroke();
  document.y += 5;
}

function writeFoot(document: Page, { agencyName }: FormFrame): void {
  if (document.y > 680) document.addPage();
  document.moveDown(1);
  document.font('text').fontSize(10.5).text('Cơ quan, tổ chức quản lý trực tiếp xác nhận các thông tin trên là đúng và chịu trách nhiệm trước pháp luật.', left, document.y, { width });
  document.moveDown(1);
  const top = document.y;
  document.font('italic').fontSize(9.5).text('Căn cứ: Nghị định số 68/2024/NĐ-CP.', left, top, { width: 200 });
  document.font('bold').fontSize(11).text('XÁC NHẬN CỦA CƠ QUAN QUẢN LÝ TRỰC TIẾP', 300, top, { width: 238, align: 'center' });
  document.font('italic').fontSize(9.5).text(`(Ký số: ${agencyName})`, { width: 238, align: 'center' });
}

function numberPages(document: Page, { number }: FilledForm, { requestId, contentHash }: FormFrame): void {
  const { count } = document.bufferedPageRange();
  for (let i = 0; i < count; i++) {
    document.switchToPage(i);
    document.page.margins.bottom = 0;
    document.font('text').fontSize(7.5).fillColor('black').text(`Mẫu ${number} · hồ sơ ${requestId} · trang ${i + 1}/${count}`, left, 796, { width, lineBreak: false });
    document.text(`Mã nội dung (SHA-256): ${Buffer.from(contentHash).toString('hex')}`, left, 808, { width, lineBreak: false });
  }
}
