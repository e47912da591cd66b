import type { IncomingMessage, ServerResponse } from 'node:http';
import { isNativeError } from 'node:util/types';
import { PkiError } from '../../pki/error.ts';
import { isConnectionLost } from '../database/lost-connection.ts';
import { factsIn, isProblemCode, Problem, problems, type ProblemCode } from '../problems.ts';
import { languageOf } from './language.ts';
import { requestIdOf } from './request-id.ts';

const retryAfterSeconds: Partial<Record<ProblemCode, number>> = {
  'database-unavailable': 5, 'keystore-unavailable': 10, 'clock-uncertain': 30, 'too-many-requests': 5,
};

const byStatus: Readonly<Record<number, ProblemCode>> = {
  400: 'malformed-request', 404: 'not-found', 406: 'not-acceptable', 408: 'took-too-long', 413: 'too-large',
  414: 'too-large', 415: 'unsupported-format', 431: 'too-large',
};

// What pki throws while building: the data asked for does not fit the profile.
const builderCodes = new Set(['lint-failed', 'issuer-expired', 'profile-violation', 'subject-invalid', 'name-invalid']);

/** The one place where anything thrown becomes a problem; what nobody foresaw is `internal-error`. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof PkiError) return ofPki(error);
  if (isConnectionLost(error)) return new Problem('database-unavailable');
  if (isNativeError(error)) {
    // PostgreSQL: query_canceled by our own statement_timeout; lock_not_available
    if ('code' in error && (error.code === '57014' || error.code === '55P03')) return new Problem('took-too-long');
    // Express and its body parser name a status on errors that the caller caused
    const code = 'status' in error && typeof error.status === 'number' ? byStatus[error.status] : undefined;
    if (code) return new Problem(code);
  }
  return new Problem('internal-error');
}

function ofPki(error: PkiError): Problem {
  if (error.code === 'already-signed') return new Problem('internal-error');
  const where = { rule: error.rule, ...(error.offset === undefined ? {} : { offset: error.offset }) };
  if (isProblemCode(error.code)) return new Problem(error.code, where);
  return new Problem(builderCodes.has(error.code) ? 'profile-violation' : 'document-unreadable', { reason: error.code, ...where });
}

/** Answers with RFC 9457 problem details in the caller's language; nothing if an answer has already begun. */
export function sendProblem(req: IncomingMessage, res: ServerResponse, problem: Problem): void {
  if (res.headersSent) {
    res.destroy();
    return;
  }
  const { status } = problems[problem.code];
  const language = languageOf(req.headers['accept-language']);
  const body = JSON.stringify(problemDetails(problem, language, requestIdOf(req)));
  const wait = problem.facts['retryAfterSeconds'] ?? retryAfterSeconds[problem.code];
  if (typeof wait === 'number') res.setHeader('Retry-After', String(wait));
  if (status === 401) res.setHeader('WWW-Authenticate', 'Bearer');
  res.setHeader('Content-Type', 'application/problem+json; charset=utf-8');
  res.setHeader('Content-Language', language);
  res.setHeader('Vary', 'Accept-Language');
  res.setHeader('Cache-Control', 'no-store');
  res.setHeader('Content-Length', Buffer.byteLength(body));
  res.writeHead(status);
  res.end(req.method === 'HEAD' ? undefined : body);
}

/** The members of the problem document. Facts stand beside the standard members and never replace them. */
export function problemDetails(problem: Problem, language: 'vi' | 'en', requestId: string): Record<string, unknown> {
  const row = problems[problem.code];
  return {
    ...factsIn(problem.facts, language),
    type: `urn:antin:problem:${problem.code}`,
    title: row[language],
    status: row.status,
    instance: `urn:uuid:${requestId}`,
  };
}
