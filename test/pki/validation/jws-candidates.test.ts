import type { Holder } from '../certificates.ts';
import { now } from '../certificates.ts';
import { algorithmOf, compact, encode, flattened, forged, general, jadesHeader } from '../jws/sign.ts';
import { codesOf, Country, summaryOf } from './country.ts';

const content = Buffer.from('Giấy chứng nhận số 42');
let country: Country;
let holder: Holder;
beforeAll(async () => {
  country = await Country.found();
  holder = await country.official('Người ký');
});
const bytes = (jws: string | object): Uint8Array => Buffer.from(typeof jws === 'string' ? jws : JSON.stringify(jws));

test.each(Object.keys(algorithmOf) as (keyof typeof algorithmOf)[])('JAdES by %s passes, and says who signed', async (kind) => {
  const by = await country.official('Trần Thị B', kind);
  const report = country.validate(bytes(await compact(by, jadesHeader(by, algorithmOf[kind]!), content)));
  expect(report).toMatchObject({ format: 'JWS', conclusion: { indication: 'TOTAL-PASSED' } });
  expect(report.signatures[0]).toMatchObject({ format: 'JAdES-B-B', signer: { commonName: 'Trần Thị B' }, signingTime: { claimed: new Date('2026-06-01T08:00:00Z'), proven: null } });
});

test('each signer is judged: a stranger beside an official', async () => {
  const stranger = await (await Country.found('Gốc khác')).official('Người lạ');
  const jws = await general(content, [{ holder, header: jadesHeader(holder, 'ES256') }, { holder: stranger, header: jadesHeader(stranger, 'ES256') }]);
  const report = country.validate(bytes(jws));
  expect(report.signatures.map(summaryOf)).toEqual(['S-1 JAdES-B-B TOTAL-PASSED', 'S-2 JAdES-B-B INDETERMINATE/NO_CERTIFICATE_CHAIN_FOUND']);
  expect(report.conclusion.indication).toBe('INDETERMINATE');
});

test.each<[string, string, string, (jws: string[]) => [string, Buffer?]]>([
  ['changed content', 'TOTAL-FAILED/SIG_CRYPTO_FAILURE', 'signature-broken', ([header, , value]) => [`${header}.${encode('khác')}.${value}`]],
  ['no content', 'INDETERMINATE/SIGNED_DATA_NOT_FOUND', 'signed-content-missing', ([header, , value]) => [`${header}..${value}`]],
  ['content handed in', 'TOTAL-PASSED', 'valid-signature', ([header, , value]) => [`${header}..${value}`, content]],
  ['content twice', 'TOTAL-FAILED/FORMAT_FAILURE', 'content-given-twice', (parts) => [parts.join('.'), content]],
])('%s', async (_what, verdict, code, change) => {
  const [file, given] = change((await compact(holder, jadesHeader(holder, 'ES256'), content)).split('.'));
  const report = country.validate(bytes(file), given);
  expect(summaryOf(report.signatures[0]!)).toBe(`S-1 JAdES-B-B ${verdict}`);
  expect(codesOf(report)).toContain(code);
});

test.each<[string, Record<string, unknown>, string]>([
  ['alg none', { alg: 'none' }, 'INDETERMINATE/CRYPTO_CONSTRAINTS_FAILURE'],
  ['HMAC', { alg: 'HS256' }, 'INDETERMINATE/CRYPTO_CONSTRAINTS_FAILURE'],
  ['crit that is not understood', { crit: ['x'], x: 1 }, 'TOTAL-FAILED/FORMAT_FAILURE'],
  ['objects of an HTTP message', { sigD: { mId: 'http://uri.etsi.org/19182/HttpHeaders', pars: ['digest'] } }, 'INDETERMINATE/SIGNED_DATA_NOT_FOUND'],
])('%s never passes', async (_what, more, verdict) => {
  const report = country.validate(bytes(await forged(holder, JSON.stringify(jadesHeader(holder, 'ES256', more)), encode('x'))));
  expect(summaryOf(report.signatures[0]!)).toMatch(new RegExp(`${verdict}$`));
});

test('without x5c and digest nobody is named, and keys sent along are not looked at', async () => {
  const report = country.validate(bytes(await forged(holder, JSON.stringify({ alg: 'ES256', kid: '1' }), encode('x'))));
  expect(summaryOf(report.signatures[0]!)).toBe('S-1 JWS INDETERMINATE/NO_SIGNING_CERTIFICATE_FOUND');
});

test('a signature timestamp proves the time', async () => {
  const made = await flattened(holder, jadesHeader(holder, 'ES256'), content);
  const withToken = (token: Uint8Array): object => ({ ...made, header: { etsiU: [encode({ sigTst: { tstTokens: [{ val: Buffer.from(token).toString('base64') }] } })] } });
  const good = country.validate(bytes(withToken(await country.token(String(made['signature'])))));
  expect(summaryOf(good.signatures[0]!)).toBe('S-1 JAdES-B-T TOTAL-PASSED');
  expect(good.signatures[0]!.signingTime).toMatchObject({ proven: now, provenBy: 'signature-timestamp' });
  const other = country.validate(bytes(withToken(await country.token('another'))));
  expect(other.signatures[0]!.signingTime.proven).toBeNull();
  expect(codesOf(other)).toContain('timestamp-broken');
});

test.each([['JSON that is no JWS', '{"a":1}'], ['JSON that is broken', '{"payload":'], ['a header alone', 'eyJhbGciOiJFUzI1NiJ9.x']])('%s is unreadable', (_what, text) => {
  expect(() => country.validate(bytes(text))).toThrow(expect.objectContaining({ code: 'document-unreadable' }));
});
