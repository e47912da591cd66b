import { randomUUID } from 'node:crypto';
import { createAgency } from '../../../src/agencies/create.ts';
import { changeOfficial } from '../../../src/officials/register.ts';
import type { BulkInput } from '../../../src/bulk/read.ts';
import type { BulkOrder } from '../../../src/bulk/create.ts';
import { runBulkJob } from '../../../src/bulk/run.ts';
import { writeBulkResults } from '../../../src/bulk/show.ts';
import { revokeCertificate } from '../../../src/certificates/revoke.ts';
import { issueForTest, officialOrder, testActor } from '../../authorities.ts';
import { csrFor, newKey, requestWorld } from '../requests/people.ts';
import { approved, checked, issueRows, lines, reader, worked } from './files.ts';

const world = await requestWorld();
const { services, people } = world;
const key = newKey();
const [taken, left, elsewhere] = [await world.newOfficial(), await world.newOfficial(), await world.newOfficial()];
const first = await worked(world, 'issue', [{ email: taken.email, csr: await csrFor(key) }]);
const certificateId = (await lines(services, first.id))[0]!.newCertificateId!;
services.clock.advance({ minutes: 1 });
await changeOfficial(services, people.registrar, left.id, { left: true });
const other = await createAgency(services, people.examiner, { code: 'H01.5', name: 'Sở Khác' });
await changeOfficial(services, people.examiner, elsewhere.id, { agencyId: other.id });
const outside = officialOrder({ holder: { agencyId: other.id, agencyPath: other.path, officialId: elsewhere.id } });
await issueForTest(services, outside);
const revoked = (await lines(services, (await worked(world, 'issue', (await issueRows(world, 1)).rows)).id))[0]!.newCertificateId!;
await revokeCertificate(services, testActor, { certificateId: revoked, reason: 'superseded' });
const csr = await csrFor();

test.each<[string, BulkOrder['operation'], BulkInput, string]>([
  ['nobody named', 'issue', { csr }, 'invalid-fields'],
  ['an official who is not in the register', 'issue', { officialId: randomUUID(), csr }, 'invalid-fields'],
  ['an id that is none', 'issue', { officialId: 'x', csr }, 'invalid-fields'],
  ['an official who has left', 'issue', { officialId: left.id, csr }, 'invalid-fields'],
  ['an official of another agency', 'issue', { email: elsewhere.email, csr }, 'outside-your-agency'],
  ['no request', 'issue', { email: taken.email }, 'invalid-fields'],
  ['a request that is none', 'issue', { email: taken.email, csr: 'AAAA' }, 'csr-malformed'],
  ['a request for another name', 'issue', { email: taken.email, csr: await csrFor(newKey(), [['CN', 'Ai đó']]) }, 'subject-mismatch'],
  ['a key of somebody else', 'issue', { officialId: (await world.newOfficial()).id, csr: await csrFor(key) }, 'key-used-by-another'],
  ['a profile of no subscriber', 'issue', { email: taken.email, profile: 'root-ca', csr }, 'invalid-fields'],
  ['a seal of an agency that is not there', 'issue', { agency: 'H05.999', profile: 'agency-seal', csr }, 'invalid-fields'],
  ['a service without a name', 'issue', { agency: 'H05', profile: 'service-tls-client', csr }, 'invalid-fields'],
  ['no certificate named', 'renew', { csr }, 'invalid-fields'],
  ['a certificate that is not there', 'renew', { certificateId: randomUUID(), csr }, 'certificate-not-found'],
  ['a certificate of another agency', 'renew', { certificateId: outside.certificateId, csr }, 'outside-your-agency'],
  ['a revoked certificate', 'renew', { certificateId: revoked, csr }, 'certificate-already-revoked'],
  ['a renewal with the old key', 'renew', { certificateId, csr: await csrFor(key) }, 'invalid-fields'],
  ['a revocation without a ground', 'revoke', { certificateId }, 'invalid-fields'],
  ['a ground nobody knows', 'revoke', { certificateId, ground: 'toString' }, 'invalid-fields'],
  ['a ground of another holder', 'revoke', { certificateId, ground: 'service-ceased' }, 'invalid-fields'],
  ['a date that is none', 'revoke', { certificateId, ground: 'retired', invalidityDate: 'hôm qua' }, 'invalid-fields'],
  ['a date in the future', 'revoke', { certificateId, ground: 'retired', invalidityDate: '2099-01-01' }, 'invalid-fields'],
  ['a transfer that does not say what it means', 'revoke', { certificateId, ground: 'position-changed' }, 'invalid-fields'],
  ['a transfer that means something else', 'revoke', { certificateId, ground: 'position-changed', transfer: 'change' }, 'invalid-fields'],
  ['a transfer where there is none', 'renew', { certificateId, csr, transfer: 'change' }, 'invalid-fields'],
])('a line with %s (%s) is refused, and only it', async (_case, operation, input, code) => {
  const good: BulkInput = operation === 'revoke' ? { certificateId, ground: 'retired' } : operation === 'renew' ? { certificateId, csr: await csrFor() } : { officialId: (await world.newOfficial()).id, csr: await csrFor() };
  const job = await checked(world, operation, [input, good]);
  expect((await lines(services, job.id)).map(({ state, problem }) => [state, problem?.code ?? null])).toEqual([['refused', code], ['ready', null]]);
});

test('a renewal outside its window, and after the end', async () => {
  const start = services.now();
  services.clock.advance({ days: 1_800 });
  const late = await checked(world, 'renew', [{ certificateId, csr: await csrFor() }]);
  expect((await lines(services, late.id))[0]!.problem?.code).toBe('renewal-not-open');
  services.clock.advance({ days: 100 });
  const expired = await checked(world, 'renew', [{ certificateId, csr: await csrFor() }]);
  expect((await lines(services, expired.id))[0]!.problem?.code).toBe('renewal-not-open');
  services.clock.set(start);
});

test('lines of people who work elsewhere now say whether the transfer means change or revocation, each or all at once', async () => {
  const unit = await createAgency(services, people.registrar, { code: 'H05.8', name: 'Sở Mới' });
  const { officials, rows } = await issueRows(world, 3);
  const certificates = (await lines(services, (await worked(world, 'issue', rows)).id)).map(({ newCertificateId }) => newCertificateId!);
  services.clock.advance({ minutes: 1 });
  for (const { id } of officials.slice(0, 2)) await changeOfficial(services, people.registrar, id, { agencyId: unit.id });
  const input = await Promise.all(certificates.map(async (id): Promise<BulkInput> => ({ certificateId: id, csr: await csrFor() })));
  // the third is in the same agency: nothing to say, and nothing to change
  const problems = (job: { id: string }) => lines(services, job.id).then((all) => all.map(({ state, problem }) => [state, (problem?.facts['errors'] as { pointer: string }[] | undefined)?.[0]?.pointer]));
  expect(await problems(await checked(world, 'change', [input[0]!, { ...input[1]!, transfer: 'change' }, input[2]!]))).toEqual([['refused', '/transfer'], ['ready', undefined], ['ready', undefined]]);
  expect(await problems(await checked(world, 'change', [{ ...input[0]!, transfer: 'revoke' }, ...input.slice(1)], { transfer: 'change' }))).toEqual([['refused', '/transfer'], ['ready', undefined], ['ready', undefined]]);
  const revocation = await checked(world, 'revoke', certificates.map((id) => ({ certificateId: id, ground: 'position-changed' })), { transfer: 'revoke' });
  expect(await problems(revocation)).toEqual(certificates.map(() => ['ready', undefined]));
  // what was said is kept with the line, and bound by the approvals
  expect((await lines(services, revocation.id)).map(({ transfer }) => transfer)).toEqual(['revoke', 'revoke', 'revoke']);
  const change = await checked(world, 'change', input, { transfer: 'change' });
  expect((await lines(services, change.id)).map(({ transfer }) => transfer)).toEqual(['change', 'change', null]);
  expect(Buffer.from(await writeBulkResults(services.db, reader, change.id, 'csv')).toString()).toMatch(/^\uFEFFline,.*,transfer\r\n1,ready,change,.*,change\r\n/);
  await services.db('bulk_lines').where({ bulkId: change.id, line: 1 }).update({ transfer: null });
  await approved(world, change);
  await expect(runBulkJob(services, change.id)).resolves.toBeUndefined();
  expect((await lines(services, change.id))[0]).toMatchObject({ state: 'failed', problem: { code: 'state-changed' } });
});
