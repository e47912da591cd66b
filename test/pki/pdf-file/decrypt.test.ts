import PDFDocument from 'pdfkit';
import { readPdf } from '../../../pki/pdf-file/document.ts';
import { PdfDict, PdfString, textOf } from '../../../pki/pdf-file/objects.ts';
import { codeOf } from './build-pdf.ts';

async function encrypted(options: PDFKit.PDFDocumentOptions): Promise<Uint8Array> {
  const document = new PDFDocument({ ...options, info: { Title: 'Kết quả' } });
  const chunks: Uint8Array[] = [];
  const finished = new Promise((resolve) => document.on('end', resolve));
  document.on('data', (chunk: Uint8Array) => chunks.push(chunk));
  document.text('x').end();
  await finished;
  return Buffer.concat(chunks);
}

test.each([
  ['RC4, 40 bits', '1.3'], ['RC4, 128 bits', '1.4'], ['AES, 128 bits', '1.6'], ['AES, 256 bits', '1.7ext3'],
] as const)('%s: strings and streams of a file that opens without a password', async (_method, pdfVersion) => {
  const document = readPdf(await encrypted({ pdfVersion, ownerPassword: 'owner', compress: false }));
  const info = document.resolve(document.trailer.get('Info'));
  const title = info instanceof PdfDict ? document.resolve(info.get('Title')) : undefined;
  expect(title instanceof PdfString && textOf(title)).toBe('Kết quả');
});

test.each(['1.3', '1.4', '1.6', '1.7ext3'] as const)('a password that is needed is said to be (PDF %s)', async (pdfVersion) => {
  const pdf = await encrypted({ pdfVersion, userPassword: 'user', ownerPassword: 'owner' });
  expect(codeOf(() => readPdf(pdf))).toBe('pdf-password-needed');
});
