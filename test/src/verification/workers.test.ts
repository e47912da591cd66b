import { createHash } from 'node:crypto';
import { buildSignedData } from '../../../pki/cms/build.ts';
import { parseCertificate, serialHex } from '../../../pki/certificate/parse.ts';
import { buildCertId } from '../../../pki/ocsp/cert-id.ts';
import { buildOcspRequest } from '../../../pki/ocsp/request.ts';
import { parseOcspResponse } from '../../../pki/ocsp/response.ts';
import { problemOf } from '../../../src/http/problem-json.ts';
import type { GatheredEvidence } from '../../../src/verification/decide.worker.ts';
import { judgeInWorker, queueLimits, stopVerificationWorkers } from '../../../src/verification/workers.ts';
import { verifyDocument } from '../../../src/verification/verify.ts';
import type { Actor } from '../../../src/services.ts';
import { extremes } from '../../../scripts/fuzz/extremes.ts';
import { actorFor, apiKeyFor, atEnd, testApp, testServices, type TestServices } from '../../database.ts';
import { SignedResults, type Official } from '../../signed-results.ts';

let services: TestServices;
let official: Official;
let actor: Actor;
const content = Buffer.from('Kết quả giải quyết thủ tục hành chính');

beforeAll(async () => {
  services = await testServices();
  official = await (await SignedResults.found(services)).official();
  actor = await actorFor(services, 'verifier');
  atEnd(stopVerificationWorkers);
}, 60_000);

function cms(attached: boolean): Promise<Uint8Array> {
  const { signer, certificate } = official;
  return buildSignedData({
    ...(attached ? { content } : {}), digest: createHash('sha256').update(content).digest(), signer, certificate, certificates: [], signingTime: services.now(),
  });
}

test.each([
  ['attached, alone', true, undefined, 'TOTAL-PASSED', null],
  ['detached, with its content', false, content, 'TOTAL-PASSED', null],
  ['detached, with another content', false, Buffer.from('another'), 'TOTAL-FAILED', 'HASH_FAILURE'],
  ['detached, without content', false, undefined, 'INDETERMINATE', 'SIGNED_DATA_NOT_FOUND'],
  ['attached, with a content beside it', true, content, 'TOTAL-FAILED', 'FORMAT_FAILURE'],
])('a CMS %s', async (_case, attached, beside, indication, subIndication) => {
  const answer = await verifyDocument(services, actor, { name: 'x.p7s', file: await cms(attached), content: beside });
  expect(answer.conclusion).toEqual({ indication, subIndication });
  expect(answer.document.format).toBe('CMS');
});

test('evidence that does not come in time ends the task, not the service', async () => {
  const task = { file: await cms(true), content: undefined, validationTime: services.now(), policy: 'public-service' as const, anchors: [] };
  const never = new Promise<never>(() => undefined);
  await expect(judgeInWorker(task, () => never, 300)).rejects.toMatchObject({ code: 'took-too-long' });
  const nothing = { certificates: [], crls: [], ocspResponses: [], gatheredAt: services.now(), knownSince: undefined };
  const { report } = await judgeInWorker(task, () => Promise.resolve(nothing));
  expect(report.conclusion).toEqual({ indication: 'INDETERMINATE', subIndication: 'NO_CERTIFICATE_CHAIN_FOUND' });
});

/** How many tasks are with a worker or wait for one now, each held until it is let go. */
async function holdAll(task: Parameters<typeof judgeInWorker>[0]): Promise<{ refused: unknown[]; letGo: () => Promise<unknown[]> }> {
  let answer: (found: GatheredEvidence) => void = () => undefined;
  const held = new Promise<GatheredEvidence>((done) => { answer = done; });
  const refused: unknown[] = [];
  const running: Promise<unknown>[] = [];
  while (refused.length === 0) {
    running.push(judgeInWorker(task, () => held, 120_000).then(({ report }) => report.conclusion.indication, (error: unknown) => void refused.push(error)));
    await new Promise((next) => { setImmediate(next); });
  }
  return {
    refused,
    letGo: () => {
      answer({ certificates: [], crls: [], ocspResponses: [], gatheredAt: services.now(), knownSince: undefined });
      return Promise.all(running);
    },
  };
}

/** What the service's OCSP says of the official's certificate. */
async function ocspStatus(base: string): Promise<string> {
  const { issuer } = await services.db('certificates as c').join('authority_generations as g', 'g.id', 'c.generation_id').join('certificates as i', 'i.id', 'g.certificate_id')
    .where('c.id', official.certificateId).first('i.der as issuer') as { issuer: Uint8Array };
  const certId = buildCertId({ issuer: parseCertificate(issuer), serialNumber: Buffer.from(serialHex(official.certificate.serialNumber), 'hex'), digest: 'sha256' });
  const answer = await fetch(`${base}/ocsp`, { method: 'POST', headers: { 'content-type': 'application/ocsp-request' }, body: Buffer.from(buildOcspRequest({ certIds: [certId] })) });
  return parseOcspResponse(new Uint8Array(await answer.arrayBuffer())).responses[0]!.status.status;
}

test('with every worker held and the queue full, OCSP answers, and the next document is told to come back', async () => {
  const base = await testApp(services);
  const task = { file: await cms(true), content: undefined, validationTime: services.now(), policy: 'public-service' as const, anchors: [] };
  const { refused, letGo } = await holdAll(task);
  expect(refused).toMatchObject([{ code: 'too-many-requests', facts: { retryAfterSeconds: 5 } }]);
  for (let n = 0; n < 5; n++) expect(await ocspStatus(base)).toBe('good');
  const form = new FormData();
  form.set('file', new Blob([Buffer.from(task.file)]), 'x.p7s');
  const told = await fetch(`${base}/api/v1/verifications`, { method: 'POST', body: form, headers: { authorization: `Bearer ${await apiKeyFor(services, 'verifier')}` } });
  expect([told.status, told.headers.get('retry-after')]).toEqual([429, '5']);
  const ended = await letGo();
  expect(ended.length).toBeGreaterThan(queueLimits.tasks);
  expect((await verifyDocument(services, actor, { name: 'x.p7s', file: task.file })).conclusion.indication).toBe('TOTAL-PASSED');
}, 120_000);

test('files made to cost as much as they can, all at once over the API: each is answered or refused, and OCSP answers all the while', async () => {
  const base = await testApp(services);
  const key = await apiKeyFor(services, 'verifier');
  const order = { signer: official.signer, certificate: official.certificate, chain: [], signingTime: services.now(), contentsBytes: 4_096 };
  const status = (): Promise<string> => ocspStatus(base);
  const send = async (make: (typeof extremes)[string]): Promise<number> => {
    const form = new FormData();
    form.set('file', new Blob([Buffer.from(await make(order))]), 'x');
    return (await fetch(`${base}/api/v1/verifications`, { method: 'POST', body: form, headers: { authorization: `Bearer ${key}` } })).status;
  };
  let open = true;
  const sent = Promise.all(Object.values(extremes).map(send)).finally(() => { open = false; });
  let answered = 0;
  while (open) {
    expect(await status()).toBe('good');
    answered++;
  }
  // judged, refused as what it is or for the time it takes beside others, or told to come back for too much waits
  for (const code of await sent) expect([200, 422, 429, 504]).toContain(code);
  expect(answered).toBeGreaterThan(10);
  expect((await verifyDocument(services, actor, { name: 'x.p7s', file: await cms(true) })).conclusion.indication).toBe('TOTAL-PASSED');
}, 300_000);

test('documents that wait are bounded in bytes as well', async () => {
  const [first, second] = [Buffer.alloc(queueLimits.bytes), Buffer.alloc(1)];
  const nothing = { certificates: [], crls: [], ocspResponses: [], gatheredAt: services.now(), knownSince: undefined };
  const judge = (file: Uint8Array): Promise<unknown> =>
    judgeInWorker({ file, content: undefined, validationTime: services.now(), policy: 'public-service', anchors: [] }, () => Promise.resolve(nothing)).catch((error: unknown) => error);
  const large = judge(first);
  expect(await judge(second)).toMatchObject({ code: 'too-many-requests' });
  expect(await large).toMatchObject({ code: 'document-unreadable' });
  expect(await judge(second)).toMatchObject({ code: 'document-unreadable' });
});

test('a fault in a worker is the service\'s own, and the next document is judged', async () => {
  const task = { file: await cms(true), content: undefined, validationTime: services.now(), policy: 'none of ours' as 'strict', anchors: [] };
  const failed = await judgeInWorker(task, () => new Promise<never>(() => undefined)).catch((error: unknown) => error);
  expect(problemOf(failed).code).toBe('internal-error');
  expect((await verifyDocument(services, actor, { name: 'x.p7s', file: task.file })).conclusion.indication).toBe('TOTAL-PASSED');
});

test('what waits behind documents that were given up is judged next, without another caller', async () => {
  const task = { file: await cms(true), content: undefined, validationTime: services.now(), policy: 'public-service' as const, anchors: [] };
  // more than there are workers on any machine
  const stuck = Array.from({ length: 5 }, () => judgeInWorker(task, () => new Promise<never>(() => undefined), 500).catch((error: unknown) => problemOf(error).code));
  const nothing = { certificates: [], crls: [], ocspResponses: [], gatheredAt: services.now(), knownSince: undefined };
  const waiting = judgeInWorker(task, () => Promise.resolve(nothing), 60_000);
  expect(await Promise.all(stuck)).toEqual(stuck.map(() => 'took-too-long'));
  expect((await waiting).report.conclusion.indication).toBe('INDETERMINATE');
}, 90_000);

test('a worker that runs out of memory ends its document alone, long before its time is up, and the pool goes on', async () => {
  const { db } = services;
  const { der } = await db('certificates').where({ id: official.certificateId }).first('der') as { der: Uint8Array };
  const anchor = { certificate: new Uint8Array(der), domain: 'Antin', scope: 'any' as const, trustedFrom: services.now(), trustedUntil: undefined };
  // each becomes an object of its own in the heap of the worker, where one reference is sent
  const heavy = { ...anchor, ...Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`k${n}`, n])) };
  const task = { file: await cms(true), content: undefined, validationTime: services.now(), policy: 'public-service' as const, anchors: Array.from<typeof anchor>({ length: 1_200_000 }).fill(heavy) };
  const judged = judgeInWorker(task, () => new Promise<never>(() => undefined), 600_000).catch((error: unknown) => problemOf(error).code);
  expect(await judged).toBe('took-too-long');
  expect((await verifyDocument(services, actor, { name: 'x.p7s', file: task.file })).conclusion.indication).toBe('TOTAL-PASSED');
}, 180_000);
