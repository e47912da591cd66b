import { createHash } from 'node:crypto';
import { buildSignedData } from '../../pki/cms/build.ts';
import { VerifyClient, type BatchLine } from '../../scripts/verify-client.ts';
import { verificationBatchTasks } from '../../src/verification-batches/tasks.ts';
import { stopVerificationWorkers } from '../../src/verification/workers.ts';
import { apiKeyFor, atEnd, testApp, testServices, type TestServices } from '../database.ts';
import { SignedResults, type Official } from '../signed-results.ts';

let services: TestServices;
let official: Official;
let pdf: Blob;
let client: VerifyClient;

beforeAll(async () => {
  services = await testServices();
  const results = await SignedResults.found(services);
  official = await results.official();
  pdf = new Blob([Buffer.from(await results.sign(official))]);
  client = new VerifyClient(await testApp(services), await apiKeyFor(services, 'verifier'));
  atEnd(stopVerificationWorkers);
}, 60_000);

test('a document, and the receipt of its answer', async () => {
  const answer = await client.verify(pdf, { name: 'ket-qua.pdf', policy: 'strict' });
  expect(answer).toMatchObject({ conclusion: { indication: 'TOTAL-PASSED' }, signatures: [{ signer: { commonName: 'Nguyễn Văn A' } }], missing: [] });
  expect(await client.checkReceipt(answer.receipt!)).toMatchObject({ genuine: true, statement: { id: answer.id } });
});

test('a digest of a document that stays at home', async () => {
  const digest = createHash('sha256').update('at home').digest();
  const signature = await buildSignedData({ digest, signer: official.signer, certificate: official.certificate, certificates: [], signingTime: services.now() });
  expect((await client.verifyDigest({ algorithm: 'SHA-256', value: digest.toString('hex') }, signature)).conclusion.indication).toBe('TOTAL-PASSED');
});

test('a batch, file by file', async () => {
  const lines: BatchLine[] = [];
  let done = false;
  const work = (async () => { while (!done) await services.runJobs(verificationBatchTasks); })();
  for await (const line of client.verifyBatch([{ name: 'a.pdf', blob: pdf }, { name: 'b.txt', blob: new Blob(['b']) }], {}, 50)) lines.push(line);
  done = true;
  await work;
  expect(lines.map((line) => ('answer' in line ? line.answer.conclusion.indication : line.problem.type))).toEqual(['TOTAL-PASSED', 'urn:antin:problem:document-unreadable']);
});

test('a refusal has its code', async () => {
  await expect(client.verify(new Blob(['a letter']))).rejects.toMatchObject({ code: 'document-unreadable', status: 422 });
  await expect(client.verify(pdf, { validationTime: '2030-01-01T00:00:00Z' })).rejects.toMatchObject({ code: 'invalid-fields' });
});
