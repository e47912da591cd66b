import { findUrlFault, mayConnect } from '../../../src/events/url.ts';

const strict = { webhookNetworks: [] };
const open = { webhookNetworks: ['10.1.0.0/16', 'fd00:1::/32'] };

test.each([
  '127.0.0.1', '0.0.0.0', '10.1.2.3', '100.64.0.1', '169.254.169.254', '172.31.255.255', '192.168.0.1', '198.18.0.1', '224.0.0.1', '255.255.255.255',
  '::1', '::', '::ffff:10.0.0.1', '::ffff:8.8.8.8', '64:ff9b::a00:1', 'fe80::1', 'fd00:1::1', 'ff02::1', '2002:a00:1::', '2001:db8::1', '2001::1', 'example', '',
])('nothing is sent inside by default: %s', (address) => {
  expect(mayConnect(strict, address, true)).toBe(false);
});

test.each([
  ['8.8.8.8', true, true], ['8.8.8.8', false, false], ['2606:4700::1111', true, true], ['10.1.2.3', false, true], ['10.2.0.1', true, false],
  ['fd00:1::5', false, true], ['fd00:2::5', true, false], ['127.0.0.1', true, false],
])('%s over https %s, with two networks configured: %s', (address, secure, expected) => {
  expect(mayConnect(open, address, secure)).toBe(expected);
});

test.each([
  ['https://hooks.example.gov.vn/a?b=c', undefined], ['http://hooks.example.gov.vn', 'url-https'], ['ftp://example.vn', 'url-https'],
  ['https://user:pass@example.vn', 'url-credentials'], ['https://example.vn/#a', 'url-fragment'], ['nothing', 'url-form'],
  ['https://127.0.0.1/', 'url-unreachable'], ['https://[::1]/', 'url-unreachable'], ['https://0x7f000001/', 'url-unreachable'],
  ['https://2130706433/', 'url-unreachable'], ['https://127.1/', 'url-unreachable'], [`https://example.vn/${'a'.repeat(2000)}`, 'url-form'],
])('%s', (url, fault) => {
  expect(findUrlFault(strict, url)).toBe(fault);
});
