import type { IncomingMessage, ServerResponse } from 'node:http';
import { isNativeError } from 'node:util/types';
import { pino, type DestinationStream, type Logger } from 'pino';
import type { Config } from '../config.ts';
import { requestIdOf } from './request-id.ts';

/** The service's log: JSON lines. What could hold a secret is blotted out even if someone hands it in. */
export function createLog(level: Config['logLevel'], destination?: DestinationStream): Logger {
  const secrets = ['authorization', 'cookie', 'password', 'token', 'secret', 'kek', 'body', 'headers', 'connectionString', 'bindings'];
  return pino({
    level, base: null, timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths: secrets.flatMap((name) => [name, `*.${name}`]), censor: '[not logged]' },
    serializers: { err: serializeError },
  }, destination ?? pino.destination({ fd: 1, sync: false }));
}

// The standard serializer copies every member of an error; a driver's error carries rows and bindings.
function serializeError(error: unknown): object {
  if (!isNativeError(error)) return { message: String(error) };
  const { name, message, stack } = error;
  const code = 'code' in error ? String(error.code) : undefined;
  // knex puts the statement with its values in front of the message of the server
  const short = (text: string): string => text.replace(/^(.{0,40}?(?:select|insert|update|delete|with)\b.*) - (?=[^-]*$)/is, 'SQL - ');
  return { type: name, code, message: short(message), stack: stack?.split('\n').filter((line) => /^\s+at /.test(line)).join('\n') };
}

/** One line per answered request: never headers, query or body. */
export function logRequest(log: Logger, req: IncomingMessage, res: ServerResponse): void {
  const began = performance.now();
  const requestId = requestIdOf(req);
  res.once('close', () => {
    const line = {
      requestId, method: req.method, path: (req.url ?? '').split('?')[0]?.slice(0, 300), status: res.statusCode,
      ms: Math.round((performance.now() - began) * 10) / 10,
      ...(res.writableFinished ? {} : { unfinished: true }),
    };
    if (res.statusCode >= 500) log.error(line, 'request');
    else log.info(line, 'request');
  });
}
