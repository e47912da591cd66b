import { explicit, integer, octetString, oid, sequence, setOf } from '../../../pki/asn1/der-writer.ts';
import { oids } from '../../../pki/asn1/oids.ts';
import { parseCertificate, type Certificate } from '../../../pki/certificate/parse.ts';
import { parseSignedData, type SignedData, type SignedDataOptions } from '../../../pki/cms/signed-data.ts';
import { selectSignerCertificate } from '../../../pki/cms/signer-certificate.ts';
import { verifySigner, type SignedContent } from '../../../pki/cms/verify.ts';
import { digestAlgorithmDer } from '../../../pki/keys/algorithm.ts';
import { certificatePem, keyPem, makeHolder, Openssl, type Holder, type KeyKind } from '../certificates.ts';

const openssl = new Openssl();
afterAll(() => openssl.close());
const content = Buffer.from('văn bản\n'.repeat(2_000), 'utf8');
const data = openssl.file('data', content);
let ca: Holder;
beforeAll(async () => {
  ca = await makeHolder({ profile: 'root-ca', name: 'CA' });
});

async function sign(kind: KeyKind, ...options: string[]): Promise<Uint8Array> {
  const holder = await makeHolder({ profile: 'official-signing', name: 'Người ký', kind, issuer: ca });
  const signer = openssl.file('signer.pem', certificatePem(holder));
  const key = openssl.file('signer.key', keyPem(holder));
  return openssl.binary('cms', '-sign', '-binary', '-in', data, '-signer', signer, '-inkey', key, '-outform', 'DER', ...options);
}

function judgeAll(signedData: SignedData, given: SignedContent): string[] {
  const certificates = signedData.certificates.map(parseCertificate);
  return signedData.signerInfos.flatMap((info) => {
    const certificate = selectSignerCertificate(info, certificates) as Certificate;
    const verdict = verifySigner(signedData, info, given, certificate);
    return verdict.problems.map(({ code }) => code);
  });
}

describe('we judge what openssl cms signs', () => {
  test.each<[KeyKind, string, string[], 'attached' | 'detached', SignedData['encoding']]>([
    ['rsa', 'attached', ['-nodetach'], 'attached', 'der'],
    ['rsa', 'detached', [], 'detached', 'der'],
    ['rsa', 'streamed, which is BER with an octet string in pieces', ['-nodetach', '-stream'], 'attached', 'ber'],
    ['rsa', 'PSS', ['-nodetach', '-keyopt', 'rsa_padding_mode:pss'], 'attached', 'der'],
    ['rsa', 'PSS with SHA-512', ['-md', 'sha512', '-keyopt', 'rsa_padding_mode:pss', '-keyopt', 'rsa_pss_saltlen:64'], 'detached', 'der'],
    ['rsa', 'without signed attributes', ['-noattr'], 'detached', 'der'],
    ['p256', 'attached and streamed', ['-nodetach', '-stream'], 'attached', 'ber'],
    ['p256', 'with signing certificate', ['-cades'], 'detached', 'der'],
    ['p256', 'by key identifier', ['-keyid'], 'detached', 'der'],
    ['p256', 'without signed attributes', ['-noattr', '-nodetach', '-stream'], 'attached', 'ber'],
    ['p384', 'SHA-384', ['-md', 'sha384', '-cades'], 'detached', 'der'],
  ])('%s %s', async (kind, _what, options, place, encoding) => {
    const signedData = parseSignedData(await sign(kind, ...options));
    expect(signedData.encoding).toBe(encoding);
    expect(signedData.content === undefined).toBe(place === 'detached');
    const given = place === 'attached' ? 'attached' : content;
    expect(judgeAll(signedData, given)).toEqual([]);
    if (signedData.content) expect(Buffer.compare(signedData.content, content)).toBe(0);
    const changed = Buffer.concat([content, Buffer.from('!')]);
    if (place === 'detached') expect(judgeAll(signedData, changed)).toEqual([options.includes('-noattr') ? 'signature-invalid' : 'message-digest-mismatch']);
  });

  test('two signers', async () => {
    const [a, b] = [await makeHolder({ profile: 'official-signing', name: 'A', issuer: ca }), await makeHolder({ profile: 'official-signing', name: 'B', issuer: ca, kind: 'rsa' })];
    const der = openssl.binary('cms', '-sign', '-binary', '-in', data, '-outform', 'DER',
      '-signer', openssl.file('a.pem', certificatePem(a)), '-inkey', openssl.file('a.key', keyPem(a)),
      '-signer', openssl.file('b.pem', certificatePem(b)), '-inkey', openssl.file('b.key', keyPem(b)));
    const signedData = parseSignedData(der);
    expect(signedData.signerInfos).toHaveLength(2);
    expect(judgeAll(signedData, content)).toEqual([]);
  });
});

describe('parseSignedData', () => {
  test.each<[string, number[], SignedDataOptions, string | undefined]>([
    ['zeros after it where a PDF pads', [0, 0, 0], { allowTrailingZeros: true }, undefined],
    ['zeros after it elsewhere', [0, 0, 0], {}, 'cms-trailing-bytes'],
    ['other bytes after it', [0, 1], { allowTrailingZeros: true }, 'cms-trailing-bytes'],
  ])('%s', async (_what, rest, options, code) => {
    const der = await sign('p256');
    const read = (): SignedData => parseSignedData(Buffer.concat([der, Buffer.from(rest)]), options);
    if (code) expect(read).toThrow(expect.objectContaining({ code }));
    else expect(Buffer.compare(read().der, der)).toBe(0);
  });

  test('BER is refused where the caller says so', async () => {
    const ber = await sign('p256', '-nodetach', '-stream');
    expect(() => parseSignedData(ber, { ber: false })).toThrow(expect.objectContaining({ code: 'asn1-not-der' }));
  });

  const info = (version: number, inner: Uint8Array, type: string = oids.signedData): Uint8Array =>
    sequence(oid(type), explicit(0, sequence(integer(version), setOf(digestAlgorithmDer('sha256')), inner, setOf())));
  test.each<[string, Uint8Array, string]>([
    ['another content type', info(1, sequence(oid(oids.data)), oids.data), 'cms-malformed'],
    ['an unknown version', info(2, sequence(oid(oids.data))), 'cms-malformed'],
    ['content that is no octet string', info(1, sequence(oid(oids.data), explicit(0, integer(5)))), 'asn1-unexpected-tag'],
    ['two contents', info(1, sequence(oid(oids.data), explicit(0, octetString(new Uint8Array(1)), octetString(new Uint8Array(1))))), 'asn1-trailing-bytes'],
    ['nothing', new Uint8Array(0), 'asn1-truncated'],
  ])('refuses %s', (_what, der, code) => {
    expect(() => parseSignedData(der)).toThrow(expect.objectContaining({ code }));
  });

  test('no signer at all is a SignedData with none', () => {
    expect(parseSignedData(info(1, sequence(oid(oids.data)))).signerInfos).toEqual([]);
  });
});
