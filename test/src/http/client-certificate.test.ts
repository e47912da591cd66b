import type { IncomingMessage } from 'node:http';
import { readClientCertificate, takesClientCertificates } from '../../../src/http/client-certificate.ts';

const config = { trustedProxies: ['10.0.0.0/8'], clientCertificateProxies: ['10.0.0.7/32', 'fd00::7/128'], tls: undefined };
const der = Buffer.from('3003020105', 'hex');
const good = `:${der.toString('base64')}:`;
const read = (socket: string, headers: Record<string, string>): ReturnType<typeof readClientCertificate> =>
  readClientCertificate({ socket: { remoteAddress: socket }, headers } as unknown as IncomingMessage, config);

test.each([
  // the rule it protects                              connection      headers                                     what counts
  ['the proxy named for it hands a certificate on', '10.0.0.7', { 'client-cert': good }, { der }],
  ['also where the socket speaks IPv6', '::ffff:10.0.0.7', { 'client-cert': good }, { der }],
  ['and by IPv6', 'fd00::7', { 'client-cert': good }, { der }],
  ['no header is no certificate', '10.0.0.7', {}, undefined],
  ['an empty sequence is no certificate', '10.0.0.7', { 'client-cert': '::' }, undefined],
  ['nor is an empty header', '10.0.0.7', { 'client-cert': '' }, undefined],
  ['an empty header of a stranger is refused like any other', '203.0.113.5', { 'client-cert': '' }, { refused: expect.stringContaining('203.0.113.5') }],
  ['a stranger is refused', '203.0.113.5', { 'client-cert': good }, { refused: expect.stringContaining('203.0.113.5') }],
  ['a proxy for addresses is none for certificates', '10.0.0.8', { 'client-cert': good }, { refused: expect.stringContaining('10.0.0.8') }],
  ['X-Forwarded-For makes nobody a proxy', '203.0.113.5', { 'client-cert': good, 'x-forwarded-for': '10.0.0.7' }, { refused: expect.stringContaining('203.0.113.5') }],
  ['nor does it through a trusted one', '10.0.0.8', { 'client-cert': good, 'x-forwarded-for': '10.0.0.7' }, { refused: expect.stringContaining('10.0.0.8') }],
])('%s', (_rule, socket, headers, expected) => {
  expect(read(socket, headers as Record<string, string>)).toEqual(expected);
});

test.each([
  ['PEM', '-----BEGIN CERTIFICATE-----'], ['base64 without colons', der.toString('base64')], ['no end', good.slice(0, -1)], ['two of them', `${good}, ${good}`],
  ['another alphabet', ':MAMC-_U:'], ['padding left out', ':MAMCAQU:'], ['bits beyond the end', ':MAMCAQV=:'], ['spaces inside', ':MAMC AQU=:'], ['parameters', `${good};a=1`],
  ['a text', '"abc"'], ['a placeholder that was not filled in', ':{http.request.tls.client.certificate_der_base64}:'], ['more than a header holds', `:${'A'.repeat(20_000)}:`],
])('a malformed header is refused: %s', (_what, header) => {
  expect(read('10.0.0.7', { 'client-cert': header })).toEqual({ refused: 'malformed Client-Cert header' });
});

test('with no proxy named and no TLS nobody is asked for a certificate', () => {
  expect(takesClientCertificates({ ...config, clientCertificateProxies: [] })).toBe(false);
  expect(takesClientCertificates(config)).toBe(true);
  expect(takesClientCertificates({ ...config, clientCertificateProxies: [], tls: { port: 1, certificateFile: 'c', keyFile: 'k' } })).toBe(true);
});
