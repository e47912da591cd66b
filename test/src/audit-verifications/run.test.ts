import { askVerification, isStalled } from '../../../src/audit-verifications/ask.ts';
import { followVerification, latestVerification } from '../../../src/audit-verifications/find.ts';
import { auditVerificationTasks, runVerification } from '../../../src/audit-verifications/run.ts';
import { recordAudits } from '../../../src/audit/record.ts';
import { sealAudit } from '../../../src/audit/seal.ts';
import { verifyAudit } from '../../../src/audit/verify.ts';
import { testActor } from '../../authorities.ts';
import { actorFor, testServices } from '../../database.ts';

const services = await testServices();
const auditor = await actorFor(services, 'auditor');

async function write(entries: number): Promise<void> {
  await services.db.transaction((tx) => recordAudits(tx, testActor, Array.from({ length: entries }, (_, i) => ({ action: 'thing.changed', subject: { type: 'thing', id: String(i) }, change: { before: null, after: { i } } }))));
}

test('two who ask at once get one verification; who asks after it is finished gets another', async () => {
  await write(10);
  await sealAudit(services);
  const [one, two] = await Promise.all([askVerification(services, auditor), askVerification(services, auditor)]);
  expect(two.id).toBe(one.id);
  await services.runJobs(auditVerificationTasks);
  const latest = await latestVerification(services);
  expect(latest).toMatchObject({ id: one.id, askedName: auditor.name, done: one.total, verdict: { intact: true, seals: 1, faults: [] } });
  services.clock.advance({ seconds: 1 });
  expect((await askVerification(services, auditor)).id).not.toBe(one.id);
  const entries = (await services.db('audit_entries').where({ subjectType: 'audit-verification', subjectId: one.id }).orderBy('sequence').select('action', 'actorKind')) as object[];
  expect(entries).toEqual([{ action: 'audit-verification.asked', actorKind: 'operator' }, { action: 'audit-verification.finished', actorKind: 'system' }]);
  await services.runJobs(auditVerificationTasks);
});

test('one whose node died does not keep others from asking, and is taken up once', async () => {
  services.clock.advance({ minutes: 1 });
  const lost = await askVerification(services, auditor);
  services.clock.advance({ minutes: 6 });
  expect(isStalled(lost, services.now())).toBe(true);
  const next = await askVerification(services, auditor);
  expect(next.id).not.toBe(lost.id);
  await services.runJobs(auditVerificationTasks);
  await runVerification(services, lost.id);
  expect(await services.db('audit_verifications').whereNull('finishedAt')).toHaveLength(0);
  expect(await services.db('audit_entries').where({ action: 'audit-verification.finished', subjectId: lost.id })).toHaveLength(1);
});

test('whoever looks on is told how far it is, until it is finished', async () => {
  services.clock.advance({ minutes: 1 });
  const { id, total } = await askVerification(services, auditor);
  const seen: number[] = [];
  for await (const { done } of followVerification(services, id, new AbortController().signal)) {
    seen.push(done);
    if (seen.length === 1) await services.runJobs(auditVerificationTasks);
  }
  expect([seen[0], seen.at(-1)]).toEqual([0, total]);
});

test('a long trail is told of on the way', async () => {
  await write(5_000);
  const told: number[] = [];
  const { unsealedEntries } = await verifyAudit(services, async (sequence) => void told.push(sequence));
  expect(unsealedEntries).toBeGreaterThan(5_000 - 1);
  expect(told.length).toBeGreaterThan(2);
  expect(told).toEqual(told.toSorted((a, b) => a - b));
});

test('what nobody asked for is left alone', async () => {
  await runVerification(services, '00000000-0000-4000-8000-000000000000');
  const gone: number[] = [];
  for await (const { done } of followVerification(services, '00000000-0000-4000-8000-000000000000', new AbortController().signal)) gone.push(done);
  expect(gone).toEqual([]);
});
