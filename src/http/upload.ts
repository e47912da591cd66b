import { Busboy, type BusboyInstance } from '@fastify/busboy';
import type { IncomingMessage } from 'node:http';
import { wrongField } from '../field-mistakes.ts';
import { Problem } from '../problems.ts';
import type { Endpoint, UploadedFile } from './endpoint.ts';
import { requireLength } from './limits.ts';

export interface Upload { fields: Record<string, string>; files: Record<string, UploadedFile>; /** all under the one name that may come several times */ several: UploadedFile[] }

// Room for boundaries, part headers and the plain fields beside the files.
const overheadBytes = 131_072;
/** the headers of one more part */
const partBytes = 1_024;
const maxFieldBytes = 65_536;
const maxFields = 20;

/**
 * Reads multipart/form-data within the bounds the endpoint declares.
 * @throws Problem `unsupported-format`, `too-large` (at once), `malformed-request`, `invalid-fields` for a file
 *   under another name, a second one of a name, or a missing first one unless all are optional
 */
export async function readUpload(req: IncomingMessage, limits: NonNullable<Endpoint['upload']> & { optional?: boolean }): Promise<Upload> {
  const contentType = req.headers['content-type'] ?? '';
  if (!/^multipart\/form-data\s*;/i.test(contentType)) throw new Problem('unsupported-format', { supported: ['multipart/form-data'] });
  requireLength(req, limits.maxBytes * limits.files.length + overheadBytes + (limits.several?.most ?? 0) * partBytes);
  const upload: Upload = { fields: Object.create(null) as Upload['fields'], files: Object.create(null) as Upload['files'], several: [] };
  await parse(req, contentType, limits, upload);
  const first = limits.files[0];
  if (first !== undefined && !limits.optional && !upload.files[first]) throw wrongField(`/${first}`, 'file-required');
  return upload;
}

async function parse(req: IncomingMessage, contentType: string, limits: NonNullable<Endpoint['upload']>, into: Upload): Promise<void> {
  const form = openForm(contentType, limits);
  await new Promise<void>((resolve, reject) => {
    const fail = (problem: Problem): void => {
      req.unpipe(form);
      reject(problem);
    };
    const tooLarge = (): void => fail(new Problem('too-large', { maxBytes: limits.maxBytes }));
    form.on('file', (field, stream, name, _encoding, type) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk)).on('limit', tooLarge).on('error', () => fail(brokenOff()));
      if (!limits.files.includes(field)) return fail(wrongField(`/${field}`, 'file-unexpected'));
      const most = limits.several?.field === field ? limits.several.most : 1;
      const file: UploadedFile = { name: name ?? '', contentType: type, bytes: new Uint8Array() };
      if (most > 1 && into.several.push(file) > most) return fail(wrongField(`/${field}`, 'files-too-many', { most }));
      if (most === 1 && into.files[field]) return fail(wrongField(`/${field}`, 'file-single'));
      into.files[field] ??= file;
      stream.on('end', () => { file.bytes = Buffer.concat(chunks); });
    });
    form.on('field', (field, value, _nameCut, valueCut) => (valueCut ? tooLarge() : void (into.fields[field] = value)));
    form.on('partsLimit', tooLarge).on('filesLimit', tooLarge).on('fieldsLimit', tooLarge);
    form.on('error', () => fail(brokenOff())).on('finish', resolve);
    req.on('error', () => fail(brokenOff())).on('aborted', () => fail(brokenOff()));
    req.pipe(form);
  });
}

function openForm(contentType: string, limits: NonNullable<Endpoint['upload']>): BusboyInstance {
  // one more than there may be, so that it is refused under its name
  const maxFiles = limits.files.length + (limits.several?.most ?? 0);
  try {
    return new Busboy({
      headers: { 'content-type': contentType },
      limits: {
        fileSize: limits.maxBytes, files: maxFiles, fields: maxFields, fieldSize: maxFieldBytes,
        fieldNameSize: 100, parts: maxFiles + maxFields, headerPairs: 20,
      },
    });
  } catch {
    throw brokenOff();
  }
}

const brokenOff = (): Problem => new Problem('malformed-request', { reason: 'the form could not be read' });
