import { runBatch } from '../../../src/verification-batches/run.ts';
import { verificationBatchTasks } from '../../../src/verification-batches/tasks.ts';
import { stopVerificationWorkers } from '../../../src/verification/workers.ts';
import { apiKeyFor, atEnd, testApp, testServices, type TestServices } from '../../database.ts';
import { SignedResults } from '../../signed-results.ts';

let services: TestServices;
let good: Uint8Array;
let broken: Uint8Array;
let base: string;
let token: string;

beforeAll(async () => {
  services = await testServices();
  const results = await SignedResults.found(services);
  good = await results.sign(await results.official());
  broken = Uint8Array.from(good);
  broken[Buffer.from(good).indexOf('stream') + 40]! ^= 1;
  base = await testApp(services);
  token = await apiKeyFor(services, 'verifier');
  atEnd(stopVerificationWorkers);
}, 60_000);

// each caller has room for three batches; a test brings its own
beforeEach(async () => { token = await apiKeyFor(services, 'verifier', 'H01'); });

function formOf(files: readonly (Uint8Array | string)[], fields: Record<string, string> = {}): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  files.forEach((bytes, i) => form.append('file', new Blob([Buffer.from(bytes)]), `Nguyễn Văn ${i + 1}.pdf`));
  return form;
}

const call = (path: string, init: RequestInit = {}, by = token): Promise<Response> =>
  fetch(`${base}/api/v1/verifications/batches${path}`, { ...init, headers: { authorization: `Bearer ${by}`, ...Object.fromEntries(new Headers(init.headers)) } });

async function send(files: readonly (Uint8Array | string)[], fields: Record<string, string> = {}, headers: Record<string, string> = {}): Promise<{ status: number; body: { id: string; files: number; type?: string } }> {
  const answer = await call('', { method: 'POST', body: formOf(files, fields), headers });
  return { status: answer.status, body: await answer.json() as never };
}

interface Line { position: number; name: string; size: number; answer?: { conclusion: { indication: string }; policy: string }; problem?: { type: string } }
const resultsOf = async (id: string, query = ''): Promise<Line[]> =>
  (await (await call(`/${id}/results${query}`)).text()).split('\n').filter(Boolean).map((line) => JSON.parse(line) as Line);
const stored = async (): Promise<number> => (await services.db('verification_batch_parts').count({ n: '*' }) as { n: number }[])[0]!.n;

test('each file has its own outcome, in order; the documents are gone with the last of them', async () => {
  const { status, body: { id, files } } = await send([good, broken, 'a letter', ''], { policy: 'strict' });
  expect([status, files]).toEqual([202, 4]);
  expect(await (await call(`/${id}`)).json()).toMatchObject({ state: 'running', files: 4, done: 0 });
  expect(await stored()).toBeGreaterThan(0);
  await services.runJobs(verificationBatchTasks);
  expect(await (await call(`/${id}`)).json()).toMatchObject({ state: 'finished', files: 4, done: 4, indications: { 'TOTAL-FAILED': 1, PROBLEM: 2 } });
  const lines = await resultsOf(id);
  expect(lines.map(({ position, name, size }) => [position, name, size])).toEqual([[1, 'Nguyễn Văn 1.pdf', good.length], [2, 'Nguyễn Văn 2.pdf', good.length], [3, 'Nguyễn Văn 3.pdf', 8], [4, 'Nguyễn Văn 4.pdf', 0]]);
  expect(lines[0]!.answer).toMatchObject({ policy: 'strict', conclusion: { indication: 'TOTAL-PASSED' } });
  expect(lines[1]!.answer!.conclusion.indication).toBe('TOTAL-FAILED');
  expect(lines[2]!.problem!.type).toBe('urn:antin:problem:document-unreadable');
  expect((await resultsOf(id, '?after=2&limit=1')).map(({ position }) => position)).toEqual([3]);
  expect(await stored()).toBe(0);
});

test('names and answers are sealed where they are kept', async () => {
  const { body: { id } } = await send([good]);
  await services.runJobs(verificationBatchTasks);
  const row = await services.db('verification_batch_files').where({ batchId: id }).first('name', 'outcome') as { name: Buffer; outcome: Buffer };
  expect(Buffer.concat([row.name, row.outcome]).toString()).not.toMatch(/Nguyễn|TOTAL/);
});

test('a node that dies in the middle costs nothing: another takes the batch up, and no file is answered twice', async () => {
  const { body: { id } } = await send([good, good, good]);
  const at = services.now();
  await services.db('verification_batch_files').where({ batchId: id, position: 2 }).update({ claimedAt: at });
  await runBatch(services, id);
  expect(await (await call(`/${id}`)).json()).toMatchObject({ state: 'running', done: 2 });
  services.clock.advance({ minutes: 2 });
  const before = await services.db('verifications').count({ n: '*' });
  await verificationBatchTasks.find(({ name }) => name === 'resume-verification-batches')!.run(services, {});
  expect(await (await call(`/${id}`)).json()).toMatchObject({ state: 'finished', done: 3 });
  const after = await services.db('verifications').count({ n: '*' });
  expect((after as { n: number }[])[0]!.n - (before as { n: number }[])[0]!.n).toBe(1);
});

test('two nodes at one batch share its files', async () => {
  const { body: { id } } = await send(Array.from({ length: 8 }, () => good));
  const before = (await services.db('verifications').count({ n: '*' }) as { n: number }[])[0]!.n;
  await Promise.all([runBatch(services, id), runBatch(services, id)]);
  expect((await services.db('verifications').count({ n: '*' }) as { n: number }[])[0]!.n - before).toBe(8);
});

test('documents that a crash of the database took are named, the others are answered', async () => {
  const { body: { id } } = await send([good, good]);
  await services.db('verification_batch_parts').where({ batchId: id, position: 1 }).delete();
  await services.runJobs(verificationBatchTasks);
  expect((await resultsOf(id)).map(({ answer, problem }) => answer?.conclusion.indication ?? problem!.type)).toEqual(['urn:antin:problem:content-lost', 'TOTAL-PASSED']);
});

test('given up, its documents go at once', async () => {
  const { body: { id } } = await send([good, good]);
  expect((await call(`/${id}`, { method: 'DELETE' })).status).toBe(204);
  expect(await stored()).toBe(0);
  await services.runJobs(verificationBatchTasks);
  expect(await (await call(`/${id}`)).json()).toMatchObject({ state: 'given-up', done: 0 });
  expect((await call(`/${id}`, { method: 'DELETE' })).status).toBe(409);
});

test('1,001 files are too many, and nothing of them stays', async () => {
  const answer = await send(Array.from({ length: 1_001 }, () => 'x'));
  expect(answer).toMatchObject({ status: 413, body: { type: 'urn:antin:problem:too-large' } });
  expect(await stored()).toBe(0);
  const { body } = await send(Array.from({ length: 1_000 }, () => 'x'));
  expect(body.files).toBe(1_000);
  expect((await call(`/${body.id}`, { method: 'DELETE' })).status).toBe(204);
});

test.each<[string, () => RequestInit, number, string]>([
  ['no file', () => ({ body: formOf([], { policy: 'strict' }) }), 422, 'invalid-fields'],
  ['a file under another name', () => { const form = formOf([good]); form.append('other', new Blob(['x']), 'x'); return { body: form }; }, 422, 'invalid-fields'],
  ['an unknown policy', () => ({ body: formOf([good], { policy: 'generous' }) }), 422, 'invalid-fields'],
  ['a time to come', () => ({ body: formOf([good], { validationTime: '2030-01-01T00:00:00Z' }) }), 422, 'invalid-fields'],
  ['no form', () => ({ body: '{}', headers: { 'content-type': 'application/json' } }), 415, 'unsupported-format'],
  ['a form that breaks off', () => ({ body: '--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nhalf', headers: { 'content-type': 'multipart/form-data; boundary=b' } }), 400, 'malformed-request'],
])('%s is refused and leaves nothing behind', async (_case, make, status, code) => {
  const before = await stored();
  const answer = await call('', { method: 'POST', ...make() });
  expect([answer.status, await answer.json()]).toMatchObject([status, { type: `urn:antin:problem:${code}` }]);
  expect(await stored()).toBe(before);
  expect(await services.db('verification_batches').where({ state: 'receiving' }).pluck('id')).toEqual([]);
});

test('a fourth batch of one caller waits its turn', async () => {
  for (let n = 0; n < 3; n++) expect((await send(['x'])).status).toBe(202);
  const fourth = await call('', { method: 'POST', body: formOf(['x']) });
  expect([fourth.status, fourth.headers.get('retry-after')]).toEqual([429, '60']);
});

test('the same batch with the same key is one batch, and another under it is refused', async () => {
  const headers = { 'Idempotency-Key': '"batch-1"' };
  const first = await send([good, 'b'], {}, headers);
  expect((await send([good, 'b'], {}, headers)).body).toEqual(first.body);
  expect(await send([good, 'c'], {}, headers)).toMatchObject({ status: 422, body: { type: 'urn:antin:problem:idempotency-key-reused' } });
  expect(await services.db('verification_batches').where({ state: 'receiving' }).pluck('id')).toEqual([]);
});

test('a batch is its caller\'s', async () => {
  const { body: { id } } = await send(['x']);
  const stranger = await apiKeyFor(services, 'verifier', 'H02');
  for (const path of [`/${id}`, `/${id}/results`]) expect((await call(path, {}, stranger)).status).toBe(404);
});

test('what a receiver left that died, and results after a week, are taken away', async () => {
  const { body: { id } } = await send(['x']);
  await services.runJobs(verificationBatchTasks);
  const { body: { id: waiting } } = await send([good]);
  await services.db('verification_batches').where({ id: waiting }).update({ state: 'receiving' });
  services.clock.advance({ days: 8 });
  await verificationBatchTasks.find(({ name }) => name === 'tidy-verification-batches')!.run(services, {});
  expect(await services.db('verification_batches').whereIn('id', [id, waiting]).pluck('id')).toEqual([]);
});
