/** One record of a file: its cells, or why it cannot be read. */
export type CsvRecord =
  | { line: number; cells: string[] }
  | { line: number; broken: 'quote-inside' | 'text-after-quote' | 'quote-not-closed' | 'too-long' | 'not-utf-8' };

export interface CsvLimits {
  separator?: ',' | ';' | '\t';
  /** Physical lines that one quoted record may span; a stray quote costs its own line and no more. */
  maxLines?: number;
  /** Characters of one record. */
  maxCharacters?: number;
}

/**
 * Reads RFC 4180 line by line as the bytes come in: UTF-8 with or without a byte order mark, CRLF, LF or CR at line ends.
 * A record that cannot be read is named by its line and reading goes on with the next line.
 * Empty lines are passed over; lines count from 1.
 */
export function* parseCsv(chunks: Iterable<Uint8Array>, limits: CsvLimits = {}): Generator<CsvRecord> {
  const { separator = ',', maxLines = 10, maxCharacters = 16_384 } = limits;
  const waiting: Line[] = [];
  const lines = readLines(chunks, maxCharacters);
  const more = (): boolean => {
    const { value, done } = lines.next();
    if (!done) waiting.push(value);
    return !done;
  };
  while (waiting.length > 0 || more()) {
    const { record, used } = readRecord(waiting, more, { separator, maxLines, maxCharacters });
    waiting.splice(0, used);
    if (record) yield record;
  }
}

interface Line { number: number; text: string; tooLong: boolean }

/** Lines without their ends. Of one beyond the limit only the beginning is kept. */
function* readLines(chunks: Iterable<Uint8Array>, maxCharacters: number): Generator<Line> {
  // a broken octet becomes U+FFFD and costs its own line, not the file
  const decoder = new TextDecoder('utf-8');
  let number = 0;
  let rest = '';
  let tooLong = false;
  const cut = function* (text: string, last: boolean): Generator<Line> {
    const parts = (rest + text).split(/\r\n|\n|\r(?!$)/);
    rest = last ? '' : parts.pop() ?? '';
    for (const part of parts) {
      if (last && part === '' && number > 0) continue;
      const long = tooLong || part.length > maxCharacters;
      tooLong = false;
      yield { number: ++number, text: part.slice(0, maxCharacters), tooLong: long };
    }
    if (rest.length > maxCharacters) {
      tooLong = true;
      // a CR that waits for its LF must stay the last character
      rest = rest.endsWith('\r') ? '\r' : '';
    }
  };
  for (const chunk of chunks) {
    for (let at = 0; at < chunk.length; at += chunkOctets) yield* cut(decoder.decode(chunk.subarray(at, at + chunkOctets), { stream: true }), false);
  }
  yield* cut(`${decoder.decode()}`, true);
}

const chunkOctets = 65_536;

function readRecord(
  waiting: Line[], more: () => boolean, { separator, maxLines, maxCharacters }: Required<CsvLimits>,
): { record: CsvRecord | undefined; used: number } {
  const first = waiting[0]!;
  const broken = (why: Extract<CsvRecord, { broken: string }>['broken']) => ({ record: { line: first.number, broken: why }, used: 1 });
  if (first.tooLong) return broken('too-long');
  if (first.text === '') return { record: undefined, used: 1 };
  let text = first.text;
  for (let used = 1; ; used++) {
    const cells = readCells(text, separator);
    if (Array.isArray(cells)) return text.includes('\uFFFD') ? broken('not-utf-8') : { record: { line: first.number, cells }, used };
    if (cells !== 'quote-not-closed') return broken(cells);
    if (used >= maxLines || (waiting.length <= used && !more())) return broken('quote-not-closed');
    const next = waiting[used]!;
    if (next.tooLong || text.length + next.text.length > maxCharacters) return broken('quote-not-closed');
    text += `\n${next.text}`;
  }
}

function readCells(text: string, separator: string): string[] | 'quote-inside' | 'text-after-quote' | 'quote-not-closed' {
  const cells: string[] = [];
  for (let at = 0; ;) {
    if (text[at] === '"') {
      let end = text.indexOf('"', at + 1);
      while (end !== -1 && text[end + 1] === '"') end = text.indexOf('"', end + 2);
      if (end === -1) return 'quote-not-closed';
      cells.push(text.slice(at + 1, end).replaceAll('""', '"'));
      at = end + 1;
      if (at < text.length && text[at] !== separator) return 'text-after-quote';
    } else {
      const end = text.indexOf(separator, at);
      const cell = text.slice(at, end === -1 ? text.length : end);
      if (cell.includes('"')) return 'quote-inside';
      cells.push(cell);
      at += cell.length;
    }
    if (at >= text.length) return cells;
    at++;
  }
}

/** What a spreadsheet would run or take apart instead of showing (OWASP, CSV injection). */
const formula = /^[=+\-@\t\r]/;

/** Whether a cell begins as a formula does. */
export const isFormula = (cell: string): boolean => formula.test(cell);

/**
 * One record with its line end. A cell that would be a formula is put behind an apostrophe, and so is one that
 * already stands behind one, so that `readText` gives back exactly what was written.
 */
export function writeCsvRecord(cells: readonly string[], separator = ','): string {
  const written = cells.map((cell) => {
    const text = formula.test(cell.replace(/^'+/, '')) ? `'${cell}` : cell;
    return text.includes('"') || text.includes(separator) || /[\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  });
  // one empty cell alone would be an empty line, which is no record
  return `${written.length === 1 && written[0] === '' ? '""' : written.join(separator)}\r\n`;
}

/** The text of a cell, without the apostrophe that kept it from being a formula. */
export const readText = (cell: string): string => (cell.startsWith("'") && formula.test(cell.replace(/^'+/, '')) ? cell.slice(1) : cell);

/** Put at the beginning of a file, or a spreadsheet takes UTF-8 for something else. */
export const byteOrderMark = '\uFEFF';
