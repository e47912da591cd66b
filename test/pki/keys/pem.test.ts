import fc from 'fast-check';
import { parsePem, toPem } from '../../../pki/keys/pem.ts';

test('what is written is read back, whatever the bytes', () => {
  fc.assert(fc.property(fc.uint8Array({ minLength: 1, maxLength: 300 }), (der) => {
    const [block, ...rest] = parsePem(`a note before\n${toPem('CERTIFICATE', der)}and after`);
    expect(block!.label).toBe('CERTIFICATE');
    expect(Uint8Array.from(block!.der)).toEqual(der);
    expect(rest).toEqual([]);
  }));
});

test('64 characters to a line (RFC 7468 §2), line ends of any system', () => {
  const pem = toPem('CERTIFICATE', new Uint8Array(100));
  expect(pem.split('\n').slice(1, -2).map((line) => line.length)).toEqual([64, 64, 8]);
  expect(parsePem(pem.replaceAll('\n', '\r\n'))[0]!.der).toHaveLength(100);
});

test('a chain is read in its order', () => {
  const text = toPem('PRIVATE KEY', Uint8Array.of(1)) + toPem('CERTIFICATE', Uint8Array.of(2)) + toPem('CERTIFICATE', Uint8Array.of(3));
  expect(parsePem(text).map(({ label, der }) => [label, der[0]])).toEqual([['PRIVATE KEY', 1], ['CERTIFICATE', 2], ['CERTIFICATE', 3]]);
});

test.each([
  ['no block at all', 'MIIB'],
  ['labels that differ', '-----BEGIN CERTIFICATE-----\nAQ==\n-----END PRIVATE KEY-----\n'],
  ['no end', '-----BEGIN CERTIFICATE-----\nAQ==\n'],
  ['a broken second block', `${toPem('CERTIFICATE', Uint8Array.of(1))}-----BEGIN CERTIFICATE-----\nAQ==`],
  ['nothing inside', '-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n'],
  ['other characters inside', '-----BEGIN CERTIFICATE-----\nA!Q==\n-----END CERTIFICATE-----\n'],
  ['headers of old encrypted keys', '-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nAQ==\n-----END RSA PRIVATE KEY-----\n'],
])('refused: %s', (_rule, text) => {
  expect(() => parsePem(text)).toThrow(expect.objectContaining({ code: 'pem-malformed' }));
});
