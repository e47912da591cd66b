import { makeResultPdf } from '../../../scripts/make-result-pdf.ts';
import { attachPaper, maxPaperBytes } from '../../../src/papers/attach.ts';
import { listPapers, openPaper } from '../../../src/papers/read.ts';
import { revokeCertificate } from '../../../src/certificates/revoke.ts';
import { decideRequest } from '../../../src/requests/decide.ts';
import { submitRequest } from '../../../src/requests/submit.ts';
import { actorFor, apiKeyFor, testApp } from '../../database.ts';
import { SignedResults, type Official } from '../../signed-results.ts';
import { testActor } from '../../authorities.ts';
import { csrFor, decideAll, requestWorld, submitted } from '../requests/people.ts';

let results: SignedResults;
const world = await requestWorld(async (services) => { results = await SignedResults.found(services); });
const { services, people } = world;
let signer: Official;
let plain: Uint8Array;
beforeAll(async () => {
  signer = await results.official();
  plain = await makeResultPdf({ date: new Date('2026-11-02T02:00:00Z') });
});
const attach = async (requestId: string, bytes: Uint8Array, kind: 'other' | 'wet-signed-scan' | 'authority-order' = 'other') =>
  attachPaper(services, people.registrar, { requestId, kind, name: 'giấy tờ.pdf', bytes });

test('a signed paper is verified on arrival and keeps its verdict, whatever happens to its signer', async () => {
  const { id } = await submitted(world);
  const bytes = await results.sign(signer, { timestamp: true });
  const paper = await attach(id, bytes);
  expect(paper).toMatchObject({ indication: 'TOTAL-PASSED', subIndication: null, signatures: 1, size: bytes.length });
  await revokeCertificate(services, testActor, { certificateId: signer.certificateId, reason: 'cessationOfOperation' });
  expect((await listPapers(services, people.registrar, id))[0]).toMatchObject({ id: paper.id, indication: 'TOTAL-PASSED' });
  signer = await results.official();
});

test('a plain scan says that nobody signed it, a broken signature says so', async () => {
  const { id } = await submitted(world);
  expect(await attach(id, plain)).toMatchObject({ indication: 'INDETERMINATE', subIndication: 'NO_SIGNATURE_FOUND', signatures: 0 });
  const broken = Buffer.from(await results.sign(signer));
  const at = broken.indexOf('/Subject');
  broken[at + 14]! ^= 1;
  expect(await attach(id, broken)).toMatchObject({ indication: 'TOTAL-FAILED' });
});

test('the same file twice is one paper', async () => {
  const { id } = await submitted(world);
  expect((await attach(id, plain)).id).toBe((await attach(id, plain)).id);
  expect(await listPapers(services, people.registrar, id)).toHaveLength(1);
});

test.each([
  ['no PDF', () => Buffer.from('PK\u0003\u0004 no paper'), { code: 'invalid-fields' }],
  ['a file that only begins as one', () => Buffer.from('%PDF-1.7\nnothing'), { name: 'PkiError' }],
])('%s is refused and leaves nothing', async (_what, bytes, refusal) => {
  const { id } = await submitted(world);
  await expect(attach(id, bytes())).rejects.toMatchObject(refusal);
  expect(await listPapers(services, people.registrar, id)).toEqual([]);
});

test('papers stay within the own agency and an open request', async () => {
  const { id } = await submitted(world);
  const stranger = await actorFor(services, 'registrar', 'H50');
  await expect(attachPaper(services, stranger, { requestId: id, kind: 'other', name: 'x.pdf', bytes: plain })).rejects.toMatchObject({ code: 'outside-your-agency' });
  const paper = await attach(id, plain);
  await expect(openPaper(services, stranger, id, paper.id)).rejects.toMatchObject({ code: 'outside-your-agency' });
  await decideAll(world, id, [['registrar', 'refuse']]);
  await expect(attach(id, await results.sign(signer))).rejects.toMatchObject({ code: 'state-changed' });
  expect(Buffer.compare((await openPaper(services, people.registrar, id, paper.id)).bytes, plain)).toBe(0);
  expect(await services.db('audit_entries').where({ action: 'request.paper-opened', subjectId: id })).toHaveLength(1);
  await expect(services.db('papers').where({ id: paper.id }).delete()).rejects.toThrow();
});

test('a wet-signed first request waits for its scan, and is the first one only', async () => {
  const official = await world.newOfficial();
  const ask = { kind: 'issue', profile: 'official-signing', wetSigned: true } as const;
  const { id } = await submitRequest(services, people.registrar, { ...ask, officialId: official.id, csr: await csrFor() });
  const confirm = () => decideRequest(services, { requestId: id, decision: 'confirm', actor: people.registrar });
  await expect(confirm()).rejects.toMatchObject({ code: 'invalid-fields', facts: { errors: [{ pointer: '/papers', code: 'paper-missing' }] } });
  const torn = Buffer.from(await results.sign(signer));
  torn[torn.indexOf('/Subject') + 14]! ^= 1;
  await attach(id, torn, 'wet-signed-scan');
  await expect(confirm()).rejects.toMatchObject({ code: 'invalid-fields' });
  await attach(id, plain, 'wet-signed-scan');
  expect((await decideAll(world, id)).state).toBe('issued');
  await expect(submitRequest(services, people.registrar, { ...ask, officialId: (await world.newOfficial()).id, csr: await csrFor() }))
    .rejects.toMatchObject({ code: 'invalid-fields', facts: { errors: [expect.objectContaining({ pointer: '/wetSigned' })] } });
});

test('over HTTP: attached, listed, fetched as a file to be saved', async () => {
  const base = await testApp(services);
  const { id } = await submitted(world);
  const headers = { authorization: `Bearer ${await apiKeyFor(services, 'registrar', 'H05')}` };
  const send = (bytes: Uint8Array, kind = 'other'): Promise<Response> => {
    const form = new FormData();
    form.set('kind', kind);
    form.set('file', new Blob([bytes as Uint8Array<ArrayBuffer>], { type: 'application/pdf' }), '../../công văn.pdf');
    return fetch(`${base}/api/v1/requests/${id}/papers`, { method: 'POST', headers, body: form });
  };
  const paper = await (await send(plain)).json() as { id: string; name: string };
  expect(paper.name).not.toContain('/');
  const file = await fetch(`${base}/api/v1/requests/${id}/papers/${paper.id}`, { headers: { ...headers, accept: 'application/pdf' } });
  expect(file.headers.get('content-disposition')).toContain('attachment');
  expect((await file.arrayBuffer()).byteLength).toBe(plain.length);
  expect((await send(plain, 'signed-form')).status).toBe(422);
  expect((await send(new Uint8Array(maxPaperBytes + 1))).status).toBe(413);
});
