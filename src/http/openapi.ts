import { z } from 'zod';
import { problems } from '../problems.ts';
import { binary, endpoint, type Endpoint } from './endpoint.ts';

type Json = Record<string, unknown>;

/** `GET /api/openapi.json`: the document of these endpoints, written once. */
export function openApiRoutes(endpoints: readonly Endpoint[]): readonly Endpoint[] {
  let written: Uint8Array | undefined;
  const self: Endpoint = endpoint({
    method: 'get', path: '/api/openapi.json', summary: 'This description', allow: 'anyone', status: 200,
    reply: z.record(z.string(), z.unknown()), problems: [],
    handle: async () => binary(written ??= Buffer.from(JSON.stringify(buildOpenApi([...endpoints, self]))), 'application/json'),
  });
  return [self];
}

/** OpenAPI 3.1 of a list of endpoints. Its schemas are JSON Schema 2020-12, which zod writes itself. */
export function buildOpenApi(endpoints: readonly Endpoint[]): Json {
  const schemas: Json = { Problem: problemSchema };
  const paths: Record<string, Json> = {};
  for (const e of endpoints) (paths[e.path.replace(/:(\w+)/g, '{$1}')] ??= {})[e.method] = operationOf(e, schemas);
  return {
    openapi: '3.1.0',
    info: { title: 'antin', version: '1', description: 'Certificates and signed results the whole public service can rely on.' },
    paths,
    components: { schemas, securitySchemes: { apiKey: { type: 'http', scheme: 'bearer', description: 'antin_…' } } },
  };
}

function operationOf(e: Endpoint, schemas: Json): Json {
  const codes = [...new Set([...e.problems, ...impliedProblems(e)])];
  const byStatus = Map.groupBy(codes, (code) => problems[code].status);
  const refusals = [...byStatus].toSorted(([a], [b]) => a - b).map(([status, of]) => [status, {
    description: of.map((code) => `\`${code}\`: ${problems[code].en}`).join('\n\n'),
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
  }]);
  return {
    summary: e.summary,
    tags: [/^\/api\/v1\/([^/]+)/.exec(e.path)?.[1] ?? 'service'],
    ...(e.allow === 'anyone' ? { security: [] } : { security: [{ apiKey: [] }], 'x-permission': e.allow }),
    parameters: [...parametersOf(e.params, 'path', schemas), ...parametersOf(e.query, 'query', schemas), ...headersOf(e)],
    ...bodyOf(e, schemas),
    responses: { [e.status]: replyOf(e, schemas), ...Object.fromEntries(refusals) },
  };
}

function impliedProblems(e: Endpoint): Endpoint['problems'] {
  return [
    ...(e.allow === 'anyone' ? [] : ['sign-in-required', 'credential-expired', 'not-permitted'] as const),
    ...(e.params || e.query || e.body ? ['invalid-fields'] as const : []),
    ...(e.body || e.upload || e.stream ? ['malformed-request', 'too-large', 'unsupported-format'] as const : []),
    ...(e.accepts ? ['not-acceptable'] as const : []),
  ];
}

function parametersOf(schema: z.ZodType | undefined, where: 'path' | 'query', schemas: Json): Json[] {
  if (!schema) return [];
  const { properties = {}, required = [] } = schemaOf(schema, 'input', schemas) as { properties?: Json; required?: string[] };
  return Object.entries(properties).map(([name, of]) => ({ name, in: where, required: where === 'path' || required.includes(name), schema: of }));
}

function headersOf({ headers = [] }: Endpoint): Json[] {
  return headers.map(({ name, description }) => ({ name, in: 'header', required: false, description, schema: { type: 'string' } }));
}

function bodyOf(e: Endpoint, schemas: Json): Json {
  if (!e.body && !e.upload && !e.stream) return {};
  const fields = e.body ? schemaOf(e.body, 'input', schemas) : { type: 'object', properties: {} };
  if (e.stream) {
    const { field, maxFiles } = e.stream;
    const files = { type: 'array', maxItems: maxFiles, items: { type: 'string', format: 'binary' } };
    const schema = { ...fields, properties: { ...(fields['properties'] as Json), [field]: files }, required: [...(fields['required'] as string[] ?? []), field] };
    return { requestBody: { required: true, content: { 'multipart/form-data': { schema } } } };
  }
  if (!e.upload) return { requestBody: { required: true, content: { 'application/json': { schema: fields } } } };
  const files = Object.fromEntries(e.upload.files.map((name) => [name, fileSchema(e.upload?.several?.field === name ? e.upload.several.most : 1)]));
  const schema = { ...fields, properties: { ...files, ...(fields['properties'] as Json) }, required: [...(fields['required'] as string[] ?? []), ...e.upload.files.slice(0, 1)] };
  return { requestBody: { required: true, content: { 'multipart/form-data': { schema } } } };
}

function replyOf(e: Endpoint, schemas: Json): Json {
  if (e.status === 204) return { description: e.summary };
  const others = Object.fromEntries((e.accepts ?? []).map((type) => [type, { schema: { type: 'string', format: 'binary' } }]));
  return { description: e.summary, content: { 'application/json': { schema: schemaOf(e.reply, 'output', schemas) }, ...others } };
}

function fileSchema(most: number): Json {
  const file = { type: 'string', format: 'binary' };
  return most > 1 ? { type: 'array', maxItems: most, items: file } : file;
}

/** A schema that carries an id (`.meta({ id })`) becomes a component and is referred to. */
function schemaOf(schema: z.ZodType, io: 'input' | 'output', schemas: Json): Json {
  const { $schema: _, $defs, ...own } = z.toJSONSchema(schema, {
    io, target: 'draft-2020-12', unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      if (zodSchema._zod.def.type === 'date') Object.assign(jsonSchema, { type: 'string', format: 'date-time' });
      if (zodSchema._zod.def.type === 'bigint') Object.assign(jsonSchema, { type: 'string' });
    },
  }) as Json;
  const moved = (part: unknown): Json => JSON.parse(JSON.stringify(part).replaceAll('"#/$defs/', '"#/components/schemas/')) as Json;
  for (const [name, part] of Object.entries(($defs ?? {}) as Json)) schemas[name] = moved(part);
  return moved(own);
}

const problemSchema = {
  type: 'object',
  description: 'RFC 9457. Members beside these carry the facts of the refusal.',
  required: ['type', 'title', 'status', 'instance'],
  properties: {
    type: { type: 'string', enum: Object.keys(problems).map((code) => `urn:antin:problem:${code}`) },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    instance: { type: 'string', format: 'uri', description: 'urn:uuid: and the id of the request, as in the log' },
    errors: {
      type: 'array',
      items: { type: 'object', required: ['pointer', 'message'], properties: { pointer: { type: 'string' }, code: { type: 'string' }, message: { type: 'string' }, in: { enum: ['path', 'query', 'body', 'header'] } } },
    },
  },
};
