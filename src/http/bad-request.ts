import { randomUUID } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { Problem, problems, type ProblemCode } from '../problems.ts';
import { problemDetails } from './problem-json.ts';

const codes: Readonly<Record<string, ProblemCode>> = {
  HPE_HEADER_OVERFLOW: 'too-large', ERR_HTTP_REQUEST_TIMEOUT: 'took-too-long',
};

/** For `clientError`: what is no HTTP request gets a problem document too, and its connection is closed. */
export function answerBadRequest(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const problem = new Problem(codes[error.code ?? ''] ?? 'malformed-request');
  const { status } = problems[problem.code];
  const body = JSON.stringify(problemDetails(problem, 'vi', randomUUID()));
  socket.end(`HTTP/1.1 ${status} Refused\r\nContent-Type: application/problem+json; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`);
}
