import { PkiError } from '../../pki/error.ts';
import { readPdf, type PdfDocument } from '../../pki/pdf-file/document.ts';
import { PdfDict, PdfName, PdfRef, PdfStream, PdfString, type PdfValue } from '../../pki/pdf-file/objects.ts';
import { buildUpdate, nextNumber, printValue, type NewObject } from '../../pki/pdf-file/write.ts';
import { mutateBytes, type Chance } from './mutate-bytes.ts';

/** One change to a PDF at the level of its objects or its cross-references; of bytes where it cannot be opened. */
export function mutatePdf(original: Uint8Array, chance: Chance): Uint8Array {
  const document = opened(original);
  if (!document) return mutateBytes(original, chance);
  switch (chance.below(5)) {
    case 0: return mutateBytes(original, chance);
    case 1: return mutateToken(original, document, chance);
    case 2: return mutateReferences(original, chance);
    case 3: return rebuild(document, chance);
    default: return appendUpdate(document, chance);
  }
}

function opened(bytes: Uint8Array): PdfDocument | undefined {
  try {
    return readPdf(bytes);
  } catch (error) {
    if (error instanceof PkiError) return undefined;
    throw error;
  }
}

/** The objects that can be read, by their numbers. */
function objectsOf(document: PdfDocument): Map<number, PdfValue> {
  const objects = new Map<number, PdfValue>();
  for (const { entries } of document.sections) {
    for (const num of entries.keys()) {
      if (objects.has(num) || objects.size > 2_000) continue;
      try {
        const value = document.object(num);
        if (value !== null) objects.set(num, value);
      } catch (error) {
        if (!(error instanceof PkiError)) throw error;
      }
    }
  }
  return objects;
}

/** A number, name or reference inside an object, written over in place: no offset moves. */
function mutateToken(original: Uint8Array, document: PdfDocument, chance: Chance): Uint8Array {
  const starts = document.sections.flatMap(({ entries }) => [...entries.values()].flatMap((entry) => (entry.kind === 'offset' ? [entry.offset] : [])));
  const at = chance.pick(starts.length > 0 ? starts : [0]);
  const bytes = Buffer.from(original);
  const text = bytes.subarray(at, at + 2_000).toString('latin1');
  const tokens = [...text.matchAll(/\/[A-Za-z]+|\d+/g)];
  if (tokens.length === 0) return mutateBytes(original, chance);
  const token = chance.pick(tokens);
  const other = chance.pick([chance.pick(tokens)[0], '9'.repeat(token[0].length), '0', '/Kids', '/AP']);
  bytes.write(other.slice(0, token[0].length).padEnd(token[0].length), at + token.index, 'latin1');
  return bytes;
}

/** A number in a cross-reference section or trailer. */
function mutateReferences(original: Uint8Array, chance: Chance): Uint8Array {
  const text = Buffer.from(original).toString('latin1');
  const places = [...text.matchAll(/startxref|trailer|\nxref|\/Type ?\/XRef|\/(?:Prev|XRefStm|Size|Root|Index|W|ID|Encrypt|Length)\b/g)];
  if (places.length === 0) return mutateBytes(original, chance);
  const place = chance.pick(places);
  const numbers = [...text.slice(place.index, place.index + 400).matchAll(/\d+/g)];
  if (numbers.length === 0) return mutateBytes(original, chance);
  const number = chance.pick(numbers);
  const value = chance.pick([chance.pick(numbers)[0], '0', '1', String(chance.below(original.length)), '9'.repeat(number[0].length), String(Number(number[0]) + 1)]);
  const start = place.index + number.index;
  // half of the time nothing moves
  const written = chance.below(2) === 0 ? value.slice(0, number[0].length).padStart(number[0].length, '0') : value;
  return Buffer.from(text.slice(0, start) + written + text.slice(start + number[0].length), 'latin1');
}

/** The newest revision as a file of its own, with objects changed: everything leads somewhere, no signature holds. */
function rebuild(document: PdfDocument, chance: Chance): Uint8Array {
  const objects = objectsOf(document);
  for (let times = 1 + chance.below(4); times > 0; times--) bend(objects, chance);
  const parts = ['%PDF-1.7\n'];
  let at = parts[0]!.length;
  const rows: string[] = [];
  for (const [num, value] of objects) {
    rows.push(`${num} 1\n${String(at).padStart(10, '0')} 00000 n \n`);
    const text = `${num} 0 obj\n${bodyOf(value).toString('latin1')}\nendobj\n`;
    parts.push(text);
    at += text.length;
  }
  const root = document.trailer.get('Root') ?? null;
  parts.push(`xref\n0 1\n0000000000 65535 f \n${rows.join('')}trailer\n<</Size ${nextNumber(document)} /Root ${printValue(root)}>>\nstartxref\n${at}\n%%EOF\n`);
  return Buffer.from(parts.join(''), 'latin1');
}

/** One more revision with a few objects changed, as an attacker would write it. */
function appendUpdate(document: PdfDocument, chance: Chance): Uint8Array {
  const objects = objectsOf(document);
  if (objects.size === 0) return mutateBytes(document.bytes, chance);
  const news: NewObject[] = [];
  for (let times = 1 + chance.below(3); times > 0; times--) {
    const num = bend(objects, chance);
    if (!news.some((one) => one.num === num)) news.push({ num, gen: 0, body: bodyOf(objects.get(num)!) });
  }
  return Buffer.concat([document.bytes, buildUpdate(document, news).bytes]);
}

function bodyOf(value: PdfValue): Buffer {
  if (!(value instanceof PdfStream)) return Buffer.from(printValue(value), 'latin1');
  const entries = new Map([...value.dict.entries, ['Length', value.raw.length] as const]);
  return Buffer.concat([Buffer.from(`${printValue(new PdfDict(entries))}\nstream\n`, 'latin1'), value.raw, Buffer.from('\nendstream')]);
}

/** Changes one of the objects. @returns its number */
function bend(objects: Map<number, PdfValue>, chance: Chance): number {
  const numbers = [...objects.keys()];
  const num = chance.pick(numbers);
  objects.set(num, bent(objects.get(num)!, numbers, chance, 0));
  return num;
}

function bent(value: PdfValue, numbers: readonly number[], chance: Chance, depth: number): PdfValue {
  if (value instanceof PdfStream) {
    if (chance.below(2) === 0) return new PdfStream(bentDict(value.dict, numbers, chance, depth), value.raw);
    return new PdfStream(value.dict, value.raw.length > 0 ? mutateBytes(value.raw, chance) : value.raw);
  }
  if (value instanceof PdfDict && chance.below(8) > 0) return bentDict(value, numbers, chance, depth);
  if (Array.isArray(value) && value.length > 0 && chance.below(8) > 0) return bentArray(value, numbers, chance, depth);
  return chance.pick<PdfValue>([new PdfRef(chance.pick(numbers), 0), chance.below(1_000), -1, 4_294_967_296, 1e15, null, true, new PdfName('Kids'),
    new PdfString(Buffer.from('(x)'), 0, 0, 'hex'), [], new PdfDict(), nested(chance.below(80)), value]);
}

function nested(depth: number): PdfValue {
  let value: PdfValue = 0;
  for (let i = 0; i < depth; i++) value = [value];
  return value;
}

function bentDict(dict: PdfDict, numbers: readonly number[], chance: Chance, depth: number): PdfDict {
  const entries = new Map(dict.entries);
  const keys = [...entries.keys()];
  if (keys.length === 0) return dict;
  const key = chance.pick(keys);
  switch (chance.below(6)) {
    case 0: entries.delete(key); break;
    case 1: entries.set(chance.pick([...keys, 'Kids', 'AP', 'Annots', 'V', 'Parent', 'Length', 'OCProperties']), entries.get(key)!); break;
    default: entries.set(key, bent(entries.get(key)!, numbers, chance, depth + 1));
  }
  return new PdfDict(entries);
}

function bentArray(items: readonly PdfValue[], numbers: readonly number[], chance: Chance, depth: number): PdfValue[] {
  const at = chance.below(items.length);
  switch (chance.below(5)) {
    case 0: return items.toSpliced(at, 1);
    case 1: return items.toSpliced(at, 0, items[chance.below(items.length)]!);
    case 2: return items.length < 500 ? [...items, ...items, ...items] : [...items];
    default: return items.with(at, bent(items[at]!, numbers, chance, depth + 1));
  }
}
