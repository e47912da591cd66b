import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { z } from 'zod';
import { binary, endpoint } from '../../../src/http/endpoint.ts';
import { Problem } from '../../../src/problems.ts';
import { PkiError } from '../../../pki/error.ts';
import { testApp, testServices } from '../../database.ts';

const open = { allow: 'anyone', status: 200, problems: [] } as const;
const text = z.object({ said: z.string() });
const endpoints = [
  endpoint({ ...open, method: 'post', path: '/t/said/:n', summary: 's', params: z.object({ n: z.coerce.number().int() }), body: z.strictObject({ deep: z.array(z.object({ word: z.string().min(2) })) }), reply: text, handle: async ({ body }) => ({ said: body.deep[0]?.word ?? '', secret: 'never' }) }),
  endpoint({ ...open, method: 'get', path: '/t/boom', summary: 's', reply: text, handle: async () => { throw new Error('password=hunter2'); } }),
  endpoint({ ...open, method: 'get', path: '/t/pki', summary: 's', reply: text, handle: async () => { throw new PkiError('csr-malformed', { rule: 'RFC 2986 §4', offset: 3 }); } }),
  endpoint({ ...open, method: 'get', path: '/t/der', summary: 's', reply: text, handle: async () => { throw new PkiError('length-not-minimal', { rule: 'X.690 §10.1', offset: 1 }); } }),
  endpoint({ ...open, method: 'get', path: '/t/cert', summary: 's', reply: text, accepts: ['application/pkix-cert'], handle: async ({ accept }) => (accept === 'application/json' ? { said: 'json' } : binary(Buffer.from([0x30, 0]), accept, 'giấy.cer')) }),
  endpoint({ ...open, method: 'get', path: '/t/own', summary: 's', reply: text, handle: async () => { throw new Problem('own-request', { detail: { vi: 'x', en: 'y' } }); } }),
  endpoint({ ...open, method: 'post', path: '/t/file', summary: 's', upload: { maxBytes: 100_000, files: ['file', 'content'] }, body: z.object({ note: z.string().optional() }), reply: z.object({ size: z.number(), name: z.string(), note: z.string() }), handle: async ({ files, body }) => ({ size: files['file']?.bytes.length ?? 0, name: files['file']?.name ?? '', note: body.note ?? '' }) }),
];

let base = '';
beforeAll(async () => {
  base = await testApp(await testServices(), { endpoints });
});

const json = (body: unknown): RequestInit => ({ method: 'POST', headers: { 'content-type': 'application/json' }, body: typeof body === 'string' ? body : JSON.stringify(body) });
const form = (parts: Record<string, Blob | string>): RequestInit => {
  const data = new FormData();
  for (const [name, part] of Object.entries(parts)) data.append(name, part);
  return { method: 'POST', body: data };
};
const blob = (size: number): Blob => new Blob([new Uint8Array(size)]);

test.each<[string, string, RequestInit, number, string]>([
  ['an address nobody knows', '/nope', {}, 404, 'not-found'],
  ['a method the address does not answer', '/t/boom', { method: 'DELETE' }, 405, 'method-not-allowed'],
  ['JSON cut short', '/t/said/1', json('{"deep":['), 400, 'malformed-request'],
  ['a number where an object belongs', '/t/said/1', json('7'), 400, 'malformed-request'],
  ['another format than JSON', '/t/said/1', { method: 'POST', headers: { 'content-type': 'text/xml' }, body: '<a/>' }, 415, 'unsupported-format'],
  ['an escape that is none in the address', '/t/said/%ff', json({}), 400, 'malformed-request'],
  ['a JSON body over the limit', '/t/said/1', json({ deep: [{ word: 'x'.repeat(1_100_000) }] }), 413, 'too-large'],
  ['a field too many', '/t/said/1', json({ deep: [], more: 1 }), 422, 'invalid-fields'],
  ['a path value of the wrong kind', '/t/said/x', json({ deep: [] }), 422, 'invalid-fields'],
  ['our own fault', '/t/boom', {}, 500, 'internal-error'],
  ['a code of pki', '/t/pki', {}, 422, 'csr-malformed'],
  ['bytes that do not parse', '/t/der', {}, 422, 'document-unreadable'],
  ['a format we do not have', '/t/cert', { headers: { accept: 'image/png' } }, 406, 'not-acceptable'],
  ['a form where none was sent', '/t/file', json({}), 415, 'unsupported-format'],
  ['a form without its boundary', '/t/file', { method: 'POST', headers: { 'content-type': 'multipart/form-data; x=y' }, body: 'x' }, 400, 'malformed-request'],
  ['a form cut short', '/t/file', { method: 'POST', headers: { 'content-type': 'multipart/form-data; boundary=b' }, body: '--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nabc' }, 400, 'malformed-request'],
  ['a file under another name', '/t/file', form({ other: blob(1) }), 422, 'invalid-fields'],
  ['no file', '/t/file', form({ note: 'x' }), 422, 'invalid-fields'],
  ['a file one byte too large', '/t/file', form({ file: blob(100_001) }), 413, 'too-large'],
  ['a body of 50 MB', '/t/file', form({ file: blob(52_428_800) }), 413, 'too-large'],
  ['a JSON body of 50 MB', '/t/said/1', json('"'.padEnd(52_428_800, 'x')), 413, 'too-large'],
])('%s', async (_what, path, init, status, code) => {
  const answer = await fetch(base + path, init);
  const body = (await answer.json()) as Record<string, unknown>;
  expect({ status: answer.status, type: body['type'] }).toEqual({ status, type: `urn:antin:problem:${code}` });
  expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
  expect(body['instance']).toBe(`urn:uuid:${answer.headers.get('x-request-id')}`);
  expect(JSON.stringify(body)).not.toContain('hunter2');
});

test('a wrong field is pointed to, in the words of the caller', async () => {
  const wrong = json({ deep: [{ word: 'ok' }, { word: 'x' }] });
  const answers = await Promise.all(['vi', 'en'].map(async (language) => (await fetch(`${base}/t/said/1`, { ...wrong, headers: { 'content-type': 'application/json', 'accept-language': language } })).json() as Promise<{ title: string; errors: { pointer: string; message: string }[] }>));
  expect(answers.map((a) => a.errors.map((e) => e.pointer))).toEqual([['/deep/1/word'], ['/deep/1/word']]);
  expect(answers[0]?.errors[0]?.message).not.toBe(answers[1]?.errors[0]?.message);
  expect(answers[0]?.title).not.toBe(answers[1]?.title);
});

test('what the reply does not name never leaves', async () => {
  expect(await (await fetch(`${base}/t/said/1`, json({ deep: [{ word: 'hi' }] }))).json()).toEqual({ said: 'hi' });
});

test('a file of exactly the limit comes through, with its fields', async () => {
  const answer = await fetch(`${base}/t/file`, form({ file: blob(100_000), note: 'ghi chú' }));
  expect(await answer.json()).toEqual({ size: 100_000, name: 'blob', note: 'ghi chú' });
});

test('a body without a declared length is cut off when it passes the limit', async () => {
  const status = await new Promise<number | undefined>((done, failed) => {
    const call = httpRequest(`${base}/t/file`, { method: 'POST', headers: { 'content-type': 'multipart/form-data; boundary=b', 'transfer-encoding': 'chunked' } }, (res) => {
      res.resume();
      call.destroy();
      done(res.statusCode);
    });
    call.on('error', (error) => (call.destroyed ? undefined : failed(error)));
    call.write('--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n');
    for (let i = 0; i < 10; i++) call.write(Buffer.alloc(20_000));
  });
  expect(status).toBe(413);
});

test('the Accept header chooses the format; a file name may be in any script', async () => {
  const answer = await fetch(`${base}/t/cert`, { headers: { accept: 'application/pkix-cert' } });
  expect(answer.headers.get('content-type')).toBe('application/pkix-cert');
  expect(answer.headers.get('content-disposition')).toContain("filename*=UTF-8''gi%E1%BA%A5y.cer");
  expect(await (await fetch(`${base}/t/cert`)).json()).toEqual({ said: 'json' });
});

test('what is no HTTP gets an answer too, and the connection is closed', async () => {
  const answer = await new Promise<string>((done) => {
    let said = '';
    const socket = connect(Number(new URL(base).port), '127.0.0.1', () => socket.write('NONSENSE\r\n\r\n'));
    socket.on('data', (chunk: Buffer) => { said += chunk.toString(); }).on('close', () => done(said));
  });
  expect(answer).toMatch(/^HTTP\/1.1 400 /);
});

test('every answer carries the headers of a strict policy', async () => {
  const { headers } = await fetch(`${base}/healthz`);
  expect(headers.get('content-security-policy')).toMatch(/default-src 'none'/);
  expect(headers.get('content-security-policy')).not.toMatch(/unsafe|https?:/);
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  expect(headers.get('etag')).toBeNull();
  expect(headers.get('x-powered-by')).toBeNull();
});
