import { createHash } from 'node:crypto';
import { buildSignedData } from '../../../pki/cms/build.ts';
import { judgeInWorker, stopVerificationWorkers } from '../../../src/verification/workers.ts';
import { verifyDocument } from '../../../src/verification/verify.ts';
import type { Actor } from '../../../src/services.ts';
import { actorFor, atEnd, testServices, type TestServices } from '../../database.ts';
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
