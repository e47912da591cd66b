import { integer, sequence } from '../../../pki/asn1/der-writer.ts';
import { failInfos, parseTimestampResponse, timestampResponse, type FailInfo } from '../../../pki/timestamp/response.ts';
import { Openssl } from '../certificates.ts';

const openssl = new Openssl();
afterAll(() => openssl.close());

test.each(Object.keys(failInfos) as FailInfo[])('a rejection for %s is read by openssl and by us', (failInfo) => {
  const der = timestampResponse({ failInfo, text: 'không được chấp nhận' });
  expect(parseTimestampResponse(der)).toEqual({ status: 2, text: ['không được chấp nhận'], failInfo: [failInfo], token: undefined });
  const text = openssl.run('ts', '-reply', '-in', openssl.file('reply.tsr', der), '-text');
  expect(text).toContain('Status: Rejected.');
  expect(text).not.toContain('unspecified');
});

test.each([
  ['granted without a token', sequence(sequence(integer(0)))],
  ['rejected with a token', sequence(sequence(integer(2)), sequence(integer(5)))],
])('%s is refused', (_what, der) => {
  expect(() => parseTimestampResponse(der)).toThrow('timestamp-malformed');
});
