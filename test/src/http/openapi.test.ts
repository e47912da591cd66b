import { endpoints } from '../../../src/app.ts';
import { buildOpenApi } from '../../../src/http/openapi.ts';
import { testApp, testServices } from '../../database.ts';

interface Operation { summary: string; responses: Record<string, unknown>; parameters: { name: string; in: string }[]; requestBody?: unknown }
const document = buildOpenApi(endpoints) as { openapi: string; paths: Record<string, Record<string, Operation>>; components: { schemas: Record<string, unknown> } };

test.each(endpoints.map((e) => [e.method, e.path, e] as const))('%s %s is described', (method, path, e) => {
  const operation = document.paths[path.replace(/:(\w+)/g, '{$1}')]?.[method];
  expect(operation?.summary).toBe(e.summary);
  expect(Object.keys(operation?.responses ?? {})).toContain(String(e.status));
  const inPath = [...path.matchAll(/:(\w+)/g)].map((m) => m[1]);
  expect(operation?.parameters.filter((p) => p.in === 'path').map((p) => p.name)).toEqual(inPath);
});

test('every reference leads somewhere, and instants are RFC 3339', () => {
  const text = JSON.stringify(document);
  const references = [...text.matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)].map((m) => m[1] ?? '');
  expect(references.filter((name) => !(name in document.components.schemas))).toEqual([]);
  expect(text).not.toContain('#/$defs');
  expect(text).toContain('"format":"date-time"');
  expect(document.openapi).toBe('3.1.0');
});

test('the document and its page are served without another host', async () => {
  const base = await testApp(await testServices());
  const served = (await (await fetch(`${base}/api/openapi.json`)).json()) as typeof document;
  expect(Object.keys(served.paths)).toEqual(expect.arrayContaining(['/healthz', '/readyz', '/metrics', '/api/v1/audit']));
  const page = await (await fetch(`${base}/api/docs`, { headers: { accept: 'text/html' } })).text();
  const files = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map((m) => m[1] ?? '');
  expect(files.length).toBeGreaterThan(2);
  for (const file of files) {
    expect(file).toMatch(/^\/api\/docs\//);
    expect((await fetch(base + file)).status).toBe(200);
  }
  expect(page).not.toMatch(/<script(?![^>]*src=)|style=|https?:/);
  expect((await fetch(`${base}/api/docs/..%2fpackage.json`)).status).toBe(404);
});
