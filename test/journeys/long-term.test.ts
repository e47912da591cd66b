import { generateKeyPairSync } from 'node:crypto';
import { parseCertificate } from '../../pki/certificate/parse.ts';
import { parsePublicKey } from '../../pki/keys/public-key.ts';
import { signerFrom } from '../../pki/keys/signer.ts';
import { tasks } from '../../src/app.ts';
import { revokeCertificate } from '../../src/certificates/revoke.ts';
import { publishDueCrls } from '../../src/crl/publish.ts';
import { renewResponders } from '../../src/ocsp/responder.ts';
import type { Answer } from '../../src/verification/answer.ts';
import { stopVerificationWorkers } from '../../src/verification/workers.ts';
import { issueForTest, officialOrder, testActor } from '../authorities.ts';
import { apiKeyFor, atEnd, testApp, testServices, type TestServices } from '../database.ts';
import { longTermDocuments, type LongTermDocuments } from '../pki/validation/long-term-documents.ts';
import { SignedResults } from '../signed-results.ts';

/** From the CA's key to a verdict years later: our own certificates, CRLs, timestamps and verifier, in each format. */
let services: TestServices;
let base: string;
let token: string;
let certificateId: string;
const documents = new Map<string, LongTermDocuments>();

beforeAll(async () => {
  services = await testServices();
  const results = await SignedResults.found(services);
  base = await testApp(services);
  token = await apiKeyFor(services, 'verifier');
  atEnd(stopVerificationWorkers);
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const order = officialOrder({ publicKey: parsePublicKey(publicKey.export({ format: 'der', type: 'spki' })) });
  certificateId = order.certificateId;
  const { der } = await issueForTest(services, order);
  const [by, signedAt] = [{ privateKey, signer: signerFrom(privateKey), certificate: parseCertificate(der) }, services.now()];
  services.clock.advance({ minutes: 5 });
  await publishDueCrls(services);
  const labels = await services.db('authority_generations').orderBy('createdAt').pluck('label') as string[];
  const fetched = async (path: string): Promise<Uint8Array> => {
    const answer = await fetch(`${base}${path}`);
    expect([path, answer.status]).toEqual([path, 200]);
    return answer.bytes();
  };
  const [certificates, crls] = [await Promise.all(labels.map((label) => fetched(`/ca/${label}.cer`))), await Promise.all(labels.map((label) => fetched(`/crl/${label}.crl`)))];
  const evidence = { certificates, crls, ocspResponses: [] };
  for (const [family, make] of Object.entries(longTermDocuments)) {
    documents.set(family, await make({ by, signedAt, evidence, stamp: (imprint) => results.token(imprint) }));
  }
}, 120_000);

async function verify(file: Uint8Array): Promise<Answer> {
  const form = new FormData();
  form.set('file', new Blob([Buffer.from(file)]), 'ket-qua');
  const answer = await fetch(`${base}/api/v1/verifications`, { method: 'POST', body: form, headers: { authorization: `Bearer ${token}` } });
  return await answer.json() as Answer;
}

const verdicts = async (): Promise<string[]> => {
  const found: string[] = [];
  for (const { t, lt, lta } of documents.values()) {
    for (const file of [t, lt, lta]) {
      const { signatures: [signature] } = await verify(file);
      found.push(`${signature!.format} ${signature!.subIndication ?? signature!.indication}`);
    }
  }
  return found;
};

const families = ['PAdES', 'CAdES', 'XAdES', 'JAdES'];
const allGood = families.flatMap((family) => ['T', 'LT', 'LTA'].map((level) => `${family}-B-${level} TOTAL-PASSED`));

test('each level is named and holds when fresh, after the revocation and years after the end; where the authority fell silent those that kept their evidence', async () => {
  expect(await verdicts()).toEqual(allGood);
  services.clock.advance({ days: 30 });
  await services.runJobs(tasks);
  await revokeCertificate(services, testActor, { certificateId, reason: 'superseded' });
  services.clock.advance({ hours: 1 });
  expect(await verdicts()).toEqual(allGood);
  services.clock.advance({ days: 500 });
  // nobody has published a list or renewed a responder in all that time
  expect(await verdicts()).toEqual(allGood.map((each) => each.replace('-T TOTAL-PASSED', '-T OUT_OF_BOUNDS_NO_POE')));
  await renewResponders(services);
  await publishDueCrls(services);
  expect(await verdicts()).toEqual(allGood);
}, 180_000);
