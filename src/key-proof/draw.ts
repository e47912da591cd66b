import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import PDFDocument from 'pdfkit';

const load = createRequire(import.meta.url);
let fonts: { text: Buffer; bold: Buffer } | undefined;

/** Be Vietnam Pro, SIL Open Font License; embedded, so that it reads the same everywhere. */
function readFonts(): { text: Buffer; bold: Buffer } {
  const font = (weight: string): Buffer => readFileSync(load.resolve(`@expo-google-fonts/be-vietnam-pro/${weight}/BeVietnamPro_${weight}.ttf`));
  return (fonts ??= { text: font('400Regular'), bold: font('700Bold') });
}

/** One page with these lines, the first as its title and space for the signature below; the same lines and date give the same bytes. */
export async function drawChallenge([title = '', ...lines]: readonly string[], date: Date): Promise<Uint8Array> {
  const { text, bold } = readFonts();
  const document = new PDFDocument({ size: 'A4', margin: 71, lang: 'vi', info: { Title: title, CreationDate: date } });
  const chunks: Uint8Array[] = [];
  const finished = new Promise<void>((resolve, reject) => {
    document.on('data', (chunk: Uint8Array) => chunks.push(chunk));
    document.on('end', resolve);
    document.on('error', reject);
  });
  document.registerFont('text', text).registerFont('bold', bold);
  document.font('bold').fontSize(15).text(title);
  document.font('text').fontSize(11);
  for (const line of lines) {
    if (line === '') document.moveDown(1);
    else document.text(line).moveDown(0.3);
  }
  document.end();
  await finished;
  return Buffer.concat(chunks);
}
