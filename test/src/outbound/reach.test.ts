import type { LookupAddress } from 'node:dns';
import { isInNetworks, isPublicAddress, lookupAllowed } from '../../../src/outbound/reach.ts';

test.each([
  ['8.8.8.8', true], ['203.0.113.9', false], ['10.0.0.1', false], ['2606:4700::1111', true], ['2002:a00:1::', false], ['fe80::1', false], ['', false],
])('%s is of the public internet: %s', (address, expected) => {
  expect(isPublicAddress(address)).toBe(expected);
});

test('networks of both families', () => {
  expect(isInNetworks('10.0.0.1', ['10.0.0.0/8'])).toBe(true);
  expect(isInNetworks('11.0.0.1', ['fd00::/8', '10.0.0.0/8'])).toBe(false);
  expect(isInNetworks('fd00::1', ['fd00::/8', '10.0.0.0/8'])).toBe(true);
});

const resolve = (isAllowed: (address: string) => boolean): Promise<string | LookupAddress[]> => new Promise((done, failed) => {
  lookupAllowed(isAllowed)('localhost', { all: true }, (error, found) => (error ? failed(error) : done(found)));
});

test('the address that was judged is the one that is connected to', async () => {
  const judged: string[] = [];
  const found = await resolve((address) => judged.push(address) > 0) as LookupAddress[];
  expect(found.map(({ address }) => address)).toEqual(judged);
});

test('a name that led outside once and leads inside now is judged anew, and refused as a whole', async () => {
  const answers = [true, false];
  const isAllowed = (): boolean => answers.shift() ?? false;
  await resolve(() => true);
  await expect(resolve(() => isAllowed() && isAllowed())).rejects.toThrow('not allowed');
});
