import { createHash, generateKeyPairSync } from 'node:crypto';
import { signerFrom } from '../../../pki/keys/signer.ts';
import { parseCertificate } from '../../../pki/certificate/parse.ts';
import { revokeCertificate } from '../../../src/certificates/revoke.ts';
import { confirmBySignature } from '../../../src/forms/confirm.ts';
import { printForm } from '../../../src/forms/print.ts';
import { setPolicy } from '../../../src/policies/set.ts';
import { amendRequest, submitRequest } from '../../../src/requests/submit.ts';
import { decideRequest } from '../../../src/requests/decide.ts';
import { actorFor } from '../../database.ts';
import { testActor } from '../../authorities.ts';
import { SignedResults, type Official } from '../../signed-results.ts';
import { csrFor, decideAll, requestWorld, submitted } from '../requests/people.ts';

let results: SignedResults;
const world = await requestWorld(async (services) => { results = await SignedResults.found(services); });
const { services, people } = world;

/** A certificate of ours, through a whole request: the registrar's own one, or the agency's seal. */
async function certified(input: { profile: 'official-signing'; officialId: string } | { profile: 'agency-seal'; agencyId: string }): Promise<Official> {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const request = await submitRequest(services, people.registrar, { kind: 'issue', ...input, csr: await csrFor(privateKey) });
  const { newCertificateId } = await decideAll(world, request.id);
  const row = await services.db('certificates').where({ id: newCertificateId }).first('id', 'der') as { id: string; der: Uint8Array };
  return { certificate: parseCertificate(row.der), certificateId: row.id, signer: signerFrom(privateKey) };
}

let registrar: Official;
let seal: Official;
beforeAll(async () => {
  const official = await world.newOfficial({ email: 'vanthu@bacninh.gov.vn' });
  await services.db('operators').where({ id: people.registrar.id }).update({ email: 'VanThu@bacninh.gov.vn' });
  registrar = await certified({ profile: 'official-signing', officialId: official.id });
  seal = await certified({ profile: 'agency-seal', agencyId: world.agencyId });
});

const form = async (id: string): Promise<Uint8Array> => (await printForm(services, people.registrar, id)).bytes;
const confirm = (id: string, bytes: Uint8Array, actor = people.registrar) => confirmBySignature(services, actor, id, { name: 'mau.pdf', bytes });
const signed = async (id: string, by: Official, pdf?: Uint8Array): Promise<Uint8Array> => results.sign(by, { pdf: pdf ?? await form(id) });
const why = (reason: string): object => ({ code: 'confirmation-not-valid', facts: expect.objectContaining({ why: reason }) });

test('the same content is printed as the same bytes', async () => {
  const { id } = await submitted(world);
  const [a, b] = [await form(id), await form(id)];
  expect(createHash('sha256').update(a).digest('hex')).toBe(createHash('sha256').update(b).digest('hex'));
  expect(await services.db('printed_forms').where({ requestId: id })).toHaveLength(1);
});

test.each([['the registrar', () => registrar], ['the seal of the agency', () => seal]])('a form signed by %s confirms the request', async (_who, by) => {
  const { id } = await submitted(world);
  expect(await confirm(id, await signed(id, by()))).toEqual({ id, state: 'confirmed' });
  expect(await services.db('papers').where({ requestId: id }).first()).toMatchObject({ kind: 'signed-form', indication: 'TOTAL-PASSED', signerCertificateId: by().certificateId });
  expect((await decideAll(world, id, [['examiner', 'examine'], ['approver', 'approve']])).state).toBe('issued');
});

test('a form without a signature, or with a broken one, confirms nothing', async () => {
  const { id } = await submitted(world);
  await expect(confirm(id, await form(id))).rejects.toMatchObject(why('signature'));
  const broken = Buffer.from(await signed(id, registrar));
  const at = broken.indexOf('/Contents <') + 400;
  broken[at] = broken[at] === 0x30 ? 0x31 : 0x30;
  await expect(confirm(id, broken)).rejects.toMatchObject(why('signature'));
});

test('the form of another request, and another document, confirm nothing', async () => {
  const [one, other] = [await submitted(world), await submitted(world)];
  await expect(confirm(one.id, await signed(other.id, registrar))).rejects.toMatchObject(why('not-the-form'));
  await expect(confirm(one.id, await results.sign(registrar))).rejects.toMatchObject(why('not-the-form'));
});

test('a form of an earlier content confirms nothing', async () => {
  const { id } = await submitted(world);
  const early = await signed(id, registrar);
  await amendRequest(services, people.registrar, id, { note: 'đã sửa' });
  await form(id);
  await expect(confirm(id, early)).rejects.toMatchObject(why('not-the-form'));
});

test('a form that was changed before it was signed confirms nothing', async () => {
  const { id } = await submitted(world);
  const pdf = Buffer.from(await form(id)).toString('latin1');
  const page = /(\d+) 0 obj\n<<\n\/Type \/Page\n/.exec(pdf)!;
  const end = pdf.indexOf('endobj', page.index);
  const size = /\/Size (\d+)/.exec(pdf)![1]!;
  const root = /\/Root (\d+ 0 R)/.exec(pdf)![1]!;
  const previous = /startxref\n(\d+)/.exec(pdf)![1]!;
  const edited = `${pdf.slice(page.index, end).replace('/Type /Page\n', '/Type /Page\n/Rotate 180\n')}endobj\n`;
  const offset = pdf.length + 1;
  const update = `\n${edited}xref\n${page[1]} 1\n${String(offset).padStart(10, '0')} 00000 n \ntrailer\n<< /Size ${size} /Root ${root} /Prev ${previous} >>\nstartxref\n${offset + edited.length}\n%%EOF\n`;
  const altered = Buffer.from(pdf + update, 'latin1');
  await expect(confirm(id, await signed(id, registrar, altered))).rejects.toMatchObject(why('changed'));
});

test("a colleague's, a stranger's and another operator's signature confirm nothing", async () => {
  const { id } = await submitted(world);
  const colleague = await certified({ profile: 'official-signing', officialId: (await world.newOfficial()).id });
  await expect(confirm(id, await signed(id, colleague))).rejects.toMatchObject(why('signer'));
  await expect(confirm(id, await signed(id, await results.official()))).rejects.toMatchObject(why('signer'));
  const second = await actorFor(services, 'registrar', 'H05');
  await expect(confirm(id, await signed(id, registrar), second)).rejects.toMatchObject(why('signer'));
  const stranger = await actorFor(services, 'registrar', 'H50');
  await expect(confirm(id, await signed(id, registrar), stranger)).rejects.toMatchObject({ code: 'outside-your-agency' });
});

test('a confirmation signed by a revoked certificate is refused', async () => {
  const { id } = await submitted(world);
  const official = await world.newOfficial({ email: 'cu@bacninh.gov.vn' });
  const old = await certified({ profile: 'official-signing', officialId: official.id });
  const someone = await actorFor(services, 'registrar', 'H05');
  await services.db('operators').where({ id: someone.id }).update({ email: 'cu@bacninh.gov.vn' });
  const bytes = await signed(id, old);
  services.clock.advance({ seconds: 5 });
  await revokeCertificate(services, testActor, { certificateId: old.certificateId, reason: 'superseded' });
  services.clock.advance({ seconds: 5 });
  await expect(confirm(id, bytes, someone)).rejects.toMatchObject(why('signature'));
});

test('what is decided already is not confirmed again', async () => {
  const { id } = await submitted(world);
  const bytes = await signed(id, registrar);
  await decideRequest(services, { requestId: id, decision: 'confirm', actor: people.registrar });
  await expect(confirm(id, bytes)).rejects.toMatchObject({ code: 'state-changed' });
});

test('where a policy asks for a signature, signed in is not enough', async () => {
  await setPolicy(services, await actorFor(services, 'administrator'), {
    key: 'confirmation.signature_required', value: true, effectiveFrom: new Date(services.now().getTime() + 1000), source: 'thử nghiệm',
  });
  services.clock.advance({ seconds: 2 });
  const { id } = await submitted(world);
  await expect(decideRequest(services, { requestId: id, decision: 'confirm', actor: people.registrar }))
    .rejects.toMatchObject({ code: 'invalid-fields', facts: { errors: [{ pointer: '/papers', code: 'paper-missing' }] } });
  expect((await confirm(id, await signed(id, seal))).state).toBe('confirmed');
});
