import fc from 'fast-check';
import { PkiError } from '../../../pki/error.ts';
import { parseJson, type JsonValue } from '../../../pki/jws/json.ts';

const limits = { maxBytes: 2_000, maxDepth: 8, maxValues: 50 };
const read = (text: string | Uint8Array): JsonValue => parseJson(Buffer.from(text), limits);
const plainOf = (value: JsonValue): unknown => (value instanceof Map
  ? Object.fromEntries([...value].map(([name, each]) => [name, plainOf(each as JsonValue)]))
  : Array.isArray(value) ? value.map((each) => plainOf(each as JsonValue)) : value);

test.each([
  ['json-duplicate-name', 'a name twice', '{"alg":"ES256","alg":"none"}'],
  ['json-duplicate-name', 'a name twice, once with an escape', '{"alg":1,"\\u0061lg":2}'],
  ['json-malformed', 'two values', '{} {}'],
  ['json-malformed', 'a comma at the end', '{"a":1,}'],
  ['json-malformed', 'a comment', '{/*a*/"a":1}'],
  ['json-malformed', 'single quotes', "{'a':1}"],
  ['json-malformed', 'a name without quotes', '{a:1}'],
  ['json-malformed', 'a number with a leading zero', '[01]'],
  ['json-malformed', 'a number with a plus', '[+1]'],
  ['json-malformed', 'a number that is none', '[NaN]'],
  ['json-malformed', 'a number beyond all', '[1e999]'],
  ['json-malformed', 'a tabulator inside a string', '["\t"]'],
  ['json-malformed', 'a lone surrogate', '["\\ud800"]'],
  ['json-malformed', 'an escape of another language', '["\\x41"]'],
  ['json-malformed', 'a mark before it', '\ufeff{}'],
  ['json-malformed', 'octets that are no UTF-8', Buffer.from('5b22ff225d', 'hex')],
  ['json-malformed', 'a space of another script', '[1,\u00a02]'],
  ['json-malformed', 'nothing', ''],
  ['json-malformed', 'an end too early', '{"a":["b"'],
  ['json-too-deep', 'a nest', '['.repeat(10) + ']'.repeat(10)],
  ['json-too-many', 'very many values', `[${'1,'.repeat(60)}1]`],
  ['json-too-large', 'a very long text', `"${'a'.repeat(2_000)}"`],
])('%s: %s', (code, _what, text) => {
  expect(() => read(text)).toThrow(expect.objectContaining({ code }));
});

test('names of a prototype are names like any other', () => {
  expect((read('{"__proto__":{"alg":"none"},"constructor":1}') as ReadonlyMap<string, unknown>).has('__proto__')).toBe(true);
  expect((read('{}') as ReadonlyMap<string, unknown>).get('constructor')).toBeUndefined();
});

test('reads what JSON.stringify writes', () => {
  const anyJson = fc.jsonValue({ maxDepth: 4 }).filter((value) => !JSON.stringify(value).includes('__proto__') && !JSON.stringify(value).includes('\\ud'));
  fc.assert(fc.property(anyJson, fc.constantFrom(0, 2), (value, indent) => {
    expect(plainOf(parseJson(Buffer.from(JSON.stringify(value, null, indent)), { maxBytes: 1e6, maxDepth: 20, maxValues: 10_000 }))).toEqual(JSON.parse(JSON.stringify(value)));
  }), { numRuns: 500, seed: 1 });
});

test('what it reads, JSON.parse reads alike; everything else is a PkiError', () => {
  const near = fc.array(fc.constantFrom('{', '}', '[', ']', '"', 'a', ':', ',', '1', '-', '.', 'e', ' ', '\\', 'u', '0', 'true', 'null'), { maxLength: 14 });
  fc.assert(fc.property(near, (parts) => {
    const text = parts.join('');
    let value: JsonValue;
    try {
      value = read(text);
    } catch (error) {
      return error instanceof PkiError;
    }
    expect(plainOf(value)).toEqual(JSON.parse(text));
    return true;
  }), { numRuns: 5_000, seed: 2 });
});

test('a text of nothing but escapes ends at the first that is too many', () => {
  const long = Buffer.from(`"${'\\u0041'.repeat(500_001)}"`);
  expect(() => parseJson(long, { maxBytes: 8_000_000, maxDepth: 2, maxValues: 2 })).toThrow(expect.objectContaining({ code: 'json-too-many' }));
});
