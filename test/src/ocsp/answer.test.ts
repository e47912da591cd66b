import { randomBytes } from 'node:crypto';
import { parseCertificate, type Certificate } from '../../../pki/certificate/parse.ts';
import { buildCertId } from '../../../pki/ocsp/cert-id.ts';
import { buildOcspRequest } from '../../../pki/ocsp/request.ts';
import { parseOcspResponse } from '../../../pki/ocsp/response.ts';
import { revokeCertificate } from '../../../src/certificates/revoke.ts';
import { prepareCertificates } from '../../../src/certificates/issue.ts';
import { answerOcsp, ocspEvidenceFor } from '../../../src/ocsp/answer.ts';
import { renewResponders } from '../../../src/ocsp/responder.ts';
import { issueForTest, officialOrder, testActor, testAuthorities } from '../../authorities.ts';
import { atEnd, testApp, testServices, type TestServices } from '../../database.ts';
import { opensslFolder } from '../../openssl.ts';

let services: TestServices;
let base: string;
let root: Certificate, ca: Certificate;
let folder: Awaited<ReturnType<typeof opensslFolder>>;
let issuingGeneration: string;
beforeAll(async () => {
  services = await testServices();
  const authorities = await testAuthorities(services);
  issuingGeneration = authorities.issuing.generationId;
  const der = async (id: string) => (await services.db('certificates').where({ id }).first('der')).der as Buffer;
  [root, ca] = [parseCertificate(await der(authorities.root.certificateId)), parseCertificate(await der(authorities.issuing.certificateId))];
  base = await testApp(services);
  folder = await opensslFolder();
  atEnd(folder.remove);
  await folder.writePem('root.pem', 'CERTIFICATE', root.der);
  await folder.writePem('ca.pem', 'CERTIFICATE', ca.der);
});

const serialBytes = (serial: bigint): Buffer => Buffer.from(serial.toString(16).padStart(40, '0'), 'hex');
const idOf = (issuer: Certificate, serial: bigint, digest: 'sha1' | 'sha256' = 'sha1') => buildCertId({ issuer, serialNumber: serialBytes(serial), digest });
const ask = async (certIds: Uint8Array[], nonce?: Uint8Array) => parseOcspResponse((await answerOcsp(services, buildOcspRequest({ certIds, ...(nonce ? { nonce } : {}) }))).der);
const seconds = () => String(Math.floor(services.now().getTime() / 1000));

describe('openssl ocsp', () => {
  const judge = async (leaf: string, issuer: string, ...more: string[]) =>
    folder.openssl('ocsp', '-issuer', issuer, '-cert', leaf, '-url', `${base}/ocsp`, '-CAfile', 'root.pem', '-attime', seconds(), '-validity_period', '999999999', ...more);

  test.each([['with a nonce', []], ['without', ['-no_nonce']], ['by SHA-256', ['-sha256', '-no_nonce']]])('a good certificate, %s', async (_how, options) => {
    await folder.writePem('leaf.pem', 'CERTIFICATE', (await issueForTest(services)).der);
    // openssl wants the digest before the certificates it is for
    const digest = options.filter((option) => option === '-sha256');
    const said = await folder.openssl('ocsp', ...digest, '-issuer', 'ca.pem', '-cert', 'leaf.pem', '-url', `${base}/ocsp`, '-CAfile', 'root.pem', '-partial_chain',
      '-verify_other', 'ca.pem', '-attime', seconds(), '-validity_period', '999999999', ...options.filter((option) => option !== '-sha256'));
    expect(said.output).toContain('Response verify OK');
    expect(said.output).toContain('leaf.pem: good');
    expect(said.output).not.toContain('WARNING');
  });

  test('a revoked one, with reason and time', async () => {
    const { certificateId, der } = await issueForTest(services);
    await revokeCertificate(services, testActor, { certificateId, reason: 'keyCompromise' });
    await folder.writePem('leaf.pem', 'CERTIFICATE', der);
    const said = await judge('leaf.pem', 'ca.pem', '-verify_other', 'ca.pem');
    expect(said.output).toContain('leaf.pem: revoked');
    expect(said.output).toContain('Reason: keyCompromise');
    expect(said.output).toContain('Revocation Time: Nov  2 02:00:00 2026 GMT');
  });

  test('the issuing CA, answered by the root\'s responder', async () => {
    const said = await judge('ca.pem', 'root.pem');
    expect(said.output).toContain('Response verify OK');
    expect(said.output).toContain('ca.pem: good');
  });

  test('over GET, as RFC 5019 writes the address', async () => {
    const { der } = await issueForTest(services);
    await folder.writePem('leaf.pem', 'CERTIFICATE', der);
    await folder.openssl('ocsp', '-issuer', 'ca.pem', '-cert', 'leaf.pem', '-no_nonce', '-reqout', 'request.der');
    const { readFile } = await import('node:fs/promises');
    const request = (await readFile(folder.path('request.der'))).toString('base64');
    for (const path of [encodeURIComponent(request), request]) {
      const answer = await fetch(`${base}/ocsp/${path}`);
      await folder.write('answer.der', new Uint8Array(await answer.arrayBuffer()));
      const said = await folder.openssl('ocsp', '-respin', 'answer.der', '-issuer', 'ca.pem', '-cert', 'leaf.pem', '-CAfile', 'root.pem', '-verify_other', 'ca.pem', '-attime', seconds(), '-validity_period', '999999999');
      expect(said.output).toContain('leaf.pem: good');
    }
  });
});

test.each([
  ['a serial never issued', async () => 0x4711n],
  ['a certificate that is prepared and not issued', async () => {
    const order = officialOrder();
    await services.db.transaction((tx) => prepareCertificates(services, tx, testActor, [order]));
    const { serialNumber } = await services.db('certificates').where({ id: order.certificateId }).first('serialNumber');
    return BigInt(`0x${serialNumber.toString('hex')}`);
  }],
  ['the number of another CA\'s certificate', async () => ca.serialNumber],
])('%s is unknown, which is not good', async (_case, serial) => {
  expect((await ask([idOf(ca, await serial())])).responses[0]!.status).toEqual({ status: 'unknown' });
});

test('a nonce comes back and the answer is not to be kept (RFC 9654)', async () => {
  const { der } = await issueForTest(services);
  const certIds = [idOf(ca, parseCertificate(der).serialNumber)];
  const nonce = randomBytes(32);
  const answer = await answerOcsp(services, buildOcspRequest({ certIds, nonce }));
  expect(Buffer.from(parseOcspResponse(answer.der).nonce!)).toEqual(nonce);
  expect(answer.keep).toBeUndefined();
  expect((await answerOcsp(services, buildOcspRequest({ certIds }))).keep).toBeDefined();
});

test.each([
  ['an issuer that is not ours', () => buildOcspRequest({ certIds: [Buffer.from(idOf(ca, 5n)).map((b, i) => (i === 20 ? b ^ 1 : b))] }), 'unauthorized'],
  ['certificates of two issuers in one request', () => buildOcspRequest({ certIds: [idOf(ca, 5n), idOf(root, ca.serialNumber)] }), 'unauthorized'],
  ['garbage', () => Buffer.from('30030201', 'hex'), 'malformedRequest'],
  ['nothing', () => new Uint8Array(0), 'malformedRequest'],
  ['5,000 bytes', () => new Uint8Array(5_000), 'malformedRequest'],
])('%s: %#', async (_case, request, status) => {
  const { der, keep } = await answerOcsp(services, request());
  expect(() => parseOcspResponse(der)).toThrow(expect.objectContaining({ code: 'ocsp-not-successful', rule: status }));
  expect(keep).toBeUndefined();
});

test('two certificates of one issuer in one answer', async () => {
  const serials = [parseCertificate((await issueForTest(services)).der).serialNumber, 77n];
  const { responses } = await ask(serials.map((serial) => idOf(ca, serial)));
  expect(responses.map(({ status }) => status.status)).toEqual(['good', 'unknown']);
});

test('evidence for our own certificates is fresh, for others there is none', async () => {
  const { certificateId, der } = await issueForTest(services);
  const certificate = parseCertificate(der);
  const statusOf = async () => parseOcspResponse((await ocspEvidenceFor(services, certificate))!).responses[0]!;
  expect((await statusOf()).status.status).toBe('good');
  const invalidityDate = new Date('2026-10-01T00:00:00Z');
  await revokeCertificate(services, testActor, { certificateId, reason: 'keyCompromise', invalidityDate });
  expect(await statusOf()).toMatchObject({ status: { status: 'revoked', reason: 'keyCompromise' }, invalidityDate });
  expect(await ocspEvidenceFor(services, { ...certificate, issuer: certificate.subject })).toBeUndefined();
});

test('responder certificates are renewed before they end, and nobody answers with one that has', async () => {
  const count = async () => Number((await services.db('ocsp_responders').where({ generationId: issuingGeneration }).count('* as n').first())!.n);
  expect(await renewResponders(services)).toBe(0);
  services.clock.advance({ days: 45 });
  expect(await renewResponders(services)).toBe(2);
  expect(await count()).toBe(2);
  services.clock.advance({ days: 30 });
  const { producedAt, certificates } = await ask([idOf(ca, 5n)]);
  expect(parseCertificate(certificates[0]!).notAfter > producedAt).toBe(true);
  services.clock.advance({ days: 100 });
  expect(() => parseOcspResponse(new Uint8Array(0))).toThrow();
  await expect(ask([idOf(ca, 5n)])).rejects.toMatchObject({ rule: 'tryLater' });
});
