import type { SignatureReport } from '../../../pki/validation/report.ts';
import { now, type Holder } from '../certificates.ts';
import { Country } from '../validation/country.ts';
import { encode, flattened, jadesHeader } from './sign.ts';

const content = Buffer.from('Giấy phép số 9');
const later = (seconds: number): Date => new Date(now.getTime() + seconds * 1000);
let country: Country;
let holder: Holder;
let made: Record<string, unknown>;
beforeAll(async () => {
  country = await Country.found();
  holder = await country.official('Người ký');
  made = await flattened(holder, jadesHeader(holder, 'ES256'), content);
});

type Property = Record<string, unknown>;
const tokens = (token: Uint8Array, more: object = {}): object => ({ ...more, tstTokens: [{ val: Buffer.from(token).toString('base64') }] });
const judge = (etsiU: readonly unknown[]): SignatureReport => country.validate(Buffer.from(JSON.stringify({ ...made, header: { etsiU } }))).signatures[0]!;
const timestampsOf = (etsiU: readonly unknown[]): string[] => judge(etsiU).timestamps.map(({ kind, indication }) => `${kind} ${indication}`);
const core = (point = '.'): string => [made['payload'], made['protected'], made['signature']].join('.') + point;

async function before(): Promise<Property[]> {
  return [
    { sigTst: tokens(await country.token(String(made['signature']), later(1))) },
    { xVals: [{ x509Cert: { val: Buffer.from(country.root.certificate.der).toString('base64'), encoding: 'DER' } }] },
  ];
}

/** Sorted by hand: `sigTst` and `xVals` hold nothing deeper than these. */
const sorted = (properties: readonly Property[]): Property[] => properties.map((each) => ('xVals' in each
  ? { xVals: [{ x509Cert: { encoding: 'DER', val: Buffer.from(country.root.certificate.der).toString('base64') } }] } : each));
const valuesOf = (properties: readonly Property[]): string => properties.map((each) => JSON.stringify(Object.values(each)[0])).join('');
const wholesOf = (properties: readonly Property[]): string => properties.map((each) => JSON.stringify(each)).join('');

describe('an arcTst over everything, with the properties in the clear', () => {
  test.each<[string, (properties: Property[]) => string]>([
    ['in canonical form', (properties) => wholesOf(sorted(properties))],
    ['the values in canonical form', (properties) => valuesOf(sorted(properties))],
    ['as they came', wholesOf],
    ['the values as they came', valuesOf],
  ])('%s', async (_form, written) => {
    const properties = await before();
    const archive = { arcTst: tokens(await country.token(core() + written(properties), later(2))) };
    expect(timestampsOf([...properties, archive])).toEqual(['signature-timestamp TOTAL-PASSED', 'archive-timestamp TOTAL-PASSED']);
    // what comes after it is not under it
    expect(timestampsOf([...properties, archive, { tstVD: {} }])).toContain('archive-timestamp TOTAL-PASSED');
  });

  test('without a point after the signature value, as some write it', async () => {
    const properties = await before();
    const archive = { arcTst: tokens(await country.token(core('') + properties.map((each) => encode(each)).join(''), later(2))) };
    expect(timestampsOf([...properties, archive].map((each) => encode(each)))).toEqual(['signature-timestamp TOTAL-PASSED', 'archive-timestamp TOTAL-PASSED']);
  });

  test.each<[string, (properties: Property[]) => unknown[]]>([
    ['another certificate', ([first]) => [first, { xVals: [{ x509Cert: { val: 'AAAA', encoding: 'DER' } }] }]],
    ['one property less', ([first]) => [first]],
    ['another order', (properties) => properties.toReversed()],
    ['another one more', (properties) => [...properties, { rVals: {} }]],
  ])('%s before it: it proves nothing', async (_what, changed) => {
    const properties = await before();
    const archive = { arcTst: tokens(await country.token(core() + wholesOf(properties), later(2))) };
    expect(timestampsOf([...changed(properties), archive])).toContain('archive-timestamp TOTAL-FAILED');
  });
});

describe.each<[string, (each: Property) => unknown, (each: Property) => string]>([
  ['in base64url', (each) => encode(each), (each) => encode(each)],
  ['in the clear', (each) => each, (each) => JSON.stringify(each)],
])('an arcTst over the one before it, %s', (_form, sent, written) => {
  async function archived(): Promise<{ properties: Property[]; first: Property }> {
    const properties = await before();
    const first = { arcTst: tokens(await country.token(core() + properties.map(written).join(''), later(2))) };
    return { properties: [...properties, first], first };
  }
  const data = { tstVD: { xVals: [] } };
  const second = async (over: string): Promise<Property> => ({ arcTst: tokens(await country.token(over, later(3)), { timeStamped: 'previousArcTst' }) });
  const all = ['signature-timestamp TOTAL-PASSED', 'archive-timestamp TOTAL-PASSED', 'archive-timestamp TOTAL-PASSED'];

  test('alone', async () => {
    const { properties, first } = await archived();
    expect(timestampsOf([...properties, await second(written(first))].map(sent))).toEqual(all);
  });

  test('and the validation data that belong to it, in either order', async () => {
    const { properties, first } = await archived();
    expect(timestampsOf([...properties, data, await second(written(first) + written(data))].map(sent))).toEqual(all);
    expect(timestampsOf([...properties, data, await second(written(data) + written(first))].map(sent))).toEqual(all);
  });

  test('with no archive timestamp before it, or over another, it proves nothing', async () => {
    const { properties, first } = await archived();
    expect(timestampsOf([properties[0]!, await second(written(first))].map(sent))).toEqual(['signature-timestamp TOTAL-PASSED', 'archive-timestamp TOTAL-FAILED']);
    expect(timestampsOf([...properties, await second(written({ arcTst: {} }))].map(sent)).at(-1)).toBe('archive-timestamp TOTAL-FAILED');
  });
});

test('very many archive timestamps cost no more than some', async () => {
  const properties = await before();
  const archive = { arcTst: tokens(await country.token('khác', later(2))) };
  expect(judge([...properties, ...Array.from({ length: 500 }, () => archive)]).timestamps.length).toBeLessThanOrEqual(16);
});
