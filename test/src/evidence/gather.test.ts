import { ia5String, oid, sequence } from '../../../pki/asn1/der-writer.ts';
import { oids } from '../../../pki/asn1/oids.ts';
import { contextPrimitive } from '../../../pki/asn1/tags.ts';
import { buildCertificatesOnly } from '../../../pki/cms/certificates-only.ts';
import { parseOcspRequest } from '../../../pki/ocsp/request.ts';
import { toPem } from '../../../pki/keys/pem.ts';
import { matchesCertId } from '../../../pki/ocsp/cert-id.ts';
import { extension, makeEntity, serialOctets, type Entity } from '../../../scripts/make-chain.ts';
import { addAddress } from '../../../src/evidence/addresses.ts';
import { stopEvidenceReader } from '../../../src/evidence/read.ts';

import type { Answer } from '../../../src/verification/answer.ts';
import { verifyDocument } from '../../../src/verification/verify.ts';
import { stopVerificationWorkers } from '../../../src/verification/workers.ts';
import type { Actor } from '../../../src/services.ts';
import { testActor } from '../../authorities.ts';
import { actorFor, atEnd, testServices, type TestServices } from '../../database.ts';
import { EvidenceServer, settingsFor } from '../../evidence-server.ts';
import { ForeignAuthority } from '../../foreign-authority.ts';
import { trustForTest } from '../../trust.ts';

let server: EvidenceServer;
let services: TestServices;
let actor: Actor;
let count = 0;

beforeAll(async () => {
  server = await EvidenceServer.start();
  services = await testServices(settingsFor(server));
  actor = await actorFor(services, 'verifier', 'H01');
  atEnd(stopVerificationWorkers);
  atEnd(stopEvidenceReader);
}, 60_000);

interface Land { authority: ForeignAuthority; paths: { ocsp: string; issuer: string; crl: string; rootCrl: string } }

/** A trusted authority whose addresses are at the server; what they answer is the test's to say. */
async function land(change: { ocsp?: string | null; crl?: string } = {}): Promise<Land> {
  const n = ++count;
  const paths = { ocsp: `/ocsp${n}`, issuer: `/ca${n}.cer`, crl: `/list${n}.crl`, rootCrl: `/root${n}.crl` };
  const ocsp = change.ocsp === undefined ? server.url(paths.ocsp) : change.ocsp;
  const authority = new ForeignAuthority(`Foreign ${n}`, { ...(ocsp ? { ocsp } : {}), caIssuers: server.url(paths.issuer), crl: change.crl ?? server.url(paths.crl) }, { crl: server.url(paths.rootCrl) });
  await trustForTest(services, authority.anchor);
  server.answers.set(paths.issuer, authority.issuing.certificate.der);
  server.answers.set(paths.rootCrl, authority.crl(authority.root, services.now()));
  server.asked.length = 0;
  return { authority, paths };
}

const verify = (file: Uint8Array, world: TestServices = services): Promise<Answer> => verifyDocument(world, actor, { name: 'x.pdf', file });
const passed = { indication: 'TOTAL-PASSED', subIndication: null };

async function signed({ authority }: Land, person: Entity = authority.person()): Promise<Uint8Array> {
  return authority.sign(person, services.now());
}

test('a leaf alone passes by what its authority publishes: the issuer, an OCSP answer, a list; and is not asked for twice', async () => {
  const here = await land();
  const person = here.authority.person();
  const file = await signed(here, person);
  server.answers.set(here.paths.ocsp, here.authority.ocsp(person, services.now()));
  expect((await verify(file)).conclusion).toEqual(passed);
  expect(server.asked.toSorted()).toEqual([here.paths.issuer, here.paths.ocsp, here.paths.rootCrl].toSorted());
  const { certIds: [certId] } = parseOcspRequest(server.bodies[server.asked.indexOf(here.paths.ocsp)] ?? server.bodies.find((body) => body.length > 0)!);
  expect(matchesCertId(certId!, here.authority.issuing.certificate, person.certificate.serialNumber)).toBe(true);
  const again = await verify(file);
  expect(again).toMatchObject({ conclusion: passed, missing: [] });
  expect(server.asked).toHaveLength(3);
});

test('the evidence of an answer is kept by its hash', async () => {
  const here = await land({ ocsp: null });
  server.answers.set(here.paths.crl, here.authority.crl(here.authority.issuing, services.now()));
  const { id } = await verify(await signed(here));
  const { evidence } = await services.db('verifications').where({ id }).first('evidence') as { evidence: { kind: string; sha256: string }[] };
  expect(evidence.map(({ kind }) => kind).toSorted()).toEqual(['certificate', 'crl', 'crl']);
  const kept = await services.db('evidence_objects').whereIn('sha256', evidence.map(({ sha256 }) => Buffer.from(sha256, 'hex'))).pluck('bytes') as Buffer[];
  expect(kept).toHaveLength(3);
  expect(kept.some((bytes) => bytes.equals(here.authority.issuing.certificate.der))).toBe(true);
});

test('issuers in a certs-only CMS; lists where OCSP does not answer', async () => {
  const here = await land();
  server.answers.set(here.paths.issuer, buildCertificatesOnly([here.authority.issuing.certificate.der, here.authority.root.certificate.der]));
  server.answers.set(here.paths.ocsp, (_req, res) => res.writeHead(500).end());
  server.answers.set(here.paths.crl, here.authority.crl(here.authority.issuing, services.now()));
  expect((await verify(await signed(here))).conclusion).toEqual(passed);
});

test('a revocation on the list is found', async () => {
  const here = await land({ ocsp: null });
  const person = here.authority.person();
  const entry = { serialNumber: serialOctets(person.certificate), revokedAt: new Date(services.now().getTime() - 3_600_000), reason: 'keyCompromise' as const };
  server.answers.set(here.paths.crl, here.authority.crl(here.authority.issuing, services.now(), 24, { entries: [entry] }));
  expect((await verify(await signed(here, person))).conclusion).toEqual({ indication: 'INDETERMINATE', subIndication: 'REVOKED_NO_POE' });
});

test('nothing answers: not decided, with what is missing and when to ask again; nobody is asked twice within the minute', async () => {
  const here = await land();
  server.answers.set(here.paths.issuer, (_req, res) => res.writeHead(503).end());
  const file = await signed(here);
  const answer = await verify(file);
  expect(answer).toMatchObject({
    conclusion: { indication: 'INDETERMINATE', subIndication: 'NO_CERTIFICATE_CHAIN_FOUND' },
    missing: [{ kind: 'issuer', subject: 'CN=Trần Thị B', attempts: [{ address: server.url(here.paths.issuer), reason: 'refused' }], tryAgainAt: new Date(services.now().getTime() + 60_000) }],
  });
  await verify(file);
  expect(server.asked).toEqual([here.paths.issuer]);
  services.clock.advance({ seconds: 61 });
  server.answers.set(here.paths.issuer, here.authority.issuing.certificate.der);
  const later = await verify(file);
  expect(later.conclusion.indication).toBe('INDETERMINATE');
  expect(later.missing.map(({ kind, attempts }) => [kind, attempts.map(({ reason }) => reason)])).toContainEqual(['status', ['refused', 'refused']]);
});

test('a list is kept to its nextUpdate and no longer', async () => {
  const here = await land({ ocsp: null });
  const file = await signed(here);
  server.answers.set(here.paths.crl, here.authority.crl(here.authority.issuing, services.now(), 2));
  expect((await verify(file)).conclusion).toEqual(passed);
  services.clock.advance({ hours: 1 });
  expect((await verify(file)).conclusion).toEqual(passed);
  expect(server.asked.filter((path) => path === here.paths.crl)).toHaveLength(1);
  services.clock.advance({ hours: 1, seconds: 1 });
  server.answers.set(here.paths.crl, here.authority.crl(here.authority.issuing, services.now(), 2));
  expect((await verify(file)).conclusion).toEqual(passed);
  expect(server.asked.filter((path) => path === here.paths.crl)).toHaveLength(2);
});

test.each([
  ['an expired list', (here: Land) => here.authority.crl(here.authority.issuing, new Date(services.now().getTime() - 48 * 3_600_000))],
  ['a list signed by another', (here: Land) => here.authority.crl(new ForeignAuthority(here.authority.name, {}).issuing, services.now())],
  ['something else', () => Buffer.from('<html>the portal is being serviced</html>')],
  ['nothing', () => new Uint8Array()],
])('%s decides nothing, and is forgotten within a minute', async (_case, list) => {
  const here = await land({ ocsp: null });
  const file = await signed(here);
  server.answers.set(here.paths.crl, list(here));
  expect((await verify(file)).conclusion.indication).toBe('INDETERMINATE');
  services.clock.advance({ seconds: 61 });
  server.answers.set(here.paths.crl, here.authority.crl(here.authority.issuing, services.now()));
  expect((await verify(file)).conclusion).toEqual(passed);
});

test('ten at once ask one question', async () => {
  const here = await land({ ocsp: null });
  const file = await signed(here);
  server.answers.set(here.paths.crl, here.authority.crl(here.authority.issuing, services.now()));
  const answers = await Promise.all(Array.from({ length: 10 }, () => verify(file)));
  expect(answers.every(({ conclusion }) => conclusion.indication === 'TOTAL-PASSED')).toBe(true);
  expect(server.asked.toSorted()).toEqual([here.paths.issuer, here.paths.crl, here.paths.rootCrl].toSorted());
});

test('an address that leads nowhere is exchanged for one that is known, for its issuer', async () => {
  const here = await land({ ocsp: 'http://ocsp.ca.ptc/state', crl: 'http://10.0.0.1/list.crl' });
  const person = here.authority.person();
  const file = await signed(here, person);
  server.answers.set('/state', here.authority.ocsp(person, services.now()));
  const before = await verify(file);
  expect(before.missing[0]).toMatchObject({ kind: 'status', attempts: [{ reason: 'address-not-allowed' }, { reason: 'address-not-allowed' }], tryAgainAt: null });
  const order = { kind: 'ocsp' as const, issuer: here.authority.anchor.certificate, prefix: 'http://ocsp.ca.ptc', replacement: server.url('') };
  await addAddress(services, testActor, order);
  expect((await verify(file)).conclusion.indication).toBe('INDETERMINATE');
  await addAddress(services, testActor, { ...order, issuer: toPem('CERTIFICATE', here.authority.issuing.certificate.der) });
  expect((await verify(file)).conclusion).toEqual(passed);
});

test('a certificate of a thousand addresses has four of them asked', async () => {
  const here = await land();
  const places = Array.from({ length: 60 }, (_, n) => sequence(oid(oids.accessCaIssuers), ia5String(server.url(`/many/${n}`), contextPrimitive(6))));
  const person = makeEntity({ subject: 'many', issuer: here.authority.issuing, extensions: [extension(oids.authorityInfoAccess, false, sequence(...places))] });
  await verify(await signed(here, person));
  expect(server.asked).toHaveLength(4);
});

test('with no host named nothing is asked', async () => {
  const closed = await testServices();
  const here = await land();
  await trustForTest(closed, here.authority.anchor);
  const answer = await verifyDocument(closed, await actorFor(closed, 'verifier', 'H01'), { name: 'x.pdf', file: await signed(here) });
  expect(answer).toMatchObject({ conclusion: { indication: 'INDETERMINATE' }, missing: [{ kind: 'issuer', attempts: [], tryAgainAt: null }] });
  expect(server.asked).toEqual([]);
});
