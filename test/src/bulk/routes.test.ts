import { tasks } from '../../../src/app.ts';
import { apiKeyFor, personFor, testApp } from '../../database.ts';
import { requestWorld } from '../requests/people.ts';
import { issueRows, jsonLines } from './files.ts';

const world = await requestWorld();
const { services } = world;
const base = await testApp(services);
const registrar = await personFor(services, 'registrar', 'H05');
const [examiner, approver] = [await apiKeyFor(services, 'operator'), await apiKeyFor(services, 'operator')];

async function call(token: string, method: string, path: string, body?: object | FormData, accept = 'application/json'): Promise<Response> {
  const json = body !== undefined && !(body instanceof FormData);
  return fetch(`${base}/api/v1/requests/bulk${path}`, {
    method, headers: { authorization: `Bearer ${token}`, accept, ...(json ? { 'content-type': 'application/json' } : {}) },
    ...(body === undefined ? {} : { body: json ? JSON.stringify(body) : body as FormData }),
  });
}

function form(file: Uint8Array, fields: Record<string, string> = {}): FormData {
  const data = new FormData();
  for (const [name, value] of Object.entries({ operation: 'issue', agency: 'H05', ...fields })) data.set(name, value);
  data.set('file', new Blob([Buffer.from(file)]), 'danh-sach.jsonl');
  return data;
}

test('a file over HTTP, from the dry run to the results', async () => {
  const { rows } = await issueRows(world, 2);
  const file = jsonLines([...rows, { email: 'nobody@x.vn', csr: '=cmd' }]);
  const handed = await call(registrar.token, 'POST', '', form(file));
  expect(handed.status).toBe(202);
  const { id } = await handed.json() as { id: string };
  expect((await call(registrar.token, 'POST', '', form(file))).status).toBe(409);
  await services.runJobs(tasks);
  const job = await (await call(examiner, 'GET', `/${id}`)).json() as { contentHash: string };
  expect(job).toMatchObject({ state: 'checked', lines: 3, counts: { ready: 2, refused: 1 }, crl: { entriesMore: 0 } });
  for (const token of [examiner, approver]) expect((await call(token, 'POST', `/${id}/decisions`, { decision: 'approve', contentHash: job.contentHash })).status).toBe(201);
  await services.runJobs(tasks);
  expect(await (await call(registrar.token, 'GET', '?state=finished')).json()).toMatchObject({ items: [{ id, state: 'finished', counts: { done: 2 } }] });
  expect(await (await call(registrar.token, 'GET', `/${id}/lines?state=refused`)).json()).toMatchObject({ items: [{ line: 3, problem: { code: 'invalid-fields' } }], next: null });
  const csv = await (await call(registrar.token, 'GET', `/${id}/results`, undefined, 'text/csv')).text();
  expect(csv.split('\r\n')[1]).toMatch(/^1,done,issue,official-signing,/);
  const jsonl = await (await call(registrar.token, 'GET', `/${id}/results`, undefined, 'application/jsonl')).text();
  expect(jsonl.trim().split('\n').map((line) => (JSON.parse(line) as { state: string }).state)).toEqual(['done', 'done', 'refused']);
});

test('four eyes, the own reach, and the state it is in', async () => {
  const handed = await call(registrar.token, 'POST', '', form(jsonLines((await issueRows(world, 1)).rows)));
  const { id } = await handed.json() as { id: string };
  const decide = async (token: string, body: object): Promise<string> => ((await (await call(token, 'POST', `/${id}/decisions`, body)).json()) as { type?: string; state: string }).type ?? 'fine';
  const problem = (code: string): string => `urn:antin:problem:${code}`;
  expect(await decide(examiner, { decision: 'approve', contentHash: '0'.repeat(64) })).toBe(problem('state-changed'));
  await services.runJobs(tasks);
  const { contentHash } = await (await call(examiner, 'GET', `/${id}`)).json() as { contentHash: string };
  expect(await decide(examiner, { decision: 'approve' })).toBe(problem('invalid-fields'));
  expect(await decide(examiner, { decision: 'approve', contentHash: '0'.repeat(64) })).toBe(problem('state-changed'));
  expect(await decide(examiner, { decision: 'approve', contentHash })).toBe('fine');
  expect(await decide(examiner, { decision: 'approve', contentHash })).toBe(problem('own-request'));
  expect(await decide(registrar.token, { decision: 'approve', contentHash })).toBe(problem('not-permitted'));
  expect(await decide(approver, { decision: 'resume' })).toBe(problem('state-changed'));
  expect(await decide(approver, { decision: 'refuse' })).toBe(problem('invalid-fields'));
  expect(await decide(approver, { decision: 'refuse', reason: 'sai danh sách' })).toBe('fine');
  expect(await decide(approver, { decision: 'approve', contentHash })).toBe(problem('request-already-decided'));
  const stranger = await apiKeyFor(services, 'registrar', 'H01');
  for (const path of [`/${id}`, `/${id}/lines`, `/${id}/results`]) expect((await call(stranger, 'GET', path)).status).toBe(403);
  expect((await call(stranger, 'POST', '', form(Buffer.from('email,csr\na,b\n')))).status).toBe(403);
  expect((await call(examiner, 'GET', '/00000000-0000-4000-8000-000000000000')).status).toBe(404);
});

test.each<[string, Uint8Array, Record<string, string>, number]>([
  ['an operation that is none', Buffer.from('email\na\n'), { operation: 'delete' }, 422], ['an agency that is not there', Buffer.from('email\na\n'), { agency: 'H05.4711' }, 404],
  ['an empty file', Buffer.alloc(0), {}, 422], ['a workbook that is none', Buffer.from('PK\x03\x04'), {}, 422], ['a file of zeros', Buffer.alloc(64), {}, 415], ['a closed agency', Buffer.from('email\na\n'), { agency: 'H02' }, 422],
])('refused: %s', async (_case, file, fields, status) => {
  expect((await call(registrar.token, 'POST', '', form(file, fields))).status).toBe(status);
});
