import { X509Certificate } from 'node:crypto';
import { addGeneration, createRootAuthority } from '../../../src/authorities/create.ts';
import { resumeIssuing } from '../../../src/certificates/complete.ts';
import { publishDueCrls } from '../../../src/crl/publish.ts';
import { renewResponders } from '../../../src/ocsp/responder.ts';
import type { KeySpec } from '../../../src/services.ts';
import { issueForTest, testActor, testAuthorities } from '../../authorities.ts';
import { apiKeyFor, testApp, testServices, type TestServices } from '../../database.ts';

let services: TestServices;
let authorities: Awaited<ReturnType<typeof testAuthorities>>;
beforeAll(async () => {
  services = await testServices();
  authorities = await testAuthorities(services);
});

const organisation = 'Ban Cơ yếu thử nghiệm';
const derOf = async (id: string): Promise<Buffer> => (await services.db('certificates').where({ id }).first('der')).der;
const order = (slug: string, key: KeySpec = { type: 'ec', curve: 'P-384' }) => ({ slug, commonName: `CA ${slug}`, organisation, key, days: 3_650 });

test.each<[string, KeySpec]>([
  ['rsa', { type: 'rsa', bits: 3072 }], ['pss', { type: 'rsa', bits: 3072, pss: true }], ['p521', { type: 'ec', curve: 'P-521' }],
  ['ed25519', { type: 'ed25519' }], ['mldsa65', { type: 'ml-dsa-65' }],
])('a root CA on %s signs itself, has its responder and its list', async (slug, key) => {
  const { certificateId, generationId } = await createRootAuthority(services, testActor, order(`root-${slug}`, key));
  const der = await derOf(certificateId);
  const certificate = new X509Certificate(der);
  expect(certificate.verify(certificate.publicKey)).toBe(true);
  expect(await services.db('ocsp_responders').where({ generationId })).toHaveLength(1);
  expect(await services.db('crls').where({ generationId })).toHaveLength(1);
});

test('a slug is taken once', async () => {
  await expect(createRootAuthority(services, testActor, order('test-root'))).rejects.toMatchObject({ code: 'duplicate-request' });
});

test('a second generation has the same name, a new key and its own addresses, and issues from now on', async () => {
  const before = await issueForTest(services);
  const { certificateId, label } = await addGeneration(services, testActor, { authorityId: authorities.issuing.authorityId, organisation, key: { type: 'ec', curve: 'P-256' }, days: 3_650 });
  const [old, next] = [new X509Certificate(await derOf(authorities.issuing.certificateId)), new X509Certificate(await derOf(certificateId))];
  expect([label, next.subject]).toEqual(['test-ca-g2', old.subject]);
  const after = await issueForTest(services);
  expect(new X509Certificate(after.der).verify(next.publicKey)).toBe(true);
  expect(new X509Certificate(after.der).infoAccess).toContain('/ca/test-ca-g2.cer');
  expect(new X509Certificate(before.der).verify(old.publicKey)).toBe(true);
  expect(new X509Certificate(before.der).infoAccess).toContain('/ca/test-ca-g1.cer');
});

test('cut short after its transaction the jobs make up for the rest', async () => {
  const broken = { ...services, keystore: { ...services.keystore, signLinted: async () => { throw new Error('cut short'); } } };
  await expect(createRootAuthority(broken, testActor, order('cut-short'))).rejects.toThrow('cut short');
  const { id: generationId } = await services.db('authority_generations').where({ label: 'cut-short-g1' }).first('id');
  expect(await resumeIssuing(services)).toBe(1);
  await renewResponders(services);
  await publishDueCrls(services);
  expect(await services.db('ocsp_responders').where({ generationId })).toHaveLength(1);
  expect(await services.db('crls').where({ generationId })).toHaveLength(1);
});

test('over the API: created by an administrator alone, listed with addresses and fingerprints', async () => {
  const base = await testApp(services);
  const call = async (role: 'administrator' | 'operator', body?: unknown) => fetch(`${base}/api/v1/authorities`, {
    headers: { authorization: `Bearer ${await apiKeyFor(services, role)}`, 'content-type': 'application/json' },
    ...(body ? { method: 'POST', body: JSON.stringify(body) } : {}),
  });
  const root = { kind: 'root', ...order('api-root') };
  expect((await call('operator', root)).status).toBe(403);
  const created = await call('administrator', root);
  expect(created.status).toBe(201);
  const { authorityId } = (await created.json()) as { authorityId: string };
  expect((await call('administrator', { kind: 'issuing', parentId: authorityId, ...order('api-ca') })).status).toBe(201);
  const { items } = (await (await call('operator')).json()) as { items: { slug: string; generations: object[] }[] };
  expect(items.find(({ slug }) => slug === 'api-ca')!.generations).toMatchObject([
    { label: 'api-ca-g1', state: 'issued', sha256Fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/), urls: { crl: 'http://pki.test/crl/api-ca-g1.crl' } },
  ]);
});
