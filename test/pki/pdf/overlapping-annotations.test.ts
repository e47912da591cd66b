import { findOverlappingAnnotations } from '../../../pki/pdf/overlapping-annotations.ts';
import { readPdfSignatures } from '../../../pki/pdf/signatures.ts';
import { signPdf } from '../../../pki/pdf/sign.ts';
import { readPdf } from '../../../pki/pdf-file/document.ts';
import { buildPdf, plainObjects, update } from '../pdf-file/build-pdf.ts';
import { orderOf } from './certified.ts';

const link = (rect: string, more = ''): string => `<</Type /Annot /Subtype /Link /Rect [${rect}] ${more}>>`;
const stamp = (rect: string, more = ''): string => `<</Type /Annot /Subtype /Stamp /Rect [${rect}] /AP <</N 8 0 R>> ${more}>>`;
/** Two pages, the second with these annotations. */
const withAnnotations = (...annotations: string[]): Buffer => buildPdf({
  ...plainObjects, 2: '<</Type /Pages /Kids [3 0 R 9 0 R] /Count 2>>',
  9: `<</Type /Page /Parent 2 0 R /MediaBox [0 0 300 200] /Annots [${annotations.map((_body, i) => `${i + 10} 0 R`).join(' ')}]>>`,
  ...Object.fromEntries(annotations.map((body, i) => [i + 10, body])),
});

test.each<[string, number | undefined, string[]]>([
  ['the places of two links', 2, [link('0 0 50 10'), link('45 0 90 10')]],
  ['a stamp over a link', 2, [link('0 0 50 10'), stamp('10 5 20 20')]],
  ['links side by side', undefined, [link('0 0 50 10'), link('50 0 90 10'), link('0 10 50 20')]],
  ['links that touch by the rounding of their corners', undefined, [link('0 0 50 10'), link('49.9 0 90 10')]],
  ['what is hidden', undefined, [link('0 0 50 10'), stamp('0 0 50 10', '/F 2')]],
  ['a place that shows nothing and leads nowhere', undefined, [link('0 0 50 10'), '<</Type /Annot /Subtype /Widget /Rect [0 0 50 10]>>']],
  ['no place at all', undefined, [link('0 0 0 0'), link('0 0 0 0'), '<</Subtype /Link>>', 'null']],
])('%s: page %s', (_what, page, annotations) => {
  expect(findOverlappingAnnotations(readPdf(withAnnotations(...annotations)))).toBe(page);
});

test('a page tree that leads back to itself has an end', () => {
  expect(findOverlappingAnnotations(readPdf(buildPdf({ ...plainObjects, 2: '<</Type /Pages /Kids [2 0 R 3 0 R] /Count 1>>' })))).toBeUndefined();
});

test('overlaps are told of a signature after which somebody went on, not after evidence alone', async () => {
  const signed = await signPdf(withAnnotations(link('0 0 50 10'), link('45 0 90 10')), orderOf('holder'));
  const told = (pdf: Uint8Array): (number | undefined)[] => readPdfSignatures(pdf).map(({ overlapsOnPage }) => overlapsOnPage);
  const catalog = '<</Type /Catalog /Pages 2 0 R /AcroForm 6 0 R /DSS <</Certs []>>>>';
  expect([told(signed), told(update(signed, { 1: catalog })), told(await signPdf(signed, orderOf('stranger')))]).toEqual([[undefined], [undefined], [2, undefined]]);
});
