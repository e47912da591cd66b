import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider, { type AccountClaims } from 'oidc-provider';
import { atEnd } from './database.ts';

export const oidcClient = { id: 'antin', secret: randomBytes(24).toString('base64url'), callback: 'http://pki.test/sign-in/organisation/callback' };

/** A real OpenID Connect provider on the loopback; its people sign in under any name, and `claims` says what it vouches for. */
export interface OidcServer {
  issuer: string;
  claims: Map<string, { email?: string; email_verified?: boolean }>;
  /** Answers a path itself until it is told not to: a provider that misbehaves. */
  replace: (path: string, answer: RequestListener | undefined) => void;
  stop(): Promise<void>;
  start(): Promise<void>;
}

export async function oidcServer(): Promise<OidcServer> {
  const claims: OidcServer['claims'] = new Map();
  const replaced = new Map<string, RequestListener>();
  let answer: RequestListener = (_req, res) => void res.writeHead(503).end();
  const server = createServer((req, res) => (replaced.get((req.url ?? '').split('?')[0]!) ?? answer)(req, res));
  await listen(server, 0);
  const { port } = server.address() as AddressInfo;
  const issuer = `http://127.0.0.1:${port}`;
  // it warns that it is set up for trying out, which it is
  const { warn } = console;
  console.warn = () => undefined;
  answer = providerOf(issuer, claims).callback();
  console.warn = warn;
  const stop = (): Promise<void> => new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
  atEnd(stop);
  return {
    issuer, claims, stop, start: () => listen(server, port),
    replace: (path, own) => void (own ? replaced.set(path, own) : replaced.delete(path)),
  };
}

const listen = (server: Server, port: number): Promise<void> => new Promise((resolve) => { server.listen(port, '127.0.0.1', resolve); });

function providerOf(issuer: string, claims: OidcServer['claims']): Provider {
  const provider = new Provider(issuer, {
    clients: [{ client_id: oidcClient.id, client_secret: oidcClient.secret, redirect_uris: [oidcClient.callback] }],
    claims: { openid: ['sub'], email: ['email', 'email_verified'] },
    findAccount: (_context, accountId) => ({ accountId, claims: async (): Promise<AccountClaims> => ({ sub: accountId, ...claims.get(accountId) }) }),
    jwks: { keys: [{ ...generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' }), alg: 'RS256', use: 'sig' }] },
    ttl: { AccessToken: 600, AuthorizationCode: 60, Grant: 600, IdToken: 600, Interaction: 600, Session: 600 },
    pkce: { required: () => true },
    cookies: { keys: [randomBytes(16).toString('hex')] },
    // asked for by the client and given by the organisation: nobody is asked again
    loadExistingGrant: async ({ oidc }) => {
      const grant = new provider.Grant({ clientId: oidc.client!.clientId, accountId: oidc.session!.accountId! });
      grant.addOIDCScope('openid email');
      await grant.save();
      return grant;
    },
  });
  return provider;
}

/** Walks from the provider's first page through its sign-in form as a browser does; answers where it sends the browser back to. */
export async function signInAtProvider(url: string, who: string): Promise<URL> {
  const cookies = new Map<string, string>();
  const open = async (to: string, init: RequestInit = {}): Promise<Response> => {
    const answer = await fetch(to, { redirect: 'manual', ...init, headers: { cookie: [...cookies].map((pair) => pair.join('=')).join('; ') } });
    for (const set of answer.headers.getSetCookie()) {
      const [name = '', value = ''] = set.split(';')[0]!.split('=');
      cookies.set(name, value);
    }
    return answer;
  };
  let [at, answer] = [url, await open(url)];
  for (let steps = 0; steps < 10; steps++) {
    const location = answer.headers.get('location');
    if (location !== null) {
      at = new URL(location, at).href;
      if (at.startsWith(oidcClient.callback)) return new URL(at);
      answer = await open(at);
    } else {
      const page = await answer.text();
      const action = /<form[^>]* action="([^"]+)"/.exec(page)?.[1];
      if (action === undefined) throw new Error(`the provider refused (${answer.status}): ${page.slice(0, 500)}`);
      at = new URL(action, at).href;
      answer = await open(at, { method: 'POST', body: new URLSearchParams({ prompt: 'login', login: who, password: 'any' }) });
    }
  }
  throw new Error('the provider leads round in circles');
}
