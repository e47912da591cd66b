import { compareRevisions } from '../../../pki/pdf/changes.ts';
import { readPdf } from '../../../pki/pdf-file/document.ts';
import { revisionsOf } from '../../../pki/pdf-file/revisions.ts';
import { buildPdf, plainObjects, update } from '../pdf-file/build-pdf.ts';

type Objects = Record<number, string>;

const stream = (dictionary: string, text: string): string => `<<${dictionary} /Length ${text.length}>>\nstream\n${text}\nendstream`;
const ink = (text: string): string => stream('/Type /XObject /Subtype /Form /BBox [0 0 9 9]', text);

/** The codes of what an update of these objects changes; a document prepared for it is part of the attack. */
function changed(prepared: Objects, news: Objects): string[] {
  const [before, after] = revisionsOf(readPdf(update(buildPdf({ ...plainObjects, ...prepared }), news)));
  return compareRevisions(before!.document, after!.document).map(({ code }) => code);
}

const twoParents = {
  2: '<</Type /Pages /Kids [3 0 R] /Count 1 /Resources <</Font <</F1 5 0 R>>>>>>',
  3: '<</Type /Page /Parent 2 0 R /MediaBox [0 0 300 200] /Contents 4 0 R /Annots [7 0 R]>>',
};
const noteInk = '/AP <</N 8 0 R>>';

test.each<[string, Objects, Objects, string[]]>([
  ['a field that is the stream of the page, other bytes of the same length',
    { 4: stream('/FT /Tx /T (page)', 'BT (100) Tj ET'), 6: '<</Fields [7 0 R 4 0 R]>>' },
    { 4: stream('/FT /Tx /T (page)', 'BT (900) Tj ET') }, ['page-content-changed']],
  ['a field that is a dictionary of resources, its value drawn as an object named V',
    { 3: plainObjects[3]!.replace('/Font', '/XObject 9 0 R /Font'), 6: '<</Fields [7 0 R 9 0 R]>>', 9: '<</FT /Tx /T (x) /V 10 0 R>>', 10: ink('(100)') },
    { 9: '<</FT /Tx /T (x) /V 11 0 R>>', 11: ink('(900)') }, ['page-resources-changed', 'field-filled']],
  ['the same, the object behind the value replaced',
    { 3: plainObjects[3]!.replace('/Font', '/XObject 9 0 R /Font'), 6: '<</Fields [7 0 R 9 0 R]>>', 9: '<</FT /Tx /T (x) /V 10 0 R>>', 10: ink('(100)') },
    { 10: ink('(900)') }, ['page-resources-changed', 'field-filled']],
  ['a page that is a dictionary of resources, drawn by an entry that shows nothing on a page',
    { 3: plainObjects[3]!.replace('/Font', '/Metadata 10 0 R /XObject 3 0 R /Font').replace('/Type', '/Metadata 10 0 R /Type'), 10: ink('(100)') },
    { 10: ink('(900)') }, ['page-resources-changed']],
  ['a page that inherits from another parent', twoParents,
    { 3: twoParents[3].replace('/Parent 2', '/Parent 9'), 9: '<</Type /Pages /Kids [3 0 R] /Count 1 /Resources <</Font <</F1 10 0 R>>>>>>', 10: '<</Type /Font /Subtype /Type3>>' }, ['page-changed']],
  ['a page that becomes a kid of a field',
    { 2: '<</Type /Pages /Kids [3 0 R] /Count 1 /FT /Sig /T (x)>>', 6: '<</Fields [7 0 R 2 0 R]>>' },
    { 2: '<</Type /Pages /Kids [3 0 R 9 0 R] /Count 1 /FT /Sig /T (x)>>', 9: '<</Type /Page /FT /Sig /T (y) /Parent 2 0 R /Contents 4 0 R>>' }, ['page-added']],
  ['annotations in another order, so that the lower one shows',
    { 3: plainObjects[3]!.replace('[7 0 R]', '[7 0 R 9 0 R]'), 9: `<</Type /Annot /Subtype /Stamp /Rect [20 20 200 40] ${noteInk}>>` },
    { 3: plainObjects[3]!.replace('[7 0 R]', '[9 0 R 7 0 R]') }, ['annotations-reordered']],
  ['an annotation drawn with what a field is filled with',
    { 3: plainObjects[3]!.replace('[7 0 R]', '[7 0 R 9 0 R]'), 9: `<</Type /Annot /Subtype /Stamp /Rect [0 0 300 200] /AP 7 0 R>>`, 7: plainObjects[7]!.replace('/AP', '/N 8 0 R /AP').replace('/V (old)', '/V (a)') },
    { 7: plainObjects[7]!.replace('/AP', '/N 8 0 R /AP').replace('/V (old)', '/V (b)') }, ['annotation-changed']],
  ['a widget under another field', { 7: `${plainObjects[7]!.slice(0, -2)} /Parent 9 0 R>>`, 9: '<</T (a)>>', 10: '<</T (b) /V (other)>>' },
    { 7: `${plainObjects[7]!.slice(0, -2)} /Parent 10 0 R>>` }, ['field-changed']],
])('%s', (_what, prepared, news, codes) => {
  expect(changed(prepared, news)).toEqual(expect.arrayContaining(codes));
});

test('an object written again as it was is no change', () => {
  expect(changed({}, { 3: plainObjects[3]!, 4: plainObjects[4]!, 7: plainObjects[7]! })).toEqual([]);
});

test('what a page links to may be signed later: an outline and a structure that lead to pages and fields are no change', () => {
  const linked = {
    1: plainObjects[1]!.replace('/Pages', '/Outlines 9 0 R /StructTreeRoot 11 0 R /Pages'),
    9: '<</Type /Outlines /First 10 0 R /Last 10 0 R>>', 10: '<</Title (x) /Parent 9 0 R /Dest [3 0 R /Fit]>>',
    11: '<</Type /StructTreeRoot /K <</Type /OBJR /Obj 7 0 R /Pg 3 0 R>>>>',
  };
  expect(changed(linked, { 7: plainObjects[7]!.replace('(old)', '(new)') })).toEqual(['field-filled']);
});

test('a form of 15,000 fields over ten revisions is compared, at a cost that does not grow with their square', () => {
  const numbers = Array.from({ length: 15_000 }, (_none, i) => i + 20);
  const fields = Object.fromEntries(numbers.map((num) => [num, `<</FT /Tx /T (f${num}) /V (x)>>`]));
  let file: Buffer = buildPdf({ ...plainObjects, ...fields, 6: `<</Fields [7 0 R ${numbers.map((num) => `${num} 0 R`).join(' ')}]>>` });
  for (let i = 0; i < 10; i++) file = update(file, { 7: plainObjects[7]!.replace('(old)', `(${i})`) });
  const revisions = revisionsOf(readPdf(file));
  const codes = revisions.slice(1).flatMap((revision, i) => compareRevisions(revisions[i]!.document, revision.document).map(({ code }) => code));
  expect(codes).toEqual(Array.from({ length: 10 }, () => 'field-filled'));
}, 60_000);
