import { isNativeError } from 'node:util/types';

// SQLSTATE classes and codes of a server that is gone, going or coming, and the socket errors of node.
const lost = new Set([
  '57P01', '57P02', '57P03', '53300', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EHOSTUNREACH',
]);
const messages = /Connection terminated|timeout exceeded when trying to connect|Timeout acquiring a connection|the database system is|Client has encountered a connection error|Connection ended unexpectedly/i;

/** Whether an error means that the database could not be reached, rather than that it said no. */
export function isConnectionLost(error: unknown): boolean {
  if (!isNativeError(error)) return false;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (lost.has(code) || code.startsWith('08')) return true;
  // one error per address that was tried
  if ('errors' in error && Array.isArray(error.errors)) return error.errors.some(isConnectionLost);
  return code === '' && messages.test(error.message);
}
