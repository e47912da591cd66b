import { createHash, randomUUID } from 'node:crypto';
import { oids } from '../../../pki/asn1/oids.ts';
import { buildSignedData } from '../../../pki/cms/build.ts';
import { nameAttribute } from '../../../pki/name/parse.ts';
import { signXml } from '../../../pki/xml/sign.ts';
import { signatureTemplate } from '../../../pki/xml/signature-template.ts';
import type { Answer } from '../../../src/verification/answer.ts';
import { stopVerificationWorkers } from '../../../src/verification/workers.ts';
import { apiKeyFor, atEnd, testApp, testServices, type TestServices } from '../../database.ts';
import { SignedResults, type Official } from '../../signed-results.ts';

let services: TestServices;
let results: SignedResults;
let official: Official;
let base: string;
let token: string;
const content = Buffer.from('Quyết định số 01/QĐ-UBND');
const sha256 = createHash('sha256').update(content).digest('hex');

beforeAll(async () => {
  services = await testServices();
  results = await SignedResults.found(services);
  official = await results.official();
  base = await testApp(services);
  token = await apiKeyFor(services, 'verifier');
  atEnd(stopVerificationWorkers);
}, 60_000);

async function detached(attached = false): Promise<string> {
  const { signer, certificate } = official;
  const digest = createHash('sha256').update(content).digest();
  return Buffer.from(await buildSignedData({ ...(attached ? { content } : {}), digest, signer, certificate, certificates: [], signingTime: services.now() })).toString('base64');
}

const postDigest = (body: unknown, headers: Record<string, string> = {}): Promise<Response> => fetch(`${base}/api/v1/verifications/digest`, {
  method: 'POST', body: JSON.stringify(body), headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
});

function postFile(file: Uint8Array, headers: Record<string, string> = {}): Promise<Response> {
  const form = new FormData();
  form.set('file', new Blob([Buffer.from(file)]), 'ket-qua.pdf');
  return fetch(`${base}/api/v1/verifications`, { method: 'POST', body: form, headers: { authorization: `Bearer ${token}`, ...headers } });
}

test('a detached CMS by the digest of its document; the receipt says of which', async () => {
  const answer = await postDigest({ digest: { algorithm: 'SHA-256', value: sha256.toUpperCase() }, signature: await detached() });
  const body = await answer.json() as Answer;
  expect(body).toMatchObject({ conclusion: { indication: 'TOTAL-PASSED' }, document: { format: 'CMS', content: { algorithm: 'SHA-256', value: sha256 } } });
  const receipt = await (await fetch(`${base}/api/v1/verifications/${body.id}/receipt`)).json();
  expect(receipt).toMatchObject({ document: { content: { algorithm: 'SHA-256', value: sha256 } } });
});

test.each([
  ['of another document', 'SHA-256', '0'.repeat(64), false, 'TOTAL-FAILED', 'HASH_FAILURE'],
  ['by another algorithm than the signer\'s', 'SHA-512', '0'.repeat(128), false, 'INDETERMINATE', 'SIGNED_DATA_NOT_FOUND'],
  ['of a signature that holds its content', 'SHA-256', sha256, true, 'TOTAL-FAILED', 'FORMAT_FAILURE'],
])('a digest %s', async (_case, algorithm, value, attached, indication, subIndication) => {
  const answer = await postDigest({ digest: { algorithm, value }, signature: await detached(attached) });
  expect(await answer.json()).toMatchObject({ conclusion: { indication, subIndication } });
});

test.each([
  ['of the wrong length', { digest: { algorithm: 'SHA-256', value: 'ab'.repeat(48) } }, 'invalid-fields'], ['of a weak algorithm', { digest: { algorithm: 'SHA-1', value: 'ab'.repeat(20) } }, 'invalid-fields'],
  ['with no signature', { signature: '' }, 'invalid-fields'], ['with a signature that is none', { signature: 'aGVsbG8=' }, 'document-unreadable'], ['with base64 that is none', { signature: '%%%' }, 'invalid-fields'],
])('a digest %s is refused', async (_case, change, code) => {
  const answer = await postDigest({ digest: { algorithm: 'SHA-256', value: sha256 }, signature: 'MAA=', ...change });
  expect([answer.status, await answer.json()]).toMatchObject([422, { type: `urn:antin:problem:${code}` }]);
});

test.each([
  ['vi', 'ab'.repeat(48), 'độ dài không đúng với thuật toán băm này'], ['vi', 'xyz', 'phải là giá trị băm ở dạng thập lục phân'],
  ['en', 'ab'.repeat(48), 'has not the length of this digest'], ['en', 'xyz', 'must be the digest in hex'],
])('what is wrong with a digest is told in the caller’s language: %s, %s', async (language, value, message) => {
  const answer = await postDigest({ digest: { algorithm: 'SHA-256', value }, signature: 'MAA=' }, { 'accept-language': language });
  expect(await answer.json()).toMatchObject({ errors: [{ pointer: '/digest/value', message }] });
});

test('with an Idempotency-Key a repeated call is one verification; another file under it is refused', async () => {
  const file = await results.sign(official);
  const headers = { 'Idempotency-Key': '"9f2c1c1e-0a7e-4c3e-9f0a-3f4b6f6b1c11"' };
  const before = await services.db('verifications').count({ n: '*' });
  const [first, second] = [await (await postFile(file, headers)).text(), await (await postFile(file, headers)).text()];
  expect(second).toBe(first);
  expect(JSON.parse(first)).toMatchObject({ conclusion: { indication: 'TOTAL-PASSED' } });
  const after = await services.db('verifications').count({ n: '*' });
  expect(Number((after as { n: number }[])[0]!.n) - Number((before as { n: number }[])[0]!.n)).toBe(1);
  const other = await postFile(Buffer.concat([file, Buffer.from('\n')]), headers);
  expect([other.status, await other.json()]).toMatchObject([422, { type: 'urn:antin:problem:idempotency-key-reused' }]);
});

test('several files beside a signature, each under its name; more than there may be are refused', async () => {
  const { signer, certificate } = official;
  const files = [['a.txt', 'một'], ['b.txt', 'hai']] as const;
  const xml = await signXml(signatureTemplate({ id: 'S', scheme: signer.scheme, certificate, chain: [], signingTime: services.now(), references: files.map(([uri]) => ({ uri })) }),
    { signer, resolve: (name) => Buffer.from(files.find(([each]) => each === name)?.[1] ?? '') });
  const post = (given: readonly (readonly [string, string])[]): Promise<Response> => {
    const form = new FormData();
    form.set('file', new Blob([xml]), 'chu-ky.xml');
    for (const [name, text] of given) form.append('content', new Blob([text]), name);
    return fetch(`${base}/api/v1/verifications`, { method: 'POST', body: form, headers: { authorization: `Bearer ${token}` } });
  };
  const lines = files.map(([name, text]) => `${createHash('sha256').update(text).digest('hex')}  ${name}\n`).join('');
  const answer = await (await post([files[1], files[0]])).json() as Answer;
  expect(answer).toMatchObject({
    conclusion: { indication: 'TOTAL-PASSED' }, files: [{ name: 'b.txt', coveredBy: ['S-1'] }, { name: 'a.txt', coveredBy: ['S-1'] }],
    document: { format: 'XML', content: { algorithm: 'SHA-256', value: createHash('sha256').update(lines).digest('hex') } },
  });
  expect(await (await post([files[0], ['b.txt', 'khác']])).json()).toMatchObject({ conclusion: { indication: 'TOTAL-FAILED', subIndication: 'HASH_FAILURE' } });
  const refused = await post(Array.from({ length: 65 }, (_, i) => [`${i}`, 'x'] as const));
  expect([refused.status, await refused.json()]).toMatchObject([422, { type: 'urn:antin:problem:invalid-fields', errors: [{ pointer: '/content' }] }]);
});

test('what is left of the rate is told with each answer', async () => {
  const answer = await postFile(await results.sign(official));
  expect(answer.headers.get('ratelimit-policy')).toBe('"registered";q=300;w=15');
  expect(answer.headers.get('ratelimit')).toMatch(/^"registered";r=\d+;t=\d+$/);
});

test('an answer is read again as JSON, as its signed receipt, or as the XML report that was made with it', async () => {
  const { id } = await (await postFile(await results.sign(official))).json() as Answer;
  const read = (query: string, accept: string): Promise<Response> =>
    fetch(`${base}/api/v1/verifications/${id}${query}`, { headers: { authorization: `Bearer ${token}`, accept, 'accept-language': 'en' } });
  expect(await (await read('', 'application/json')).json()).toMatchObject({ id, conclusion: { indication: 'TOTAL-PASSED' } });
  const receipt = await read('', 'application/pkcs7-mime');
  const open = await fetch(`${base}/api/v1/verifications/${id}/receipt`, { headers: { accept: 'application/pkcs7-mime' } });
  expect([receipt.status, receipt.headers.get('content-type')]).toEqual([open.status, 'application/pkcs7-mime']);
  expect(await receipt.bytes()).toEqual(await open.bytes());
  const [byAccept, byQuery] = [await read('', 'application/xml'), await read('?report=etsi', '*/*')];
  expect([byAccept.status, byAccept.headers.get('content-type')]).toEqual([200, 'application/xml']);
  const report = await byAccept.text();
  expect(await byQuery.text()).toBe(report);
  expect(report).toContain('urn:etsi:019102:mainindication:total-passed');
  expect(report).not.toContain(nameAttribute(official.certificate.subject, oids.commonName));
});

test('an answer of before XML reports were kept has none; nobody reads that of another', async () => {
  const { id } = await (await postFile(await results.sign(official))).json() as Answer;
  const read = (key: string, of = id): Promise<Response> => fetch(`${base}/api/v1/verifications/${of}`, { headers: { authorization: `Bearer ${key}`, accept: 'application/xml' } });
  expect((await read(await apiKeyFor(services, 'verifier', 'H01'))).status).toBe(404);
  const row = await services.db('verifications').where({ id }).first() as Record<string, unknown>;
  const old = { ...row, id: randomUUID(), etsiReport: null, signatures: JSON.stringify(row['signatures']), evidence: JSON.stringify(row['evidence']) };
  await services.db('verifications').insert(old);
  const refused = await read(token, old.id);
  expect([refused.status, await refused.json()]).toMatchObject([406, { type: 'urn:antin:problem:not-acceptable' }]);
});
