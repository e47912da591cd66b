import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import { readModules } from './modules.ts';
import { chooseCoding, compressOnce, type Coding } from './send.ts';
import { readStyles } from './styles.ts';

interface Asset { contentType: string; body: Record<Coding, Buffer> }

const load = createRequire(import.meta.url);
const shortHash = (bytes: Buffer | string): string => createHash('sha256').update(bytes).digest('hex').slice(0, 12);
const javascript = 'text/javascript; charset=utf-8';

const fontFile = (subset: string, weight: number): string => `be-vietnam-pro-${subset}-${weight}-normal.woff2`;
/** The regular and the semi-bold, each in the Latin and the Vietnamese part. */
const fonts = ['latin', 'vietnamese'].flatMap((subset) => [400, 600].map((weight) => ({ subset, weight, name: fontFile(subset, weight) })));

/** What draws a PDF, in the browser of who asks for it: a megabyte and a half that no page loads by itself. */
const viewer = [['pdf.mjs', 'pdfjs-dist/build/pdf.min.mjs'], ['pdf.worker.mjs', 'pdfjs-dist/build/pdf.worker.min.mjs']] as const;
/** Larger ones are compressed when somebody asks first, for the best level takes seconds over them. */
const compressedAtStartBytes = 300_000;

interface Plain { path: string; contentType: string; bytes: Buffer }

/** The addresses of assets, by the name templates know them under; each holds a hash of its contents and can be kept for ever. */
interface Assets { plain: readonly Plain[]; byName: ReadonlyMap<string, string> }

let read: Assets | undefined;

function readAssets(): Assets {
  const byName = new Map<string, string>();
  const plain: Plain[] = [];
  const add = (name: string, contentType: string, bytes: Buffer): string => {
    const path = `/assets/${name.replace(/(\.\w+)$/, `.${shortHash(bytes)}$1`)}`;
    plain.push({ path, contentType, bytes });
    byName.set(name, path);
    return path;
  };
  const faces = fonts.map((font) => ({ ...font, url: add(font.name, 'font/woff2', readFileSync(load.resolve(`@fontsource/be-vietnam-pro/files/${font.name}`))) }));
  add('page.css', 'text/css; charset=utf-8', Buffer.from(readStyles(faces)));
  add('mark.svg', 'image/svg+xml', readFileSync(new URL('../layout/mark.svg', import.meta.url)));
  add('govuk-frontend.js', javascript, readFileSync(load.resolve('govuk-frontend/dist/govuk/govuk-frontend.min.js')));
  for (const [name, path] of viewer) add(name, javascript, readFileSync(load.resolve(path)));
  const modules = readModules();
  const folder = `/assets/${shortHash(JSON.stringify([...modules]))}/`;
  for (const [path, code] of modules) {
    plain.push({ path: folder + path, contentType: javascript, bytes: Buffer.from(code) });
    byName.set(path.replace(/^src\/web\//, ''), folder + path);
  }
  return { plain, byName };
}

/** The address of a style, picture or script: `page.css`, `renew/make-key.browser.ts`. @throws Error for one that is not there */
export function assetPath(name: string): string {
  const path = (read ??= readAssets()).byName.get(name);
  if (path === undefined) throw new Error(`there is no asset ${name}`);
  return path;
}

/** The files the pages need, read and compressed once; there is no path from an address to the disk. */
export function createAssetHandler(): (req: IncomingMessage, res: ServerResponse) => Promise<void> {
  const assets = prepare(read ??= readAssets());
  return async (req, res) => {
    const path = (req.url ?? '').split('?')[0]!;
    const found = await assets.get(path)?.();
    res.setHeader('X-Content-Type-Options', 'nosniff');
    if (!found || (req.method !== 'GET' && req.method !== 'HEAD')) {
      res.writeHead(found ? 405 : 404, { 'Content-Length': 0, ...(found ? { Allow: 'GET, HEAD' } : {}) }).end();
      return;
    }
    const coding = chooseCoding(req);
    const body = found.body[coding];
    res.writeHead(200, {
      'Content-Type': found.contentType, 'Content-Length': body.length, Vary: 'Accept-Encoding', 'Cross-Origin-Resource-Policy': 'same-origin',
      'Cache-Control': 'public, max-age=31536000, immutable',
      ...(body === found.body.identity ? {} : { 'Content-Encoding': coding }),
    });
    res.end(req.method === 'HEAD' ? undefined : body);
  };
}

function prepare({ plain }: Assets): ReadonlyMap<string, () => Promise<Asset>> {
  return new Map(plain.map((one) => {
    let compressed = one.bytes.length <= compressedAtStartBytes ? compress(one) : undefined;
    return [one.path, () => (compressed ??= compress(one))];
  }));
}

async function compress({ contentType, bytes }: Plain): Promise<Asset> {
  // a font is compressed in itself
  const body = contentType === 'font/woff2' ? { br: bytes, gzip: bytes } : await compressOnce(bytes);
  return { contentType, body: { ...body, identity: bytes } };
}
