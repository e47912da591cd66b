import { signPdf, timestampPdf } from '../../pki/pdf/sign.ts';
import { update } from '../pki/pdf-file/build-pdf.ts';
import { certify, ink, judge, numbers, orderOf, richObjects, signedObjects, signUpdate, stream, type Objects, type Permits } from '../pki/pdf/certified.ts';

/**
 * What anybody may do to a signed result, and what nobody may: one change a row, tried on each kind of signature. A point
 * is a clean pass, T a pass with a warning beside it, R no pass.
 */
const kinds: readonly Permits[] = ['approval', 'P1', 'P2', 'P3', 'all locked', 'Note locked', 'all but Note locked'];
const signs = { passed: '.', told: 'T', refused: 'R' } as const;
const refused = 'R R R R R R R';
/** Allowed to annotate, or not. */
const annotated = 'R R R T R R R';

type Change = (objects: Objects) => Objects;
/** The first match must be there, or the row would test nothing. */
const put = (num: number, from: string | RegExp, to: string): Change => (objects) => {
  const body = objects[num]!.replace(from, to);
  if (body === objects[num]) throw new Error(`object ${num} has no ${String(from)}`);
  return { [num]: body };
};
const also = (change: Change, ...others: (Change | Objects)[]): Change => (objects) =>
  others.reduce<Objects>((sum, other) => ({ ...sum, ...(typeof other === 'function' ? other({ ...objects, ...sum }) : other) }), change(objects));

const cover = { [numbers.free + 1]: ink('1 g 0 0 300 200 re f') };
const [news, covers] = [`${numbers.free} 0 R`, `/AP <</N ${numbers.free + 1} 0 R>>`];
const inAnnots = put(3, '/Annots [', `/Annots [${news} `);
const inFields = put(6, '/Fields [', `/Fields [${news} `);
const annotation = (subtype: string, more = ''): Change => also(inAnnots, { [numbers.free]: `<</Type /Annot /Subtype /${subtype} /F 4 /Rect [10 90 290 120] /P 3 0 R ${covers} ${more}>>`, ...cover });
const field = (body: string): Change => also(inAnnots, inFields, { [numbers.free]: `<</Type /Annot /Subtype /Widget /T (More) /P 3 0 R ${body}>>`, ...cover });
const forged = '/V <</Type /Sig /SubFilter /ETSI.CAdES.detached /ByteRange [0 1 2 3] /Contents <3000>>>';
const catalog = (entry: string): Change => put(1, '/Type /Catalog', `/Type /Catalog ${entry}`);

async function endsOf(change: (signed: Buffer, objects: Objects) => Uint8Array | Promise<Uint8Array>, base: Objects = richObjects): Promise<string> {
  const ends: string[] = [];
  for (const permits of kinds) ends.push(signs[judge(await change(await certify(base, permits), signedObjects(base, permits))).end]);
  return ends.join(' ');
}

describe('what a form, long-term evidence and notes are for passes where it is permitted', () => {
  test.each<[string, string, Change]>([
    ['a text field filled', '. R . . R R .', also(put(7, '(old)', '(new)'), put(7, '8 0 R', news), { [numbers.free]: ink('BT (new) Tj ET') })],
    ['a field of a group filled', '. R . . R R .', put(23, '(1)', '(9)')],
    ['a box ticked', '. R . . R . R', put(20, '/V /Off /AS /Off', '/V /Yes /AS /Yes')],
    ['a choice made', '. R . . R . R', put(21, '/V (a)', '/V (b)')],
    ['a field made read-only, which a lock asks for', 'T T T T T T T', put(7, '/F 4', '/F 4 /Ff 1')],
    ['a DSS', '. . . . . . .', also(catalog(`/DSS ${news}`), { [numbers.free]: '<</Certs []>>' })],
    ['the extension that a DSS demands', '. . . . . . .', catalog('/Extensions <</ESIC <</BaseVersion /1.7 /ExtensionLevel 5>>>>')],
    ['a field for a signature to come', '. R . . . . .', field('/FT /Sig /F 4 /Rect [200 100 280 130]')],
    ['metadata written by an editor', '. R . . . . .', (objects) => ({ 36: stream('/Type /Metadata /Subtype /XML', '<y/>'), 40: objects[40]!.replace('antin', 'other') })],
    ['tags for a screen reader', 'T R T T T T T', put(37, '/S /P', '/S /P /ActualText (Khong dat)')],
    ['a note', annotated, annotation('Text')],
    ['a highlight', annotated, annotation('Highlight')],
    ['a link more', annotated, annotation('Link', '/A <</S /URI /URI (https://a.example)>>')],
    ['an object nobody reaches', 'T T T T T T T', () => ({ [numbers.free]: '<</Evil true>>' })],
  ])('%s: %s', async (_what, ends, change) => {
    expect(await endsOf((signed, objects) => update(signed, change(objects)))).toBe(ends);
  });

  test.each<[string, string, (signed: Buffer) => Promise<Uint8Array>]>([
    ['a signature of the same person', '. . . . . .', (signed) => signPdf(signed, orderOf('holder'))],
    ['a signature of a stranger', '. . . . . .', (signed) => signPdf(signed, orderOf('stranger'))],
    ['a signature in the field that waits for it', '. . . R . R', (signed) => signPdf(signed, { ...orderOf('holder'), field: 'Leader' })],
    ['a document timestamp', '. . . . . .', (signed) => timestampPdf(signed, new Date(0), () => Promise.resolve(Uint8Array.of(0x30, 3, 2, 1, 5)))],
    ['evidence, a document timestamp, and evidence again', '. . . . . .', async (signed) => {
      const dss = (pdf: Uint8Array, n: number): Buffer => update(pdf, { [numbers.free + 20]: `<</Certs [] /N ${n}>>` });
      const first = update(signed, { ...catalog(`/DSS ${numbers.free + 20} 0 R`)({ 1: currentCatalog(signed) }), [numbers.free + 20]: '<</Certs []>>' });
      return dss(await timestampPdf(first, new Date(0), () => Promise.resolve(Uint8Array.of(0x30, 3, 2, 1, 5))), 1);
    }],
  ])('%s, unless nothing is permitted: %s', async (_what, ends, change) => {
    const all: string[] = [];
    for (const permits of kinds.filter((kind) => kind !== 'P1')) all.push(signs[judge(await change(await certify(richObjects, permits))).end]);
    expect(all.join(' ')).toBe(ends);
  });
});

/** The catalog of the newest revision, as it was written. */
const currentCatalog = (signed: Buffer): string => signed.toString('latin1').match(/^1 0 obj\n[^]*?(?=\nendobj)/gm)!.at(-1)!.slice('1 0 obj\n'.length);

describe('what a form may hide is told', () => {
  test.each<[string, string, Objects, Change]>([
    ['a field as large as the page filled, with a cover', 'T R T T R T R', {}, also(put(25, '/F 4', `/F 4 /V (x) ${covers}`), cover)],
    ['a hidden field that shows itself when it is filled', 'T R T T R T R', { 25: richObjects[25]!.replace('/F 4', '/F 2 /AP <</N 9 0 R>>') }, put(25, '/F 2', '/F 4 /V (x)')],
    ['a box whose picture is replaced while it is ticked', 'T R T T R T R', {}, also(put(20, '/V /Off /AS /Off', '/V /Yes /AS /Yes'), put(20, '9 0 R', news), { [numbers.free]: ink('BT (KHONG DAT) Tj ET') })],
    ['every field to be drawn anew', 'T R T T T T T', {}, put(6, '/Fields', '/NeedAppearances true /Fields')],
    ['a field as large as the page, signed by nobody', 'T R R R R T R', {}, also(put(27, '/F 4', `/F 4 ${forged} ${covers}`), cover)],
    ['a new field over the page, signed by nobody', 'T R R R R T R', {}, field(`/FT /Sig /F 4 /Rect [0 0 300 200] ${covers} ${forged}`)],
  ])('%s: %s', async (_what, ends, prepared, change) => {
    expect(await endsOf((signed, objects) => update(signed, change(objects)), { ...richObjects, ...prepared })).toBe(ends);
  });

  test.each<[string, string, Change]>([
    ['in a field as large as the page that waited for it', 'T R T T R T R', also(put(27, '/F 4', `/F 4 /V ${numbers.free + 9} 0 R ${covers}`), cover)],
    ['in a new field over the page', 'T R T T R T R', field(`/FT /Sig /F 4 /Rect [0 0 300 200] ${covers} /V ${numbers.free + 9} 0 R`)],
    ['in a new field over another field', 'T R T T R T R', field(`/FT /Sig /F 4 /Rect [20 20 120 40] ${covers} /V ${numbers.free + 9} 0 R`)],
    ['beside what is there', '. R . . R . R', field(`/FT /Sig /F 4 /Rect [200 100 280 130] ${covers} /V ${numbers.free + 9} 0 R`)],
  ])('a good signature with a picture %s: %s', async (_what, ends, change) => {
    expect(await endsOf((signed, objects) => signUpdate(signed, change(objects), { num: numbers.free + 9, entries: '' }))).toBe(ends);
  });
});

describe('what nobody may do is refused, whatever was permitted', () => {
  const refusedRows: readonly [string, Change | Objects, Objects?][] = [
    // shadow attacks: what was hidden is shown, what was shown is replaced
    ['other bytes under the number of the contents', { 4: stream('', 'BT (x) Tj ET') }],
    ['one more stream of contents', also(put(3, '/Contents 4 0 R', `/Contents [4 0 R ${news}]`), { [numbers.free]: stream('', 'BT (x) Tj ET') })],
    ['an overlay moved away', { 38: ink('') }],
    ['a resource more', put(3, '/X 38 0 R', '/X 38 0 R /Y 38 0 R')],
    ['another font', { 5: '<</Type /Font /Subtype /Type1 /BaseFont /Courier>>' }],
    ['another encoding of the font', put(5, '/Helvetica', '/Helvetica /Encoding <</Differences [48 /nine]>>')],
    ['a font that was only named when it was signed', { [numbers.free]: '<</Type /Font /Subtype /Type3>>' }, { 3: richObjects[3]!.replace('/F1 5 0 R', `/F1 5 0 R /F2 ${news}`) }],
    ['the contents of the second page', { 39: stream('', 'BT (x) Tj ET') }],
    ['a field of the default resources', also(put(6, '/Helv 5 0 R', `/Helv ${news}`), { [numbers.free]: '<</Type /Font /Subtype /Type3>>' })],
    ['a layer switched off', put(32, '/ON', '/OFF')],
    ['a layer with another use', put(33, '/Name', '/Usage <</View <</ViewState /OFF>>>> /Name')],
    ['a form of XML data', put(6, '/Fields', '/XFA 39 0 R /Fields')],
    ['a form of XML data, changed', { 10: stream('', '<xdp/>') }, { 6: richObjects[6]!.replace('/Fields', '/XFA 10 0 R /Fields') }],
    // pages
    ['pages in another order', put(2, '3 0 R 30 0 R', '30 0 R 3 0 R')],
    ['a page twice', put(2, '30 0 R] /Count 2', '30 0 R 30 0 R] /Count 3')],
    ['a page less', put(2, '30 0 R] /Count 2', '] /Count 1')],
    ['a page that is nothing', { 30: 'null' }],
    ['a page cut', put(3, '/MediaBox', '/CropBox [0 0 10 10] /MediaBox')],
    ['a page of other units', put(3, '/MediaBox', '/UserUnit 2 /MediaBox')],
    ['all pages turned', put(2, '/Count', '/Rotate 90 /Count')],
    ['what is done when a page opens', put(3, '/MediaBox', '/AA <</O <</S /JavaScript /JS (x)>>>> /MediaBox')],
    // the catalog
    ['a script of the document', put(31, '/Dests', '/JavaScript <</Names [(a) <</S /JavaScript /JS (x)>>]>> /Dests')],
    ['a file attached', put(31, '/Dests', '/EmbeddedFiles <</Names [(a) <</Type /Filespec>>]>> /Dests')],
    ['a name that leads elsewhere', put(31, '[3 0 R', '[30 0 R')],
    ['what is done on opening', put(1, '/OpenAction [3 0 R /Fit]', '/OpenAction <</S /JavaScript /JS (x)>>')],
    ['what is done on closing', catalog('/AA <</WC <</S /JavaScript /JS (x)>>>>')],
    ['a bookmark renamed', put(35, 'Page one', 'Page two')],
    ['how it is shown', put(1, '/UseNone', '/FullScreen')],
    ['a portfolio around it', catalog('/Collection <</View /D>>')],
    ['an associated file', catalog('/AF [<</Type /Filespec>>]')],
    ['usage rights', (objects) => ({ 1: objects[1]!.includes('/Perms <<') ? objects[1]!.replace('/Perms <<', '/Perms <</UR3 39 0 R ') : objects[1]!.replace('/Type /Catalog', '/Type /Catalog /Perms <</UR3 39 0 R>>') })],
    ['another certification', (objects) => ({
      1: objects[1]!.replace(/\/Perms <<[^>]*>>/, '').replace('/Type', `/Perms <</DocMDP ${news}>> /Type`), [numbers.free]: '<</Reference [<</TransformMethod /DocMDP /TransformParams <</P 3>>>>]>>',
    })],
    // fields and widgets
    ['a field shown that was hidden, and not filled', put(25, '/F 2', '/F 4'), { 25: richObjects[25]!.replace('/F 4', '/F 2 /AP <</N 9 0 R>>') }],
    ['an appearance rewritten', { 8: ink('BT (900) Tj ET') }],
    ['the picture of a box rewritten', { 9: ink('BT (KHONG) Tj ET') }],
    ['a field that acts', put(7, '/F 4', '/F 4 /AA <</F <</S /JavaScript /JS (x)>>>>')],
    ['a field that acts since it is filled', also(put(7, '(old)', '(x)'), put(7, '/F 4', '/F 4 /AA <</F <</S /JavaScript /JS (x)>>>>'))],
    ['a field moved while it is filled', also(put(7, '(old)', '(x)'), put(7, '[20 20 120 40]', '[20 90 120 120]'))],
    ['a field renamed', put(7, '(Note)', '(Nota)')],
    ['a field of another type', put(7, '/FT /Tx', '/FT /Ch')],
    ['a field in white', put(7, '/F 4', '/F 4 /DA (/Helv 0 Tf 1 g)')],
    ['a field of hidden letters', put(7, '/F 4', '/F 4 /Ff 8192')],
    ['other words for a choice', put(21, '[(a) (b)]', '[[(a) (Khong dat)] (b)]')],
    ['a choice made, and other words for it', also(put(21, '/V (a)', '/V (b)'), put(21, '[(a) (b)]', '[(a) [(b) (Khong dat)]]'))],
    ['the pictures of a group, by a value of the group that none of its fields has', also(put(22, '/FT /Tx', '/FT /Tx /V (x)'), put(23, '8 0 R', news), { [numbers.free]: ink('BT (900) Tj ET') })],
    ['a waiting field with another lock', put(26, '/F 4', '/F 4 /Lock <</Action /All>>')],
    ['a waiting field with a picture', also(put(26, '/F 4', `/F 4 ${covers}`), cover)],
    ['a field gone', put(6, ' 20 0 R', '')],
    ['a widget gone', put(3, ' 20 0 R', '')],
    ['all fields gone', put(6, /\/Fields \[[^\]]*\]/, '/Fields []')],
    ['the form gone', put(1, '/AcroForm 6 0 R', '')],
    ['the looks of all fields', put(6, '0 Tf 0 g', '0 Tf 1 g')],
    ['a text field more', field(`/FT /Tx /V (x) /F 4 /Rect [20 90 200 120] ${covers}`)],
    // sneaky signatures
    ['a signature field with a picture and no signature', field(`/FT /Sig /F 4 /Rect [20 95 100 120] ${covers}`)],
    ['the same, on paper alone', field(`/FT /Sig /F 36 /Rect [20 95 100 120] ${covers}`)],
    ['the same, under the pointer', field(`/FT /Sig /F 288 /Rect [20 95 100 120] ${covers}`)],
    ['the same, with a background for a picture', field('/FT /Sig /F 4 /Rect [20 95 100 120] /MK <</BG [1]>>')],
    ['the same, as the kid of a field', also(inAnnots, put(6, '/Fields [', `/Fields [${numbers.free + 5} 0 R `), {
      [numbers.free + 5]: `<</FT /Sig /T (More) /Kids [${news}]>>`, [numbers.free]: `<</Type /Annot /Subtype /Widget /Parent ${numbers.free + 5} 0 R /F 4 /Rect [20 95 100 120] /P 3 0 R ${covers}>>`, ...cover,
    })],
    ['a signature field that acts', field('/FT /Sig /F 4 /Rect [0 0 0 0] /A <</S /JavaScript /JS (x)>>')],
    ['a picture for the signature that had none', also(put(numbers.field, '[0 0 0 0]', '[0 0 300 200]'), put(numbers.field, '/F 132', `/F 4 ${covers}`), cover)],
    // the signature itself
    ['the signature emptied', put(numbers.field, `/V ${numbers.signature} 0 R`, '')],
    ['the signature gone with its field', also(put(3, `${numbers.field} 0 R`, ''), put(6, `${numbers.field} 0 R`, ''))],
    ['nothing where the signature was', { [numbers.signature]: 'null' }],
    ['another dictionary where the signature was', { [numbers.signature]: '<</Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached /Reason (x)>>' }],
  ];
  test.each(refusedRows.map(([what, change, prepared = {}]) => ({ what, change, prepared })))('$what', async ({ change, prepared }) => {
    const base = { ...richObjects, ...prepared };
    expect(await endsOf((signed, objects) => update(signed, typeof change === 'function' ? change(objects) : change), base)).toBe(refused);
  });

  test.each(['Stamp', 'Square', 'FreeText', 'Redact', 'Popup', 'Watermark', '3D', 'RichMedia', 'FileAttachment', 'Screen', 'Ink', 'Projection'])(
    'evil annotation %s: never silent, and permitted by P 3 alone', async (subtype) => {
      expect(await endsOf((signed, objects) => update(signed, annotation(subtype)(objects)))).toBe(annotated);
    });

  test.each<[string, Change, Objects]>([
    ['a link that leads elsewhere', put(29, 'dichvucong', 'evil'), {}],
    ['a link gone', put(3, ' 29 0 R', ''), {}],
    ['an annotation in another state', put(29, '/AS /A', '/AS /B'), { 29: richObjects[29]!.replace('/Border [0 0 0]', '/AP <</N <</A 9 0 R /B 10 0 R>>>> /AS /A') }],
    ['an annotation moved', put(29, '[20 150', '[20 90'), {}],
  ])('%s: never silent, and permitted by P 3 alone', async (_what, change, prepared) => {
    expect(await endsOf((signed, objects) => update(signed, change(objects)), { ...richObjects, ...prepared })).toBe(annotated);
  });
});
