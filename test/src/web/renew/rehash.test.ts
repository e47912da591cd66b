import { createHash } from 'node:crypto';
import { rehash } from '../../../../src/web/renew/rehash.browser.ts';

const sha256 = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest();

test.each([0, 1, 2, 1_000])('%i rounds give what node gives, whatever the octets', (rounds) => {
  for (const first of [Buffer.alloc(32), Buffer.alloc(32, 0xff), sha256(Buffer.from('a')), sha256(Buffer.from('b'))]) {
    let expected: Buffer = first;
    for (let i = 0; i < rounds; i++) expected = sha256(expected);
    expect(Buffer.from(rehash(first, rounds))).toEqual(expected);
  }
});
