import { randomUUID } from 'node:crypto';
import { systemActor } from '../../../src/access/actors.ts';
import { addOperator } from '../../../src/access/operators.ts';
import type { Role, Services } from '../../../src/services.ts';
import { startSession } from '../../../src/sessions/start.ts';
import type { SignInMethod, Subject } from '../../../src/sessions/subject.ts';

/** Somebody with a browser: cookies are kept, redirects are not followed. */
export interface Visitor {
  cookie: string;
  get(path: string): Promise<Shown>;
  /** Sends a form with its token; a list sends a name several times. */
  post(path: string, fields?: Record<string, string | readonly string[]>): Promise<Shown>;
}

export interface Shown { status: number; html: string; location: string | null; headers: Headers }

/** Opens pages as the holder of a cookie, or as nobody. */
export function visitorAt(base: string, token?: string): Visitor {
  const visitor: Visitor = {
    cookie: token === undefined ? '' : `antin=${token}`,
    get: (path) => open(path, {}),
    post: async (path, fields = {}) => {
      const body = new URLSearchParams();
      for (const [name, value] of Object.entries(fields)) for (const one of [value].flat()) body.append(name, one as string);
      if (visitor.cookie !== '') body.set('form_token', formTokenIn((await open('/account', {})).html));
      return open(path, { method: 'POST', body });
    },
  };
  async function open(path: string, init: RequestInit): Promise<Shown> {
    const answer = await fetch(base + path, { redirect: 'manual', ...init, headers: { accept: 'text/html', ...(visitor.cookie === '' ? {} : { cookie: visitor.cookie }) } });
    const set = answer.headers.getSetCookie().find((one) => one.startsWith('antin='));
    if (set !== undefined) visitor.cookie = set.startsWith('antin=;') ? '' : set.split(';')[0]!;
    return { status: answer.status, html: await answer.text(), location: answer.headers.get('location'), headers: answer.headers };
  }
  return visitor;
}

/** The hidden secret of the first form of a page. */
export function formTokenIn(html: string): string {
  return /name="form_token" value="([^"]+)"/.exec(html)?.[1] ?? '';
}

/** The cookie's token of a new session. */
export async function signIn(services: Services, subject: Subject, method: SignInMethod = 'passkey'): Promise<string> {
  return services.db.transaction(async (tx) =>
    (await startSession(services, tx, { subject, method, from: { address: '192.0.2.7', userAgent: 'test', requestId: randomUUID() } })).token);
}

/** A new operator of a role, signed in; a registrar has agency H01 unless told. */
export async function signedInAs(services: Services, role: Role, agencyPath?: string): Promise<string> {
  const path = agencyPath ?? (role === 'registrar' ? 'H01' : undefined);
  const { id } = await services.db.transaction((tx) =>
    addOperator(tx, systemActor('test'), { name: `Người thử ${role}`, email: `${role}-${randomUUID().slice(0, 8)}@bcy.gov.vn`, kind: 'person', roles: [role], agencyPath: path }, services.now()));
  return signIn(services, { kind: 'operator', id });
}
