import { PkiError } from '../error.ts';
import { type Decryptor, openEncryption } from './decrypt.ts';
import { decodeStream } from './filters.ts';
import { PdfLexer } from './lexer.ts';
import { asBuffer, Budget, isName, limits, PdfDict, PdfRef, PdfStream, PdfString, type PdfValue, wholeNumber } from './objects.ts';
import { readSections, streamBytes, type XrefEntry, type XrefSection } from './xref.ts';

/** An indirect object as it stands in the file. */
interface Parsed { num: number; gen: number; value: PdfValue; end: number }

/** What all revisions of one file share: the bytes and what was parsed from them. */
interface Source {
  bytes: Uint8Array;
  budget: Budget;
  sections: XrefSection[];
  /** by byte offset */
  parsed: Map<number, Parsed>;
  /** the objects of an object stream, by the offset of the stream */
  packed: Map<number, { num: number; value: PdfValue }[]>;
  decryptor?: Decryptor;
}

/**
 * One revision of a PDF file: every object as the cross-reference sections up to that revision give it.
 * Nothing is found by scanning and nothing is repaired, so all readers that follow ISO 32000-2 §7.5 see the same.
 */
export class PdfDocument {
  /** the sections that count, newest first */
  readonly sections: readonly XrefSection[];
  readonly trailer: PdfDict;
  readonly source: Source;
  private readonly opening = new Set<number>();

  constructor(source: Source, sections: readonly XrefSection[]) {
    this.source = source;
    this.sections = sections;
    this.trailer = sections[0]!.trailer;
  }

  get bytes(): Uint8Array {
    return this.source.bytes;
  }

  /** Where the object stands in this revision. */
  entry(num: number): XrefEntry | undefined {
    for (const section of this.sections) {
      const entry = section.entries.get(num);
      if (entry) return entry;
    }
    return undefined;
  }

  /** The value behind a reference or the value itself; a free or missing object is null (ISO 32000-2 §7.3.10). */
  resolve = (value: PdfValue | undefined): PdfValue => {
    let current = value ?? null;
    for (let hops = 0; current instanceof PdfRef; hops++) {
      if (hops > 8) throw new PkiError('pdf-reference-loop', { rule: 'ISO 32000-2 §7.3.10' });
      current = this.object(current.num, current.gen);
    }
    return current;
  };

  dict(value: PdfValue | undefined): PdfDict | undefined {
    const found = this.resolve(value);
    return found instanceof PdfDict ? found : found instanceof PdfStream ? found.dict : undefined;
  }

  array(value: PdfValue | undefined): PdfValue[] | undefined {
    const found = this.resolve(value);
    return Array.isArray(found) ? found : undefined;
  }

  /** @throws PkiError `pdf-object-misplaced` if the entry lies about where the object is */
  object(num: number, gen?: number): PdfValue {
    const entry = this.entry(num);
    if (!entry || entry.kind === 'free') return null;
    if (entry.kind === 'compressed') return gen === undefined || gen === 0 ? this.unpacked(num, entry) : null;
    if (gen !== undefined && gen !== entry.gen) return null;
    return this.parsedAt(num, entry).value;
  }

  /** The bytes of a stream with its filters undone. */
  decode(stream: PdfStream): Uint8Array {
    return decodeStream(stream, this.source.budget, this.resolve);
  }

  /** The object at an entry, with the place where it ends. */
  parsedAt(num: number, entry: Extract<XrefEntry, { kind: 'offset' }>): Parsed {
    const { offset, gen } = entry;
    const misplaced = (): PkiError => new PkiError('pdf-object-misplaced', { rule: `ISO 32000-2 §7.5.4 object ${num} ${gen}`, offset });
    let parsed = this.source.parsed.get(offset);
    if (!parsed) {
      parsed = this.guarded(offset, 'ISO 32000-2 §7.3.8.2 Length', () => this.parse(offset, misplaced));
      const { decryptor } = this.source;
      if (decryptor) parsed.value = decryptor.object(parsed.value, parsed.num, parsed.gen);
      this.source.parsed.set(offset, parsed);
    }
    if (parsed.num !== num || parsed.gen !== gen) throw misplaced();
    return parsed;
  }

  /** What is needed to open an object must not lead back to it. */
  private guarded<T>(offset: number, rule: string, open: () => T): T {
    if (this.opening.has(offset)) throw new PkiError('pdf-reference-loop', { rule, offset });
    this.opening.add(offset);
    try {
      return open();
    } finally {
      this.opening.delete(offset);
    }
  }

  private parse(offset: number, misplaced: () => PkiError): Parsed {
    if (offset >= this.bytes.length) throw misplaced();
    const lexer: PdfLexer = new PdfLexer(this.bytes, this.source.budget, offset);
    const num = lexer.next();
    const gen = lexer.next();
    if (typeof num !== 'number' || typeof gen !== 'number' || !lexer.keyword('obj')) throw misplaced();
    const value = lexer.value();
    if (lexer.keyword('endobj')) return { num, gen, value, end: lexer.at };
    const { at } = lexer;
    if (!(value instanceof PdfDict) || !lexer.keyword('stream')) lexer.fail('pdf-malformed', 'ISO 32000-2 §7.3.10 endobj');
    lexer.at = at;
    const length = wholeNumber(this.resolve(value.get('Length')));
    if (length === undefined) lexer.fail('pdf-stream-length', 'ISO 32000-2 §7.3.8.2 Length');
    const { raw, end } = streamBytes(lexer, length);
    return { num, gen, value: new PdfStream(value, raw), end };
  }

  private unpacked(num: number, { stream, index }: Extract<XrefEntry, { kind: 'compressed' }>): PdfValue {
    const entry = this.entry(stream);
    if (entry?.kind !== 'offset') throw new PkiError('pdf-object-misplaced', { rule: `ISO 32000-2 §7.5.7 object stream ${stream}` });
    let objects = this.source.packed.get(entry.offset);
    if (!objects) {
      const { value } = this.parsedAt(stream, entry);
      objects = this.guarded(entry.offset, 'ISO 32000-2 §7.5.7 an object stream needs an object of its own', () => this.unpack(value, entry.offset));
      this.source.packed.set(entry.offset, objects);
    }
    const object = objects[index];
    if (object?.num !== num) throw new PkiError('pdf-object-misplaced', { rule: `ISO 32000-2 §7.5.7 object ${num}`, offset: entry.offset });
    return object.value;
  }

  /** The objects of an object stream (ISO 32000-2 §7.5.7). */
  private unpack(stream: PdfValue, offset: number): { num: number; value: PdfValue }[] {
    const malformed = (rule: string): PkiError => new PkiError('pdf-object-stream-malformed', { rule: `ISO 32000-2 §7.5.7 ${rule}`, offset });
    if (!(stream instanceof PdfStream) || !isName(this.resolve(stream.dict.get('Type')), 'ObjStm')) throw malformed('Type');
    const count = wholeNumber(this.resolve(stream.dict.get('N')));
    const first = wholeNumber(this.resolve(stream.dict.get('First')));
    if (count === undefined || first === undefined || count > limits.entries) throw malformed('N, First');
    const bytes = this.decode(stream);
    const header = new PdfLexer(bytes.subarray(0, first), this.source.budget);
    const places: { num: number; at: number }[] = [];
    const seen = new Set<number>();
    for (let i = 0; i < count; i++) {
      const num = wholeNumber(header.value());
      const at = wholeNumber(header.value());
      if (num === undefined || at === undefined || first + at > bytes.length) throw malformed('the pairs of numbers');
      if (seen.has(num)) throw new PkiError('pdf-object-repeated', { rule: `ISO 32000-2 §7.5.7 object ${num}`, offset });
      seen.add(num);
      places.push({ num, at: first + at });
    }
    // strings inside have no place in the file: a signature must not be among them
    return places.map(({ num, at }) => ({ num, value: new PdfLexer(bytes, this.source.budget, at, Number.NaN).value() }));
  }
}

/**
 * Opens a PDF at its newest revision.
 * @throws PkiError `document-unreadable`, `pdf-xref-malformed`, `pdf-xref-loop`, `pdf-xref-conflict`, `pdf-too-complex`, …
 */
export function readPdf(file: Uint8Array): PdfDocument {
  const bytes = asBuffer(file);
  // ISO 32000-2 §7.5.2: the header opens the file; bytes before it would shift every offset for some readers
  if (bytes.length < 64 || bytes.toString('latin1', 0, 5) !== '%PDF-') {
    throw new PkiError('document-unreadable', { rule: 'ISO 32000-2 §7.5.2 the file begins with %PDF-', offset: 0 });
  }
  const budget = new Budget();
  const sections = readSections(bytes, budget);
  const document = new PdfDocument({ bytes, budget, sections, parsed: new Map(), packed: new Map() }, sections);
  const encrypt = document.resolve(document.trailer.get('Encrypt'));
  if (encrypt instanceof PdfDict) {
    const id = document.array(document.trailer.get('ID'))?.[0];
    document.source.decryptor = openEncryption(encrypt, id instanceof PdfString ? id.bytes : new Uint8Array(0));
  }
  return document;
}

/** The catalog. @throws PkiError `pdf-malformed` */
export function catalogOf(document: PdfDocument): PdfDict {
  const root = document.resolve(document.trailer.get('Root'));
  if (!(root instanceof PdfDict)) throw new PkiError('pdf-malformed', { rule: 'ISO 32000-2 §7.7.2 the catalog' });
  return root;
}
