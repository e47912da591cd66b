import { parseCertificate } from '../../../pki/certificate/parse.ts';
import { parseCrl } from '../../../pki/crl/parse.ts';
import { revokeCertificate } from '../../../src/certificates/revoke.ts';
import { latestCrlFor } from '../../../src/crl/find.ts';
import { publishCrl, publishDueCrls } from '../../../src/crl/publish.ts';
import { findLatestByLabel } from '../../../src/crl/store.ts';
import { crlTasks } from '../../../src/crl/tasks.ts';
import { issueForTest, officialOrder, testActor, testAuthorities } from '../../authorities.ts';
import { testServices, atEnd, type TestServices } from '../../database.ts';
import { opensslFolder } from '../../openssl.ts';

let services: TestServices;
let authorities: Awaited<ReturnType<typeof testAuthorities>>;
beforeAll(async () => {
  services = await testServices();
  authorities = await testAuthorities(services);
});

const derOf = async (id: string): Promise<Buffer> => (await services.db('certificates').where({ id }).first('der')).der;
// from the database: what is served follows it by the time of a notice
const fetchCrl = async (label: string): Promise<Buffer> => Buffer.from((await findLatestByLabel(services.db, label))!.der);
const latest = async () => parseCrl(await fetchCrl(authorities.issuing.label));

test('both CAs have a first CRL from the start, number 1 and empty', async () => {
  for (const { label } of [authorities.root, authorities.issuing]) {
    const crl = parseCrl(await fetchCrl(label));
    expect([crl.crlNumber, crl.entryCount]).toEqual([1n, 0]);
  }
});

test('openssl verify -crl_check accepts a good certificate and refuses it once revoked', async () => {
  const folder = await opensslFolder();
  atEnd(folder.remove);
  const { certificateId, der } = await issueForTest(services);
  await folder.writePem('root.pem', 'CERTIFICATE', await derOf(authorities.root.certificateId));
  await folder.writePem('ca.pem', 'CERTIFICATE', await derOf(authorities.issuing.certificateId));
  await folder.writePem('leaf.pem', 'CERTIFICATE', der);
  const at = String(Math.floor(services.now().getTime() / 1000));
  const verify = async () => {
    await folder.writePem('crls.pem', 'X509 CRL', await fetchCrl(authorities.root.label), await fetchCrl(authorities.issuing.label));
    return folder.openssl('verify', '-attime', at, '-crl_check_all', '-CRLfile', 'crls.pem', '-CAfile', 'root.pem', '-untrusted', 'ca.pem', 'leaf.pem');
  };
  expect(await verify()).toMatchObject({ code: 0, output: expect.stringContaining('leaf.pem: OK') });

  await revokeCertificate(services, testActor, { certificateId, reason: 'superseded' });
  await publishCrl(services, testActor, authorities.issuing.generationId);
  const refused = await verify();
  expect(refused.output).toContain('certificate revoked');
  expect(refused.code).not.toBe(0);
});

test.each(['keyCompromise', 'cACompromise'] as const)('%s publishes a new CRL at once', async (reason) => {
  const { certificateId, der } = await issueForTest(services);
  const before = await latest();
  await revokeCertificate(services, testActor, { certificateId, reason });
  await services.runJobs(crlTasks);
  const after = await latest();
  expect(after.crlNumber).toBe(before.crlNumber! + 1n);
  expect(after.find(parseCertificate(der).serialNumber)).toMatchObject({ reason, revokedAt: services.now() });
});

test('another reason waits for the schedule', async () => {
  const { certificateId } = await issueForTest(services);
  const before = await latest();
  await revokeCertificate(services, testActor, { certificateId, reason: 'cessationOfOperation' });
  await services.runJobs(crlTasks);
  expect((await latest()).crlNumber).toBe(before.crlNumber);
});

test('a revocation that is rolled back publishes nothing', async () => {
  const { certificateId } = await issueForTest(services);
  const before = await latest();
  const { revokeInTransaction } = await import('../../../src/certificates/revoke.ts');
  await expect(services.db.transaction(async (tx) => {
    await revokeInTransaction(services, tx, testActor, { certificateId, reason: 'keyCompromise' });
    throw new Error('no');
  })).rejects.toThrow('no');
  await services.runJobs(crlTasks);
  expect((await latest()).crlNumber).toBe(before.crlNumber);
});

test('six publishers at once take six numbers in a row, each used once', async () => {
  const { generationId } = authorities.issuing;
  const first = (await latest()).crlNumber!;
  await Promise.all(Array.from({ length: 6 }, () => publishCrl(services, testActor, generationId)));
  const numbers = await services.db('crls').where({ generationId }).orderBy('number').pluck('number');
  expect(numbers).toEqual(Array.from({ length: numbers.length }, (_, i) => i + 1));
  expect((await latest()).crlNumber).toBe(first + 6n);
});

test('what is due is published, once per interval, and every past CRL is kept', async () => {
  const before = await services.db('crls').where({ generationId: authorities.root.generationId }).pluck('number');
  expect(await publishDueCrls(services)).toEqual([]);
  services.clock.advance({ days: 1 });
  expect((await publishDueCrls(services)).map(({ generationId }) => generationId).toSorted())
    .toEqual([authorities.root.generationId, authorities.issuing.generationId].toSorted());
  expect(await publishDueCrls(services)).toEqual([]);
  expect(await services.db('crls').where({ generationId: authorities.root.generationId }).pluck('number')).toHaveLength(before.length + 1);
});

test('an expired certificate stays listed for one scheduled CRL past its end (RFC 5280 §3.3)', async () => {
  const { certificateId, der } = await issueForTest(services, officialOrder({ days: 1 }));
  const serial = parseCertificate(der).serialNumber;
  const { generationId } = authorities.issuing;
  await revokeCertificate(services, testActor, { certificateId, reason: 'superseded' });
  const listed = async () => ((await publishCrl(services, testActor, generationId)), (await latest()).find(serial) !== undefined);
  expect(await listed()).toBe(true);
  services.clock.advance({ days: 2 });
  // the scheduled CRL before this one was from before the end
  expect(await listed()).toBe(true);
  services.clock.advance({ days: 1 });
  expect(await listed()).toBe(false);
});

test('a CRL out of turn does not count as the scheduled one', async () => {
  const { certificateId, der } = await issueForTest(services, officialOrder({ days: 1 }));
  const { generationId } = authorities.issuing;
  await revokeCertificate(services, testActor, { certificateId, reason: 'superseded' });
  await publishCrl(services, testActor, generationId);
  services.clock.advance({ days: 2 });
  await publishCrl(services, testActor, generationId, false);
  services.clock.advance({ days: 1 });
  await publishCrl(services, testActor, generationId);
  expect((await latest()).find(parseCertificate(der).serialNumber)).toBeDefined();
});

test('as evidence the newest CRL of a CA is found by name and key', async () => {
  const ca = parseCertificate(await derOf(authorities.issuing.certificateId));
  expect(Buffer.from((await latestCrlFor(services, ca))!)).toEqual(await fetchCrl(authorities.issuing.label));
});
