import { isCoveredField } from '../../../pki/pdf/covered-field.ts';
import { readPdf } from '../../../pki/pdf-file/document.ts';
import { PdfRef } from '../../../pki/pdf-file/objects.ts';
import { buildPdf, plainObjects } from '../pdf-file/build-pdf.ts';

const shown = '/AP <</N 8 0 R>>';
const field = (rect: string, more = shown): string => `<</Type /Annot /Subtype /Widget /FT /Sig /T (S) /Rect [${rect}] /P 3 0 R ${more}>>`;

/** A page whose annotations are drawn in this order: the field 9, or its kid 11, and one more, 10. */
function covered(order: string, own: string, other: string): boolean {
  const page = plainObjects[3]!.replace('[7 0 R]', `[${order}]`);
  const kid = field('0 0 100 100').replace('/FT /Sig /T (S)', '/Parent 9 0 R');
  return isCoveredField(readPdf(buildPdf({ ...plainObjects, 3: page, 9: own, 10: other, 11: kid })), new PdfRef(9, 0));
}

test.each<[string, boolean, string, string, string]>([
  ['another field of the same place is drawn over it', true, '9 0 R 10 0 R', field('0 0 100 100'), field('0 0 100 100')],
  ['a stamp hides most of it', true, '9 0 R 10 0 R', field('0 0 100 100'), `<</Subtype /Stamp /Rect [0 0 60 100] ${shown}>>`],
  ['a seal lies over a third of it', false, '9 0 R 10 0 R', field('0 0 100 100'), field('67 0 160 100')],
  ['what lies there is below it', false, '10 0 R 9 0 R', field('0 0 100 100'), field('0 0 100 100')],
  ['what lies there shows nothing', false, '9 0 R 10 0 R', field('0 0 100 100'), '<</Subtype /Link /Rect [0 0 100 100]>>'],
  ['what lies there is hidden', false, '9 0 R 10 0 R', field('0 0 100 100'), field('0 0 100 100', `${shown} /F 2`)],
  ['it has no picture itself', false, '9 0 R 10 0 R', field('0 0 100 100', ''), field('0 0 100 100')],
  ['its widget is a kid of the field', true, '11 0 R 10 0 R', '<</FT /Sig /T (S) /Kids [11 0 R]>>', field('0 0 100 100')],
])('covered when %s: %s', (_what, expected, order, own, other) => {
  expect(covered(order, own, other)).toBe(expected);
});
