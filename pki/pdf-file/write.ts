import { createHash } from 'node:crypto';
import { PkiError } from '../error.ts';
import type { PdfDocument } from './document.ts';
import { PdfDict, PdfName, PdfRef, PdfStream, PdfString, type PdfValue, wholeNumber } from './objects.ts';

const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');

/** The characters of an object as ISO 32000-2 §7.3 writes it. @throws PkiError for a stream, which stands alone */
export function printValue(value: PdfValue): string {
  if (value instanceof PdfName) return printName(value.value);
  if (value instanceof PdfRef) return `${value.num} ${value.gen} R`;
  if (value instanceof PdfString) return `<${Buffer.from(value.bytes).toString('hex')}>`;
  if (Array.isArray(value)) return `[${value.map(printValue).join(' ')}]`;
  if (value instanceof PdfDict) return `<<${Array.from(value.entries, ([key, item]) => `${printName(key)} ${printValue(item)}`).join('\n')}>>`;
  if (value instanceof PdfStream) throw new PkiError('pdf-malformed', { rule: 'ISO 32000-2 §7.3.8 a stream is an object of its own' });
  return typeof value === 'number' && !Number.isInteger(value) ? value.toFixed(6).replace(/\.?0+$/, '') : String(value);
}

function printName(name: string): string {
  return `/${name.replaceAll(/[^!-~]|[()<>[\]{}/%#]/g, (c) => `#${c.charCodeAt(0).toString(16).padStart(2, '0')}`)}`;
}

/** A text string: as it is where ASCII suffices, else UTF-16 with its byte order mark (ISO 32000-2 §7.9.2.2). */
export function textString(text: string): PdfString {
  const ascii = /^[ -~]*$/.test(text);
  const bytes = ascii ? latin1(text) : Buffer.concat([Buffer.of(0xfe, 0xff), Buffer.from(text, 'utf16le').swap16()]);
  return new PdfString(bytes, 0, 0, 'hex');
}

/** A date string in UTC (ISO 32000-2 §7.9.4). */
export const dateString = (at: Date): PdfString => textString(`D:${at.toISOString().slice(0, 19).replaceAll(/[-:T]/g, '')}+00'00'`);

/** An object of an update: its number and the bytes between `obj` and `endobj`. */
export interface NewObject { num: number; gen: number; body: Uint8Array }

/**
 * The bytes that, put after the file, make its next revision (ISO 32000-2 §7.5.6): objects, then cross-references
 * of the kind the file already has, then trailer, `startxref` and `%%EOF`.
 */
export function buildUpdate(document: PdfDocument, objects: readonly NewObject[]): { bytes: Uint8Array; offsets: Map<number, number> } {
  const { length } = document.bytes;
  const parts: Uint8Array[] = [latin1(document.bytes[length - 1] === 0x0a ? '' : '\n')];
  let at = length + parts[0]!.length;
  const offsets = new Map<number, number>();
  for (const { num, gen, body } of objects) {
    offsets.set(num, at);
    for (const part of [latin1(`${num} ${gen} obj\n`), body, latin1('\nendobj\n')]) {
      parts.push(part);
      at += part.length;
    }
  }
  const references = document.sections[0]!.form === 'stream' ? xrefStream(document, objects, offsets, at) : xrefTable(document, objects, offsets);
  parts.push(references, latin1(`startxref\n${at}\n%%EOF\n`));
  return { bytes: Buffer.concat(parts), offsets };
}

/** The first object number that the file has not used. */
export function nextNumber(document: PdfDocument): number {
  const size = wholeNumber(document.trailer.get('Size')) ?? 0;
  let next = size;
  for (const { entries } of document.sections) for (const num of entries.keys()) if (num >= next) next = num + 1;
  return next;
}

function trailerOf(document: PdfDocument, objects: readonly NewObject[], size: number): PdfDict {
  const { trailer, sections } = document;
  const entries = new Map<string, PdfValue>([['Size', size], ['Prev', sections[0]!.offset]]);
  for (const key of ['Root', 'Info']) if (trailer.has(key)) entries.set(key, trailer.get(key)!);
  const id = document.array(trailer.get('ID'));
  if (id?.length === 2) {
    const changing = objects.reduce((hash, { body }) => hash.update(body), createHash('sha256')).digest().subarray(0, 16);
    entries.set('ID', [id[0]!, new PdfString(changing, 0, 0, 'hex')]);
  }
  return new PdfDict(entries);
}

/** Runs of consecutive numbers, as a table's subsections and a stream's Index want them. */
function runs(numbers: readonly number[]): number[][] {
  const result: number[][] = [];
  for (const num of numbers.toSorted((a, b) => a - b)) {
    const last = result.at(-1);
    if (last !== undefined && last.at(-1) === num - 1) last.push(num);
    else result.push([num]);
  }
  return result;
}

function xrefTable(document: PdfDocument, objects: readonly NewObject[], offsets: ReadonlyMap<number, number>): Uint8Array {
  const gens = new Map(objects.map(({ num, gen }) => [num, gen]));
  const size = Math.max(nextNumber(document), ...gens.keys().map((num) => num + 1));
  const line = (num: number): string => `${String(offsets.get(num)).padStart(10, '0')} ${String(gens.get(num)).padStart(5, '0')} n \n`;
  const table = runs([...gens.keys()]).map((run) => `${run[0]} ${run.length}\n${run.map(line).join('')}`).join('');
  return latin1(`xref\n${table}trailer\n${printValue(trailerOf(document, objects, size))}\n`);
}

function xrefStream(document: PdfDocument, objects: readonly NewObject[], offsets: ReadonlyMap<number, number>, at: number): Uint8Array {
  const own = Math.max(nextNumber(document), ...objects.map(({ num }) => num + 1));
  const gens = new Map([...objects.map(({ num, gen }) => [num, gen] as const), [own, 0] as const]);
  const index = runs([...gens.keys()]);
  const rows = index.flat().map((num) => {
    const row = Buffer.alloc(8);
    row[0] = 1;
    row.writeUIntBE(offsets.get(num) ?? at, 1, 5);
    row.writeUInt16BE(gens.get(num)!, 6);
    return row;
  });
  const data = Buffer.concat(rows);
  const { entries } = trailerOf(document, objects, own + 1);
  const head = new PdfDict(new Map<string, PdfValue>([['Type', new PdfName('XRef')], ['W', [1, 5, 2]],
    ['Index', index.flatMap((run) => [run[0]!, run.length])], ['Length', data.length], ...entries]));
  return Buffer.concat([latin1(`${own} 0 obj\n${printValue(head)}\nstream\n`), data, latin1('\nendstream\nendobj\n')]);
}
