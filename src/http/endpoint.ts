import { z } from 'zod';
import type { ProblemCode } from '../problems.ts';
import type { Actor, Permission, Services } from '../services.ts';

/** One file of a multipart upload, whole in memory: its size was bounded while it came in. */
export interface UploadedFile {
  name: string;
  contentType: string;
  bytes: Uint8Array;
}

/** An answer that is not JSON. */
export interface Binary {
  readonly binary: true;
  bytes: Uint8Array;
  contentType: string;
  fileName: string | undefined;
}

/** What a handler gets: everything checked by the endpoint's own schemas. */
export interface Call<P, Q, B> {
  services: Services;
  actor: Actor;
  params: P;
  query: Q;
  body: B;
  /** Uploaded files by field name; empty unless the endpoint declares `upload`. */
  files: Readonly<Record<string, UploadedFile>>;
  /** All files of the field that may come several times, in their order. */
  several: readonly UploadedFile[];
  /** The first of the endpoint's own `accepts` the caller takes; 'application/json' otherwise. */
  accept: string;
  /** Only where the endpoint declares `stream`: takes each file in turn, then gives the form's fields, checked as the body. */
  receive: (take: (file: IncomingFile) => Promise<void>) => Promise<B>;
  language: 'vi' | 'en';
  /** Where the call comes from for limits on rate: the socket, or what a proxy of ours says. */
  address: string;
  /** A header of the request that the endpoint declares; undefined where it was not sent. */
  header: (name: string) => string | undefined;
  /** A header of the answer, kept if the answer is a problem. */
  setHeader: (name: string, value: string) => void;
}

export interface StreamLimits { field: string; maxFiles: number; maxFileBytes: number; maxBytes: number }

/** A file that is still coming in. */
export interface IncomingFile { name: string; chunks: AsyncIterable<Uint8Array> }

/** A request header that means something here, for the OpenAPI document. */
export interface HeaderField { name: string; description: string }

type Nothing = z.ZodType<Record<string, never>>;

/** A route as data: Express, OpenAPI and the permission test read the same list. */
export interface Endpoint<
  P extends z.ZodType = z.ZodType, Q extends z.ZodType = z.ZodType,
  B extends z.ZodType = z.ZodType, R extends z.ZodType = z.ZodType,
> {
  method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** Express form: `/api/v1/certificates/:id`. */
  path: string;
  /** One line for the OpenAPI document. */
  summary: string;
  /** Who may call it. There is no default: a route without an answer does not compile. */
  allow: Permission | 'anyone';
  params?: P;
  query?: Q;
  /** JSON body; with `upload` the plain fields of the form. */
  body?: B;
  /** multipart/form-data with these file fields, the first one required; of one field as many as `most`, all together no larger than one of each. */
  upload?: { maxBytes: number; files: readonly string[]; several?: { field: string; most: number } };
  /** multipart/form-data with many files under one name, handed on one after the other while they come in. */
  stream?: StreamLimits;
  /** Request headers the handler reads. */
  headers?: readonly HeaderField[];
  /** Media types the answer comes in besides JSON; the caller's Accept chooses. */
  accepts?: readonly string[];
  status: number;
  /** What is answered; fields it does not name never leave. */
  reply: R;
  problems: readonly ProblemCode[];
  handle(call: Call<z.output<P>, z.output<Q>, z.output<B>>): Promise<z.input<R> | Binary>;
}

/** Declares one endpoint; the schemas give the handler its types. */
export function endpoint<
  R extends z.ZodType, P extends z.ZodType = Nothing, Q extends z.ZodType = Nothing, B extends z.ZodType = Nothing,
>(declared: Endpoint<P, Q, B, R>): Endpoint {
  return declared as unknown as Endpoint;
}

/** An answer in bytes, with a file name for the browser where it should be saved. */
export function binary(bytes: Uint8Array, contentType: string, fileName?: string): Binary {
  return { binary: true, bytes, contentType, fileName };
}

/** An instant in an answer: a `Date` here, RFC 3339 in UTC outside. */
export const instant = z.date();

/** `?after=&limit=` of every list; spread `pageQuery.shape` to add filters. */
export const pageQuery = z.object({
  after: z.string().max(400).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});

/** The answer of every list: the items, and the key to hand back as `after`, or null at the end. */
export function pageOf<T extends z.ZodType>(item: T): z.ZodObject<{ items: z.ZodArray<T>; next: z.ZodNullable<z.ZodString> }> {
  return z.object({ items: z.array(item), next: z.string().nullable() });
}
