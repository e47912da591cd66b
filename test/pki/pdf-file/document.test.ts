import { catalogOf, readPdf } from '../../../pki/pdf-file/document.ts';
import { findRepeatedObjects } from '../../../pki/pdf-file/repeated-objects.ts';
import { revisionsOf } from '../../../pki/pdf-file/revisions.ts';
import { printValue } from '../../../pki/pdf-file/write.ts';
import { buildPdf, codeOf, compressedPdf, hybridPdf, plainObjects, update } from './build-pdf.ts';

const plain = buildPdf(plainObjects);
const object = (pdf: Uint8Array, num: number): string => printValue(readPdf(pdf).object(num));

test('objects by table, by cross-reference stream and out of an object stream', () => {
  expect(object(plain, 5)).toBe('<</Type /Font\n/Subtype /Type1\n/BaseFont /Helvetica>>');
  expect(object(compressedPdf(), 5)).toBe('<</Type /Font>>');
  expect(catalogOf(readPdf(compressedPdf())).has('AcroForm')).toBe(true);
  expect(object(plain, 4711)).toBe('null');
});

test.each([['a table', plain], ['a stream', compressedPdf()]])('an update of a file with %s is of the same kind, and the next revision', (_kind, pdf) => {
  const updated = update(pdf, { 5: '<</Type /Font /New true>>' });
  const revisions = revisionsOf(readPdf(updated));
  expect(updated.subarray(0, pdf.length).equals(pdf)).toBe(true);
  expect(revisions.map(({ number, document }) => [number, document.sections[0]!.form])).toEqual([1, 2].map((n) => [n, readPdf(pdf).sections[0]!.form]));
  expect(printValue(revisions[1]!.document.object(5))).toContain('/New true');
  expect(printValue(revisions[0]!.document.object(5))).not.toContain('/New');
  expect(revisions[1]!.end).toBe(updated.length - 1);
});

test('a hybrid file: the stream gives what the table calls free (§7.5.8.4)', () => {
  const hybrid = hybridPdf(5);
  expect(object(hybrid, 5)).toContain('/Helvetica');
  expect(readPdf(update(hybrid, { 4: 'null' })).sections.map(({ form }) => form)).toEqual(['table', 'hybrid']);
  expect(codeOf(() => readPdf(hybridPdf(6)))).toBe('pdf-xref-conflict');
});

const text = plain.toString('latin1');
const altered = (from: string | RegExp, to: string): Buffer => Buffer.from(text.replace(from, to), 'latin1');
const startxref = Number(/startxref\n(\d+)/.exec(text)![1]);

test.each([
  ['bytes before the header', Buffer.concat([Buffer.from('junk\n'), plain]), 'document-unreadable'],
  ['a file cut short', plain.subarray(0, plain.length - 20), 'document-unreadable'],
  ['no PDF', Buffer.alloc(200, 0x20), 'document-unreadable'],
  ['startxref outside', altered(`startxref\n${startxref}`, 'startxref\n999999'), 'pdf-xref-malformed'],
  ['startxref somewhere', altered(`startxref\n${startxref}`, 'startxref\n9'), 'pdf-xref-malformed'],
  ['Prev that leads back to itself', altered('/Root 1 0 R', `/Root 1 0 R /Prev ${startxref}`), 'pdf-xref-loop'],
  ['a number twice in one section', altered('5 1\n', '4 1\n'), 'pdf-xref-conflict'],
  ['a trailer with a key twice', altered('/Root 1 0 R', '/Root 1 0 R /Root 2 0 R'), 'pdf-duplicate-key'],
])('%s is refused', (_rule, pdf, code) => {
  expect(codeOf(() => readPdf(pdf))).toBe(code);
});

test.each([
  ['an offset that lies', altered('5 0 obj', '9 0 obj'), 5, 'pdf-object-misplaced'],
  ['a Length that lies', altered('/Length 43', '/Length 40'), 4, 'pdf-stream-length'],
  ['a Length that needs its own stream', altered('/Length 43', '/Length 4 0 R'), 4, 'pdf-reference-loop'],
  ['an object without end', altered(/\/Helvetica>>\nendobj/, '/Helvetica>>\nendxxx'), 5, 'pdf-malformed'],
])('%s is refused when the object is read', (_rule, pdf, num, code) => {
  const shifted = pdf.length === plain.length ? pdf : buildPdf({ ...plainObjects, 4: plainObjects[4]!.replace('/Length 43', '/Length 4 0 R') });
  expect(codeOf(() => readPdf(shifted).object(num))).toBe(code);
});

test('two objects of one number in one revision are found, one in a stream is none', () => {
  const double = buildPdf({ ...plainObjects, 8: `${plainObjects[8]!}\nendobj\n5 0 obj\n<</Type /Font /Evil true>>` });
  const inside = '\n5 0 obj <<>> endobj\n';
  const hidden = buildPdf({ ...plainObjects, 9: `<</Length ${inside.length}>>\nstream\n${inside}\nendstream` });
  expect(findRepeatedObjects(revisionsOf(readPdf(double)))).toMatchObject([{ num: 5, revision: 1 }]);
  expect(findRepeatedObjects(revisionsOf(readPdf(hidden)))).toEqual([]);
  expect(findRepeatedObjects(revisionsOf(readPdf(update(plain, { 5: '<<>>' }))))).toEqual([]);
});

test('an object stream whose count is inside it is refused, not followed for ever', () => {
  const [inside, file] = ['/N 2 /First', compressedPdf().toString('latin1')];
  const looped = file.replace(inside, '/N 5 0 R /First');
  // the cross-reference stream stands behind it, and so a little further on
  const start = Number(/startxref\n(\d+)/.exec(file)![1]) + looped.length - file.length;
  const document = readPdf(Buffer.from(looped.replace(/startxref\n\d+/, `startxref\n${start}`), 'latin1'));
  expect(codeOf(() => document.object(5))).toBe('pdf-reference-loop');
});

test('a loop of references ends', () => {
  const pdf = buildPdf({ ...plainObjects, 5: '9 0 R', 9: '5 0 R' });
  const document = readPdf(pdf);
  expect(codeOf(() => document.resolve(document.object(5)))).toBe('pdf-reference-loop');
});
