import { inflateSync } from 'node:zlib';
import { PkiError } from '../error.ts';
import { type Budget, latin1, PdfDict, PdfName, type PdfStream, type PdfValue } from './objects.ts';

/** A chain of filters longer than this only serves to explode. */
const maxFilters = 4;
/** One stream; an object stream or cross-reference stream of this size holds a million objects. */
const maxStreamBytes = 32 * 1024 * 1024;

const unsupported = (name: string): PkiError => new PkiError('pdf-filter-not-supported', { rule: `ISO 32000-2 §7.4 ${name.slice(0, 40)}` });
const corrupt = (rule: string): PkiError => new PkiError('pdf-stream-corrupt', { rule });

/**
 * The bytes of a structural stream (objects, cross-references, certificates) with its filters undone.
 * @param resolve follows references in the stream's dictionary
 * @throws PkiError `pdf-filter-not-supported`, `pdf-stream-corrupt`, `pdf-too-complex`
 */
export function decodeStream(stream: PdfStream, budget: Budget, resolve: (value: PdfValue | undefined) => PdfValue): Uint8Array {
  const listOf = (key: string): PdfValue[] => {
    const value = resolve(stream.dict.get(key));
    return Array.isArray(value) ? value.map(resolve) : value === null ? [] : [value];
  };
  const filters = listOf('Filter');
  const parameters = listOf('DecodeParms');
  if (filters.length > maxFilters) throw unsupported(`${filters.length} filters`);
  let bytes = stream.content;
  filters.forEach((filter, i) => {
    if (!(filter instanceof PdfName)) throw unsupported('a filter that is no name');
    const given = parameters[i];
    bytes = undo(filter.value, bytes, budget);
    budget.inflate(bytes.length);
    if (given instanceof PdfDict && filter.value === 'FlateDecode') bytes = unpredict(bytes, given, resolve);
  });
  return bytes;
}

function undo(filter: string, bytes: Uint8Array, budget: Budget): Uint8Array {
  switch (filter) {
    case 'FlateDecode': return inflate(bytes, Math.min(maxStreamBytes, budget.inflatable));
    case 'ASCIIHexDecode': {
      const digits = latin1(bytes).replaceAll(/\s|>[^]*$/g, '');
      if (!/^[0-9A-Fa-f]*$/.test(digits)) throw corrupt('ISO 32000-2 §7.4.2');
      return Buffer.from(digits.length % 2 === 0 ? digits : `${digits}0`, 'hex');
    }
    case 'ASCII85Decode': return ascii85(bytes, Math.min(maxStreamBytes, budget.inflatable));
    case 'Crypt': return bytes;
    default: throw unsupported(filter);
  }
}

function inflate(bytes: Uint8Array, most: number): Uint8Array {
  if (most <= 0) throw new PkiError('pdf-too-complex', { rule: 'bytes out of all filters' });
  try {
    return inflateSync(bytes, { maxOutputLength: most });
  } catch (error) {
    if ((error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE') {
      throw new PkiError('pdf-too-complex', { rule: `a stream of at most ${maxStreamBytes} bytes` });
    }
    throw corrupt('RFC 1950');
  }
}

function ascii85(bytes: Uint8Array, most: number): Uint8Array {
  // five characters become four octets, and a z stands for four alone
  const room = Math.min(most, bytes.length * 4) + 4;
  let out = Buffer.alloc(Math.min(room, bytes.length + 4));
  let [length, value, digits] = [0, 0, 0];
  const put = (count: number): void => {
    if (value > 0xffffffff) throw corrupt('ISO 32000-2 §7.4.3');
    if (length + 4 > out.length) {
      if (out.length === room) throw new PkiError('pdf-too-complex', { rule: 'bytes out of all filters' });
      out = Buffer.concat([out], Math.min(room, out.length * 2));
    }
    out.writeUInt32BE(value, length);
    length += count;
    [value, digits] = [0, 0];
  };
  for (const c of bytes) {
    if (c === 0x7e) break;
    if (c <= 0x20) continue;
    if (c === 0x7a && digits === 0) put(4);
    else if (c < 0x21 || c > 0x75) throw corrupt('ISO 32000-2 §7.4.3');
    else {
      value = value * 85 + c - 0x21;
      if (++digits === 5) put(4);
    }
  }
  if (digits === 1) throw corrupt('ISO 32000-2 §7.4.3');
  if (digits > 1) {
    const count = digits - 1;
    while (digits++ < 5) value = value * 85 + 84;
    put(count);
  }
  return out.subarray(0, length);
}

/** Undoes PNG prediction (ISO 32000-2 §7.4.4.4); TIFF prediction occurs in images only. */
function unpredict(bytes: Uint8Array, parameters: PdfDict, resolve: (value: PdfValue | undefined) => PdfValue): Uint8Array {
  const number = (key: string, preset: number, most: number): number => {
    const value = resolve(parameters.get(key)) ?? preset;
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 1 || value > most) throw corrupt(`ISO 32000-2 §7.4.4.3 ${key}`);
    return value;
  };
  const predictor = number('Predictor', 1, 15);
  if (predictor === 1) return bytes;
  if (predictor < 10) throw unsupported('TIFF prediction');
  const bits = number('Colors', 1, 32) * number('BitsPerComponent', 8, 16);
  const step = Math.max(1, bits >> 3);
  const row = Math.ceil((bits * number('Columns', 1, 1_000_000)) / 8);
  if (bytes.length % (row + 1) !== 0) throw corrupt('ISO 32000-2 §7.4.4.4 whole rows');
  const rows = bytes.length / (row + 1);
  const out = new Uint8Array(rows * row);
  for (let y = 0; y < rows; y++) unfilter(bytes, out, y, { row, step });
  return out;
}

/** One row of PNG (RFC 2083 §6). */
function unfilter(bytes: Uint8Array, out: Uint8Array, y: number, { row, step }: { row: number; step: number }): void {
  const type = bytes[y * (row + 1)]!;
  if (type > 4) throw corrupt('RFC 2083 §6');
  const from = y * (row + 1) + 1;
  const to = y * row;
  for (let i = 0; i < row; i++) {
    const left = i >= step ? out[to + i - step]! : 0;
    const up = y > 0 ? out[to + i - row]! : 0;
    const corner = y > 0 && i >= step ? out[to + i - step - row]! : 0;
    const predicted = type === 0 ? 0 : type === 1 ? left : type === 2 ? up : type === 3 ? (left + up) >> 1 : paeth(left, up, corner);
    out[to + i] = (bytes[from + i]! + predicted) & 0xff;
  }
}

function paeth(left: number, up: number, corner: number): number {
  const guess = left + up - corner;
  const [a, b, c] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)];
  return a <= b && a <= c ? left : b <= c ? up : corner;
}
