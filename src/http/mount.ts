import express, { type ErrorRequestHandler, type Express, type Request, type Response } from 'express';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { z } from 'zod';
import { Problem } from '../problems.ts';
import type { Actor, Services } from '../services.ts';
import { clientAddress } from './client-address.ts';
import { checkFields } from './check-fields.ts';
import type { Binary, Call, Endpoint, IncomingFile, StreamLimits } from './endpoint.ts';
import { languageOf } from './language.ts';
import { problemOf, sendProblem } from './problem-json.ts';
import { requestIdOf } from './request-id.ts';
import { receiveFiles } from './stream.ts';
import { readUpload } from './upload.ts';

/** Finds out who calls. Without `authorization` it is the actor `anyone`. */
export type WhoIs = (authorization: string | undefined, requestId: string) => Promise<Actor>;

/** The endpoint that answered, for log and metrics. */
export const routeOf = new WeakMap<IncomingMessage, { path: string }>();

/** Puts the endpoints on Express: caller, permission, fields, body, handler, in this order for every one. */
export function mount(app: Express, endpoints: readonly Endpoint[], services: Services, whoIs: WhoIs): void {
  const json = express.json({ limit: services.config.maxBodyBytes, type: ['application/json', 'application/*+json'] });
  for (const e of endpoints) {
    app[e.method](e.path, async (req, res) => {
      routeOf.set(req, e);
      const actor = await whoIs(req.headers.authorization, requestIdOf(req));
      requirePermission(actor, e);
      const call = await readCall(e, { req, res, services, actor, json });
      await answer(e, res, await e.handle(call));
    });
  }
  for (const [path, allowed] of methodsByPath(endpoints)) {
    app.all(path, (_req, res) => {
      res.setHeader('Allow', allowed.join(', '));
      throw new Problem('method-not-allowed', { allowed });
    });
  }
}

/** The end of the line: what nothing answered, and everything that was thrown. */
export function mountErrors(app: Express, services: Pick<Services, 'log'>): void {
  app.use(() => { throw new Problem('not-found'); });
  app.use(((error: unknown, req, res, _next) => answerError(services, req, res, error)) satisfies ErrorRequestHandler);
}

/** Logs what is our fault and answers the problem document; for Express and for what stands before it. */
export function answerError({ log }: Pick<Services, 'log'>, req: IncomingMessage, res: ServerResponse, error: unknown): void {
  const problem = problemOf(error);
  if (problem.code === 'internal-error') log.error({ err: error, requestId: requestIdOf(req) }, 'unexpected');
  else if (problem.code === 'database-unavailable') log.warn({ err: error, requestId: requestIdOf(req) }, 'database unavailable');
  sendProblem(req, res, problem);
}

function requirePermission(actor: Actor, { allow }: Endpoint): void {
  if (allow === 'anyone') return;
  if (actor.kind === 'anyone') throw new Problem('sign-in-required');
  if (!actor.permissions.has(allow)) throw new Problem('not-permitted', { needed: allow });
}

interface Incoming { req: Request; res: Response; services: Services; actor: Actor; json: express.RequestHandler }

async function readCall(e: Endpoint, { req, res, services, actor, json }: Incoming): Promise<Call<unknown, unknown, unknown>> {
  const accept = chooseType(e, req);
  const language = languageOf(req.headers['accept-language']);
  const told = {
    address: clientAddress(req, services.config),
    header: (name: string) => (e.headers?.some((declared) => declared.name === name) ? req.get(name) : undefined),
    setHeader: (name: string, value: string) => void res.setHeader(name, value),
    receive: async (take: (file: IncomingFile) => Promise<void>) =>
      checkFields(e.body, { ...(await receiveFiles(req, requireStream(e), take)) }, 'body'),
  };
  const params = checkFields(e.params, req.params, 'path');
  const query = checkFields(e.query, req.query, 'query');
  if (e.stream) return { services, actor, params, query, body: {}, files: {}, several: [], accept, language, ...told };
  if (e.upload) {
    const { fields, files, several } = await readUpload(req, e.upload);
    return { services, actor, params, query, body: checkFields(e.body, { ...fields }, 'body'), files, several, accept, language, ...told };
  }
  const body = e.body ? checkFields(e.body, await readJson(req, res, json), 'body') : {};
  return { services, actor, params, query, body, files: {}, several: [], accept, language, ...told };
}

function requireStream({ stream, path }: Endpoint): StreamLimits {
  if (!stream) throw new Error(`${path} declares no stream`);
  return stream;
}

function chooseType(e: Endpoint, req: Request): string {
  if (!e.accepts) return 'application/json';
  const offered = ['application/json', ...e.accepts];
  const chosen = req.accepts(offered);
  if (chosen === false) throw new Problem('not-acceptable', { offered });
  return chosen;
}

async function readJson(req: Request, res: Response, json: express.RequestHandler): Promise<unknown> {
  const sent = req.headers['transfer-encoding'] !== undefined || Number(req.headers['content-length'] ?? 0) > 0;
  if (sent && !req.is(['application/json', 'application/*+json'])) throw new Problem('unsupported-format', { supported: ['application/json'] });
  await new Promise<void>((done, failed) => void json(req, res, (error?: unknown) => (error === undefined ? done() : failed(error))));
  return req.body ?? {};
}

async function answer(e: Endpoint, res: Response, result: unknown): Promise<void> {
  if (!res.hasHeader('Cache-Control')) res.setHeader('Cache-Control', 'no-store');
  res.status(e.status);
  if (isBinary(result)) {
    res.setHeader('Content-Type', result.contentType);
    if (result.fileName !== undefined) res.attachment(result.fileName).setHeader('Content-Type', result.contentType);
    res.end(result.bytes);
  } else if (e.status === 204) {
    res.end();
  } else {
    // What the schema does not name never leaves, whatever a store selected.
    res.json(await (e.reply as z.ZodType).parseAsync(result));
  }
}

function isBinary(result: unknown): result is Binary {
  return typeof result === 'object' && result !== null && 'binary' in result && result.binary === true;
}

function methodsByPath(endpoints: readonly Endpoint[]): Map<string, string[]> {
  const paths = new Map<string, string[]>();
  for (const e of endpoints) paths.set(e.path, [...(paths.get(e.path) ?? []), e.method.toUpperCase()]);
  return paths;
}
