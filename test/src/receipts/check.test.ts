import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { makeResultPdf } from '../../../scripts/make-result-pdf.ts';
import { checkReceipt } from '../../../src/receipts/check.ts';
import { ensureReceiptUnit } from '../../../src/receipts/unit.ts';
import type { Answer } from '../../../src/verification/answer.ts';
import { verifyDocument } from '../../../src/verification/verify.ts';
import { stopVerificationWorkers } from '../../../src/verification/workers.ts';
import { buildSignedData } from '../../../pki/cms/build.ts';
import { parseCertificate } from '../../../pki/certificate/parse.ts';
import { testActor } from '../../authorities.ts';
import { actorFor, atEnd, testApp, testServices, type TestServices } from '../../database.ts';
import { opensslFolder } from '../../openssl.ts';
import { SignedResults } from '../../signed-results.ts';

let services: TestServices;
let results: SignedResults;
let base: string;
let answer: Answer;
const bytesOf = ({ receipt }: Answer): Buffer => Buffer.from(receipt ?? '', 'base64');

beforeAll(async () => {
  services = await testServices();
  results = await SignedResults.found(services);
  base = await testApp(services);
  answer = await verifyDocument(services, await actorFor(services, 'verifier', 'H01'), { name: 'ket-qua.pdf', file: await results.sign(await results.official()) });
  atEnd(stopVerificationWorkers);
}, 60_000);

test('a receipt says what was answered about which digest, on which evidence, and no name', async () => {
  const { genuine, statement } = await checkReceipt(services, bytesOf(answer));
  expect(genuine).toBe(true);
  expect(statement).toMatchObject({
    type: 'urn:antin:receipt:1', issuer: 'http://pki.test', id: answer.id, verifiedAt: answer.verifiedAt.toISOString(), policy: 'public-service',
    document: { digest: answer.document.digest, size: answer.document.size }, conclusion: { indication: 'TOTAL-PASSED', subIndication: null },
  });
  expect((statement!['evidence'] as unknown[]).length).toBeGreaterThan(2);
  expect(JSON.stringify(statement)).not.toMatch(/Nguyễn|ket-qua/);
});

test('openssl checks it by the root alone, years later', async () => {
  const { openssl, write, writePem, path, remove } = await opensslFolder();
  atEnd(remove);
  const root = (await services.db('certificates').where({ profile: 'root-ca' }).first('der') as { der: Uint8Array }).der;
  const [receipt, ca] = await Promise.all([write('receipt.p7m', bytesOf(answer)), writePem('root.pem', 'CERTIFICATE', root)]);
  const said = await openssl('cms', '-verify', '-inform', 'DER', '-in', receipt, '-CAfile', ca, '-purpose', 'any', '-attime', '1900000000', '-binary', '-out', path('statement'));
  expect(said).toMatchObject({ code: 0 });
  expect(JSON.parse(await readFile(path('statement'), 'utf8'))).toMatchObject({ id: answer.id });
});

test('whoever knows the id reads it, as JSON or as the signed bytes; nobody learns who asked', async () => {
  const at = `${base}/api/v1/verifications/${answer.id}/receipt`;
  const told = await fetch(at);
  expect(told.headers.get('ratelimit')).toMatch(/^"anyone";r=\d+;t=\d+$/);
  const body = await told.json() as Record<string, unknown>;
  expect(body).toMatchObject({ id: answer.id, conclusion: { indication: 'TOTAL-PASSED' }, receipt: answer.receipt });
  expect(Object.keys(body).toSorted()).toEqual(['conclusion', 'document', 'evidence', 'id', 'policy', 'receipt', 'signatures', 'validationTime', 'verifiedAt']);
  const signed = await fetch(at, { headers: { accept: 'application/pkcs7-mime' } });
  expect(Buffer.from(await signed.arrayBuffer()).equals(bytesOf(answer))).toBe(true);
  expect((await fetch(`${base}/api/v1/verifications/00000000-0000-4000-8000-000000000000/receipt`)).status).toBe(404);
  expect((await fetch(`${base}/api/v1/verifications/1/receipt`)).status).toBe(422);
});

async function check(receipt: string): Promise<{ status: number; body: Record<string, unknown> }> {
  const told = await fetch(`${base}/api/v1/verifications/receipt-checks`, { method: 'POST', body: JSON.stringify({ receipt }), headers: { 'content-type': 'application/json' } });
  return { status: told.status, body: await told.json() as Record<string, unknown> };
}

test('a changed receipt, one of another key, and what is no receipt', async () => {
  expect(await check(answer.receipt!)).toMatchObject({ status: 200, body: { genuine: true, fault: null, statement: { id: answer.id } } });
  const changed = bytesOf(answer);
  changed[changed.indexOf('TOTAL-PASSED') + 6] = 0x46;
  expect((await check(changed.toString('base64'))).body).toEqual({ genuine: false, fault: 'signature-broken', statement: null });
  const official = await results.official();
  const content = Buffer.from(JSON.stringify({ type: 'urn:antin:receipt:1', id: answer.id }));
  const forged = await buildSignedData({ content, digest: createHash('sha256').update(content).digest(), signer: official.signer, certificate: official.certificate, certificates: [] });
  expect((await check(Buffer.from(forged).toString('base64'))).body).toMatchObject({ genuine: false, fault: 'not-ours' });
  expect((await check('aGVsbG8=')).status).toBe(422);
  expect((await check('not base64')).status).toBe(422);
});

test('signed by our key and not in our records: not genuine', async () => {
  const unit = await services.db('receipt_units').first('keyId') as { keyId: string };
  const der = (await services.db('certificates').where({ profile: 'receipt-signing' }).first('der') as { der: Uint8Array }).der;
  const content = Buffer.from(JSON.stringify({ type: 'urn:antin:receipt:1', id: '00000000-0000-4000-8000-000000000000' }));
  const stolen = await buildSignedData({
    content, digest: createHash('sha256').update(content).digest(), signer: await services.keystore.signerOf(unit.keyId), certificate: parseCertificate(der), certificates: [],
  });
  expect(await checkReceipt(services, stolen)).toMatchObject({ genuine: false, fault: 'not-in-our-records' });
});

test('a key signs for a year, and what it signed is still checked', async () => {
  expect(await ensureReceiptUnit(services, testActor)).toBe(false);
  services.clock.advance({ days: 366 });
  expect(await Promise.all([ensureReceiptUnit(services, testActor), ensureReceiptUnit(services, testActor)])).toContain(true);
  expect(await services.db('receipt_units').pluck('key_id')).toHaveLength(2);
  expect((await checkReceipt(services, bytesOf(answer))).genuine).toBe(true);
});

test('without an authority of ours an answer is given all the same, unsigned', async () => {
  const bare = await testServices();
  const told = await verifyDocument(bare, await actorFor(bare, 'verifier', 'H01'), { name: 'x.pdf', file: await makeResultPdf() });
  expect(told.receipt).toBeNull();
});
