import { sha256Fingerprint } from '../../../pki/certificate/fingerprint.ts';
import { toPem } from '../../../pki/keys/pem.ts';
import { revokeCertificate } from '../../../src/certificates/revoke.ts';
import { stopVerificationWorkers } from '../../../src/verification/workers.ts';
import type { Answer } from '../../../src/verification/answer.ts';
import { testActor } from '../../authorities.ts';
import { apiKeyFor, atEnd, testApp, testServices, type TestServices } from '../../database.ts';
import { container, signedFiles } from '../../pki/asic/make-container.ts';
import { makeHolder } from '../../pki/certificates.ts';
import { sign } from '../../pki/cms/unsigned.ts';
import { forged, jadesHeader } from '../../pki/jws/sign.ts';
import { invoice, signed } from '../../pki/xml/signed-xml.ts';
import { SignedResults, type Official } from '../../signed-results.ts';
import { trustForTest } from '../../trust.ts';

const text = Buffer.from('Giấy chứng nhận số 42');
let services: TestServices;
let results: SignedResults;
let base: string;
let token: string;

beforeAll(async () => {
  services = await testServices();
  results = await SignedResults.found(services);
  base = await testApp(services);
  token = await apiKeyFor(services, 'verifier');
  atEnd(stopVerificationWorkers);
}, 60_000);

async function post(file: Uint8Array, fields: Record<string, string | Uint8Array> = {}): Promise<Response> {
  const form = new FormData();
  form.set('file', new Blob([Buffer.from(file)]), 'ket-qua.pdf');
  for (const [name, value] of Object.entries(fields)) form.set(name, typeof value === 'string' ? value : new Blob([Buffer.from(value)]));
  return fetch(`${base}/api/v1/verifications`, { method: 'POST', body: form, headers: { Authorization: `Bearer ${token}` } });
}

async function verify(file: Uint8Array, fields: Record<string, string | Uint8Array> = {}): Promise<Answer> {
  const answer = await post(file, fields);
  expect(answer.status).toBe(200);
  return await answer.json() as Answer;
}

const codes = ({ signatures: [signature] }: Answer): string[] => signature!.messages.map(({ code }) => code);

test('a fresh result with the leaf alone passes: the chain and its status come from our own store', async () => {
  const answer = await verify(await results.sign(await results.official()));
  expect(answer.conclusion).toEqual({ indication: 'TOTAL-PASSED', subIndication: null });
  const [signature] = answer.signatures;
  expect(signature).toMatchObject({
    format: 'PAdES-B-B', trustDomain: 'Antin', signer: { commonName: 'Nguyễn Văn A', organization: 'UBND tỉnh thử nghiệm', kind: 'personal' },
    signingTime: { proven: null }, coverage: { wholeDocument: true, changesAfter: [] },
  });
  expect(signature!.chain).toHaveLength(3);
  expect(signature!.revocation.map(({ status }) => status)).toEqual(['good', 'good']);
  expect(answer.document).toMatchObject({ name: 'ket-qua.pdf', format: 'PDF' });
});

test('one byte changed is a broken digest', async () => {
  const file = Buffer.from(await results.sign(await results.official()));
  const at = file.indexOf('stream') + 40;
  file[at] = file[at]! ^ 1;
  expect((await verify(file)).conclusion).toEqual({ indication: 'TOTAL-FAILED', subIndication: 'HASH_FAILURE' });
});

test('a ByteRange that lies is a broken format', async () => {
  const file = Buffer.from(await results.sign(await results.official()));
  const at = file.indexOf('/ByteRange [0 ') + '/ByteRange [0 '.length;
  file[at] = file[at] === 0x31 ? 0x32 : 0x31;
  expect((await verify(file)).conclusion).toEqual({ indication: 'TOTAL-FAILED', subIndication: 'FORMAT_FAILURE' });
});

test('revoked without a proof of time: nothing says it was signed before', async () => {
  const official = await results.official();
  const file = await results.sign(official);
  services.clock.advance({ minutes: 10 });
  await revokeCertificate(services, testActor, { certificateId: official.certificateId, reason: 'superseded' });
  const answer = await verify(file);
  expect(answer.conclusion).toEqual({ indication: 'INDETERMINATE', subIndication: 'REVOKED_NO_POE' });
  expect(codes(answer)).toContain('certificate-revoked');
});

test('revoked after the proven time: the signature still stands', async () => {
  const official = await results.official();
  const file = await results.sign(official, { timestamp: true });
  services.clock.advance({ minutes: 10 });
  await revokeCertificate(services, testActor, { certificateId: official.certificateId, reason: 'superseded' });
  const answer = await verify(file);
  expect(answer.conclusion).toEqual({ indication: 'TOTAL-PASSED', subIndication: null });
  expect(answer.signatures[0]).toMatchObject({ format: 'PAdES-B-T', signingTime: { provenBy: 'signature-timestamp' } });
  expect(codes(answer)).toContain('revoked-after-signing');
});

test('signed with a timestamp after the revocation: not good', async () => {
  const official = await results.official();
  await revokeCertificate(services, testActor, { certificateId: official.certificateId, reason: 'superseded' });
  services.clock.advance({ minutes: 10 });
  const answer = await verify(await results.sign(official, { timestamp: true }));
  expect(answer.conclusion).toEqual({ indication: 'INDETERMINATE', subIndication: 'REVOKED_NO_POE' });
});

test('a key that was in other hands before the proven time hurts, whenever it was revoked', async () => {
  const official = await results.official();
  services.clock.advance({ minutes: 10 });
  const invalidityDate = new Date(services.now().getTime() - 300_000);
  const file = await results.sign(official, { timestamp: true });
  services.clock.advance({ minutes: 10 });
  await revokeCertificate(services, testActor, { certificateId: official.certificateId, reason: 'keyCompromise', invalidityDate });
  await services.runJobs((await import('../../../src/app.ts')).tasks);
  const answer = await verify(file);
  expect(answer.conclusion).toEqual({ indication: 'INDETERMINATE', subIndication: 'REVOKED_NO_POE' });
  expect(codes(answer)).toContain('compromised-before-signing');
});

test('a claimed time seven hours ahead is a quirk to name and moves nothing', async () => {
  const claimed = new Date(services.now().getTime() + 7 * 3_600_000);
  const answer = await verify(await results.sign(await results.official(), { timestamp: true, claimed }));
  expect(answer.conclusion.indication).toBe('TOTAL-PASSED');
  expect(codes(answer)).toContain('claimed-time-local-as-utc');
});

test('no signature is no verdict, and what is no document is refused', async () => {
  const { makeResultPdf } = await import('../../../scripts/make-result-pdf.ts');
  expect((await verify(await makeResultPdf())).conclusion).toEqual({ indication: 'INDETERMINATE', subIndication: 'NO_SIGNATURE_FOUND' });
  const refused = await post(Buffer.from('just a letter'));
  expect(refused.status).toBe(422);
  expect(await refused.json()).toMatchObject({ type: 'urn:antin:problem:document-unreadable' });
});

test('the receipt tells digest and verdict, never the document', async () => {
  const { id, document } = await verify(await results.sign(await results.official()));
  const answer = await fetch(`${base}/api/v1/verifications/${id}`, { headers: { Authorization: `Bearer ${token}` } });
  const receipt = await answer.json() as Record<string, unknown>;
  expect(receipt).toMatchObject({ id, document: { digest: document.digest }, conclusion: { indication: 'TOTAL-PASSED' } });
  expect(JSON.stringify(receipt)).not.toContain('Nguyễn');
  const entry = await services.db('audit_entries').where({ action: 'verification.answered', subjectId: id }).first('subjectType') as unknown;
  expect(entry).toEqual({ subjectType: 'verification' });
});

test('a status that was answered after the time asked about proves it, and a later revocation does not reach back', async () => {
  const official = await results.official();
  const file = await results.sign(official);
  const then = services.now().toISOString();
  services.clock.advance({ minutes: 5 });
  expect((await verify(file, { validationTime: then })).conclusion).toEqual({ indication: 'TOTAL-PASSED', subIndication: null });
  await revokeCertificate(services, testActor, { certificateId: official.certificateId, reason: 'superseded' });
  services.clock.advance({ minutes: 5 });
  expect((await verify(file, { validationTime: then })).conclusion.indication).toBe('TOTAL-PASSED');
  expect((await verify(file)).conclusion).toEqual({ indication: 'INDETERMINATE', subIndication: 'REVOKED_NO_POE' });
});

test('an earlier receipt proves that the file existed before the revocation, unless the policy wants a timestamp', async () => {
  const official = await results.official();
  const file = await results.sign(official);
  const seen = await verify(file);
  services.clock.advance({ minutes: 10 });
  await revokeCertificate(services, testActor, { certificateId: official.certificateId, reason: 'superseded' });
  services.clock.advance({ minutes: 10 });
  const answer = await verify(file);
  expect(answer.conclusion).toEqual({ indication: 'TOTAL-PASSED', subIndication: null });
  expect(answer.signatures[0]!.signingTime).toMatchObject({ proven: seen.verifiedAt, provenBy: 'receipt' });
  expect((await verify(file, { policy: 'strict' })).conclusion.indication).toBe('INDETERMINATE');
});

test('the law’s outcome, what the document is and whom it is from, in words', async () => {
  const answer = await verify(await results.sign(await results.official()), { issuingBody: 'UBND tỉnh khác' });
  expect(answer).toMatchObject({ outcome: { code: 'valid', text: { vi: 'Hợp lệ', en: 'Valid' } }, nature: { code: 'personal-only' } });
  expect(answer.messages.map(({ code, level }) => [code, level])).toEqual([['issuing-body-differs', 'warning']]);
  expect(answer.signatures[0]!.buildingBlocks.map(({ name }) => name)).toContain('certificate-validation');
});

test.each([['by Accept', '', { Accept: 'application/xml' }], ['by the query', '?report=etsi', {}]])('the report of ETSI TS 119 102-2, %s', async (_how, query, headers) => {
  const form = new FormData();
  form.set('file', new Blob([Buffer.from(await results.sign(await results.official()))]), 'ket-qua.pdf');
  const answer = await fetch(`${base}/api/v1/verifications${query}`, { method: 'POST', body: form, headers: { Authorization: `Bearer ${token}`, ...headers } });
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/xml']);
  expect(await answer.text()).toContain('<MainIndication>urn:etsi:019102:mainindication:total-passed</MainIndication>');
});

test.each(['strict', 'lenient-foreign', 'lenient'])('the policy %s is chosen by its name', async (policy) => {
  expect((await verify(await results.sign(await results.official()), { policy })).policy).toBe(policy);
});

test('a time to come is refused, a stranger is not let in', async () => {
  const file = await results.sign(await results.official());
  expect((await post(file, { validationTime: '2030-01-01T00:00:00Z' })).status).toBe(422);
  const form = new FormData();
  form.set('file', new Blob([Buffer.from(file)]), 'x.pdf');
  expect((await fetch(`${base}/api/v1/verifications`, { method: 'POST', body: form })).status).toBe(401);
});

test('an XML invoice with the leaf alone passes and says what is signed; changed, wrapped or with a document type it does not', async () => {
  const { signer, certificate } = await results.official();
  const holder = { signer, certificate };
  const xml = await signed(invoice, holder, { references: [{ uri: '#data' }], signingTime: services.now(), timestamp: (imprint) => results.token(imprint) });
  const answer = await verify(Buffer.from(xml));
  expect(answer).toMatchObject({ conclusion: { indication: 'TOTAL-PASSED', subIndication: null }, document: { format: 'XML' } });
  expect(answer.signatures[0]).toMatchObject({ signer: { commonName: 'Nguyễn Văn A' }, signingTime: { provenBy: 'signature-timestamp' }, coverage: { wholeDocument: false } });
  expect(answer.signatures[0]!.format).toMatch(/^XAdES-B-/);
  expect(answer.signatures[0]!.messages.find(({ code }) => code === 'signed-part')?.text.vi).toBe('Phần được ký: /HDon/DLHDon.');
  expect((await verify(Buffer.from(xml.replace('1100000', '9100000')))).conclusion).toEqual({ indication: 'TOTAL-FAILED', subIndication: 'HASH_FAILURE' });
  expect((await verify(Buffer.from(xml.replace('<DSCKS>', '<DLHDon/><DSCKS>')))).conclusion).toEqual({ indication: 'INDETERMINATE', subIndication: 'SIG_CONSTRAINTS_FAILURE' });
  const refused = await post(Buffer.from(xml.replace('?>', '?><!DOCTYPE HDon>')));
  expect([refused.status, (await refused.json() as { type: string }).type]).toEqual([422, 'urn:antin:problem:document-unreadable']);
});

test.each<[string, string, string, (by: Official) => Promise<[Uint8Array | string, Record<string, Uint8Array>?]>]>([
  ['.p7m, attached', 'CMS', 'CAdES-B-B', async (by) => [await sign(by, text, { attached: true })]],
  ['.p7s with its content', 'CMS', 'CAdES-B-B', async (by) => [await sign(by, text), { content: text }]],
  ['.asics', 'ASiC-S', 'CAdES-B-B', async (by) => [container('ASiC-S', { 'a.txt': text, 'META-INF/signature.p7s': await sign(by, text) })]],
  ['.asice', 'ASiC-E', 'CAdES-B-B', async (by) => [container('ASiC-E', await signedFiles(by, { 'a.txt': text, 'b/c.txt': 'c' }))]],
  ['.jws, compact', 'JWS', 'JAdES-B-B', async (by) => [await forged(by, JSON.stringify(jadesHeader(by, 'ES256')), text.toString('base64url'))]],
  ['.json, flattened and detached', 'JWS', 'JAdES-B-B', async (by) => {
    const [header, , signature] = (await forged(by, JSON.stringify(jadesHeader(by, 'ES256')), text.toString('base64url'))).split('.');
    return [JSON.stringify({ protected: header, signature }), { content: text }];
  }],
])('%s passes with the leaf alone, by what it is and not by its name', async (_what, format, level, make) => {
  const [file, fields] = await make(await results.official());
  const answer = await verify(Buffer.from(file), fields);
  expect(answer).toMatchObject({ conclusion: { indication: 'TOTAL-PASSED', subIndication: null }, document: { format }, signatures: [{ format: level, signer: { commonName: 'Nguyễn Văn A' } }] });
});

test('each file of a container is told with its digest and who signed it; one that nobody signed takes the pass away', async () => {
  const made = await signedFiles(await results.official(), { 'a.txt': text });
  const answer = await verify(container('ASiC-E', { ...made, 'them.txt': 'x' }));
  expect(answer.files).toMatchObject([{ name: 'a.txt', octets: text.length, coveredBy: ['S-1'] }, { name: 'them.txt', octets: 1, coveredBy: [] }]);
  expect(answer.conclusion).toEqual({ indication: 'INDETERMINATE', subIndication: 'SIG_CONSTRAINTS_FAILURE' });
  expect(answer.messages.map(({ code, text: { vi, en } }) => [code, vi, en])).toEqual([['file-not-signed', 'Tệp them.txt không được chữ ký nào bao phủ.', 'No signature covers the file them.txt.']]);
  const refused = await post(Buffer.concat([container('ASiC-E', made), Buffer.from('x')]));
  expect(refused.status).toBe(422);
});

describe('what the signatures make of a document', () => {
  const body = 'Ủy ban nhân dân tỉnh Thử Nghiệm';
  const seal = (): Promise<Official> => results.official({ profile: 'agency-seal', subject: [['C', 'VN'], ['O', body], ['CN', body]] });
  const leader = (): Promise<Official> => results.official({ subject: [['C', 'VN'], ['O', body], ['CN', 'Trần Thị B']] });

  test('a leader’s signature and the organisation’s on one file', async () => {
    const answer = await verify(await results.sign(await seal(), { pdf: await results.sign(await leader(), { timestamp: true }), timestamp: true }), { issuingBody: 'UBND tỉnh thử nghiệm' });
    expect(answer.conclusion.indication).toBe('TOTAL-PASSED');
    expect(answer.signatures.map(({ signer, coverage }) => [signer?.kind, coverage?.wholeDocument])).toEqual([['personal', false], ['organisation-seal', true]]);
    expect(answer.nature).toEqual({ code: 'leader-and-organisation', text: { vi: 'Văn bản có chữ ký số của người có thẩm quyền và của cơ quan', en: 'Signed by a competent person and by the organisation' } });
    expect(answer.messages.map(({ code, text: words }) => [code, words.vi])).toEqual([['issuing-body-matches', 'Cơ quan ban hành ghi trên kết quả (UBND tỉnh thử nghiệm) đúng với chứng thư.']]);
    expect(answer.signatures[0]!.messages.find(({ code }) => code === 'signed-again-after')?.text.vi).toBe('Sau chữ ký này, tài liệu được ký thêm.');
  });

  test.each([
    ['a copy', 'SAO Y', 'electronic-copy', 'organisation-copy', 'Bản sao điện tử có chữ ký số của cơ quan', 'An electronic copy with the organisation’s signature'],
    ['the organisation’s alone', undefined, 'organisation-seal', 'organisation-only', 'Chỉ có chữ ký số của cơ quan: bản sao, hoặc văn bản không kèm chữ ký số của người có thẩm quyền', 'The organisation’s signature alone: a copy, or a document without a competent person’s signature'],
  ])('%s', async (_what, reason, kind, code, vi, en) => {
    const answer = await verify(await results.sign(await seal(), reason === undefined ? {} : { reason }));
    expect(answer).toMatchObject({ conclusion: { indication: 'TOTAL-PASSED' }, nature: { code, text: { vi, en } }, signatures: [{ signer: { kind, commonName: body } }] });
  });

  test('signers of two trust domains on one file, each told by its own', async () => {
    const root = await makeHolder({ profile: 'root-ca', name: 'Gốc quốc gia' });
    await trustForTest(services, { certificate: toPem('CERTIFICATE', root.certificate.der), fingerprint: sha256Fingerprint(root.certificate.der), label: 'NEAC', domain: 'NEAC', scope: 'signing' });
    const citizen = { ...await makeHolder({ profile: 'official-signing', name: 'Lê Văn C', issuer: root }), certificateId: '' };
    const answer = await verify(await results.sign(await leader(), { pdf: await results.sign(citizen) }));
    expect(answer.signatures.map(({ trustDomain, signer }) => [trustDomain, signer?.commonName])).toEqual([['NEAC', 'Lê Văn C'], ['Antin', 'Trần Thị B']]);
    // nobody says whether the citizen’s certificate stands: no status is not good status
    expect(answer.signatures.map(({ indication, subIndication }) => [indication, subIndication])).toEqual([['INDETERMINATE', 'TRY_LATER'], ['TOTAL-PASSED', null]]);
    expect(answer.outcome.text).toEqual({ vi: 'Chưa đủ căn cứ', en: 'Indeterminate' });
  });
});
