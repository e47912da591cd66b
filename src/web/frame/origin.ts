import type { IncomingMessage } from 'node:http';
import type { Config } from '../../config.ts';
import { Problem } from '../../problems.ts';

/**
 * Lets only forms of our own pages in: by Sec-Fetch-Site where the browser sends it, else by Origin. What sends neither is no
 * browser, and carries nobody's cookie against their will.
 * @throws Problem `form-expired`
 */
export function requireOwnOrigin({ headers }: Pick<IncomingMessage, 'headers'>, { publicUrl }: Pick<Config, 'publicUrl'>): void {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) {
    if (site !== 'same-origin' && site !== 'none') throw new Problem('form-expired');
    return;
  }
  const { origin } = headers;
  if (origin === undefined) return;
  if (origin !== new URL(publicUrl).origin && origin !== `http://${headers.host}`) throw new Problem('form-expired');
}
