import { PkiError } from '../error.ts';
import { asBuffer, type Budget, limits, PdfDict, PdfName, PdfRef, PdfString, type PdfValue, weights } from './objects.ts';

/** Character classes of ISO 32000-2 §7.2.3: 0 regular, 1 white space, 2 delimiter. */
const classes = new Uint8Array(256);
for (const c of [0, 9, 10, 12, 13, 32]) classes[c] = 1;
for (const c of '()<>[]{}/%') classes[c.charCodeAt(0)] = 2;

/** A bare word such as `obj`, `R` or `endstream`. */
export class Keyword {
  readonly word: string;
  constructor(word: string) {
    this.word = word;
  }
}

const closeArray = new Keyword(']');
const closeDict = new Keyword('>>');
const end = new Keyword('');
const names = new Map<string, PdfName>();

/** Reads the objects of ISO 32000-2 §7.3 one after another from bytes. Nothing is repaired. */
export class PdfLexer {
  at: number;
  readonly bytes: Buffer;
  private readonly budget: Budget;
  private readonly base: number;

  /** @param base offset of `bytes` in the file, for the places of strings and for errors */
  constructor(bytes: Uint8Array, budget: Budget, at = 0, base = 0) {
    this.bytes = asBuffer(bytes);
    this.budget = budget;
    this.at = at;
    this.base = base;
  }

  fail(code: string, rule: string): never {
    throw new PkiError(code, { rule, offset: this.base + this.at });
  }

  skipSpace(): void {
    const { bytes } = this;
    for (;;) {
      const c = bytes[this.at];
      if (c === undefined) return;
      if (classes[c] === 1) this.at++;
      else if (c === 0x25) while (this.at < bytes.length && bytes[this.at] !== 10 && bytes[this.at] !== 13) this.at++;
      else return;
    }
  }

  /** The next object or keyword. @throws PkiError `pdf-malformed`, `pdf-duplicate-key`, `pdf-too-deep` */
  next(depth = 0): PdfValue | Keyword {
    this.skipSpace();
    this.budget.spend(1);
    const { bytes } = this;
    const c = bytes[this.at];
    switch (c) {
      case undefined: return end;
      case 0x2f: return this.name();
      case 0x28: return this.literalString();
      case 0x5b: this.at++; return this.array(depth + 1);
      case 0x5d: this.at++; return closeArray;
      case 0x3c:
        if (bytes[this.at + 1] !== 0x3c) return this.hexString();
        this.at += 2;
        return this.dict(depth + 1);
      case 0x3e:
        if (bytes[this.at + 1] !== 0x3e) this.fail('pdf-malformed', 'ISO 32000-2 §7.3.7');
        this.at += 2;
        return closeDict;
      case 0x29: case 0x7b: case 0x7d: return this.fail('pdf-malformed', 'ISO 32000-2 §7.2.3 a delimiter out of place');
    }
    return this.word(c);
  }

  /** The next object. @throws PkiError `pdf-malformed` if a keyword or the end stands there */
  value(depth = 0): PdfValue {
    const value = this.next(depth);
    if (value instanceof Keyword) this.fail('pdf-malformed', `ISO 32000-2 §7.3 an object, not '${value.word.slice(0, 20)}'`);
    return value;
  }

  /** Whether this keyword comes next; if so it is passed over. */
  keyword(word: string): boolean {
    const start = this.at;
    const found = this.next();
    if (found instanceof Keyword && found.word === word) return true;
    this.at = start;
    return false;
  }

  private word(first: number): PdfValue | Keyword {
    const { bytes } = this;
    const start = this.at;
    let digits = 0;
    while (bytes[this.at]! >= 0x30 && bytes[this.at]! <= 0x39) digits = digits * 10 + bytes[this.at++]! - 0x30;
    // most tokens of a file are short whole numbers
    if (this.at > start && this.at - start < 16 && (this.at === bytes.length || classes[bytes[this.at]!] !== 0)) return this.reference(digits);
    while (this.at < bytes.length && classes[bytes[this.at]!] === 0) this.at++;
    const text = bytes.toString('latin1', start, this.at);
    if (first <= 0x39) {
      if (!/^[+-]?(\d+\.?\d*|\.\d+)$/.test(text)) this.fail('pdf-malformed', 'ISO 32000-2 §7.3.3 a number');
      return Number(text);
    }
    if (text === 'true') return true;
    if (text === 'false') return false;
    return text === 'null' ? null : new Keyword(text);
  }

  /** `num` alone, or the start of `num gen R`. */
  private reference(num: number): PdfValue {
    const { bytes } = this;
    let at = this.at;
    const space = (): boolean => {
      const from = at;
      while (classes[bytes[at]!] === 1) at++;
      return at > from;
    };
    if (!space()) return num;
    const from = at;
    while (at - from < 6 && bytes[at]! >= 0x30 && bytes[at]! <= 0x39) at++;
    if (at === from) return num;
    const gen = Number(bytes.toString('latin1', from, at));
    if (!space() || bytes[at] !== 0x52 || (at + 1 < bytes.length && classes[bytes[at + 1]!] === 0)) return num;
    this.at = at + 1;
    this.budget.hold(weights.reference);
    return new PdfRef(num, gen);
  }

  private name(): PdfName {
    const { bytes } = this;
    const start = ++this.at;
    let escaped = false;
    while (this.at < bytes.length && classes[bytes[this.at]!] === 0) if (bytes[this.at++] === 0x23) escaped = true;
    let text = bytes.toString('latin1', start, this.at);
    if (escaped) text = text.replaceAll(/#([0-9A-Fa-f]{2})/g, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
    let name = names.get(text);
    if (!name) {
      this.budget.hold(weights.name + text.length);
      name = new PdfName(text);
      // the names of the standard are few; a file full of its own must not stay in memory
      if (names.size < 2_000 && text.length < 40) names.set(text, name);
    }
    return name;
  }

  private array(depth: number): PdfValue[] {
    if (depth > limits.depth) this.fail('pdf-too-deep', `at most ${limits.depth} levels`);
    const items: PdfValue[] = [];
    this.budget.hold(weights.array);
    for (;;) {
      const item = this.next(depth);
      if (item === closeArray) return items;
      if (item instanceof Keyword) this.fail('pdf-malformed', 'ISO 32000-2 §7.3.6 an array');
      this.budget.hold(weights.item);
      items.push(item);
    }
  }

  private dict(depth: number): PdfDict {
    if (depth > limits.depth) this.fail('pdf-too-deep', `at most ${limits.depth} levels`);
    const entries = new Map<string, PdfValue>();
    this.budget.hold(weights.dict);
    for (;;) {
      const key = this.next(depth);
      if (key === closeDict) return new PdfDict(entries);
      if (!(key instanceof PdfName)) this.fail('pdf-malformed', 'ISO 32000-2 §7.3.7 a key');
      const value = this.value(depth);
      // two readers may take different values of a key that stands twice, unless both are the same name, number or reference
      if (entries.has(key.value) && !isSameToken(entries.get(key.value)!, value)) this.fail('pdf-duplicate-key', `ISO 32000-2 §7.3.7 /${key.value}`);
      this.budget.hold(weights.entry);
      entries.set(key.value, value);
    }
  }

  private hexString(): PdfString {
    const { bytes } = this;
    const start = this.at;
    const close = bytes.indexOf(0x3e, start);
    if (close < 0) this.fail('pdf-malformed', 'ISO 32000-2 §7.3.4.3 a string without end');
    this.budget.hold(weights.string + (close - start) / 2);
    const text = bytes.toString('latin1', start + 1, close);
    this.at = close + 1;
    const decoded = Buffer.from(text, 'hex');
    // decoding ends at the first character that is no digit
    if (decoded.length * 2 === text.length) return new PdfString(decoded, this.base + start, this.base + this.at, 'hex');
    const digits = this.digits(start + 1, close);
    const even = digits.length % 2 === 0 ? digits : `${digits}0`;
    return new PdfString(Buffer.from(even, 'hex'), this.base + start, this.base + this.at, digits.length === text.length ? 'hex' : 'spaced-hex');
  }

  /** The hexadecimal digits between two places, without the white space among them. */
  private digits(from: number, to: number): string {
    const { bytes } = this;
    const digits = Buffer.allocUnsafe(to - from);
    let count = 0;
    for (let at = from; at < to; at++) {
      const c = bytes[at]!;
      if (classes[c] === 1) continue;
      const isDigit = (c >= 0x30 && c <= 0x39) || (c >= 0x41 && c <= 0x46) || (c >= 0x61 && c <= 0x66);
      if (!isDigit) this.fail('pdf-malformed', 'ISO 32000-2 §7.3.4.3 a hexadecimal digit');
      digits[count++] = c;
    }
    return digits.toString('latin1', 0, count);
  }

  private literalString(): PdfString {
    const { bytes } = this;
    const start = this.at++;
    const end = this.endOfLiteral();
    this.budget.hold(weights.string + end - start);
    // escapes only make it shorter
    const out = new Uint8Array(end - start);
    let length = 0;
    while (this.at < end) {
      const c = bytes[this.at++]!;
      if (c === 0x5c) {
        const escaped = this.escape();
        if (escaped !== undefined) out[length++] = escaped;
      } else if (c === 0x0d) {
        if (bytes[this.at] === 0x0a) this.at++;
        out[length++] = 0x0a;
      } else out[length++] = c;
    }
    this.at = end + 1;
    return new PdfString(length === out.length ? out : out.slice(0, length), this.base + start, this.base + this.at, 'literal');
  }

  /** Where the parenthesis stands that closes the string which begins before this place. */
  private endOfLiteral(): number {
    const { bytes } = this;
    let nested = 1;
    for (let at = this.at; at < bytes.length; at++) {
      const c = bytes[at];
      if (c === 0x5c) at++;
      else if (c === 0x28) nested++;
      else if (c === 0x29 && --nested === 0) return at;
    }
    this.at = bytes.length + 1;
    this.fail('pdf-malformed', 'ISO 32000-2 §7.3.4.2 a string without end');
  }

  /** What follows a reverse solidus: an octet, or nothing where a line is only continued. */
  private escape(): number | undefined {
    const { bytes } = this;
    const c = bytes[this.at++];
    const plain = { 0x6e: 10, 0x72: 13, 0x74: 9, 0x62: 8, 0x66: 12 }[c ?? 0];
    if (plain !== undefined) return plain;
    if (c === 0x0d) {
      if (bytes[this.at] === 0x0a) this.at++;
      return undefined;
    }
    if (c === undefined || c === 0x0a) return undefined;
    if (c < 0x30 || c > 0x37) return c;
    let value = c - 0x30;
    for (let i = 0; i < 2 && bytes[this.at]! >= 0x30 && bytes[this.at]! <= 0x37; i++) value = value * 8 + bytes[this.at++]! - 0x30;
    return value & 0xff;
  }
}

function isSameToken(a: PdfValue, b: PdfValue): boolean {
  if (a instanceof PdfName) return b instanceof PdfName && a.value === b.value;
  if (a instanceof PdfRef) return b instanceof PdfRef && a.num === b.num && a.gen === b.gen;
  return a === b && typeof a !== 'object';
}
