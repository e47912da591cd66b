import { assembleSigned } from '../../../pki/certificate/build.ts';
import { buildTbsCrl, packCrlEntries, type CrlOrder } from '../../../pki/crl/build.ts';
import { lintCrl } from '../../../pki/crl/lint.ts';
import { parseCrl } from '../../../pki/crl/parse.ts';
import { revocationReasons } from '../../../pki/crl/reason.ts';
import { verifySignature } from '../../../pki/keys/verify.ts';
import { redeem } from '../../../pki/lint/to-be-signed.ts';
import { certificatePem, makeHolder, now, Openssl, type Holder, type KeyKind } from '../certificates.ts';

const openssl = new Openssl();
afterAll(() => openssl.close());

const later = new Date('2026-06-02T08:00:00Z');
const entries = packCrlEntries([
  { serialNumber: Buffer.from('0badcafe', 'hex'), revokedAt: new Date('2026-05-31T12:00:00Z'), reason: 'keyCompromise', invalidityDate: new Date('2026-05-30T00:00:00Z') },
  { serialNumber: Buffer.from('ff'.repeat(20), 'hex'), revokedAt: now },
]);

const orderOf = ({ certificate, signer }: Holder, more: Partial<CrlOrder> = {}): CrlOrder => ({
  scheme: signer.scheme, issuer: certificate.subject.der, thisUpdate: now, nextUpdate: later, crlNumber: 7n,
  authorityKeyIdentifier: certificate.subjectKeyIdentifier!, entries, ...more,
});

async function sign(holder: Holder, order: CrlOrder): Promise<Uint8Array> {
  const tbs = redeem(lintCrl(buildTbsCrl(order), { issuer: holder.certificate, scheme: order.scheme }));
  return assembleSigned(tbs, order.scheme, await holder.signer.sign(tbs));
}

describe('openssl crl reads and verifies what we build', () => {
  test.each<[KeyKind]>([['rsa'], ['rsa-pss'], ['p256'], ['p384'], ['ed25519']])('%s', async (kind) => {
    const ca = await makeHolder({ profile: 'root-ca', name: `CA ${kind}`, kind });
    const crl = openssl.file(`${kind}.crl`, await sign(ca, orderOf(ca)));
    const pem = openssl.file(`${kind}.pem`, certificatePem(ca));
    const text = openssl.run('crl', '-in', crl, '-inform', 'DER', '-noout', '-text', '-CAfile', pem);
    expect(text).toContain('Version 2');
    expect(text).toMatch(/X509v3 CRL Number:\s+7\b/);
    expect(text).toMatch(/Serial Number: 0BADCAFE\s+Revocation Date: May 31 12:00:00 2026 GMT\s+CRL entry extensions:\s+X509v3 CRL Reason Code:\s+Key Compromise\s+Invalidity Date:\s+May 30 00:00:00 2026 GMT/);
    expect(text).toContain(`Serial Number: ${'FF'.repeat(20)}`);
    // without the CA's certificate this exits with an error, so it was verified
    const revoked = await makeHolder({ profile: 'official-signing', name: 'Người ký', issuer: ca, serialNumber: 0x0badcafen });
    const leaf = openssl.file(`${kind}-leaf.pem`, certificatePem(revoked));
    const crlPem = openssl.path(`${kind}.crl.pem`);
    openssl.run('crl', '-in', crl, '-inform', 'DER', '-out', crlPem);
    const attime = String(now.getTime() / 1000 + 60);
    expect(() => openssl.run('verify', '-x509_strict', '-crl_check', '-attime', attime, '-CAfile', pem, '-CRLfile', crlPem, leaf)).toThrow('certificate revoked');
    const good = openssl.file(`${kind}-good.pem`, certificatePem(await makeHolder({ profile: 'official-signing', name: 'Người khác', issuer: ca })));
    expect(openssl.run('verify', '-x509_strict', '-crl_check', '-attime', attime, '-CAfile', pem, '-CRLfile', crlPem, good)).toContain('OK');
  });
});

test('our own parser reads every field back', async () => {
  const ca = await makeHolder({ profile: 'root-ca', name: 'CA' });
  const crl = parseCrl(await sign(ca, orderOf(ca, {
    issuingDistributionPoint: { uris: ['http://pki.example.vn/crl/ca/0.crl'], onlyContains: 'user-certificates' },
    expiredCertsOnCrl: new Date('2020-01-01T00:00:00Z'),
  })));
  expect(crl).toMatchObject({ thisUpdate: now, nextUpdate: later, crlNumber: 7n, entryCount: 2, expiredCertsOnCrl: new Date('2020-01-01T00:00:00Z') });
  expect(crl.issuingDistributionPoint).toMatchObject({ onlyContainsUserCerts: true });
  expect(crl.find(0x0badcafen)).toMatchObject({ reason: 'keyCompromise', invalidityDate: new Date('2026-05-30T00:00:00Z') });
  expect(crl.find(1n)).toBeUndefined();
  expect(verifySignature(crl.signatureAlgorithm, ca.certificate.publicKey, crl.tbs, crl.signature).valid).toBe(true);
});

test('a CRL with nothing revoked has no list at all (§5.1.2.6)', async () => {
  const ca = await makeHolder({ profile: 'root-ca', name: 'CA' });
  const crl = openssl.file('empty.crl', await sign(ca, orderOf(ca, { entries: new Uint8Array(0) })));
  expect(openssl.run('crl', '-in', crl, '-inform', 'DER', '-noout', '-text')).toContain('No Revoked Certificates.');
});

test('openssl shows delta indicator and distribution point as critical', async () => {
  const ca = await makeHolder({ profile: 'root-ca', name: 'CA' });
  const removed = packCrlEntries([{ serialNumber: Uint8Array.of(9), revokedAt: now, reason: 'removeFromCRL' }]);
  const der = await sign(ca, orderOf(ca, {
    entries: removed, baseCrlNumber: 5n,
    issuingDistributionPoint: { uris: ['http://pki.example.vn/crl/ca/delta.crl'], onlySomeReasons: [1, 6], onlyContains: 'ca-certificates' },
  }));
  const text = openssl.run('crl', '-in', openssl.file('delta.crl', der), '-inform', 'DER', '-noout', '-text');
  expect(text).toMatch(/X509v3 Delta CRL Indicator: critical\s+5/);
  expect(text).toMatch(/X509v3 Issuing Distribution Point: critical/);
  expect(text).toContain('Only CA Certificates');
  expect(text).toContain('Only Some Reasons');
  expect(text).toContain('Remove From CRL');
});

test('every reason survives the way through openssl', async () => {
  const ca = await makeHolder({ profile: 'root-ca', name: 'CA' });
  const listed = packCrlEntries(revocationReasons.filter((reason) => reason !== 'removeFromCRL').map((reason, i) => (
    { serialNumber: Uint8Array.of(i + 1), revokedAt: now, reason })));
  const crl = openssl.file('reasons.crl', await sign(ca, orderOf(ca, { entries: listed })));
  const text = openssl.run('crl', '-in', crl, '-inform', 'DER', '-noout', '-text');
  const names = [...text.matchAll(/Reason Code:\s+(.+)/g)].map(([, name]) => name);
  expect(names).toEqual([
    'Key Compromise', 'CA Compromise', 'Affiliation Changed', 'Superseded', 'Cessation Of Operation', 'Certificate Hold',
    'Privilege Withdrawn', 'AA Compromise',
  ]);
});
