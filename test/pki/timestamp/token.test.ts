import { createHash } from 'node:crypto';
import { generalizedTime, integer, oid, sequence } from '../../../pki/asn1/der-writer.ts';
import { oids } from '../../../pki/asn1/oids.ts';
import { parseCertificate, type Certificate } from '../../../pki/certificate/parse.ts';
import { buildSignedData } from '../../../pki/cms/build.ts';
import { imprintDer } from '../../../pki/timestamp/imprint.ts';
import { parseTimestampRequest } from '../../../pki/timestamp/request.ts';
import { parseTimestampResponse, timestampResponse } from '../../../pki/timestamp/response.ts';
import { buildTimestampToken, isTimestampingCertificate, parseTimestampToken, verifyTimestampToken } from '../../../pki/timestamp/token.ts';
import { buildTstInfo } from '../../../pki/timestamp/tst-info.ts';
import { selectSignerCertificate } from '../../../pki/cms/signer-certificate.ts';
import { certificatePem, keyPem, makeHolder, now, Openssl, type Holder, type KeyKind } from '../certificates.ts';
import fc from 'fast-check';
import { PkiError } from '../../../pki/error.ts';
import { buildTimestampRequest } from '../../../pki/timestamp/request.ts';
import { mutated } from '../mutation.ts';

const openssl = new Openssl();
afterAll(() => openssl.close());
const policy = '1.3.6.1.4.1.99999.1.9';
const document = Buffer.from('kết quả', 'utf8');
const data = openssl.file('data', document);
const at = ['-attime', String(now.getTime() / 1000)];
let ca: Holder;
beforeAll(async () => {
  ca = await makeHolder({ profile: 'root-ca', name: 'CA' });
});
const unitOf = (kind: KeyKind): Promise<Holder> => makeHolder({ profile: 'timestamping', name: 'TSU', kind, issuer: ca });

interface Stamp { unit: Holder; bytes?: Uint8Array; certificates?: Uint8Array[] | undefined }

function stamp({ unit, bytes = document, certificates = [] }: Stamp): Promise<Uint8Array> {
  const imprint = { digest: 'sha256', value: createHash('sha256').update(bytes).digest() } as const;
  const info = buildTstInfo({ policy, imprint, serialNumber: 99n, genTime: now, accuracySeconds: 1 });
  return buildTimestampToken(info, { signer: unit.signer, certificate: unit.certificate, certificates });
}

// openssl ts stands on its PKCS#7, which knows no PSS
describe('openssl ts asks, we stamp, openssl verifies', () => {
  test.each<[KeyKind, string, string[]]>([
    ['rsa', 'sha256', ['-cert']],
    ['p256', 'sha512', ['-cert', '-no_nonce']],
    ['p256', 'sha384', ['-cert', '-tspolicy', policy]],
    ['p384', 'sha256', []],
  ])('%s, %s, %p', async (kind, digest, options) => {
    const unit = await unitOf(kind);
    const query = openssl.path('query.tsq');
    openssl.run('ts', '-query', '-data', data, `-${digest}`, ...options, '-out', query);
    const request = parseTimestampRequest(openssl.read('query.tsq'));
    expect(request.certReq).toBe(options.includes('-cert'));
    expect(request.nonce === undefined).toBe(options.includes('-no_nonce'));
    const { nonce } = request;
    const info = buildTstInfo({ policy, imprint: request.imprint, serialNumber: (1n << 159n) + 5n, genTime: now, accuracySeconds: 1, ...(nonce === undefined ? {} : { nonce }) });
    const token = await buildTimestampToken(info, { signer: unit.signer, certificate: unit.certificate, certificates: request.certReq ? [] : undefined });
    const reply = openssl.file('reply.tsr', timestampResponse({ token }));
    const anchor = openssl.file('ca.pem', certificatePem(ca));
    const unitPem = openssl.file('unit.pem', certificatePem(unit));
    expect(openssl.run('ts', '-verify', '-in', reply, '-queryfile', query, '-CAfile', anchor, '-untrusted', unitPem, ...at)).toContain('Verification: OK');
    const text = openssl.run('ts', '-reply', '-in', reply, '-text');
    expect(text).toContain('Status: Granted.');
    expect(text).toContain('Time stamp: Jun  1 08:00:00 2026 GMT');
    expect(text).toContain('Accuracy: 0x01 seconds');
    const other = openssl.file('other', 'khác');
    expect(() => openssl.run('ts', '-verify', '-in', reply, '-data', other, '-CAfile', anchor, '-untrusted', unitPem, ...at)).toThrow('message imprint mismatch');
  });
});

describe('openssl stamps, we judge', () => {
  test.each<[KeyKind, string]>([['rsa', 'sha256'], ['p256', 'sha512'], ['p256', 'sha1']])('%s, ESS with %s', async (kind, ess) => {
    const unit = await unitOf(kind);
    openssl.file('serial', '1F\n');
    const config = openssl.file('tsa.cnf', [
      '[ tsa ]', 'default_tsa = t', '[ t ]', `serial = ${openssl.path('serial')}`, `default_policy = ${policy}`, 'digests = sha256, sha512',
      'accuracy = secs:1, millisecs:500', 'clock_precision_digits = 3', 'ordering = yes', 'tsa_name = yes', `ess_cert_id_alg = ${ess}`, 'signer_digest = sha256', '',
    ].join('\n'));
    const query = openssl.path('q.tsq');
    openssl.run('ts', '-query', '-data', data, '-sha256', '-cert', '-out', query);
    openssl.run('ts', '-reply', '-queryfile', query, '-config', config, '-signer', openssl.file('u.pem', certificatePem(unit)),
      '-inkey', openssl.file('u.key', keyPem(unit)), '-out', openssl.path('made.tsr'));
    const response = parseTimestampResponse(openssl.read('made.tsr'));
    expect(response.status).toBe(0);
    const token = parseTimestampToken(response.token!);
    expect(token.tstInfo).toMatchObject({ policy, accuracy: { seconds: 1, millis: 500, micros: 0 }, ordering: true, tsa: { type: 'directoryName' } });
    const certificate = selectSignerCertificate(token.signerInfo, token.signedData.certificates.map(parseCertificate)) as Certificate;
    expect(isTimestampingCertificate(certificate)).toBe(true);
    expect(verifyTimestampToken(token, document, certificate)).toMatchObject({ intact: true, problems: [] });
  });
});

describe('verifyTimestampToken', () => {
  test.each<[KeyKind]>([['rsa'], ['rsa-pss'], ['p256'], ['ed25519'], ['ml-dsa-65']])('%s: what we stamp is intact', async (kind) => {
    const unit = await unitOf(kind);
    const token = parseTimestampToken(await stamp({ unit }));
    expect(verifyTimestampToken(token, document, unit.certificate)).toEqual({ intact: true, problems: [], genTime: now });
    expect(verifyTimestampToken(token, (digest) => createHash(digest).update(document).digest(), unit.certificate).intact).toBe(true);
  });

  test('the imprint must be of these very bytes', async () => {
    const unit = await unitOf('p256');
    const token = parseTimestampToken(await stamp({ unit }));
    expect(verifyTimestampToken(token, Buffer.from('khác'), unit.certificate).problems.map(({ code }) => code)).toEqual(['imprint-mismatch']);
    expect(verifyTimestampToken(token, () => new Uint8Array(0), unit.certificate).problems.map(({ code }) => code)).toEqual(['imprint-mismatch']);
  });

  test("another unit's certificate is refused on every ground", async () => {
    const token = parseTimestampToken(await stamp({ unit: await unitOf('p256') }));
    const codes = verifyTimestampToken(token, document, (await unitOf('p256')).certificate).problems.map(({ code }) => code);
    expect(codes).toEqual(['signer-mismatch', 'signing-certificate-mismatch', 'signature-invalid']);
  });

  test('a certificate for more than timestamping is no unit', async () => {
    expect(isTimestampingCertificate((await makeHolder({ profile: 'official-signing', name: 'A', issuer: ca })).certificate)).toBe(false);
    expect(isTimestampingCertificate((await unitOf('p256')).certificate)).toBe(true);
    const { extensions } = (await unitOf('p256')).certificate;
    const lax = new Map([...extensions].map(([id, extension]) => [id, { ...extension, critical: false }]));
    expect(isTimestampingCertificate({ extKeyUsage: [oids.timeStamping], extensions: lax })).toBe(false);
    expect(isTimestampingCertificate({ extKeyUsage: [oids.timeStamping, oids.clientAuth], extensions })).toBe(false);
  });
});

describe('parseTimestampToken', () => {
  test('sends no certificate without certReq', async () => {
    const unit = await unitOf('p256');
    const info = buildTstInfo({ policy, imprint: { digest: 'sha256', value: new Uint8Array(32) }, serialNumber: 1n, genTime: now, accuracySeconds: 1 });
    const token = await buildTimestampToken(info, { signer: unit.signer, certificate: unit.certificate, certificates: undefined });
    expect(parseTimestampToken(token).signedData.certificates).toEqual([]);
  });

  test('refuses a SignedData that is no token', async () => {
    const { signer, certificate } = await unitOf('p256');
    const der = await buildSignedData({ content: document, digest: createHash('sha256').update(document).digest(), signer, certificate, certificates: [] });
    expect(() => parseTimestampToken(der)).toThrow('timestamp-malformed');
  });

  test.each([
    ['version 2', sequence(integer(2), oid(policy), imprintDer({ digest: 'sha256', value: new Uint8Array(32) }), integer(1), generalizedTime(now)), 'timestamp-malformed'],
    ['an imprint that is too short', sequence(integer(1), oid(policy), imprintDer({ digest: 'sha256', value: new Uint8Array(20) }), integer(1), generalizedTime(now)), 'timestamp-malformed'],
    ['more after it', sequence(integer(1), oid(policy), imprintDer({ digest: 'sha256', value: new Uint8Array(32) }), integer(1), generalizedTime(now), integer(1), oid('1.2.3')), 'asn1-trailing-bytes'],
  ])('refuses a TSTInfo with %s', async (_what, info, code) => {
    const unit = await unitOf('p256');
    const token = await buildTimestampToken(info, { signer: unit.signer, certificate: unit.certificate, certificates: [] });
    expect(() => parseTimestampToken(token)).toThrow(expect.objectContaining({ code }));
  });
});

test('mutated requests, responses and tokens: a value, a verdict or a PkiError; no changed TSTInfo is intact', async () => {
  const unit = await unitOf('p256');
  const token = await stamp({ unit });
  const stamped = parseTimestampToken(token).signedData.content!;
  const request = buildTimestampRequest({ imprint: { digest: 'sha256', value: new Uint8Array(32) }, policy, nonce: 77n, certReq: true });
  const orPkiError = (read: () => void): void => {
    try {
      read();
    } catch (error) {
      expect(error).toBeInstanceOf(PkiError);
    }
  };
  fc.assert(fc.property(mutated(request), (bytes) => orPkiError(() => void parseTimestampRequest(bytes))), { numRuns: 700 });
  fc.assert(fc.property(mutated(timestampResponse({ token })), (bytes) => orPkiError(() => {
    const response = parseTimestampResponse(bytes);
    if (!response.token) return;
    const read = parseTimestampToken(response.token, { allowTrailingZeros: true });
    const { intact } = verifyTimestampToken(read, document, unit.certificate);
    expect(!intact || Buffer.compare(read.signedData.content!, stamped) === 0).toBe(true);
  })), { numRuns: 2_000 });
});
