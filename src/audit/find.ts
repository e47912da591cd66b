import type { Page, PageRequest } from '../database/paging.ts';
import { Problem } from '../problems.ts';
import type { Services } from '../services.ts';
import { avoidWholeTable, findEntry, listEntries, type AuditFilter, type AuditRow } from './store.ts';

export type { AuditFilter, AuditRow } from './store.ts';

/** What was done, newest first, narrowed down. */
export async function findAuditEntries({ db }: Pick<Services, 'db'>, filter: AuditFilter, page: PageRequest): Promise<Page<AuditRow>> {
  if (filter.requestId === undefined) return listEntries(db, filter, page);
  return db.transaction(async (tx) => {
    await avoidWholeTable(tx);
    return listEntries(tx, filter, page);
  });
}

/** One entry by its number. @throws Problem `not-found` */
export async function openAuditEntry({ db }: Pick<Services, 'db'>, sequence: number): Promise<AuditRow> {
  const entry = await findEntry(db, sequence);
  if (!entry) throw new Problem('not-found', { id: sequence });
  return entry;
}
