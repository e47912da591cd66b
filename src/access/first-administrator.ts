import type { Services } from '../services.ts';
import { systemActor } from './actors.ts';
import { addApiKey, addOperator } from './operators.ts';
import { countOperators, lockOperators } from './store.ts';

const firstKeyDays = 365;

/** On a database without operators: the first administrator. The token is returned this once, otherwise undefined. */
export async function createFirstAdministrator(services: Pick<Services, 'db' | 'now' | 'random'>): Promise<string | undefined> {
  const actor = systemActor('first-start');
  return services.db.transaction(async (tx) => {
    await lockOperators(tx);
    if ((await countOperators(tx)) > 0) return undefined;
    const operator = await addOperator(tx, actor, { name: 'administrator', kind: 'person', roles: ['administrator'] }, services.now());
    const { token } = await addApiKey(tx, actor, { operatorId: operator.id, label: 'first start', days: firstKeyDays }, services);
    return token;
  });
}
