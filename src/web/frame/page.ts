import type { z } from 'zod';
import type { Config } from '../../config.ts';
import type { UploadedFile } from '../../http/endpoint.ts';
import type { ClientCertificate } from '../../http/client-certificate.ts';
import type { Language } from '../../http/language.ts';
import type { ProblemCode } from '../../problems.ts';
import type { Actor, Permission, Services } from '../../services.ts';
import type { OpenSession } from '../../sessions/find.ts';
import type { Origin, StartedSession } from '../../sessions/start.ts';
import type { Translate, WordKey } from '../text/words.ts';
import type { Form } from './form.ts';

/**
 * Who may open a page. `staff` is every operator, registrar, administrator or auditor who is signed in, `staff-or-enrolling` also
 * one who can only set up a better way to do so; `signed-in` everybody who is.
 */
export type Allow = Permission | 'anyone' | 'signed-in' | 'official' | 'staff' | 'staff-or-enrolling';

/** A whole page: a template below src/web and what it shows. */
export interface Html { kind: 'html'; template: string; facts: Readonly<Record<string, unknown>>; status?: number }
/**
 * Elsewhere, with GET. `session` sets the cookie of a session that began; `ended` takes it away. `journey` sets the cookie of what
 * leads through another host and comes back; empty takes it away.
 */
export interface Redirect { kind: 'redirect'; path: string; session?: StartedSession | 'ended'; journey?: string }
/** A file to be saved. */
export interface Download { kind: 'file'; bytes: Uint8Array; contentType: string; fileName: string }
/** Values for a script of the page. */
export interface Values { kind: 'values'; values: object }
/** Server-sent events until the source ends or the person leaves. */
export interface Events { kind: 'events'; source: AsyncIterable<{ event?: string; data: unknown }> }
export type Answer = Html | Redirect | Download | Values | Events;

export const html = (template: string, facts: Readonly<Record<string, unknown>> = {}, status = 200): Html => ({ kind: 'html', template, facts, status });
export const redirect = (path: string, session?: StartedSession | 'ended'): Redirect => ({ kind: 'redirect', path, ...(session ? { session } : {}) });
export const file = (bytes: Uint8Array, contentType: string, fileName: string): Download => ({ kind: 'file', bytes, contentType, fileName });
export const values = (given: object): Values => ({ kind: 'values', values: given });
export const events = (source: Events['source']): Events => ({ kind: 'events', source });

/** What a page's handler is given. */
export interface PageCall<P = unknown, Q = unknown, B = unknown> {
  services: Services;
  actor: Actor;
  session: OpenSession | undefined;
  params: P;
  query: Q;
  body: B;
  /** Uploaded files by field; a field left empty is absent. */
  files: Readonly<Record<string, UploadedFile>>;
  language: Language;
  t: Translate;
  /** Path and query as they were asked for. */
  here: string;
  /** The token that an earlier redirect gave this browser as its `journey`. */
  journey: string | undefined;
  from: Origin;
  /** What the caller's TLS handshake proved, with us or with a proxy of ours. */
  clientCertificate: () => ClientCertificate;
  /** A header of the answer, whatever the answer is. */
  setHeader: (name: string, value: string) => void;
  /** Ends when the person has left: for what lasts. */
  signal: AbortSignal;
}

type Nothing = z.ZodType<Record<string, never>>;
type Any = z.ZodType;

/** Which field a refusal belongs to and, where its own words would not help, what to say instead. */
export type Mistakes = Partial<Record<ProblemCode, { field?: string; word?: WordKey }>>;

/** A page as data: the router, the permission test and the browser tests read the same list. */
export interface Page<P extends Any = Any, Q extends Any = Any, B extends Any = Any> {
  method: 'get' | 'post';
  /** Express form: `/renew/:id`. Pages are named by the task, not by the noun. */
  path: string;
  /** There is no default. */
  allow: Allow;
  /** What does not fit is a page that is not there. */
  params?: P;
  query?: Q;
  /** The form's fields; a message in it that is a word's key is shown in the person's language. */
  body?: B;
  upload?: { maxBytes: number | ((config: Config) => number); files: readonly string[] };
  /** Fields that are never shown again. */
  secret?: readonly string[];
  /** Shows the form once more, with what was typed and every mistake; without it a mistake is an error page. */
  again?: (call: PageCall<z.output<P>, z.output<Q>, unknown>, form: Form) => Promise<Html>;
  /** Refusals of the operation that the person can mend in this form. */
  mistakes?: Mistakes;
  handle(call: PageCall<z.output<P>, z.output<Q>, z.output<B>>): Promise<Answer>;
}

/** Declares one page; the schemas give the handler its types. */
export function page<P extends Any = Nothing, Q extends Any = Nothing, B extends Any = Nothing>(declared: Page<P, Q, B>): Page {
  return declared as unknown as Page;
}

/** Whether a person may open what is allowed so. */
export function mayOpen(actor: Actor, allow: Allow): boolean {
  switch (allow) {
    case 'anyone': return true;
    case 'signed-in': return actor.kind !== 'anyone';
    case 'official': return actor.kind === 'official';
    case 'staff-or-enrolling': return actor.kind === 'operator';
    case 'staff': return actor.kind === 'operator' && actor.permissions.size > 0;
    default: return actor.permissions.has(allow);
  }
}

/** Whether a GET page stands at this path, without its query. */
export function isPagePath(pages: readonly Page[], path: string): boolean {
  const parts = path.split('/');
  return pages.some((page) => {
    const pattern = page.path.split('/');
    return page.method === 'get' && pattern.length === parts.length && pattern.every((part, i) => part === parts[i] || (part.startsWith(':') && parts[i] !== ''));
  });
}
