import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { z } from 'zod';
import { Problem } from '../problems.ts';
import { binary, endpoint, type Endpoint } from './endpoint.ts';

// Everything the page needs comes from here, its script too: the content policy allows neither inline
// scripts nor another host.
const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>antin API</title>
<link rel="stylesheet" href="/api/docs/swagger-ui.css">
</head>
<body>
<div id="api"></div>
<script src="/api/docs/swagger-ui-bundle.js"></script>
<script src="/api/docs/start.js"></script>
</body>
</html>
`;
const start = `SwaggerUIBundle({ url: '/api/openapi.json', dom_id: '#api', deepLinking: true, validatorUrl: null });\n`;

const packaged = (name: string): Promise<Uint8Array> => readFile(createRequire(import.meta.url).resolve(`swagger-ui-dist/${name}`));

const files: Readonly<Record<string, { type: string; read: () => Promise<Uint8Array> }>> = {
  'start.js': { type: 'text/javascript; charset=utf-8', read: async () => Buffer.from(start) },
  'swagger-ui-bundle.js': { type: 'text/javascript; charset=utf-8', read: () => packaged('swagger-ui-bundle.js') },
  'swagger-ui.css': { type: 'text/css; charset=utf-8', read: () => packaged('swagger-ui.css') },
};

const shown = { method: 'get', allow: 'anyone', status: 200, reply: z.string(), accepts: ['text/html', 'text/javascript', 'text/css'] } as const;

/** The API's description to read and try, at `/api/docs`. */
export const docsRoutes: readonly Endpoint[] = [
  endpoint({
    ...shown, path: '/api/docs', summary: 'This description, to read', problems: [],
    handle: async () => binary(Buffer.from(page), 'text/html; charset=utf-8'),
  }),
  endpoint({
    ...shown, path: '/api/docs/:file', summary: 'Files of that page', problems: ['not-found'], params: z.object({ file: z.string() }),
    handle: async ({ params }) => {
      const file = Object.hasOwn(files, params.file) ? files[params.file] : undefined;
      if (!file) throw new Problem('not-found');
      return binary(await file.read(), file.type);
    },
  }),
];
