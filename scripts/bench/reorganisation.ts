import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { actorOf } from '../../src/access/authenticate.ts';
import { addOperator } from '../../src/access/operators.ts';
import { createAgency } from '../../src/agencies/create.ts';
import { createBulkJob } from '../../src/bulk/create.ts';
import { decideBulk } from '../../src/bulk/decide.ts';
import { getBulkJob } from '../../src/bulk/show.ts';
import { decideReorganisation } from '../../src/reorganisation/decide.ts';
import { planReorganisation } from '../../src/reorganisation/plan.ts';
import { getReorganisation } from '../../src/reorganisation/show.ts';
import type { Actor } from '../../src/services.ts';
import { makeCertificates, makeCsr, makeOfficials } from '../make-data.ts';
import { processorTime, processorTimeSince, timeFor } from './processor.ts';
import { benchActor, perSecond, report, startBench } from './run.ts';

/**
 * Three agencies with many certificates merge into a new body: how long the plan takes, and at what rate it runs, beside a
 * bulk job that issues in the same process and database.
 */
const certificates = Number(process.argv[2] ?? 50_000);
const bulkLines = Number(process.argv[3] ?? 10_000);
const bench = await startBench();
const { services } = bench;

async function operator(): Promise<Actor> {
  return services.db.transaction(async (tx) =>
    actorOf(await addOperator(tx, benchActor, { name: `operator ${randomUUID()}`, kind: 'person', roles: ['operator'], agencyPath: undefined }, services.now()), randomUUID()));
}

async function until(isThere: () => Promise<boolean>): Promise<void> {
  while (!(await isThere())) await sleep(100);
}

const [author, examiner, approver] = [await operator(), await operator(), await operator()];
const names = ['Xã Một', 'Xã Hai', 'Xã Ba'];
const agencies = [];
for (const [i, name] of names.entries()) {
  const { id, path } = await createAgency(services, author, { code: `H05.9${i}`, name });
  agencies.push({ id, path, levels: [{ certificateName: 'Ủy ban nhân dân tỉnh Bắc Ninh', locality: 'Bắc Ninh' }, { certificateName: name, locality: null }] });
}
await makeCertificates(services, benchActor, await makeOfficials(services, agencies, certificates), agencies);

// the bulk job's rate
const other = await createAgency(services, author, { code: 'H05.99', name: 'Sở Thử nghiệm' });
const file: string[] = [];
for (const { email, name } of await makeOfficials(services, [other], bulkLines)) file.push(JSON.stringify({ email, csr: await makeCsr(name) }));
const bulk = await createBulkJob(services, benchActor, { operation: 'issue', agencyId: other.id, fileName: 'bench.jsonl', bytes: Buffer.from(file.join('\n')) });
await until(async () => (await getBulkJob(services.db, benchActor, bulk.id)).state === 'checked');
await services.db.raw('vacuum analyze');
const { contentHash: bulkHash } = await getBulkJob(services.db, benchActor, bulk.id);
await decideBulk(services, examiner, bulk.id, { decision: 'approve', contentHash: bulkHash! });
const bulkFrom = performance.now();
const beforeBulk = processorTime();
await decideBulk(services, approver, bulk.id, { decision: 'approve', contentHash: bulkHash! });
await until(async () => (await services.db('bulk_jobs').where({ id: bulk.id, state: 'finished' }).first('id')) !== undefined);
const bulkRate = bulkLines / ((performance.now() - bulkFrom) / 1000);
const usedByBulk = processorTimeSince(beforeBulk);

const planFrom = performance.now();
const { id } = await planReorganisation(services, author, {
  title: 'Sắp xếp', legalBasis: 'Nghị quyết', actions: [{ type: 'merge-into-new', agencies: ['H05.90', 'H05.91', 'H05.92'], into: { code: 'H05.93', name: 'Xã Chung' } }],
});
const planSeconds = (performance.now() - planFrom) / 1000;
const plan = await getReorganisation(services.db, author, id);
if (plan.lines !== certificates) throw new Error(`the plan has ${plan.lines} lines for ${certificates} certificates`);

await decideReorganisation(services, examiner, id, { decision: 'approve', contentHash: plan.contentHash });
const runFrom = performance.now();
const beforeRun = processorTime();
await decideReorganisation(services, approver, id, { decision: 'approve', contentHash: plan.contentHash });
await until(async () => (await services.db('reorganisations').where({ id }).whereNotNull('appliedAt').first('id')) !== undefined);
const applySeconds = (performance.now() - runFrom) / 1000;
await until(async () => (await services.db('bulk_jobs').where({ id: plan.bulkId, state: 'finished' }).first('id')) !== undefined);
const runSeconds = (performance.now() - runFrom) / 1000;
const usedByRun = processorTimeSince(beforeRun);
const done = await getReorganisation(services.db, author, id);
const stepEnds = (await services.db('audit_entries').whereIn('action', ['reorganisation.step', 'reorganisation.applied']).where({ subjectId: id }).orderBy('sequence').pluck('at') as Date[]).map((at) => at.getTime());
const longestStep = Math.max(...stepEnds.slice(1).map((at, i) => at - stepEnds[i]!));
if (done.counts.done !== certificates) throw new Error(`${done.counts.done} of ${certificates} lines are done: ${JSON.stringify(done.counts)}`);

report(`Three agencies with ${certificates.toLocaleString('en-US')} certificates and as many people merge into a new body, P-256, durable, with audit, events, links and mails queued`, [
  ['the plan', `${planSeconds.toFixed(1)} s (goal below 10 s)`],
  ['the registers made new', `${applySeconds.toFixed(1)} s in ${stepEnds.length} steps, the longest ${longestStep} ms`],
  ['the whole run', `${runSeconds.toFixed(1)} s   ${perSecond(certificates / runSeconds)}`],
  ['processor time for each certificate', timeFor(usedByRun, certificates)],
  [`a bulk job of ${bulkLines.toLocaleString('en-US')} lines that issues`, perSecond(bulkRate)],
  ['processor time for each line', timeFor(usedByBulk, bulkLines)],
  ['ratio', `${(certificates / runSeconds / bulkRate).toFixed(2)} (goal 0.5)`],
]);
await bench.end();
