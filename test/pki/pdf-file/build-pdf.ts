import { readPdf } from '../../../pki/pdf-file/document.ts';
import { buildUpdate } from '../../../pki/pdf-file/write.ts';

/** One page with a line of text, a form with one text field, and what else is asked for. */
export const plainObjects: Readonly<Record<number, string>> = {
  1: '<</Type /Catalog /Pages 2 0 R /AcroForm 6 0 R>>',
  2: '<</Type /Pages /Kids [3 0 R] /Count 1>>',
  3: '<</Type /Page /Parent 2 0 R /MediaBox [0 0 300 200] /Contents 4 0 R /Resources <</Font <</F1 5 0 R>>>> /Annots [7 0 R]>>',
  4: '<</Length 41>>\nstream\nBT /F1 12 Tf 20 100 Td (Ket qua: DAT) Tj ET\nendstream'.replace('41', '43'),
  5: '<</Type /Font /Subtype /Type1 /BaseFont /Helvetica>>',
  6: '<</Fields [7 0 R]>>',
  7: '<</Type /Annot /Subtype /Widget /FT /Tx /T (Note) /V (old) /Rect [20 20 200 40] /P 3 0 R /AP <</N 8 0 R>>>>',
  8: '<</Type /XObject /Subtype /Form /BBox [0 0 180 20] /Length 5>>\nstream\n(old)\nendstream',
};

/** A PDF of these objects with a table that tells the truth. */
export function buildPdf(objects: Readonly<Record<number, string>>, trailer = '/Root 1 0 R'): Buffer {
  let text = '%PDF-1.7\n';
  const numbers = Object.keys(objects).map(Number);
  const offsets = numbers.map((num) => {
    const at = text.length;
    text += `${num} 0 obj\n${objects[num]}\nendobj\n`;
    return at;
  });
  const lines = numbers.map((num, i) => `${num} 1\n${String(offsets[i]).padStart(10, '0')} 00000 n \n`);
  const id = '/ID [<00112233445566778899aabbccddeeff> <00112233445566778899aabbccddeeff>]';
  return Buffer.from(`${text}xref\n0 1\n0000000000 65535 f \n${lines.join('')}trailer\n<</Size ${Math.max(...numbers) + 1} ${id} ${trailer}>>\nstartxref\n${text.length}\n%%EOF\n`, 'latin1');
}

/** The same objects, two of them in an object stream, under a cross-reference stream. */
export function compressedPdf(): Buffer {
  const [font, catalog] = ['<</Type /Font>>', plainObjects[1]!];
  const head = `5 0 1 ${font.length + 1} `;
  const packed = `${head}${font} ${catalog}`;
  let text = '%PDF-1.7\n';
  const rows: number[][] = [];
  const put = (num: number, body: string): void => {
    rows[num] = [1, text.length >> 8, text.length & 0xff, 0];
    text += `${num} 0 obj\n${body}\nendobj\n`;
  };
  for (const num of [2, 3, 4, 6, 7, 8]) put(num, plainObjects[num]!);
  put(9, `<</Type /ObjStm /N 2 /First ${head.length} /Length ${packed.length}>>\nstream\n${packed}\nendstream`);
  [rows[0], rows[5], rows[1]] = [[0, 0, 0, 0], [2, 0, 9, 0], [2, 0, 9, 1]];
  const at = text.length;
  rows[10] = [1, at >> 8, at & 0xff, 0];
  const data = Buffer.from(rows.flat()).toString('hex');
  return Buffer.from(`${text}10 0 obj\n<</Type /XRef /Size 11 /W [1 2 1] /Root 1 0 R /Filter /ASCIIHexDecode /Length ${data.length}>>\nstream\n${data}\nendstream\nendobj\nstartxref\n${at}\n%%EOF\n`, 'latin1');
}

/**
 * The plain file with object 5 hidden from the table and given by a cross-reference stream.
 * @param num the number the stream gives for it: one that the table has elsewhere makes two readings
 */
export function hybridPdf(num: number): Buffer {
  const text = buildPdf(plainObjects).toString('latin1');
  const [body, tail] = [text.slice(0, text.indexOf('xref\n')), text.slice(text.indexOf('xref\n'))];
  const place = text.indexOf('5 0 obj').toString(16).padStart(4, '0');
  const stream = `9 0 obj\n<</Type /XRef /Size 10 /Index [${num} 1] /W [1 2 1] /Filter /ASCIIHexDecode /Length 8>>\nstream\n01${place}00\nendstream\nendobj\n`;
  const hidden = tail.replace(/5 1\n\d{10} 00000 n/, '5 1\n0000000000 65535 f').replace('/Root', `/XRefStm ${body.length} /Root`);
  return Buffer.from(`${body}${stream}${hidden.replace(/startxref\n\d+/, `startxref\n${body.length + stream.length}`)}`, 'latin1');
}

/** The file with these objects written anew in one more revision. */
export function update(pdf: Uint8Array, objects: Readonly<Record<number, string>>): Buffer {
  const news = Object.entries(objects).map(([num, body]) => ({ num: Number(num), gen: 0, body: Buffer.from(body, 'latin1') }));
  return Buffer.concat([pdf, buildUpdate(readPdf(pdf), news).bytes]);
}

/** The code of the PkiError that this throws; undefined if it throws none. */
export function codeOf(run: () => unknown): string | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
}
