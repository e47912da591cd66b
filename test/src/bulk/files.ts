import type { KeyObject } from 'node:crypto';
import { tasks } from '../../../src/app.ts';
import { createBulkJob, type BulkOrder } from '../../../src/bulk/create.ts';
import { decideBulk } from '../../../src/bulk/decide.ts';
import { getBulkJob, type ShownJob } from '../../../src/bulk/show.ts';
import type { BulkInput } from '../../../src/bulk/read.ts';
import type { PlacedOfficial } from '../../../src/officials/store.ts';
import { listLinesAfter, type ShownLine } from '../../../src/bulk/store.ts';
import { systemActor } from '../../../src/access/actors.ts';
import type { TestServices } from '../../database.ts';
import { csrFor, type RequestWorld } from '../requests/people.ts';

export const reader = systemActor('test');

/** Every line of a job as it stands. */
export const lines = (services: TestServices, id: string): Promise<ShownLine[]> => listLinesAfter(services.db, id, { after: 0, limit: 1_000 });

export const jsonLines = (rows: readonly BulkInput[]): Uint8Array => Buffer.from(rows.map((row) => JSON.stringify(row)).join('\n'));

/** Hands in a file for the province and lets its dry run end. */
export async function checked(world: RequestWorld, operation: BulkOrder['operation'], rows: readonly BulkInput[] | Uint8Array, said: Pick<BulkOrder, 'ground' | 'transfer'> = {}): Promise<ShownJob> {
  const bytes = rows instanceof Uint8Array ? rows : jsonLines(rows as readonly BulkInput[]);
  const { id } = await createBulkJob(world.services, world.people.registrar, { operation, agencyId: world.agencyId, fileName: 'list.jsonl', bytes, ...said });
  await world.services.runJobs(tasks);
  return getBulkJob(world.services.db, reader, id);
}

/** Two operators agree; the work is queued. */
export async function approved({ services, people }: RequestWorld, { id, contentHash }: ShownJob): Promise<void> {
  for (const actor of [people.examiner, people.approver]) await decideBulk(services, actor, id, { decision: 'approve', contentHash: contentHash ?? '' });
}

/** The whole way. */
export async function worked(world: RequestWorld, operation: BulkOrder['operation'], rows: readonly BulkInput[] | Uint8Array): Promise<ShownJob> {
  const job = await checked(world, operation, rows);
  await approved(world, job);
  await world.services.runJobs(tasks);
  return getBulkJob(world.services.db, reader, job.id);
}

/** New officials, each with a line that asks for a certificate. */
export async function issueRows(world: RequestWorld, count: number, keys: readonly KeyObject[] = []): Promise<{ officials: PlacedOfficial[]; rows: BulkInput[] }> {
  const officials: PlacedOfficial[] = [];
  const rows: BulkInput[] = [];
  for (let i = 0; i < count; i++) {
    const official = await world.newOfficial({ name: `Nguyễn Thị ${i + 1}` });
    officials.push(official);
    rows.push({ email: official.email, csr: await csrFor(keys[i]) });
  }
  return { officials, rows };
}
