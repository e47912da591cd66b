import { DerReader } from '../../../pki/asn1/der-reader.ts';
import { buildCertId, matchesCertId, readCertId } from '../../../pki/ocsp/cert-id.ts';
import { certificatePem, makeHolder, Openssl } from '../certificates.ts';

const openssl = new Openssl();
afterAll(() => openssl.close());

test.each(['sha1', 'sha256'] as const)('%s: name, key and number must all fit', async (digest) => {
  const ca = await makeHolder({ profile: 'root-ca', name: 'CA' });
  const sameName = await makeHolder({ profile: 'root-ca', name: 'CA' });
  const sameKey = await makeHolder({ profile: 'root-ca', name: 'Other', privateKey: ca.privateKey });
  const certId = readCertId(new DerReader(buildCertId({ issuer: ca.certificate, serialNumber: Uint8Array.of(0, 0x80), digest })));
  expect(matchesCertId(certId, ca.certificate, 0x80n)).toBe(true);
  expect(matchesCertId(certId, ca.certificate, 0x81n)).toBe(false);
  expect(matchesCertId(certId, sameName.certificate, 0x80n)).toBe(false);
  expect(matchesCertId(certId, sameKey.certificate, 0x80n)).toBe(false);
  expect(matchesCertId({ ...certId, hashAlgorithm: { ...certId.hashAlgorithm, oid: '1.2.3' } }, ca.certificate, 0x80n)).toBe(false);
});

test('openssl makes the same hashes', async () => {
  const ca = await makeHolder({ profile: 'root-ca', name: 'CA' });
  const text = openssl.run('ocsp', '-issuer', openssl.file('ca.pem', certificatePem(ca)), '-sha256', '-serial', '0x80', '-req_text', '-no_nonce');
  const { issuerNameHash, issuerKeyHash } = readCertId(new DerReader(buildCertId({ issuer: ca.certificate, serialNumber: Uint8Array.of(0x80), digest: 'sha256' })));
  expect(text).toContain(Buffer.from(issuerNameHash).toString('hex').toUpperCase());
  expect(text).toContain(Buffer.from(issuerKeyHash).toString('hex').toUpperCase());
});
