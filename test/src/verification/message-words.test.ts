import { messageLevels, type MessageCode } from '../../../pki/validation/messages.ts';
import { messageWords, wordsOf } from '../../../src/verification/message-words.ts';

const codes = Object.keys(messageLevels) as MessageCode[];
const places = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!).toSorted();

test.each(codes)('%s has its words in both languages, with the same facts in them', (code) => {
  const { means, todo } = messageWords[code];
  expect(means.vi.length).toBeGreaterThan(10);
  expect(means.en.length).toBeGreaterThan(10);
  expect(places(means.vi)).toEqual(places(means.en));
  expect(todo.vi === '').toBe(todo.en === '');
});

test('every error and every warning says what to do', () => {
  expect(codes.filter((code) => messageLevels[code] !== 'info' && messageWords[code].todo.vi === '')).toEqual([]);
});

test('instants are shown in Vietnamese time', () => {
  const { means } = wordsOf({ code: 'time-proven', facts: { time: '2026-11-02T18:30:00.000Z' } });
  expect(means.vi).toContain('01:30:00 ngày 03/11/2026 (GMT+7)');
  expect(means.en).toContain('3 November 2026 at 01:30:00 (GMT+7)');
});

test('a Vietnamese sentence about an algorithm, a certificate or an attribute has no English in it', () => {
  const inVietnamese = (code: MessageCode, facts: Record<string, string>): string => wordsOf({ code, facts }).means.vi;
  expect(inVietnamese('algorithm-not-known', { algorithm: 'algorithm-not-supported' })).not.toContain('supported');
  expect(inVietnamese('certificate-algorithm-weak', { subject: 'CN=A', detail: 'collision published' })).not.toContain('collision');
  expect(inVietnamese('attribute-wrong', { attribute: 'attribute-missing' })).not.toContain('missing');
  expect(inVietnamese('attribute-missing', { attribute: 'signing-certificate-v2' })).not.toContain('signing');
});
