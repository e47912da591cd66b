import { readPdf, catalogOf } from '../../pki/pdf-file/document.ts';
import { PdfDict, PdfString, textOf } from '../../pki/pdf-file/objects.ts';
import { makeResultPdf } from '../../scripts/make-result-pdf.ts';

test('a result of two pages that names its dossier, read by our own reader', async () => {
  const document = readPdf(await makeResultPdf({ dossierCode: 'H42.17-000001', unit: 'Sở Tư pháp', date: new Date('2026-11-23T20:00:00Z') }));
  expect(document.dict(catalogOf(document).get('Pages'))?.get('Count')).toBe(2);
  const info = document.resolve(document.trailer.get('Info'));
  const text = (key: string): string | undefined => {
    const value = info instanceof PdfDict ? document.resolve(info.get(key)) : undefined;
    return value instanceof PdfString ? textOf(value) : undefined;
  };
  expect([text('Subject'), text('Author')]).toEqual(['H42.17-000001', 'Sở Tư pháp']);
});
