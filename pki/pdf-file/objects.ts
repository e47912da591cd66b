import { PkiError } from '../error.ts';

/** Bounds on what one file may cost. Real results of hundreds of pages stay far below each of them. */
export const limits = {
  /** arrays and dictionaries inside each other; ISO 32000-2 Annex C names 28 for old viewers */
  depth: 64,
  /** cross-reference entries of the whole file; Annex C: 8,388,607 objects */
  entries: 500_000,
  /** tokens read over one verification, the measure of time: some 0.1 µs each */
  tokens: 10_000_000,
  /** what the objects that were read take in memory, by the sizes of `weights` */
  heldBytes: 96 * 1024 * 1024,
  /** bytes that all filters together may put out */
  inflatedBytes: 128 * 1024 * 1024,
  /** incremental updates; a form signed by a whole village stays below */
  revisions: 256,
  /** form fields reached from the AcroForm */
  fields: 20_000,
  /** signatures of one file, each of which is hashed and judged */
  signatures: 256,
  /** what all signatures of a file sign together; hashing it takes about a second */
  signedBytes: 1024 * 1024 * 1024,
  /** changes told of one signature; more are one change more, which is forbidden */
  changes: 1_000,
} as const;

/** What V8 takes for a value with what hangs on it, measured with a million of each, in bytes. */
export const weights = { string: 240, dict: 280, entry: 50, array: 80, item: 12, reference: 40, name: 90 } as const;

/** Measured with forms of 20,000 fields over 200 revisions. */
const tokensPerComparison = 8;

/** A name object without its solidus, `#xx` decoded (ISO 32000-2 §7.3.5). */
export class PdfName {
  readonly value: string;
  constructor(value: string) {
    this.value = value;
  }
}

/** How a string stands in the file; `hex` is pairs of digits and nothing else. */
export type StringForm = 'literal' | 'hex' | 'spaced-hex';

/** A string object: its bytes, and where its delimiters stand in the file. */
export class PdfString {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
  readonly form: StringForm;
  constructor(bytes: Uint8Array, start: number, end: number, form: StringForm) {
    this.bytes = bytes;
    this.start = start;
    this.end = end;
    this.form = form;
  }
}

/** An indirect reference, `num gen R`. */
export class PdfRef {
  readonly num: number;
  readonly gen: number;
  constructor(num: number, gen: number) {
    this.num = num;
    this.gen = gen;
  }
}

/** A dictionary; a key that stands twice is refused when it is read. */
export class PdfDict {
  readonly entries: Map<string, PdfValue>;
  constructor(entries: Map<string, PdfValue> = new Map()) {
    this.entries = entries;
  }
  has(key: string): boolean {
    return this.entries.has(key);
  }
  get(key: string): PdfValue | undefined {
    return this.entries.get(key);
  }
}

/** A stream: its dictionary and its bytes as they stand in the file, filters not undone. */
export class PdfStream {
  readonly dict: PdfDict;
  readonly raw: Uint8Array;
  private readonly decipher: ((raw: Uint8Array) => Uint8Array) | undefined;
  constructor(dict: PdfDict, raw: Uint8Array, decipher?: (raw: Uint8Array) => Uint8Array) {
    this.dict = dict;
    this.raw = raw;
    this.decipher = decipher;
  }
  /** The bytes after decryption, where the file is encrypted. */
  get content(): Uint8Array {
    return this.decipher ? this.decipher(this.raw) : this.raw;
  }
}

export type PdfValue = null | boolean | number | PdfName | PdfString | PdfRef | PdfDict | PdfStream | PdfValue[];

/** Counts what reading costs and stops at the limits, whatever the file claims. */
export class Budget {
  private tokensLeft: number = limits.tokens;
  private bytesLeft: number = limits.inflatedBytes;
  private heldLeft: number = limits.heldBytes;

  /** @throws PkiError `pdf-too-complex` */
  spend(tokens: number): void {
    this.tokensLeft -= tokens;
    if (this.tokensLeft < 0) throw new PkiError('pdf-too-complex', { rule: `at most ${limits.tokens} tokens` });
  }

  /** Counts values looked up and compared, each of which takes as long as several tokens. @throws PkiError `pdf-too-complex` */
  compare(values: number): void {
    this.spend(values * tokensPerComparison);
  }

  /** Counts what stays in memory until the verification ends. @throws PkiError `pdf-too-complex` */
  hold(bytes: number): void {
    this.heldLeft -= bytes;
    if (this.heldLeft < 0) throw new PkiError('pdf-too-complex', { rule: `objects of at most ${limits.heldBytes} bytes in memory` });
  }

  /** @throws PkiError `pdf-too-complex` */
  inflate(bytes: number): void {
    this.bytesLeft -= bytes;
    if (this.bytesLeft < 0) throw new PkiError('pdf-too-complex', { rule: `at most ${limits.inflatedBytes} bytes out of all filters` });
  }

  get inflatable(): number {
    return this.bytesLeft;
  }
}

export const isName = (value: PdfValue | undefined, name: string): boolean => value instanceof PdfName && value.value === name;

/** A non-negative whole number that fits a file offset, or undefined. */
export function wholeNumber(value: PdfValue | undefined): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

/** The same bytes with the methods of a Buffer; nothing is copied. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

export function latin1(bytes: Uint8Array): string {
  return asBuffer(bytes).toString('latin1');
}

/**
 * The characters of a text string: UTF-16BE or UTF-8 by its byte order mark, else PDFDocEncoding,
 * of which Latin-1 is read (ISO 32000-2 §7.9.2.2).
 */
export function textOf(value: PdfString): string {
  const { bytes } = value;
  if (bytes[0] === 0xfe && bytes[1] === 0xff) {
    const even = Buffer.from(bytes.subarray(2, 2 + ((bytes.length - 2) & ~1)));
    return even.swap16().toString('utf16le');
  }
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return Buffer.from(bytes.subarray(3)).toString('utf8');
  return latin1(bytes);
}
