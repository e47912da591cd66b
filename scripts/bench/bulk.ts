import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { actorOf } from '../../src/access/authenticate.ts';
import { addOperator } from '../../src/access/operators.ts';
import { createAgency } from '../../src/agencies/create.ts';
import { createBulkJob } from '../../src/bulk/create.ts';
import { decideBulk } from '../../src/bulk/decide.ts';
import { getBulkJob, type ShownJob } from '../../src/bulk/show.ts';
import type { Actor, Role } from '../../src/services.ts';
import { makeCsr, makeOfficials } from '../make-data.ts';
import { verifyPlusSign } from './limit.ts';
import { processorTime, processorTimeSince, timeFor } from './processor.ts';
import { benchActor, perSecond, report, startBench } from './run.ts';

/**
 * A bulk job that issues: the file is handed in and checked, two approve, the worker issues every line, durable and with
 * audit and events. Beside it what one thread of node:crypto does alone: check one signature, make one.
 */
const lines = Number(process.argv[2] ?? 10_000);
const bench = await startBench();
const { services } = bench;

async function person(role: Role): Promise<Actor> {
  return services.db.transaction(async (tx) =>
    actorOf(await addOperator(tx, benchActor, { name: `${role} ${randomUUID()}`, kind: 'person', roles: [role], agencyPath: undefined }, services.now()), randomUUID()));
}

async function reach(id: string, state: ShownJob['state']): Promise<ShownJob> {
  for (;;) {
    // a light question: whoever looks on must not weigh on what is measured
    const found = await services.db('bulk_jobs').where({ id }).first('state') as { state: string };
    if (found.state === state) return getBulkJob(services.db, benchActor, id);
    await sleep(50);
  }
}

const [examiner, approver] = [await person('operator'), await person('operator')];
const agency = await createAgency(services, examiner, { code: 'H05.99', name: 'Sở Thử nghiệm' });
const officials = await makeOfficials(services, [agency], lines);
const file: string[] = [];
for (const { email, name } of officials) file.push(JSON.stringify({ email, csr: await makeCsr(name) }));
const bytes = Buffer.from(file.join('\n'));
const sample = (JSON.parse(file[0]!) as { csr: string }).csr;

const checkedFrom = performance.now();
const { id } = await createBulkJob(services, benchActor, { operation: 'issue', agencyId: agency.id, fileName: 'bench.jsonl', bytes });
const { contentHash } = await reach(id, 'checked');
const checkSeconds = (performance.now() - checkedFrom) / 1000;
await services.db.raw('vacuum analyze');

const limitBefore = verifyPlusSign(sample);
await decideBulk(services, examiner, id, { decision: 'approve', contentHash: contentHash! });
const startedAt = performance.now();
const before = processorTime();
await decideBulk(services, approver, id, { decision: 'approve', contentHash: contentHash! });
const done = await reach(id, 'finished');
const seconds = (performance.now() - startedAt) / 1000;
const used = processorTimeSince(before);
const limit = (limitBefore + verifyPlusSign(sample)) / 2;
if (done.counts.done !== lines) throw new Error(`${done.counts.done} of ${lines} lines are done`);

report(`A bulk job that issues ${lines.toLocaleString('en-US')} certificates, P-256, a file of ${(bytes.length / 1e6).toFixed(1)} MB, durable, with audit and events`, [
  ['node:crypto, one thread: verify plus sign', perSecond(limit)],
  ['dry run, every request checked', `${perSecond(lines / checkSeconds)}`],
  ['issued and stored', `${perSecond(lines / seconds)}   ${seconds.toFixed(1)} s`],
  ['processor time for each', timeFor(used, lines)],
  ['ratio', `${(lines / seconds / limit).toFixed(2)} (goal 0.4)`],
]);
await bench.end();
