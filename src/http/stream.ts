import { Busboy, type BusboyInstance } from '@fastify/busboy';
import type { IncomingMessage } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { Readable } from 'node:stream';
import { wrongField } from '../field-mistakes.ts';
import { Problem } from '../problems.ts';
import type { IncomingFile, StreamLimits } from './endpoint.ts';
import { requireLength } from './limits.ts';

const maxFields = 20;
/** Of the boundary and the headers of one part. */
const partBytes = 1_024;

/**
 * Reads a form of many files and hands each on while it comes in: the sender waits while a file is taken, so no more than
 * a few pieces are ever in memory.
 * @returns the form's plain fields
 * @throws Problem `unsupported-format`, `too-large` (too many files, too much at once or together), `malformed-request`, `invalid-fields`, and what `take` throws
 */
export async function receiveFiles(req: IncomingMessage, limits: StreamLimits, take: (file: IncomingFile) => Promise<void>): Promise<Record<string, string>> {
  const contentType = req.headers['content-type'] ?? '';
  if (!/^multipart\/form-data\s*;/i.test(contentType)) throw new Problem('unsupported-format', { supported: ['multipart/form-data'] });
  requireLength(req, limits.maxBytes + limits.maxFiles * partBytes);
  const form = openForm(contentType, limits);
  const fields = Object.create(null) as Record<string, string>;
  const reading = new Reading(limits, take);
  form.on('field', (field, value) => { fields[field] = value; });
  form.on('file', (field, stream, name) => reading.add(field, stream as FileStream, name ?? '', (error) => form.destroy(error)));
  const tooLarge = (): void => void form.destroy(new Problem('too-large', { ...limits }));
  form.on('filesLimit', tooLarge).on('partsLimit', tooLarge).on('fieldsLimit', tooLarge);
  await pipeline(req, form).catch((error: unknown) => reading.stop(error instanceof Problem ? error : brokenOff()));
  await reading.done();
  if (reading.files === 0) throw wrongField(`/${limits.field}`, 'file-required');
  return fields;
}

type FileStream = Readable & { truncated?: boolean };

/** Takes file after file, whatever order the parser finds them in. */
class Reading {
  files = 0;
  failure: unknown;
  readonly #limits: StreamLimits;
  readonly #take: (file: IncomingFile) => Promise<void>;
  #bytes = 0;
  readonly #streams = new Set<FileStream>();
  #last: Promise<void> = Promise.resolve();

  constructor(limits: StreamLimits, take: (file: IncomingFile) => Promise<void>) {
    this.#limits = limits;
    this.#take = take;
  }

  add(field: string, stream: FileStream, name: string, stop: (error: Error) => void): void {
    this.files++;
    const failed = (error: unknown): void => {
      this.stop(error);
      stop(error instanceof Error ? error : new Error(String(error)));
    };
    this.#streams.add(stream);
    // whoever reads it is told; nobody may be reading it yet
    stream.on('error', () => undefined).once('close', () => this.#streams.delete(stream));
    if (field !== this.#limits.field) return failed(wrongField(`/${field}`, 'file-unexpected'));
    this.#last = this.#last.then(() => (this.failure === undefined ? this.#take({ name, chunks: this.#count(stream) }) : undefined)).catch(failed);
  }

  /** Lets whoever takes a file now break off; the first reason counts. */
  stop(error: unknown): void {
    this.failure ??= error;
    for (const stream of this.#streams) stream.destroy(error instanceof Error ? error : undefined);
  }

  /** Once nothing is being taken any more. */
  async done(): Promise<void> {
    await this.#last;
    if (this.failure !== undefined) throw this.failure;
  }

  async* #count(stream: FileStream): AsyncGenerator<Uint8Array> {
    const { maxBytes, maxFileBytes } = this.#limits;
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      this.#bytes += chunk.length;
      if (this.#bytes > maxBytes) throw new Problem('too-large', { maxBytes });
      yield chunk;
    }
    if (stream.truncated) throw new Problem('too-large', { maxFileBytes });
  }
}

function openForm(contentType: string, { maxFiles, maxFileBytes }: StreamLimits): BusboyInstance {
  try {
    return new Busboy({
      headers: { 'content-type': contentType },
      limits: { fileSize: maxFileBytes, files: maxFiles, fields: maxFields, fieldSize: 65_536, fieldNameSize: 100, parts: maxFiles + maxFields, headerPairs: 20 },
    });
  } catch {
    throw brokenOff();
  }
}

const brokenOff = (): Problem => new Problem('malformed-request', { reason: 'the form could not be read' });

