import type { Page, PageRequest } from '../database/paging.ts';
import { Problem } from '../problems.ts';
import type { Services } from '../services.ts';
import { findOperator, listApiKeys, listOperators, type ApiKeyRow, type OperatorFilter, type OperatorRow } from './store.ts';

export type { ApiKeyRow, OperatorFilter, OperatorRow } from './store.ts';

/** Operators in the order they were added, narrowed down; names are found without their diacritics. */
export async function findOperators({ db }: Pick<Services, 'db'>, filter: OperatorFilter, page: PageRequest): Promise<Page<OperatorRow>> {
  return listOperators(db, page, filter);
}

/** One operator with the API keys they ever had. @throws Problem `not-found` */
export async function openOperator({ db }: Pick<Services, 'db'>, id: string): Promise<OperatorRow & { keys: ApiKeyRow[] }> {
  const operator = await findOperator(db, id);
  if (!operator) throw new Problem('not-found', { id });
  return { ...operator, keys: await listApiKeys(db, id) };
}
