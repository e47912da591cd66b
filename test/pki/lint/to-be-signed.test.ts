import { approveForSigning, redeem } from '../../../pki/lint/to-be-signed.ts';

const bytes = Uint8Array.of(0x30, 0x00);
const finding = (level: 'error' | 'warning' | 'notice') => ({ id: `a-${level}`, level, source: 'RFC 5280 §4' });

test('a token is redeemed once, for the bytes that were linted', () => {
  const linted = Uint8Array.from(bytes);
  const token = approveForSigning('certificate', linted, 'ed25519', [finding('warning'), finding('notice')]);
  linted[1] = 1;
  token.bytes[1] = 1;
  expect(redeem(token)).toEqual(bytes);
  expect(token.findings.map(({ id }) => id)).toEqual(['a-warning', 'a-notice']);
  expect(() => redeem(token)).toThrow(expect.objectContaining({ code: 'already-signed' }));
});

test('an error stops the signature and every broken row is named', () => {
  expect(() => approveForSigning('crl', bytes, 'ed25519', [finding('error'), finding('warning'), { ...finding('error'), id: 'b' }]))
    .toThrow(expect.objectContaining({ code: 'lint-failed', rule: 'a-error, b' }));
});

test.each([
  ['a copy of a token', () => ({ ...approveForSigning('ocsp', bytes, 'ed25519', []) })],
  ['an object that looks like one', () => ({ kind: 'certificate' as const, bytes, scheme: 'ed25519' as const, findings: [] })],
])('%s is worth nothing', (_what, forge) => {
  expect(() => redeem(forge())).toThrow(expect.objectContaining({ code: 'already-signed' }));
});

test('a token cannot be changed', () => {
  const token = approveForSigning('ocsp', bytes, 'ed25519', []);
  expect(() => Object.assign(token, { scheme: 'rsa-sha256' })).toThrow(TypeError);
});
