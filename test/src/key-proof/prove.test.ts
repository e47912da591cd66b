import type { KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { signerFrom } from '../../../pki/keys/signer.ts';
import { parseCertificate } from '../../../pki/certificate/parse.ts';
import { revokeCertificate } from '../../../src/certificates/revoke.ts';
import { submitRequest } from '../../../src/requests/submit.ts';
import { atEnd, testApp } from '../../database.ts';
import { testActor } from '../../authorities.ts';
import { opensslFolder } from '../../openssl.ts';
import { SignedResults } from '../../signed-results.ts';
import { csrFor, decideAll, newKey, requestWorld } from '../requests/people.ts';
import { visitorAt } from '../web/people.ts';

let results: SignedResults;
const world = await requestWorld(async (services) => { results = await SignedResults.found(services); });
const { services, people } = world;
const base = await testApp(services);
const folder = await opensslFolder();
atEnd(folder.remove);

interface Holder { officialId: string | null; certificateId: string; der: Uint8Array; key: KeyObject; files: { certificate: string; key: string } }
let count = 0;

/** A key and its certificate of ours, through a whole request, as files for openssl. */
async function certified(profile: 'official-signing' | 'agency-seal' = 'official-signing'): Promise<Holder> {
  const key = newKey();
  const input = profile === 'agency-seal' ? { profile, agencyId: world.agencyId } : { profile, officialId: (await world.newOfficial()).id };
  const request = await submitRequest(services, people.registrar, { kind: 'issue', ...input, csr: await csrFor(key) });
  const { newCertificateId } = await decideAll(world, request.id);
  const row = await services.db('certificates').where({ id: newCertificateId }).first('id', 'der') as { id: string; der: Uint8Array };
  return { officialId: request.officialId, certificateId: row.id, der: row.der, key, files: await filesOf(row.der, key) };
}

async function filesOf(der: Uint8Array, key: KeyObject): Promise<Holder['files']> {
  count += 1;
  const pem = key.export({ format: 'pem', type: 'pkcs8' }) as string;
  return { certificate: await folder.writePem(`${count}.crt`, 'CERTIFICATE', der), key: await folder.write(`${count}.key`, pem) };
}

/** Signs bytes as a person with openssl would. */
async function sign(content: Uint8Array, { certificate, key }: Holder['files'], options: readonly string[] = ['-nodetach', '-outform', 'DER']): Promise<Uint8Array> {
  count += 1;
  const [input, output] = [await folder.write(`${count}.txt`, content), folder.path(`${count}.p7m`)];
  const said = await folder.openssl('cms', '-sign', '-in', input, '-signer', certificate, '-inkey', key, '-out', output, ...options);
  expect(said).toMatchObject({ code: 0 });
  return readFile(output);
}

async function begin(): Promise<string> {
  const { html } = await visitorAt(base).post('/sign-in/key');
  return /name="challenge" value="([\w-]{43})"/.exec(html)![1]!;
}

async function saved(challenge: string, format: 'txt' | 'pdf' = 'txt'): Promise<Uint8Array> {
  const answer = await fetch(`${base}/sign-in/key/file`, { method: 'POST', body: new URLSearchParams({ challenge, format }) });
  expect(answer.headers.get('content-type')).toMatch(format === 'pdf' ? 'application/pdf' : 'text/plain');
  return new Uint8Array(await answer.arrayBuffer());
}

async function send(challenge: string, file?: Uint8Array, to = ''): Promise<{ status: number; location: string | null; cookie: string; html: string }> {
  const body = new FormData();
  body.set('challenge', challenge);
  if (file) body.set('signed', new File([new Uint8Array(file)], 'dang-nhap.p7m'));
  const answer = await fetch(`${base}/sign-in/key/proof${to}`, { method: 'POST', body, redirect: 'manual' });
  return { status: answer.status, location: answer.headers.get('location'), cookie: answer.headers.getSetCookie().join(';'), html: await answer.text() };
}

const sessionsOf = (officialId: string | null) => services.db('sessions').where({ officialId, method: 'key-proof' });

async function lastReason(): Promise<string> {
  const row = await services.db('audit_entries').where({ action: 'sign-in.refused' }).orderBy('sequence', 'desc').first('after') as { after: { why: string } };
  return row.after.why;
}

let official: Holder;
beforeAll(async () => { official = await certified(); });
// so that the limit of attempts is met where it is meant alone
beforeEach(() => services.clock.advance({ minutes: 16 }));

test.each([
  ['with the text inside', ['-nodetach', '-outform', 'DER']], ['beside the text', ['-outform', 'DER']], ['in PEM', ['-nodetach', '-outform', 'PEM']],
  ['in BER', ['-nodetach', '-stream', '-outform', 'DER']], ['as binary', ['-nodetach', '-binary', '-outform', 'DER']], ['with SHA-512', ['-nodetach', '-md', 'sha512', '-outform', 'DER']],
  ['without signed attributes', ['-nodetach', '-noattr', '-outform', 'DER']],
])('an official signs in with a CMS signature %s', async (_how, options) => {
  const before = (await sessionsOf(official.officialId)).length;
  const challenge = await begin();
  const { status, location, cookie } = await send(challenge, await sign(await saved(challenge), official.files, options), '?to=%2Faccount');
  expect({ status, location }).toEqual({ status: 303, location: '/account' });
  expect(cookie).toContain('antin=');
  expect(await sessionsOf(official.officialId)).toHaveLength(before + 1);
});

test('an official signs in with the PDF, signed; what a picture of the signature brings is no change', async () => {
  const challenge = await begin();
  const signer = { certificate: parseCertificate(official.der), certificateId: official.certificateId, signer: signerFrom(official.key) };
  const pdf = await saved(challenge, 'pdf');
  expect(Buffer.compare(pdf, await saved(challenge, 'pdf'))).toBe(0);
  expect((await send(challenge, await results.sign(signer, { pdf }))).location).toBe('/welcome');
});

test('the text says what it is for, in both languages', async () => {
  const text = Buffer.from(await saved(await begin())).toString('utf8');
  for (const part of [services.config.publicUrl, 'Chỉ ký tệp này', 'Sign this file only']) expect(text).toContain(part);
});

/** What is sent for a challenge, and the reason the audit must hold. */
const refusals: readonly (readonly [what: string, reason: RegExp, make: (challenge: string) => Promise<Uint8Array | undefined>])[] = [
  ['nothing', /no file/, async () => undefined],
  ['the file as it was saved', /unreadable/, (challenge) => saved(challenge)],
  ['the PDF as it was saved', /no signature/, (challenge) => saved(challenge, 'pdf')],
  ['a signature over other content', /not this challenge/, () => sign(Buffer.from('Hợp đồng mua bán'), official.files)],
  ['a signature over the text and one word more', /not this challenge/, async (challenge) => sign(Buffer.concat([await saved(challenge), Buffer.from('!')]), official.files)],
  ['a detached signature over other content', /message-digest/, () => sign(Buffer.from('Hợp đồng'), official.files, ['-outform', 'DER'])],
  ['the signature of another challenge', /not this challenge/, async () => sign(await saved(await begin()), official.files)],
  ['a broken signature', /signature-invalid|unreadable/, async (challenge) => broken(await sign(await saved(challenge), official.files))],
  ['SHA-1', /digest sha1/, async (challenge) => sign(await saved(challenge), official.files, ['-nodetach', '-md', 'sha1', '-outform', 'DER'])],
  ['no certificate', /certificate of the signer/, async (challenge) => sign(await saved(challenge), official.files, ['-nodetach', '-nocerts', '-outform', 'DER'])],
  ['two signers', /exactly one signer/, async (challenge) => {
    const other = await certified();
    return sign(await saved(challenge), official.files, ['-nodetach', '-outform', 'DER', '-signer', other.files.certificate, '-inkey', other.files.key]);
  }],
  ['the seal of an agency', /profile agency-seal/, async (challenge) => sign(await saved(challenge), (await certified('agency-seal')).files)],
  ['a certificate of a stranger', /no certificate of ours/, async (challenge) => sign(await saved(challenge), await stranger())],
  ['a revoked certificate', /is revoked/, async (challenge) => {
    const holder = await certified();
    await revokeCertificate(services, testActor, { certificateId: holder.certificateId, reason: 'keyCompromise' });
    return sign(await saved(challenge), holder.files);
  }],
  ['a certificate on hold', /is on_hold/, async (challenge) => {
    const holder = await certified();
    await services.db('certificates').where({ id: holder.certificateId }).update({ state: 'on_hold' });
    return sign(await saved(challenge), holder.files);
  }],
  ['somebody who has left', /has left/, async (challenge) => {
    const holder = await certified();
    await services.db('officials').where({ id: holder.officialId }).update({ leftAt: services.now() });
    return sign(await saved(challenge), holder.files);
  }],
  ['the PDF of another challenge, signed', /not this challenge/, async () => results.sign(asSigner(official), { pdf: await saved(await begin(), 'pdf') })],
  ['another PDF, signed', /not this challenge/, () => results.sign(asSigner(official))],
  ['a PDF that was turned over before it was signed', /was changed/, async (challenge) => results.sign(asSigner(official), { pdf: turned(await saved(challenge, 'pdf')) })],
  ['the PDF signed by two', /several signatures/, async (challenge) => results.sign(asSigner(await certified()), { pdf: await results.sign(asSigner(official), { pdf: await saved(challenge, 'pdf') }) })],
];

const asSigner = ({ der, certificateId, key }: Holder) => ({ certificate: parseCertificate(der), certificateId, signer: signerFrom(key) });

function broken(file: Uint8Array): Uint8Array {
  const copy = Buffer.from(file);
  copy[copy.length - 3]! ^= 1;
  return copy;
}

/** The PDF with its page upside down, in a revision of its own. */
function turned(challenge: Uint8Array): Uint8Array {
  const pdf = Buffer.from(challenge).toString('latin1');
  const page = /(\d+) 0 obj\n<<\n\/Type \/Page\n/.exec(pdf)!;
  const [size, root, previous] = [/\/Size (\d+)/, /\/Root (\d+ 0 R)/, /startxref\n(\d+)/].map((found) => found.exec(pdf)![1]!);
  const edited = `${pdf.slice(page.index, pdf.indexOf('endobj', page.index)).replace('/Type /Page\n', '/Type /Page\n/Rotate 180\n')}endobj\n`;
  const offset = pdf.length + 1;
  return Buffer.from(`${pdf}\n${edited}xref\n${page[1]} 1\n${String(offset).padStart(10, '0')} 00000 n \ntrailer\n<< /Size ${size} /Root ${root} /Prev ${previous} >>\nstartxref\n${offset + edited.length}\n%%EOF\n`, 'latin1');
}

/** A certificate that somebody made for themselves. */
async function stranger(): Promise<Holder['files']> {
  const files = { certificate: folder.path('stranger.crt'), key: folder.path('stranger.key') };
  await folder.openssl('req', '-x509', '-newkey', 'rsa:2048', '-noenc', '-keyout', files.key, '-out', files.certificate, '-subj', '/CN=Nguyễn Văn A', '-utf8');
  return files;
}

const shown: string[] = [];
test.each(refusals)('%s signs nobody in, and the audit knows why', async (_what, reason, make) => {
  const before = (await services.db('sessions')).length;
  const challenge = await begin();
  const { status, cookie, html } = await send(challenge, await make(challenge));
  expect([status, cookie]).toEqual([403, '']);
  expect(await lastReason()).toMatch(reason);
  expect(await services.db('sessions')).toHaveLength(before);
  shown.push(html);
});

test('every refusal looks the same', () => {
  expect(shown).toHaveLength(refusals.length);
  expect(new Set(shown).size).toBe(1);
});

test('a signed challenge signs in once, of two at once one', async () => {
  const challenge = await begin();
  const file = await sign(await saved(challenge), official.files);
  expect((await Promise.all([send(challenge, file), send(challenge, file)])).map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([303, 403]);
  expect((await send(challenge, file)).status).toBe(403);
  expect(await lastReason()).toContain('challenge used');
  expect((await fetch(`${base}/sign-in/key/file`, { method: 'POST', body: new URLSearchParams({ challenge }) })).status).toBe(403);
});

test('a challenge is over after ten minutes, and one that was never made is none', async () => {
  const challenge = await begin();
  const file = await sign(await saved(challenge), official.files);
  services.clock.advance({ minutes: 10 });
  expect((await send(challenge, file)).status).toBe(403);
  expect(await lastReason()).toContain('challenge over');
  for (const unknown of ['A'.repeat(43), 'x']) {
    expect((await send(unknown, file)).status).toBe(403);
    expect(await lastReason()).toContain('no such challenge');
  }
});

test('attempts are limited', async () => {
  const statuses = new Set<number>();
  for (let i = 0; i < 62; i++) statuses.add((await send('x')).status);
  expect([...statuses].toSorted((a, b) => a - b)).toEqual([403, 429]);
});

test('a certificate that has expired signs nobody in', async () => {
  services.clock.advance({ days: 3_000 });
  const challenge = await begin();
  expect((await send(challenge, await sign(await saved(challenge), official.files))).status).toBe(403);
  expect(await lastReason()).toContain('out of its time');
});
