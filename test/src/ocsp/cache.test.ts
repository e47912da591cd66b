import { AnswerCache, cachedAnswer, type CachedAnswer } from '../../../src/ocsp/cache.ts';
import type { Notices } from '../../../src/services.ts';

/** Notices by hand: what matters here is what the cache makes of them. */
function handNotices(): Notices & { live: boolean; revoke(payload: string): void; gap(): void } {
  let onPayload: (payload: string) => void = () => undefined;
  let onGap: () => void = () => undefined;
  return {
    live: true,
    listen: async (_channel, payload, gap) => { [onPayload, onGap] = [payload, gap]; },
    close: async () => undefined,
    revoke: (payload) => onPayload(payload),
    gap: () => onGap(),
  };
}

const answer = (certificate: string, bytes = 10): CachedAnswer =>
  cachedAnswer({ der: new Uint8Array(bytes), status: 'good' }, { certificate, thisUpdate: new Date(0), nextUpdate: new Date(4_000) });

async function filled(): Promise<{ cache: AnswerCache; notices: ReturnType<typeof handNotices> }> {
  const notices = handNotices();
  const cache = new AnswerCache(notices);
  await cache.listen();
  cache.put('a', answer('g 01'), cache.epoch);
  cache.put('a2', answer('g 01'), cache.epoch);
  cache.put('b', answer('g 02'), cache.epoch);
  return { cache, notices };
}

test('an answer is kept for half of its life, then asked anew', async () => {
  const { cache } = await filled();
  expect(cache.find('a', 1_999)).toBeDefined();
  expect(cache.find('a', 2_000)).toBeUndefined();
  expect(cache.find('a', 0)).toBeUndefined();
});

test('a notice drops every request for its certificate and no other', async () => {
  const { cache, notices } = await filled();
  notices.revoke('g 01');
  expect([cache.find('a', 0), cache.find('a2', 0)]).toEqual([undefined, undefined]);
  expect(cache.find('b', 0)).toBeDefined();
});

test('a gap in the notices drops everything', async () => {
  const { cache, notices } = await filled();
  notices.gap();
  expect(cache.size).toBe(0);
});

test('while notices may be missed nothing is served from it or put in', async () => {
  const { cache, notices } = await filled();
  notices.live = false;
  expect(cache.find('a', 0)).toBeUndefined();
  cache.put('c', answer('g 03'), cache.epoch);
  notices.live = true;
  expect(cache.find('c', 0)).toBeUndefined();
});

test('an answer begun before a notice is not put in after it', async () => {
  const { cache, notices } = await filled();
  const before = cache.epoch;
  notices.revoke('g 03');
  cache.put('c', answer('g 03'), before);
  expect(cache.find('c', 0)).toBeUndefined();
});

test('before revocations are heard nothing is kept', () => {
  const cache = new AnswerCache(handNotices());
  cache.put('a', answer('g 01'), cache.epoch);
  expect(cache.size).toBe(0);
});

test('the least recently used go first when it is full', async () => {
  const cache = new AnswerCache(handNotices());
  await cache.listen();
  const megabyte = 1024 * 1024;
  for (let i = 0; i < 60; i++) cache.put(`r${i}`, answer(`g ${i}`, megabyte), cache.epoch);
  cache.find('r0', 0);
  for (let i = 60; i < 70; i++) cache.put(`r${i}`, answer(`g ${i}`, megabyte), cache.epoch);
  expect(cache.size).toBeLessThan(64);
  expect(cache.find('r0', 0)).toBeDefined();
  expect(cache.find('r1', 0)).toBeUndefined();
});
