import { sign } from 'node:crypto';
import { keyPem, makeHolder, Openssl, type Holder } from '../certificates.ts';
import { buildPdf, plainObjects } from '../pdf-file/build-pdf.ts';
import { codesOf, Country, summaryOf } from './country.ts';

const openssl = new Openssl();
afterAll(() => openssl.close());
let country: Country;
let holder: Holder;
beforeAll(async () => {
  country = await Country.found();
  holder = await country.official('Chủ tịch', 'rsa');
});

const octetString = (value: Uint8Array): string => `0482${value.length.toString(16).padStart(4, '0')}${Buffer.from(value).toString('hex')}`;

/** A PDF as programs of twenty years ago signed it; by the signer's own words unless told otherwise. */
function signedPdf({ cert = `<${hexOf(holder)}>`, contents = (data: Buffer) => octetString(opensslSigns(data, 'sha256')) }: { cert?: string; contents?: (data: Buffer) => string } = {}): Buffer {
  const room = 600;
  const whole = buildPdf({
    ...plainObjects, 6: '<</Fields [7 0 R 9 0 R] /SigFlags 3>>', 9: '<</FT /Sig /T (Signature1) /V 10 0 R>>',
    10: `<</Type /Sig /Filter /Adobe.PPKLite /SubFilter /adbe.x509.rsa_sha1 ${cert === '' ? '' : `/Cert ${cert}`} /ByteRange [0 0000000 0000000 0000000] /Contents <${'0'.repeat(room * 2)}>>>`,
  });
  const start = whole.indexOf('/Contents <') + '/Contents '.length;
  const end = start + room * 2 + 2;
  const range = [0, start, end, whole.length - end].join(' ');
  whole.write(`[${range}]`.padEnd('[0 0000000 0000000 0000000]'.length), whole.indexOf('[0 0000000'), 'latin1');
  whole.write(contents(Buffer.concat([whole.subarray(0, start), whole.subarray(end)])), start + 1, 'latin1');
  return whole;
}

const hexOf = ({ certificate }: Holder): string => Buffer.from(certificate.der).toString('hex');
const opensslSigns = (data: Buffer, digest: string): Buffer => openssl.binary('dgst', `-${digest}`, '-sign', openssl.file('a.key', keyPem(holder)), openssl.file('data', data));

test.each([
  ['SHA-256', 'sha256', 'TOTAL-PASSED'],
  ['SHA-512', 'sha512', 'TOTAL-PASSED'],
  ['SHA-1, which is broken by now', 'sha1', 'INDETERMINATE/CRYPTO_CONSTRAINTS_FAILURE_NO_POE'],
])('adbe.x509.rsa_sha1 as openssl signs with %s', (_what, digest, verdict) => {
  const report = country.validate(signedPdf({ contents: (data) => octetString(opensslSigns(data, digest)) }));
  expect(report.signatures.map(summaryOf)).toEqual([`S-1 PKCS7-B ${verdict}`]);
  expect(report.signatures[0]!.signer?.commonName).toBe('Chủ tịch');
  expect(codesOf(report)).toContain('signing-certificate-unbound');
});

test('a chain in Cert: the first is the signer’s', () => {
  const report = country.validate(signedPdf({ cert: `[<${hexOf(holder)}> <${hexOf(country.root)}>]` }));
  expect(report.signatures.map(summaryOf)).toEqual(['S-1 PKCS7-B TOTAL-PASSED']);
  expect(summaryOf(country.validate(signedPdf({ cert: `[<${hexOf(country.root)}> <${hexOf(holder)}>]` })).signatures[0]!)).toContain('TOTAL-FAILED/SIG_CRYPTO_FAILURE');
});

test.each<[string, () => Promise<Buffer>, string]>([
  ['a changed byte', async () => {
    const file = signedPdf();
    file[file.indexOf('DAT')]! ^= 1;
    return file;
  }, 'TOTAL-FAILED/SIG_CRYPTO_FAILURE'],
  ['the certificate of another', async () => signedPdf({ cert: `<${hexOf(await country.official('Người khác', 'p256'))}>` }), 'TOTAL-FAILED/SIG_CRYPTO_FAILURE'],
  ['no certificate', async () => signedPdf({ cert: '' }), 'TOTAL-FAILED/FORMAT_FAILURE'],
  ['a certificate that is none', async () => signedPdf({ cert: '<3000>' }), 'TOTAL-FAILED/FORMAT_FAILURE'],
  ['a SEQUENCE in place of the value', async () => signedPdf({ contents: () => '30030201ff' }), 'TOTAL-FAILED/FORMAT_FAILURE'],
  ['a signature of another key', async () => {
    const stranger = await makeHolder({ profile: 'root-ca', name: 'Người lạ', kind: 'rsa' });
    return signedPdf({ cert: `<${hexOf(stranger)}>`, contents: (data) => octetString(sign('sha256', Buffer.concat([data, data]), stranger.privateKey)) });
  }, 'TOTAL-FAILED/SIG_CRYPTO_FAILURE'],
])('%s: no pass', async (_what, make, verdict) => {
  expect(summaryOf(country.validate(await make()).signatures[0]!)).toContain(verdict);
});
