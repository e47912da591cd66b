import { parseJson } from '../../../pki/jws/json.ts';
import { writeJson } from '../../../pki/jws/write-json.ts';

const limits = { maxBytes: 10_000, maxDepth: 10, maxValues: 100 };
const read = (text: string): ReturnType<typeof parseJson> => parseJson(Buffer.from(text), limits);

test('the example of RFC 8785 §3.2.2 in its canonical form', () => {
  const given = String.raw`{ "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001], "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/", "literals": [null, true, false] }`;
  expect(writeJson(read(given), { sorted: true })).toBe(String.raw`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`);
});

test('members are sorted by UTF-16 code units, as RFC 8785 §3.2.3 has it; or stay as they came', () => {
  const given = '{"\\u20ac":1,"\\r":2,"\\ufb33":3,"1":4,"\\ud83d\\ude00":5,"\\u0080":6,"\\u00f6":7}';
  expect(Object.values(JSON.parse(writeJson(read(given), { sorted: true })) as object)).toHaveLength(7);
  expect([...writeJson(read(given), { sorted: true }).matchAll(/:(\d)/g)].map(([, value]) => value).join('')).toBe('2467153');
  expect([...writeJson(read(given), { sorted: false }).matchAll(/:(\d)/g)].map(([, value]) => value).join('')).toBe('1234567');
});
