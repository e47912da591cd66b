import { rmSync } from 'node:fs';
import { readPdfSignatures, type PdfSignature } from '../../../pki/pdf/signatures.ts';
import { signPdf } from '../../../pki/pdf/sign.ts';
import { listFields } from '../../../pki/pdf/fields.ts';
import { readPdf } from '../../../pki/pdf-file/document.ts';
import { printValue } from '../../../pki/pdf-file/write.ts';
import { makeResultPdf } from '../../../scripts/make-result-pdf.ts';
import { buildPdf, plainObjects, update } from '../pdf-file/build-pdf.ts';
import { hasQpdf, throughQpdf } from '../pdf-file/qpdf.ts';
import { isIntact, makeSigner } from './signer.ts';

const own = makeSigner();
afterAll(() => rmSync(own.folder, { recursive: true }));

/** Signed: 9 is the signature dictionary, 10 its field. */
const signed = await signPdf(buildPdf(plainObjects), { signer: own.signer, certificate: own.certificate, chain: [], signingTime: new Date('2026-11-23T08:00:00Z') });
const [catalog, page, form, note] = [1, 3, 6, 7].map((num) => printValue(readPdf(signed).object(num))) as [string, string, string, string];
const after = (objects: Record<number, string>): PdfSignature => readPdfSignatures(update(signed, objects)).find(({ field }) => field === 'Signature1')!;
const codes = ({ changesAfter }: PdfSignature): string[] => changesAfter.map(({ code, allowed, warning }) => `${code}${allowed ? '' : ' forbidden'}${warning ? ' warning' : ''}`);

const ink = '<</Type /XObject /Subtype /Form /BBox [0 0 9 9] /Length 3>>\nstream\nf*\n\nendstream';
const widget = (more: string): string => `<</Type /Annot /Subtype /Widget /FT /Sig /T (Late) /P 3 0 R ${more}>>`;
const withField = { 3: page.replace('10 0 R]', '10 0 R 11 0 R]'), 6: form.replace('10 0 R]', '10 0 R 11 0 R]') };

test.each<[string, Record<number, string>, string[]]>([
  ['shadow replace: other page contents', { 4: '<</Length 3>>\nstream\nBT \nendstream' }, ['page-content-changed forbidden warning']],
  ['shadow replace: another font', { 5: '<</Type /Font /Subtype /Type3>>' }, ['page-resources-changed forbidden warning']],
  ['shadow hide: other references', { 3: page.replace('/Contents 4 0 R', '/Contents 8 0 R') }, ['page-content-changed forbidden warning']],
  ['a page more', { 2: '<</Type /Pages /Kids [3 0 R 11 0 R] /Count 2>>', 11: '<</Type /Page /Parent 2 0 R>>' }, ['page-added forbidden warning', 'page-count-changed forbidden warning']],
  ['no page left', { 2: '<</Type /Pages /Kids [] /Count 0>>' }, ['page-removed forbidden warning', 'page-count-changed forbidden warning']],
  ['another page tree', { 1: catalog.replace('/Pages 2 0 R', '/Pages 11 0 R'), 11: '<</Type /Pages /Kids [3 0 R] /Count 0>>' }, ['page-tree-replaced forbidden warning']],
  ['a page turned', { 3: page.replace('/Type /Page', '/Type /Page /Rotate 180') }, ['page-geometry-changed forbidden warning']],
  ['an action on opening', { 1: catalog.replace('/Type /Catalog', '/Type /Catalog /OpenAction <</S /JavaScript>>') }, ['catalog-changed forbidden warning']],
  ['evil annotation: free text', { 3: page.replace('10 0 R]', '10 0 R 11 0 R]'), 11: '<</Type /Annot /Subtype /FreeText /Rect [0 0 99 99]>>' }, ['annotation-added forbidden warning']],
  ['a widget that belongs to no new field', { 3: withField[3], 11: widget('') }, ['widget-added forbidden warning']],
  ['sneaky signature: an unsigned field with ink', { ...withField, 11: widget('/Rect [0 0 300 200] /AP <</N 12 0 R>>'), 12: ink },
    ['sneaky-signature-field forbidden warning', 'appearance-covers-page warning', 'annotation-overlap warning']],
  ['a signed field over the page', { ...withField, 11: widget('/Rect [0 0 300 200] /AP <</N 12 0 R>> /V <</Type /Sig /ByteRange [0 1 2 3] /Contents <00>>>'), 12: ink }, ['signature-added', 'appearance-covers-page warning', 'annotation-overlap warning']],
  ['a signed field over a part of another', { ...withField, 11: widget('/Rect [150 20 250 40] /AP <</N 12 0 R>> /V <</Type /Sig /ByteRange [0 1 2 3] /Contents <00>>>'), 12: ink }, ['signature-added']],
  ['sneaky signature: ink whose field holds no signature', { ...withField, 11: widget('/Rect [250 150 290 190] /AP <</N 12 0 R>> /V <</Type /Sig>>'), 12: ink }, ['sneaky-signature-field forbidden warning']],
  ['a document timestamp with a picture', { ...withField, 11: widget('/Rect [250 150 290 190] /AP <</N 12 0 R>> /V <</SubFilter /ETSI.RFC3161 /ByteRange [0 1 2 3] /Contents <00>>>'), 12: ink }, ['visible-timestamp-added']],
  ['every field to be drawn anew', { 6: form.replace('/Fields', '/NeedAppearances true /Fields') }, ['need-appearances-changed warning']],
  ['layers', { 1: catalog.replace('/Type /Catalog', '/Type /Catalog /OCProperties <<>>') }, ['layers-changed forbidden warning']],
  ['a field for a signature to come', { ...withField, 11: widget('/Rect [0 0 0 0]') }, ['signature-field-added']],
  ['a field with an action', { ...withField, 11: widget('/Rect [0 0 0 0] /AA <<>>') }, ['field-added forbidden warning', 'widget-added forbidden warning']],
  ['a text field more', { ...withField, 11: widget('').replace('/Sig', '/Tx') }, ['field-added forbidden warning', 'widget-added forbidden warning']],
  ['a field filled', { 7: note.replace(/\/V <[^>]*>/, '/V (new)').replace('8 0 R', '12 0 R'), 12: ink }, ['field-filled']],
  ['an appearance replaced, the value not', { 7: note.replace('8 0 R', '12 0 R'), 12: ink }, ['appearance-replaced forbidden warning']],
  ['an appearance rewritten in place', { 8: ink }, ['appearance-replaced forbidden warning']],
  ['a field moved', { 7: note.replace('[20 20', '[20 90') }, ['field-changed forbidden warning']],
  ['a field gone', { 6: form.replace('7 0 R ', '') }, ['field-removed forbidden warning']],
  ['a DSS', { 1: catalog.replace('/Type /Catalog', '/Type /Catalog /DSS 11 0 R'), 11: '<</Certs []>>' }, ['dss-updated']],
  ['a DSS and something else with it', { 1: catalog.replace('/Type /Catalog', '/Type /Catalog /DSS <<>>'), 4: '<</Length 1>>\nstream\n \nendstream' }, ['dss-updated', 'page-content-changed forbidden warning']],
  ['an object nobody reaches', { 11: '<</Evil true>>' }, []],
  ['an object that cannot be read', { 5: '<</Type /Font' }, ['page-resources-changed forbidden warning']],
])('%s', (_what, objects, expected) => {
  const signature = after(objects);
  expect(codes(signature).toSorted()).toEqual(expected.toSorted());
  expect(signature).toMatchObject({ problems: [], coverage: { wholeDocument: false, revision: 2, revisions: 3 } });
  expect(isIntact(signature, own.certificate)).toBe(true);
});

test.each<[string, (dictionary: string) => string]>([
  ['without Contents', (d) => d.replace('/Contents', '/Content')],
  ['with a null for Contents', (d) => d.replace(/\/Contents <[^>]*>/, '/Contents null')],
  ['without ByteRange', (d) => d.replace('/ByteRange', '/ByteRang')],
  ['with another SubFilter', (d) => d.replace('ETSI.CAdES.detached', 'ETSI.nothing')],
  ['with another reason, all else the same', (d) => d.replace('/Type /Sig', '/Type /Sig /Reason (other)')],
  ['that is no dictionary', () => 'null'],
])('universal forgery: the signature dictionary redefined %s', (_what, forge) => {
  const signature = after({ 9: forge(printValue(readPdf(signed).object(9))) });
  expect(signature.problems).toEqual([]);
  expect(codes(signature)).toContain('signature-replaced forbidden warning');
});

/** The signed file with bytes changed in place, none moved. */
function inPlace(from: RegExp, to: (found: string) => string): PdfSignature {
  const text = Buffer.from(signed).toString('latin1').replace(from, (found) => to(found).padEnd(found.length));
  return readPdfSignatures(Buffer.from(text, 'latin1'))[0]!;
}

test.each<[string, RegExp, (found: string) => string, string]>([
  ['not from the first byte', /ByteRange \[0 /, () => 'ByteRange [1 ', 'byte-range-malformed'],
  ['of three numbers', /(ByteRange \[0 \d+ \d+) \d+\]/, (found) => found.replace(/ \d+\]/, ']'), 'byte-range-malformed'],
  ['with a negative number', /(ByteRange \[0 \d+ \d+) \d+\]/, (found) => found.replace(/ \d+\]/, ' -1]'), 'byte-range-malformed'],
  ['beyond the end', /(ByteRange \[0 \d+ \d+) \d+\]/, (found) => found.replace(/ \d+\]/, ' 9999]'), 'byte-range-outside-file'],
  ['that overlaps itself', /ByteRange \[0 (\d+) \d+/, (found) => found.replace(/ \d+$/, ' 1'), 'byte-range-malformed'],
  ['with a gap that is larger', /ByteRange \[0 \d+/, () => 'ByteRange [0 100', 'byte-range-not-contents'],
  ['of another type', /ByteRange \[[^\]]*\]/, () => 'ByteRange (x)', 'byte-range-missing'],
  ['and Contents that are empty', /Contents <[^>]*>/, (found) => found.replaceAll(/[1-9a-f](?=[0-9a-f]*>)/g, '0'), 'contents-empty'],
  ['and Contents that are no DER', /Contents <30/, () => 'Contents <00', 'contents-malformed'],
])('a ByteRange %s', (_what, from, to, code) => {
  expect(inPlace(from, to).problems.map((problem) => problem.code)).toContain(code);
});

test('noise in the padding is told', () => {
  expect(codes(inPlace(/00000000>/, () => '000000ff>'))).toContain('contents-padding forbidden warning');
});

test('bytes after the last %%EOF are told', () => {
  const signature = readPdfSignatures(Buffer.concat([signed, Buffer.from('more')]))[0]!;
  expect([signature.coverage.wholeDocument, ...codes(signature)]).toEqual([false, 'bytes-after-end forbidden warning']);
});

test('two objects of one number are a broken format', async () => {
  const double = buildPdf({ ...plainObjects, 8: `${plainObjects[8]!}\nendobj\n5 0 obj\n<</Type /Font>>` });
  const file = await signPdf(double, { signer: own.signer, certificate: own.certificate, chain: [], signingTime: new Date('2026-11-23T08:00:00Z') });
  expect(readPdfSignatures(file)[0]!.problems).toMatchObject([{ code: 'object-repeated' }]);
});

test('a file without signatures has none', () => {
  expect(readPdfSignatures(buildPdf(plainObjects))).toEqual([]);
});

test('a later revision that builds on one before the signed one is told, though it shows the signature', async () => {
  const base = buildPdf(plainObjects);
  const filled = update(base, { 4: '<</Length 3>>\nstream\nBT \nendstream' });
  const file = await signPdf(filled, { signer: own.signer, certificate: own.certificate, chain: [], signingTime: new Date('2026-11-23T08:00:00Z') });
  const document = readPdf(file);
  const numbers = [3, 6, 9, 10].map((num) => ({ num, entry: document.entry(num) as { offset: number } }));
  const table = numbers.map(({ num, entry }) => `${num} 1\n${String(entry.offset).padStart(10, '0')} 00000 n \n`).join('');
  const prev = readPdf(base).sections[0]!.offset;
  const skipping = Buffer.concat([file, Buffer.from(`xref\n${table}trailer\n<</Size 11 /Root 1 0 R /Prev ${prev}>>\nstartxref\n${file.length}\n%%EOF\n`)]);
  const signature = readPdfSignatures(skipping)[0]!;
  expect(signature.problems).toEqual([]);
  expect(codes(signature)).toContain('signed-revision-skipped forbidden warning');
});

const withQpdf = hasQpdf ? test : test.skip;

withQpdf.each([
  ['linearized', ['--linearize']],
  ['with object streams', ['--object-streams=generate']],
  ['linearized with object streams', ['--linearize', '--object-streams=generate']],
  ['without compression', ['--qdf', '--object-streams=disable']],
])('a result that qpdf wrote %s is signed, signed again, and each signature knows what came after', async (_form, options) => {
  const order = { signer: own.signer, certificate: own.certificate, chain: [], signingTime: new Date('2026-11-23T08:00:00Z') };
  const once = await signPdf(throughQpdf(await makeResultPdf({ date: order.signingTime }), ...options), order);
  const [alone] = readPdfSignatures(once);
  expect(alone).toMatchObject({ problems: [], changesAfter: [], coverage: { wholeDocument: true, revision: 2, revisions: 2 } });
  const [first, second] = readPdfSignatures(await signPdf(once, order));
  expect([codes(first!), codes(second!)]).toEqual([['signature-added'], []]);
  for (const signature of [first!, second!]) expect(isIntact(signature, own.certificate)).toBe(true);
});

withQpdf('a file that qpdf wrote anew after signing has no signature that holds', () => {
  for (const signature of readPdfSignatures(throughQpdf(signed))) expect(signature.problems).not.toEqual([]);
});

withQpdf.each([['RC4', '40'], ['RC4', '128'], ['AES-256', '256']])('a file encrypted with %s (%s bits) and an empty user password is read', (_name, bits) => {
  const weak = bits === '256' ? [] : ['--allow-weak-crypto'];
  const document = readPdf(throughQpdf(buildPdf(plainObjects), ...weak, '--encrypt', '', 'owner', bits, '--'));
  expect(listFields(document).map(({ name }) => name)).toEqual(['Note']);
});
