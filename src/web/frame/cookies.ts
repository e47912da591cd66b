import type { IncomingMessage } from 'node:http';
import type { Config } from '../../config.ts';

const isHttps = ({ publicUrl }: Pick<Config, 'publicUrl'>): boolean => publicUrl.startsWith('https:');

/** `__Host-`: a browser takes it only over TLS, for this host alone and for every path (RFC 6265bis §4.1.3.2). */
export function sessionCookieName(config: Pick<Config, 'publicUrl'>): string {
  return isHttps(config) ? '__Host-antin' : 'antin';
}

export const languageCookieName = 'antin_language';
const yearSeconds = 31_536_000;

/** The cookies of a request; of two with one name the first. */
export function readCookies(req: Pick<IncomingMessage, 'headers'>): Map<string, string> {
  const cookies = new Map<string, string>();
  for (const pair of (req.headers.cookie ?? '').slice(0, 8_000).split(';')) {
    const at = pair.indexOf('=');
    const name = pair.slice(0, at).trim();
    if (at > 0 && !cookies.has(name)) cookies.set(name, pair.slice(at + 1).trim());
  }
  return cookies;
}

/** `Set-Cookie` for a session; an empty token takes it away. It ends with the browser, or when the session does. */
export function sessionCookie(config: Pick<Config, 'publicUrl'>, token: string): string {
  return `${sessionCookieName(config)}=${token}; Path=/; HttpOnly; SameSite=Lax${isHttps(config) ? '; Secure' : ''}${token === '' ? '; Max-Age=0' : ''}`;
}

export function journeyCookieName(config: Pick<Config, 'publicUrl'>): string {
  return `${sessionCookieName(config)}_journey`;
}

const journeySeconds = 600;

/** For what leads through another host: whoever comes back is the browser that left. `Lax`, for the way back begins at that host. */
export function journeyCookie(config: Pick<Config, 'publicUrl'>, token: string): string {
  return `${journeyCookieName(config)}=${token}; Path=/; Max-Age=${token === '' ? 0 : journeySeconds}; HttpOnly; SameSite=Lax${isHttps(config) ? '; Secure' : ''}`;
}

export function languageCookie(config: Pick<Config, 'publicUrl'>, language: string): string {
  return `${languageCookieName}=${language}; Path=/; Max-Age=${yearSeconds}; HttpOnly; SameSite=Lax${isHttps(config) ? '; Secure' : ''}`;
}
