import { isUtf8 } from 'node:buffer';
import { PkiError } from '../error.ts';

export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;
/** A map, so that no name such as `__proto__` means more than itself. */
export type JsonObject = ReadonlyMap<string, JsonValue>;

export interface JsonLimits { maxBytes: number; maxDepth: number; maxValues: number }

/** Each makes a piece of a string; Base64 has none, and half a million words of Vietnamese have fewer. */
const maxEscapes = 500_000;

const space = /[ \t\n\r]*/y;
// every character but quote, backslash and the controls below U+0020
const plain = /[ !#-[\]-\uffff]*/y;
const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const escapes: Readonly<Record<string, string>> = { '"': '"', '\\': '\\', '/': '/', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

/**
 * One JSON text (RFC 8259), read so that no two readers could differ: UTF-8 without a mark, each name once in its object
 * (RFC 7515 §4 lets a verifier choose to refuse), no lone surrogates, nothing before or after but white space.
 * @throws PkiError `json-malformed`, `json-duplicate-name`, `json-too-large`, `json-too-deep`, `json-too-many`
 */
export function parseJson(bytes: Uint8Array, limits: JsonLimits): JsonValue {
  if (bytes.length > limits.maxBytes) throw new PkiError('json-too-large', { rule: `at most ${limits.maxBytes} octets` });
  if (!isUtf8(bytes)) throw new PkiError('json-malformed', { rule: 'RFC 8259 §8.1 UTF-8' });
  const reader = new JsonReader(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'), limits);
  return reader.whole();
}

/** The same, which must be an object. */
export function parseJsonObject(bytes: Uint8Array, limits: JsonLimits): JsonObject {
  const value = parseJson(bytes, limits);
  if (!isObject(value)) throw new PkiError('json-malformed', { rule: 'RFC 8259 §4 an object' });
  return value;
}

export const isObject = (value: JsonValue | undefined): value is JsonObject => value instanceof Map;
export const isArray = (value: JsonValue | undefined): value is readonly JsonValue[] => Array.isArray(value);

class JsonReader {
  private readonly text: string;
  private readonly limits: JsonLimits;
  private at = 0;
  private values = 0;
  private escapes = 0;

  constructor(text: string, limits: JsonLimits) {
    this.text = text;
    this.limits = limits;
  }

  whole(): JsonValue {
    const value = this.value(0);
    if (this.at !== this.text.length) this.fail('json-malformed', 'RFC 8259 §2 one value');
    return value;
  }

  private value(depth: number): JsonValue {
    if (depth > this.limits.maxDepth) this.fail('json-too-deep', `at most ${this.limits.maxDepth} levels`);
    if (++this.values > this.limits.maxValues) this.fail('json-too-many', `at most ${this.limits.maxValues} values`);
    this.take(space);
    const value = this.bare(depth);
    this.take(space);
    return value;
  }

  private bare(depth: number): JsonValue {
    switch (this.text[this.at]) {
      case '{': return this.object(depth);
      case '[': return this.array(depth);
      case '"': return this.string();
      case 't': return this.word('true', true);
      case 'f': return this.word('false', false);
      case 'n': return this.word('null', null);
      default: return this.number();
    }
  }

  private object(depth: number): JsonObject {
    const members = new Map<string, JsonValue>();
    this.at++;
    this.take(space);
    if (this.skip('}')) return members;
    do {
      this.take(space);
      const name = this.string();
      this.take(space);
      this.need(':');
      if (members.has(name)) this.fail('json-duplicate-name', 'RFC 7515 §4 each name once');
      members.set(name, this.value(depth + 1));
    } while (this.skip(','));
    this.need('}');
    return members;
  }

  private array(depth: number): JsonValue[] {
    const elements: JsonValue[] = [];
    this.at++;
    this.take(space);
    if (this.skip(']')) return elements;
    do elements.push(this.value(depth + 1)); while (this.skip(','));
    this.need(']');
    return elements;
  }

  private string(): string {
    this.need('"');
    let value = this.take(plain);
    while (this.text[this.at] === '\\') value += this.escape() + this.take(plain);
    this.need('"');
    if (!value.isWellFormed()) this.fail('json-malformed', 'RFC 8259 §8.2 no lone surrogate');
    return value;
  }

  private escape(): string {
    if (++this.escapes > maxEscapes) this.fail('json-too-many', `at most ${maxEscapes} escapes`);
    const letter = this.text[this.at + 1] ?? '';
    const hex = this.text.slice(this.at + 2, this.at + 6);
    if (letter === 'u' && /^[0-9A-Fa-f]{4}$/.test(hex)) {
      this.at += 6;
      return String.fromCharCode(Number.parseInt(hex, 16));
    }
    const meant = escapes[letter];
    if (meant === undefined) this.fail('json-malformed', 'RFC 8259 §7 escape');
    this.at += 2;
    return meant;
  }

  private number(): number {
    const value = Number(this.take(number) || Number.NaN);
    if (!Number.isFinite(value)) this.fail('json-malformed', 'RFC 8259 §3 a value');
    return value;
  }

  private word<T>(word: string, value: T): T {
    if (!this.text.startsWith(word, this.at)) this.fail('json-malformed', 'RFC 8259 §3 a value');
    this.at += word.length;
    return value;
  }

  private take(pattern: RegExp): string {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0] ?? '';
    this.at += found.length;
    return found;
  }

  private skip(sign: string): boolean {
    if (this.text[this.at] !== sign) return false;
    this.at++;
    return true;
  }

  private need(sign: string): void {
    if (!this.skip(sign)) this.fail('json-malformed', `RFC 8259 expected ${sign}`);
  }

  private fail(code: string, rule: string): never {
    throw new PkiError(code, { rule, offset: this.at });
  }
}
