import { addressesFor, isAllowedUrl, mayFetchFrom } from '../../../src/evidence/address.ts';

const reach = { evidenceHosts: ['ocsp.ca.gov.vn', '*.rootca.gov.vn', 'crl.example.vn:8080', '127.0.0.1', '[', '10.1.2.3'], evidenceNetworks: ['10.1.0.0/16'] };

test.each([
  ['http://ocsp.ca.gov.vn/', true], ['https://OCSP.ca.gov.vn/a?b', true], ['http://ocsp.ca.gov.vn:80/', true], ['http://ocsp.ca.gov.vn:8080/', false],
  ['http://crl.rootca.gov.vn/', true], ['http://a.b.rootca.gov.vn/', true], ['http://rootca.gov.vn/', false], ['http://evilrootca.gov.vn/', false],
  ['http://crl.example.vn:8080/x', true], ['http://crl.example.vn/x', false],
  ['http://ocsp.ca.gov.vn.evil.com/', false], ['http://evil.com/ocsp.ca.gov.vn', false], ['http://ocsp.ca.gov.vn@evil.com/', false], ['http://user@ocsp.ca.gov.vn/', false],
  ['ftp://ocsp.ca.gov.vn/', false], ['file:///etc/passwd', false], ['ldap://ocsp.ca.gov.vn/', false], ['gopher://ocsp.ca.gov.vn/', false], ['', false], ['nothing', false],
  ['http://127.0.0.1/', false], ['http://2130706433/', false], ['http://0x7f.1/', false], ['http://[::1]/', false], ['http://[::ffff:127.0.0.1]/', false],
  ['http://169.254.169.254/latest/meta-data', false], ['http://10.1.2.3/', true], ['http://10.2.2.3/', false], [`http://ocsp.ca.gov.vn/${'a'.repeat(2000)}`, false],
])('%s may be asked: %s', (url, expected) => {
  expect(isAllowedUrl(reach, url)).toBe(expected);
});

test.each(['127.0.0.1', '169.254.169.254', '192.168.1.1', '10.2.0.1', '::1', 'fe80::1', 'fd00::1', '::ffff:10.0.0.1', '0.0.0.0', 'a name'])('a name that leads to %s is not followed', (address) => {
  expect(mayFetchFrom(reach, address)).toBe(false);
});

const [issuer, another] = [Buffer.from([1]), Buffer.from([2])];
const override = { kind: 'ocsp' as const, issuerName: null, prefix: 'http://ocsp.ca.ptc', replacement: 'http://ocsp.ca.gov.vn' };

test.each([
  ['an address that leads nowhere comes last', [override], ['http://ocsp.ca.ptc/a'], ['http://ocsp.ca.gov.vn/a', 'http://ocsp.ca.ptc/a']],
  ['another kind is left alone', [{ ...override, kind: 'crl' as const }], ['http://ocsp.ca.ptc/a'], ['http://ocsp.ca.ptc/a']],
  ['another issuer is left alone', [{ ...override, issuerName: another }], ['http://ocsp.ca.ptc/a'], ['http://ocsp.ca.ptc/a']],
  ['a certificate without an address gets one', [{ ...override, issuerName: issuer, prefix: '' }], [], ['http://ocsp.ca.gov.vn']],
  ['four and no more', [], ['a', 'b', 'c', 'd', 'e'], ['a', 'b', 'c', 'd']],
])('%s', (_rule, overrides, named, expected) => {
  expect(addressesFor('ocsp', issuer, named, overrides)).toEqual(expected);
});
