import { deflateSync } from 'node:zlib';
import { readPdf } from '../../pki/pdf-file/document.ts';
import { signPdf, type PdfSigningOrder } from '../../pki/pdf/sign.ts';
import { buildUpdate } from '../../pki/pdf-file/write.ts';
import { zipOf } from './zip-sample.ts';

/** A file made to cost as much as its format allows, within what may be uploaded. */
export interface Extreme { name: string; file: Uint8Array }

const uploadBytes = 33_554_432;
const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');
const times = (count: number, body: (i: number) => string): string => Array.from({ length: count }, (_none, i) => body(i)).join('');

type Objects = Readonly<Record<number, string | Buffer>>;

/** A PDF of these objects with a table. */
function pdfOf(objects: Objects): Buffer {
  const parts = [latin1('%PDF-1.7\n')];
  let at = parts[0]!.length;
  const rows = Object.entries(objects).map(([num, body]) => {
    const part = Buffer.concat([latin1(`${num} 0 obj\n`), typeof body === 'string' ? latin1(body) : body, latin1('\nendobj\n')]);
    parts.push(part);
    at += part.length;
    return `${num} 1\n${String(at - part.length).padStart(10, '0')} 00000 n \n`;
  });
  parts.push(latin1(`xref\n0 1\n0000000000 65535 f \n${rows.join('')}trailer\n<</Size 99999999 /Root 1 0 R>>\nstartxref\n${at}\n%%EOF\n`));
  return Buffer.concat(parts);
}

const page: Objects = { 1: '<</Type /Catalog /Pages 2 0 R /AcroForm 4 0 R>>', 2: '<</Type /Pages /Kids [3 0 R] /Count 1>>', 3: '<</Type /Page /Parent 2 0 R /MediaBox [0 0 300 200] /Annots []>>', 4: '<</Fields []>>' };
const stream = (dictionary: string, bytes: Buffer): Buffer => Buffer.concat([latin1(`<<${dictionary} /Length ${bytes.length}>>\nstream\n`), bytes, latin1('\nendstream')]);

function updated(pdf: Uint8Array, objects: Objects): Buffer {
  const news = Object.entries(objects).map(([num, body]) => ({ num: Number(num), gen: 0, body: Buffer.from(body) }));
  return Buffer.concat([pdf, buildUpdate(readPdf(pdf), news).bytes]);
}

/** A form of many fields, filled over many revisions, signed many times in between. */
async function largeForm(order: PdfSigningOrder, { fields, revisions, signatures }: { fields: number; revisions: number; signatures: number }): Promise<Uint8Array> {
  const refs = times(fields, (i) => `${i + 10} 0 R `);
  const field = (i: number, value: string): string => `<</Type /Annot /Subtype /Widget /FT /Tx /T (f${i}) /V (${value}) /F 4 /Rect [${i % 300} 0 ${(i % 300) + 1} 1] /P 3 0 R>>`;
  let file: Uint8Array = pdfOf({ ...page, 3: `<</Type /Page /Parent 2 0 R /MediaBox [0 0 300 200] /Annots [${refs}]>>`, 4: `<</Fields [${refs}]>>`, ...Object.fromEntries(Array.from({ length: fields }, (_none, i) => [i + 10, field(i, 'x')])) });
  for (let i = 0; i < revisions; i++) {
    file = updated(file, { 10: field(0, String(i)) });
    if (i < signatures) file = await signPdf(file, order);
  }
  return file;
}

/** Each field with a picture, and each filled at once. */
async function filledForm(order: PdfSigningOrder, fields: number): Promise<Uint8Array> {
  const refs = times(fields, (i) => `${i + 10} 0 R `);
  const all = (value: string): Objects => Object.fromEntries(Array.from({ length: fields }, (_none, i) =>
    [i + 10, `<</Type /Annot /Subtype /Widget /FT /Tx /T (f${i}) /V (${value}) /F 4 /Rect [${i % 300} ${i % 200} ${(i % 300) + 1} ${(i % 200) + 1}] /P 3 0 R /AP <</N 5 0 R>>>>`]));
  const file = pdfOf({ ...page, 3: `<</Type /Page /Parent 2 0 R /MediaBox [0 0 300 200] /Annots [${refs}]>>`, 4: `<</Fields [${refs}]>>`, 5: stream('/Type /XObject /Subtype /Form /BBox [0 0 9 9]', latin1('f')), ...all('x') });
  return updated(await signPdf(file, order), all('y'));
}

/** Signed, so that revisions are compared: one small change after the other. */
async function manyRevisions(order: PdfSigningOrder): Promise<Uint8Array> {
  let file = await signPdf(pdfOf(page), order);
  for (let i = 0; i < 240; i++) file = updated(file, { 9: `<</N ${i}>>` });
  return file;
}

async function manySignatures(order: PdfSigningOrder, count: number, octets = 0): Promise<Uint8Array> {
  let file: Uint8Array = pdfOf({ ...page, 9: stream('', Buffer.alloc(octets)) });
  for (let i = 0; i < count; i++) file = await signPdf(file, order);
  return file;
}

/** The fields of the form are this array. */
const formOf = (array: Buffer | string): Buffer => pdfOf({ ...page, 4: Buffer.concat([latin1('<</Fields ['), Buffer.from(array), latin1(']>>')]) });

/** A file under one cross-reference stream that names this many objects. */
function crossReferences(count: number): Buffer {
  const head = '%PDF-1.7\n';
  const data = deflateSync(Buffer.alloc(count * 3, Buffer.of(1, 0, 9)));
  return Buffer.concat([latin1(head), latin1('1 0 obj\n'), stream(`/Type /XRef /Size ${count} /W [1 1 1] /Root 1 0 R /Filter /FlateDecode`, data), latin1(`\nendobj\nstartxref\n${head.length}\n%%EOF\n`)]);
}

/** Object streams, each of which unpacks to this many octets of small objects, and a form that needs an object of each. */
function objectStreams(count: number, octets: number): Buffer {
  const objects: Record<number, Buffer | string> = { ...page };
  const rows: Buffer[] = [];
  const refs: string[] = [];
  for (let i = 0; i < count; i++) {
    const head = `${1_000 + i} 0 `;
    objects[100 + i] = stream(`/Type /ObjStm /N 1 /First ${head.length} /Filter /FlateDecode`, deflateSync(Buffer.concat([latin1(head), latin1('<</T (x) /K ['), latin1('() '.repeat(octets / 3)), latin1(']>>')])));
    refs.push(`${1_000 + i} 0 R`);
  }
  objects[4] = `<</Fields [${refs.join(' ')}]>>`;
  let at = 9;
  const parts = [latin1('%PDF-1.7\n')];
  const row = (type: number, second: number, third: number): Buffer => Buffer.of(type, second >>> 24, second >>> 16, second >>> 8, second, third);
  const index: number[] = [];
  for (const [num, body] of Object.entries(objects)) {
    const part = Buffer.concat([latin1(`${num} 0 obj\n`), Buffer.from(body), latin1('\nendobj\n')]);
    parts.push(part);
    rows.push(row(1, at, 0));
    index.push(Number(num), 1);
    at += part.length;
  }
  for (let i = 0; i < count; i++) {
    rows.push(row(2, 100 + i, 0));
    index.push(1_000 + i, 1);
  }
  parts.push(latin1('9999 0 obj\n'), stream(`/Type /XRef /Size 10000 /W [1 4 1] /Index [${index.join(' ')}] /Root 1 0 R`, Buffer.concat(rows)), latin1(`\nendobj\nstartxref\n${at}\n%%EOF\n`));
  return Buffer.concat(parts);
}

/** One file after the other, for each is up to 32 MiB. */
export const extremes: Readonly<Record<string, (order: PdfSigningOrder) => Promise<Uint8Array> | Uint8Array>> = {
  'form of 15,000 fields, 50 revisions, 21 signatures': (order) => largeForm(order, { fields: 15_000, revisions: 50, signatures: 21 }),
  'form of 20,000 fields, 200 revisions, 1 signature': (order) => largeForm(order, { fields: 19_990, revisions: 200, signatures: 1 }),
  'form of 2,000 fields, all filled at once': (order) => filledForm(order, 2_000),
  'form of 19,900 fields, all filled at once': (order) => filledForm(order, 19_900),
  'revisions: 241': manyRevisions,
  'signatures: 100': (order) => manySignatures(order, 100),
  'signatures: 250': (order) => manySignatures(order, 250),
  'signatures: 33, over 30 MB': (order) => manySignatures(order, 33, 30_000_000),
  'signatures: 60, over 30 MB': (order) => manySignatures(order, 60, 30_000_000),
  'pdf, strings without an end of them': () => formOf('()'.repeat(uploadBytes / 2 - 1_000)),
  'pdf, dictionaries': () => formOf('<<>>'.repeat(uploadBytes / 4 - 1_000)),
  'pdf, references': () => formOf('9 0 R '.repeat(uploadBytes / 6 - 1_000)),
  'pdf, names of their own': () => formOf(times(2_900_000, (i) => `/n${i}`)),
  'pdf, fields in place': () => formOf(times(200_000, (i) => `<</T (${i}) /FT /Tx /V (x)>>`)),
  'pdf, one literal string': () => formOf(`(${'x'.repeat(uploadBytes - 2_000)})`),
  'pdf, one hexadecimal string': () => formOf(`<${'ab'.repeat(uploadBytes / 2 - 2_000)}>`),
  'pdf, one string of spaced digits': () => formOf(`<${'a '.repeat(uploadBytes / 2 - 2_000)}>`),
  'pdf, one comment': () => formOf(`%${'x'.repeat(uploadBytes - 2_000)}\n`),
  'pdf, headings of objects that nothing names': () => Buffer.concat([pdfOf(page).subarray(0, 9), latin1('1 0 obj '.repeat(uploadBytes / 8 - 2_000)), pdfOf(page).subarray(9)]),
  'pdf, cross-references: 990,000': () => crossReferences(990_000),
  'pdf, object streams that unpack to 60 MB': () => objectStreams(8, 60_000_000),
  'pdf, object streams that unpack to 6 MB': () => objectStreams(60, 6_000_000),
  'pdf, 85 to the base of ASCII': () => pdfOf({ ...page, 1: '<</Type /Catalog /Pages 2 0 R /DSS <</Certs [9 0 R]>>>>', 9: stream('/Filter /ASCII85Decode', latin1(`${'87cUR'.repeat(5_000_000)}~>`)) }),
  'xml, elements': () => latin1(`<a>${'<b/>'.repeat(399_000)}</a>`),
  'xml, elements with attributes': () => latin1(`<a>${times(399_000, (i) => `<b i="${i}"/>`)}</a>`),
  'xml, one text': () => latin1(`<a>${'x'.repeat(uploadBytes - 100)}</a>`),
  'xml, references of characters': () => latin1(`<a>${'&#65;'.repeat(uploadBytes / 5 - 100)}</a>`),
  'xml, names that are never the same': () => latin1(`<a>${times(399_000, (i) => `<n${i}/>`)}</a>`),
  'json, one string': () => latin1(`{"payload":"${'A'.repeat(uploadBytes - 100)}","signatures":[{"protected":"e30","signature":"AA"}]}`),
  'json, escapes': () => latin1(`{"payload":"${'\\u0041'.repeat(uploadBytes / 6 - 100)}","signatures":[]}`),
  'cms, elements': () => berOf(Buffer.alloc(uploadBytes - 100, Buffer.of(5, 0))),
  'cms, elements without lengths': () => Buffer.concat([berOf(Buffer.alloc(0)).subarray(0, 15), Buffer.alloc(uploadBytes - 1_000, Buffer.of(0x30, 0x80, 0, 0))]),
  'zip, one entry that unpacks to 64 MB': () => zipOf([['mimetype', latin1('application/vnd.etsi.asic-s+zip')], ['a.txt', Buffer.alloc(63_000_000, 'x'.repeat(90) + '\n')]]),
  'zip, stored': () => zipOf([['mimetype', latin1('application/vnd.etsi.asic-s+zip')], ['a.txt', Buffer.alloc(uploadBytes - 10_000)], ['META-INF/signature.p7s', latin1('x')]]),
};

/** A ContentInfo of SignedData that holds these octets. */
function berOf(octets: Buffer): Buffer {
  const signedData = Buffer.from('06092a864886f70d010702', 'hex');
  const long = (tag: number, body: Buffer): Buffer => {
    const head = Buffer.alloc(6);
    head[0] = tag;
    head[1] = 0x84;
    head.writeUInt32BE(body.length, 2);
    return Buffer.concat([head, body]);
  };
  return long(0x30, Buffer.concat([signedData, long(0xa0, long(0x30, octets))]));
}
