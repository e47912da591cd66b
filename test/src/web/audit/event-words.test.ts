import { globSync, readFileSync } from 'node:fs';
import { eventText, subjectText } from '../../../../src/web/audit/event-words.ts';
import { wordsIn } from '../../../../src/web/text/words.ts';

const sources = globSync('src/!(web)/*.ts').map((file) => readFileSync(file, 'utf8')).filter((text) => /from '\.\.\/audit\/record\.ts'/.test(text));
const recorded = [...new Set(sources.flatMap((text) => [...text.matchAll(/'([a-z]+(?:-[a-z]+)*\.[a-z]+(?:-[a-z]+)*)'/g)].map(([, action]) => action ?? '')))];
const subjects = [...new Set(sources.flatMap((text) => [...text.matchAll(/\btype: '([a-z-]+)', id/g)].map(([, type]) => type ?? '')))];

test.each(recorded.filter((action) => !/\.(?:ics|pdf)$/.test(action)))('%s is said in words, in both languages', (action) => {
  for (const language of ['vi', 'en'] as const) expect(eventText(action, wordsIn(language))).not.toBe(action);
});

test.each(subjects)('what is recorded about %s has a name', (type) => {
  expect(subjectText(type, wordsIn('vi'))).not.toBe(type);
});

test('there is something to say, and an event that has no words keeps its code', () => {
  expect(recorded.length).toBeGreaterThan(50);
  expect(eventText('something.unheard-of', wordsIn('vi'))).toBe('something.unheard-of');
});
