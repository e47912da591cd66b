import { PkiError } from '../error.ts';
import { decodeStream } from './filters.ts';
import { PdfLexer } from './lexer.ts';
import { asBuffer, type Budget, isName, limits, PdfDict, PdfStream, type PdfValue, wholeNumber } from './objects.ts';

/** Where an object stands: at a byte offset, or as the nth of an object stream; or that it is free. */
export type XrefEntry =
  | { kind: 'free' }
  | { kind: 'offset'; offset: number; gen: number }
  | { kind: 'compressed'; stream: number; index: number };

/** One cross-reference section with its trailer (ISO 32000-2 §7.5.4, §7.5.8). */
export interface XrefSection {
  offset: number;
  form: 'table' | 'stream' | 'hybrid';
  entries: Map<number, XrefEntry>;
  trailer: PdfDict;
  /** just after the `%%EOF` that closes it; undefined if none does */
  end: number | undefined;
  /** what its own `startxref` says; 0 in the first section of a linearized file */
  startxref: number | undefined;
}

const malformed = (rule: string, offset: number): PkiError => new PkiError('pdf-xref-malformed', { rule, offset });
const free: XrefEntry = { kind: 'free' };

/** Viewers look for `%%EOF` in the last 1,024 bytes (ISO 32000-1 Annex H.3 note 18). */
const tailBytes = 1_024;

/** The offset that the last `startxref` names. @throws PkiError `document-unreadable` */
export function findStartXref(bytes: Uint8Array): number {
  const tail = asBuffer(bytes).toString('latin1', Math.max(0, bytes.length - tailBytes - 64));
  const match = /startxref[\s\0]+(\d{1,10})[\s\0]+%%EOF(?![^]*startxref)/.exec(tail);
  if (!match) throw new PkiError('document-unreadable', { rule: 'ISO 32000-2 §7.5.5 startxref and %%EOF close the file', offset: bytes.length });
  return Number(match[1]);
}

/** All sections from the newest to the oldest. @throws PkiError `pdf-xref-malformed`, `pdf-xref-loop`, `pdf-too-complex` */
export function readSections(bytes: Uint8Array, budget: Budget): XrefSection[] {
  const sections: XrefSection[] = [];
  const seen = new Set<number>();
  let entries = 0;
  for (let offset: number | undefined = findStartXref(bytes); offset !== undefined;) {
    if (seen.has(offset)) throw new PkiError('pdf-xref-loop', { rule: 'ISO 32000-2 §7.5.5 Prev', offset });
    seen.add(offset);
    if (seen.size > limits.revisions) throw new PkiError('pdf-too-complex', { rule: `at most ${limits.revisions} revisions`, offset });
    const section = readSection(bytes, offset, budget);
    entries += section.entries.size;
    if (entries > limits.entries) throw new PkiError('pdf-too-complex', { rule: `at most ${limits.entries} objects`, offset });
    sections.push(section);
    const prev: PdfValue | undefined = section.trailer.get('Prev');
    const next = wholeNumber(prev);
    if (prev !== undefined && next === undefined) throw malformed('ISO 32000-2 §7.5.5 Prev', section.offset);
    offset = next;
  }
  return sections;
}

function readSection(bytes: Uint8Array, offset: number, budget: Budget): XrefSection {
  if (offset >= bytes.length) throw malformed('ISO 32000-2 §7.5.5 startxref or Prev points outside', offset);
  const lexer = new PdfLexer(bytes, budget, offset);
  if (!lexer.keyword('xref')) {
    const { stream, end } = readXrefStream(bytes, offset, budget);
    return { offset, form: 'stream', entries: streamEntries(stream, offset, budget), trailer: stream.dict, ...closing(bytes, end) };
  }
  const entries = readTable(lexer, budget);
  const trailer = lexer.value();
  if (!(trailer instanceof PdfDict)) throw malformed('ISO 32000-2 §7.5.5 trailer', offset);
  const hybrid = trailer.get('XRefStm');
  const section: XrefSection = { offset, form: hybrid === undefined ? 'table' : 'hybrid', entries, trailer, ...closing(bytes, lexer.at) };
  if (hybrid !== undefined) mergeHybrid(bytes, section, wholeNumber(hybrid), budget);
  return section;
}

/** `startxref`, a number and `%%EOF` after a trailer or a cross-reference stream. */
function closing(bytes: Uint8Array, at: number): { end: number | undefined; startxref: number | undefined } {
  const text = asBuffer(bytes).toString('latin1', at, Math.min(bytes.length, at + 512));
  const match = /^(?:[\s\0]|%[^\r\n]*[\r\n])*startxref[\s\0]+(\d{1,10})[\s\0]+%%EOF/.exec(text);
  return match ? { end: at + match[0].length, startxref: Number(match[1]) } : { end: undefined, startxref: undefined };
}

/**
 * The hidden objects of a hybrid file: looked up where the table says free or nothing (ISO 32000-2 §7.5.8.4).
 * A table and a stream of one revision that place an object differently are refused; a later revision that
 * names the stream of an earlier one again (common, harmless) has its own table first.
 */
function mergeHybrid(bytes: Uint8Array, section: XrefSection, offset: number | undefined, budget: Budget): void {
  if (offset === undefined || offset >= bytes.length) throw malformed('ISO 32000-2 §7.5.8.4 XRefStm', section.offset);
  const older = offset < (wholeNumber(section.trailer.get('Prev')) ?? 0);
  for (const [num, entry] of streamEntries(readXrefStream(bytes, offset, budget).stream, offset, budget)) {
    const known = section.entries.get(num);
    if (!known || known.kind === 'free') section.entries.set(num, entry);
    else if (!older && entry.kind !== 'free' && !sameEntry(known, entry)) {
      throw new PkiError('pdf-xref-conflict', { rule: `ISO 32000-2 §7.5.8.4 object ${num}`, offset });
    }
  }
}

/** Whether two entries name the same bytes. */
export function sameEntry(a: XrefEntry | undefined, b: XrefEntry | undefined): boolean {
  if (a === b) return true;
  if (a?.kind === 'offset') return b?.kind === 'offset' && a.offset === b.offset && a.gen === b.gen;
  if (a?.kind === 'compressed') return b?.kind === 'compressed' && a.stream === b.stream && a.index === b.index;
  return (a ?? free).kind === (b ?? free).kind;
}

/** The subsections of a table (ISO 32000-2 §7.5.4); any line ending is taken, the numbers are unambiguous. */
function readTable(lexer: PdfLexer, budget: Budget): Map<number, XrefEntry> {
  const entries = new Map<number, XrefEntry>();
  while (!lexer.keyword('trailer')) {
    const start = wholeNumber(lexer.value());
    const count = wholeNumber(lexer.value());
    if (start === undefined || count === undefined || count > limits.entries) throw malformed('ISO 32000-2 §7.5.4 a subsection', lexer.at);
    budget.spend(count);
    lexer.skipSpace();
    for (let i = 0; i < count; i++) addEntry(entries, start + i, tableEntry(lexer), lexer.at);
  }
  return entries;
}

function tableEntry(lexer: PdfLexer): XrefEntry {
  const { bytes } = lexer;
  const digits = (): number => {
    let value = 0;
    const from = lexer.at;
    while (bytes[lexer.at]! >= 0x30 && bytes[lexer.at]! <= 0x39) value = value * 10 + bytes[lexer.at++]! - 0x30;
    if (lexer.at === from || lexer.at - from > 10) throw malformed('ISO 32000-2 §7.5.4 an entry', from);
    while (bytes[lexer.at] === 0x20) lexer.at++;
    return value;
  };
  const offset = digits();
  const gen = digits();
  const kind = bytes[lexer.at++];
  while (bytes[lexer.at] === 0x20 || bytes[lexer.at] === 0x0d || bytes[lexer.at] === 0x0a) lexer.at++;
  if (kind === 0x66) return free;
  if (kind !== 0x6e) throw malformed('ISO 32000-2 §7.5.4 n or f', lexer.at);
  return { kind: 'offset', offset, gen };
}

function addEntry(entries: Map<number, XrefEntry>, num: number, entry: XrefEntry, offset: number): void {
  if (entries.has(num)) throw new PkiError('pdf-xref-conflict', { rule: `ISO 32000-2 §7.5.4 object ${num} stands twice in one section`, offset });
  entries.set(num, entry);
}

/** A cross-reference stream; its Length is direct because nothing can be looked up yet. */
function readXrefStream(bytes: Uint8Array, offset: number, budget: Budget): { stream: PdfStream; end: number } {
  const lexer = new PdfLexer(bytes, budget, offset);
  const num = wholeNumber(lexer.value());
  const gen = wholeNumber(lexer.value());
  if (num === undefined || gen === undefined || !lexer.keyword('obj')) throw malformed('ISO 32000-2 §7.5.8 a cross-reference stream', offset);
  const dict = lexer.value();
  if (!(dict instanceof PdfDict) || !isName(dict.get('Type'), 'XRef')) throw malformed('ISO 32000-2 §7.5.8.2 Type', offset);
  const length = wholeNumber(dict.get('Length'));
  if (length === undefined) throw malformed('ISO 32000-2 §7.3.8.2 Length', offset);
  const { raw, end } = streamBytes(lexer, length);
  return { stream: new PdfStream(dict, raw), end };
}

/**
 * The bytes between `stream` and `endstream`, and where `endobj` ends.
 * @throws PkiError `pdf-stream-length` if Length does not lead to `endstream`: readers would disagree
 */
export function streamBytes(lexer: PdfLexer, length: number): { raw: Uint8Array; end: number } {
  const { bytes } = lexer;
  if (!lexer.keyword('stream')) lexer.fail('pdf-malformed', 'ISO 32000-2 §7.3.8 stream');
  if (bytes[lexer.at] === 0x0d && bytes[lexer.at + 1] === 0x0a) lexer.at += 2;
  else if (bytes[lexer.at] === 0x0a) lexer.at++;
  else lexer.fail('pdf-malformed', 'ISO 32000-2 §7.3.8.1 a line feed after stream');
  const raw = bytes.subarray(lexer.at, lexer.at + length);
  lexer.at += length;
  if (raw.length !== length || !lexer.keyword('endstream')) lexer.fail('pdf-stream-length', 'ISO 32000-2 §7.3.8.2 Length');
  if (!lexer.keyword('endobj')) lexer.fail('pdf-malformed', 'ISO 32000-2 §7.3.10 endobj');
  return { raw, end: lexer.at };
}

function streamEntries(stream: PdfStream, offset: number, budget: Budget): Map<number, XrefEntry> {
  const { dict } = stream;
  const widths = dict.get('W');
  const size = wholeNumber(dict.get('Size'));
  const w = Array.isArray(widths) ? widths.map(wholeNumber) : [];
  if (w.length !== 3 || size === undefined || w.some((width) => width === undefined || width > 6)) throw malformed('ISO 32000-2 §7.5.8.2 W', offset);
  const [w0, w1, w2] = w as [number, number, number];
  const row = w0 + w1 + w2;
  const index = dict.get('Index') ?? [0, size];
  const bytes = decodeStream(stream, budget, (value) => value ?? null);
  const entries = new Map<number, XrefEntry>();
  if (!Array.isArray(index) || index.length % 2 !== 0 || row === 0) throw malformed('ISO 32000-2 §7.5.8.2 Index', offset);
  let at = 0;
  const field = (width: number, preset: number): number => {
    if (width === 0) return preset;
    let value = 0;
    for (let i = 0; i < width; i++) value = value * 256 + bytes[at++]!;
    return value;
  };
  for (let i = 0; i < index.length; i += 2) {
    const start = wholeNumber(index[i]);
    const count = wholeNumber(index[i + 1]);
    if (start === undefined || count === undefined || at + count * row > bytes.length) throw malformed('ISO 32000-2 §7.5.8.2 Index', offset);
    budget.spend(count);
    for (let num = start; num < start + count; num++) addEntry(entries, num, streamEntry(field(w0, 1), field(w1, 0), field(w2, 0)), offset);
  }
  return entries;
}

/** Types beyond 2 are references to null (ISO 32000-2 §7.5.8.3). */
function streamEntry(type: number, second: number, third: number): XrefEntry {
  if (type === 1) return { kind: 'offset', offset: second, gen: third };
  return type === 2 ? { kind: 'compressed', stream: second, index: third } : free;
}
