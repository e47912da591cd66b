import { z } from 'zod';
import { isConnectionLost } from '../database/lost-connection.ts';
import { Problem, type ProblemCode } from '../problems.ts';
import type { Services } from '../services.ts';
import { endpoint, type Endpoint } from './endpoint.ts';

/** What must hold before calls are sent here, each with the problem it answers when it does not. */
export interface ReadyCheck { name: string; problem: ProblemCode; check(services: Services): Promise<boolean> }

const Health = z.object({ status: z.literal('ok') });

/** Only says that the process answers: a restart would not mend a stopped database. */
export const healthRoutes: readonly Endpoint[] = [
  endpoint({
    method: 'get', path: '/healthz', summary: 'Whether the process answers', allow: 'anyone', status: 200, reply: Health, problems: [],
    handle: async () => ({ status: 'ok' as const }),
  }),
];

/** `GET /readyz`: whether this node can do its work now. */
export function readyRoutes(checks: readonly ReadyCheck[]): readonly Endpoint[] {
  return [endpoint({
    method: 'get', path: '/readyz', summary: 'Whether this node can do its work', allow: 'anyone', status: 200, reply: Health,
    problems: ['database-unavailable', 'keystore-unavailable', 'internal-error'],
    handle: async ({ services }) => {
      for (const { name, problem, ...row } of checks) {
        const ok = await row.check(services).catch((error: unknown) => {
          if (isConnectionLost(error)) throw new Problem('database-unavailable');
          return false;
        });
        if (!ok) throw new Problem(problem, { check: name });
      }
      return { status: 'ok' as const };
    },
  })];
}
