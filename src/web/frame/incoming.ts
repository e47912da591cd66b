import type { IncomingMessage } from 'node:http';
import type { Config } from '../../config.ts';
import type { Language } from '../../http/language.ts';
import { readBody } from '../../http/limits.ts';
import { readUpload } from '../../http/upload.ts';
import { Problem } from '../../problems.ts';
import type { UploadedFile } from '../../http/endpoint.ts';
import { languageCookieName, readCookies } from './cookies.ts';
import type { Page } from './page.ts';

const maxFormBytes = 262_144;

export interface SentForm { fields: Record<string, string | string[]>; files: Record<string, UploadedFile> }

/**
 * What a form sent: url-encoded, or multipart where the page takes files. A file left empty is absent.
 * @throws Problem `unsupported-format`, `too-large`, `malformed-request`
 */
export async function readSentForm(req: IncomingMessage, { upload = { maxBytes: 1, files: [] } }: Pick<Page, 'upload'>, config: Config): Promise<SentForm> {
  const type = (req.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase();
  if (type === 'multipart/form-data') {
    const maxBytes = typeof upload.maxBytes === 'number' ? upload.maxBytes : upload.maxBytes(config);
    const { fields, files } = await readUpload(req, { maxBytes, files: upload.files, optional: true });
    return { fields: { ...fields }, files: Object.fromEntries(Object.entries(files).filter(([, one]) => one.bytes.length > 0)) };
  }
  if (type === 'application/x-www-form-urlencoded') return { fields: fieldsOf(new URLSearchParams((await readBody(req, maxFormBytes)).toString('utf8'))), files: {} };
  // nothing at all is a form without fields
  if (type === '') return { fields: {}, files: {} };
  throw new Problem('unsupported-format', { supported: ['application/x-www-form-urlencoded', 'multipart/form-data'] });
}

/** Names that came several times become lists. */
export function fieldsOf(search: URLSearchParams): Record<string, string | string[]> {
  const fields = Object.create(null) as Record<string, string | string[]>;
  for (const name of new Set(search.keys())) {
    const values = search.getAll(name);
    fields[name] = values.length === 1 ? values[0]! : values;
  }
  return fields;
}

/** The language a person chose now by `?lang=`, or before; Vietnamese for everybody else, whatever the browser prefers. */
export function languageOfPage(req: Pick<IncomingMessage, 'url' | 'headers'>): { language: Language; chosen: boolean } {
  const asked = new URLSearchParams((req.url ?? '').split('?')[1] ?? '').get('lang');
  if (asked === 'vi' || asked === 'en') return { language: asked, chosen: true };
  return { language: readCookies(req).get(languageCookieName) === 'en' ? 'en' : 'vi', chosen: false };
}
