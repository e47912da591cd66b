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
