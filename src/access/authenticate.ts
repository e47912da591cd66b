import type { Knex } from 'knex';
import { createBatcher } from '../database/batch.ts';
import { Problem } from '../problems.ts';
import type { Actor, Services } from '../services.ts';
import { anyone } from './actors.ts';
import { matchesSecret, parseApiKey } from './api-key.ts';
import { permissionsFor } from './permissions.ts';
import { findCredentials, markApiKeyUsed, type OperatorRow, type Credential } from './store.ts';

// A write per call would cost more than the call; to the minute is enough to see that a key is in use.
const touchEveryMs = 60_000;

/**
 * Who calls, by `Authorization: Bearer antin_…`; without the header it is `anyone`.
 * @throws Problem `sign-in-required` for what is no key of ours, `credential-expired` for one that was
 */
export async function authenticate(
  services: Pick<Services, 'db' | 'now' | 'log'>, authorization: string | undefined, requestId: string,
): Promise<Actor> {
  if (authorization === undefined) return anyone(requestId);
  const token = /^bearer +(\S{1,200}) *$/i.exec(authorization)?.[1];
  const parsed = token === undefined ? undefined : parseApiKey(token);
  if (!parsed) throw new Problem('sign-in-required');
  const key = await findCredential(services.db, parsed.prefix);
  if (!key || !matchesSecret(parsed.secret, key.secretHash)) throw new Problem('sign-in-required');
  const now = services.now();
  const { active, expiresAt } = key.operator;
  if (key.revokedAt !== null || key.expiresAt <= now || !active || (expiresAt !== null && expiresAt <= now)) throw new Problem('credential-expired');
  if (key.lastUsedAt === null || now.getTime() - key.lastUsedAt.getTime() >= touchEveryMs) {
    markApiKeyUsed(services.db, key.id, now).catch((error: unknown) => services.log.warn({ err: error }, 'last use not noted'));
  }
  return actorOf(key.operator, requestId);
}

const lookups = new WeakMap<Knex, (prefix: string) => Promise<Credential | undefined>>();

/** Calls that arrive together share one read. Nothing is kept from one read to the next: a withdrawn key is so at once. */
async function findCredential(db: Knex, prefix: string): Promise<Credential | undefined> {
  let find = lookups.get(db);
  if (!find) {
    find = createBatcher(async (prefixes: string[]) => {
      const found = await findCredentials(db, [...new Set(prefixes)]);
      return prefixes.map((one) => ({ status: 'fulfilled' as const, value: found.get(one) }));
    }, { maxItems: 500 });
    lookups.set(db, find);
  }
  return find(prefix);
}

/** The actor an operator is. */
export function actorOf(operator: OperatorRow, requestId: string): Actor {
  return {
    id: operator.id,
    kind: operator.kind === 'person' ? 'operator' : 'api-key',
    name: operator.name,
    roles: operator.roles,
    permissions: permissionsFor(operator.roles),
    agencyPath: operator.agencyPath ?? undefined,
    requestId,
  };
}
