import { decodeBase64, decodeBase64url, encodeBase64url } from '../../../pki/jws/base64.ts';

test.each([
  ['padding', 'Zg=='], ['the standard alphabet', '-_+/'], ['white space', 'Zm 9v'], ['a line end', 'Zm9v\n'],
  ['a single character over', 'Zm9vY'], ['pad bits that are not zero, two characters over', 'Zh'], ['pad bits that are not zero, three characters over', 'Zm9'],
])('base64url with %s is refused', (_what, text) => {
  expect(() => decodeBase64url(text)).toThrow('base64-malformed');
});

test.each([
  ['no padding', 'Zg'], ['the alphabet of URLs', '-_=='], ['a line end', 'Zm9v\r\n'], ['pad bits that are not zero', 'Zh=='], ['padding inside', 'Zg==Zg=='],
])('base64 with %s is refused', (_what, text) => {
  expect(() => decodeBase64(text)).toThrow('base64-malformed');
});

test('what is written is read', () => {
  for (let length = 0; length < 9; length++) {
    const bytes = Buffer.from(Array.from({ length }, (_, i) => 255 - i * 37 & 255));
    expect(Buffer.from(decodeBase64url(encodeBase64url(bytes)))).toEqual(bytes);
    expect(Buffer.from(decodeBase64(bytes.toString('base64')))).toEqual(bytes);
  }
});
