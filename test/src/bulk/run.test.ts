import { tasks } from '../../../src/app.ts';
import { createBulkJob } from '../../../src/bulk/create.ts';
import { decideBulk } from '../../../src/bulk/decide.ts';
import { getBulkJob, writeBulkResults } from '../../../src/bulk/show.ts';
import { changeOfficial } from '../../../src/officials/register.ts';
import { submitRequest } from '../../../src/requests/submit.ts';
import { csrFor, newKey, requestWorld } from '../requests/people.ts';
import { row, xlsx } from '../workbook/rows.ts';
import { approved, checked, issueRows, jsonLines, lines, reader, worked } from './files.ts';

const world = await requestWorld();
const { services, people } = world;

test('a file of certificates is issued with one bad line named and the good ones done', async () => {
  const { rows, officials } = await issueRows(world, 3);
  const job = await worked(world, 'issue', [rows[0]!, { email: 'nobody@nowhere.gov.vn', csr: rows[0]!.csr! }, rows[1]!, { email: rows[2]!.email!, csr: 'AAAA' }]);
  expect(job).toMatchObject({ state: 'finished', counts: { done: 2, refused: 2, failed: 0, prepared: 0 } });
  expect(job.rate).toBeGreaterThan(0);
  const told = await lines(services, job.id);
  expect(told.map(({ line, state, problem }) => [line, state, problem?.code ?? null])).toEqual([
    [1, 'done', null], [2, 'refused', 'invalid-fields'], [3, 'done', null], [4, 'refused', 'csr-malformed']]);
  const made = await services.db('certificates').where({ id: told[0]!.newCertificateId }).first('state', 'officialId', 'agencyPath', 'profile');
  expect(made).toEqual({ state: 'issued', officialId: officials[0]!.id, agencyPath: 'H05', profile: 'official-signing' });
  expect(await services.db('audit_entries').where({ requestId: `bulk:${job.id}`, action: 'certificate.issued' })).toHaveLength(2);
  expect(await services.db('audit_entries').where({ subjectId: job.id }).orderBy('sequence').pluck('action'))
    .toEqual(['bulk.submitted', 'bulk.checked', 'bulk.approve', 'bulk.approve', 'bulk.finished']);

  const again = await checked(world, 'issue', [rows[0]!, rows[1]!]);
  expect((await lines(services, again.id)).map(({ problem }) => problem?.code)).toEqual(['duplicate-request', 'duplicate-request']);
});

test('a file of renewals counts as single renewals do, and a second one is refused', async () => {
  const issued = await worked(world, 'issue', (await issueRows(world, 1)).rows);
  const first = (await lines(services, issued.id))[0]!.newCertificateId!;
  const renewed = await worked(world, 'renew', [{ certificateId: first, csr: await csrFor() }]);
  const second = (await lines(services, renewed.id))[0]!.newCertificateId!;
  expect(await services.db('certificates').where({ id: second }).first('replacesId', 'state')).toEqual({ replacesId: first, state: 'issued' });
  const third = await checked(world, 'renew', [{ certificateId: second, csr: await csrFor() }]);
  expect((await lines(services, third.id))[0]!.problem?.code).toBe('renewal-limit-reached');
  await expect(submitRequest(services, people.registrar, { kind: 'renew', certificateId: second, csr: await csrFor() })).rejects.toMatchObject({ code: 'renewal-limit-reached' });
});

test('a change of content takes the new name, and a file of revocations shows what the CRL gains', async () => {
  const keys = [newKey(), newKey()];
  const { officials, rows } = await issueRows(world, 2, keys);
  const certificates = (await lines(services, (await worked(world, 'issue', rows)).id)).map(({ newCertificateId }) => newCertificateId!);
  services.clock.advance({ minutes: 1 });
  await changeOfficial(services, people.registrar, officials[0]!.id, { name: 'Trần Thị Bình' });
  const change = await worked(world, 'change', [{ certificateId: certificates[0]!, csr: await csrFor(keys[0]) }]);
  const [changed] = await lines(services, change.id);
  expect(changed).toMatchObject({ state: 'done' });
  expect((await services.db('certificates').where({ id: changed!.newCertificateId }).first('subjectText')).subjectText).toContain('Trần Thị Bình');

  const serial = (await services.db('certificates').where({ id: certificates[1]! }).first('serialNumber')).serialNumber.toString('hex');
  const csv = `\uFEFFserialNumber;ground;note\r\n${serial};retired;"=cmd|' /C calc'!A0"\r\n${serial};retired;\r\nzz;retired;\r\n`;
  const revoke = await checked(world, 'revoke', Buffer.from(csv));
  expect(revoke.crl).toMatchObject({ entriesMore: 1 });
  await approved(world, revoke);
  await services.runJobs(tasks);
  expect((await lines(services, revoke.id)).map(({ state, problem }) => [state, problem?.code ?? null])).toEqual([['done', null], ['refused', 'duplicate-request'], ['refused', 'certificate-not-found']]);
  const stored = await services.db('revocations').where({ certificateId: certificates[1]! }).first('reason', 'ground', 'crlEntry');
  expect(stored).toMatchObject({ reason: 'cessationOfOperation', ground: 'retired' });
  expect(revoke.crl!.bytesMore).toBe(stored.crlEntry.length);
  const file = Buffer.from(await writeBulkResults(services.db, reader, revoke.id, 'csv')).toString();
  expect(file.split('\r\n')).toHaveLength(5);
});

test('what changed after the approval costs its own line, and a stopped job goes on', async () => {
  const { officials, rows } = await issueRows(world, 3);
  const job = await checked(world, 'issue', rows);
  await approved(world, job);
  await decideBulk(services, people.examiner, job.id, { decision: 'stop' });
  await services.runJobs(tasks);
  expect(await getBulkJob(services.db, reader, job.id)).toMatchObject({ state: 'stopped', counts: { ready: 3 } });
  services.clock.advance({ minutes: 1 });
  await changeOfficial(services, people.registrar, officials[1]!.id, { left: true });
  await decideBulk(services, people.examiner, job.id, { decision: 'resume' });
  await services.runJobs(tasks);
  expect((await lines(services, job.id)).map(({ state, problem }) => [state, problem?.facts['changed'] ?? null])).toEqual([['done', null], ['failed', 'official'], ['done', null]]);
});

test('lines that were tampered with after the approval are not worked on', async () => {
  const job = await checked(world, 'issue', (await issueRows(world, 2)).rows);
  await approved(world, job);
  await services.db('bulk_lines').where({ bulkId: job.id, line: 1 }).update({ days: 3000 });
  await services.runJobs(tasks);
  expect((await lines(services, job.id)).map(({ state, problem }) => [state, problem?.facts['changed'] ?? null])).toEqual([['failed', 'content'], ['done', null]]);
});

test('a job whose node has died is taken up by the clock', async () => {
  const job = await checked(world, 'issue', (await issueRows(world, 2)).rows);
  await approved(world, job);
  await services.db.raw(`delete from graphile_worker._private_jobs`);
  services.clock.advance({ minutes: 2 });
  await tasks.find(({ name }) => name === 'resume-bulk')!.run(services, {});
  expect(await getBulkJob(services.db, reader, job.id)).toMatchObject({ state: 'finished', counts: { done: 2 } });
});

test('the nineteen-column workbook, with the requests beside it: mistakes by row and column', async () => {
  const { officials, rows } = await issueRows(world, 2);
  const list = [row({ email: officials[0]!.email }), row({ email: 'x@bacninh.gov.vn', nationalId: '12' }), row({ email: officials[1]!.email, nationalId: '027185012346' })];
  const { id } = await createBulkJob(services, people.registrar, { operation: 'issue', agencyId: world.agencyId, fileName: 'list.xlsx', bytes: await xlsx(list), requests: jsonLines(rows) });
  await services.runJobs(tasks);
  const told = await lines(services, id);
  expect(told.map(({ state }) => state)).toEqual(['ready', 'refused', 'ready']);
  expect(told[1]!.problem).toMatchObject({ code: 'malformed-request', facts: { detail: { vi: expect.stringMatching(/^[A-S]: /) } } });
  await approved(world, await getBulkJob(services.db, reader, id));
  await services.runJobs(tasks);
  expect(await getBulkJob(services.db, reader, id)).toMatchObject({ state: 'finished', counts: { done: 2 } });

  const serials = (await lines(services, id)).flatMap(({ newSerialNumber }) => newSerialNumber ?? []);
  const ending = list.filter((_, i) => i !== 1).map((one, i) => ({ ...one, oldSerial: serials[i]! }));
  const revoke = await createBulkJob(services, people.registrar, { operation: 'revoke', agencyId: world.agencyId, fileName: 'list.xlsx', bytes: await xlsx(ending), ground: 'retired' });
  await services.runJobs(tasks);
  expect(await getBulkJob(services.db, reader, revoke.id)).toMatchObject({ counts: { ready: 2, refused: 0 }, crl: { entriesMore: 2 } });
});
