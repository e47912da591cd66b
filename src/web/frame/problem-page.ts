import type { ServerResponse } from 'node:http';
import type { Language } from '../../http/language.ts';
import { problems, type Problem, type ProblemCode } from '../../problems.ts';
import { wordsIn, type Translate, type WordKey } from '../text/words.ts';
import { html, type Html } from './page.ts';

type Told = readonly [title: WordKey, text: WordKey | undefined];

/** Pages of their own; other refusals are told in the words of their problem. */
const told: Partial<Record<ProblemCode, Told>> = {
  'not-permitted': ['frame.notPermittedTitle', 'frame.notPermittedText'],
  'outside-your-agency': ['frame.notPermittedTitle', undefined],
  'form-expired': ['frame.formExpiredTitle', 'frame.formExpiredText'],
  'state-changed': ['frame.conflictTitle', 'frame.conflictText'],
  'internal-error': ['frame.ourFaultTitle', 'frame.ourFaultText'],
};
const byStatus: Readonly<Record<number, Told>> = {
  404: ['frame.notFoundTitle', 'frame.notFoundText'], 405: ['frame.notFoundTitle', 'frame.notFoundText'],
  429: ['frame.tooManyTitle', 'frame.tooManyText'], 503: ['frame.unavailableTitle', 'frame.unavailableText'],
};

const usualWaitSeconds = 30;

/** Says when to come back, where that helps. */
export function sayWait(res: ServerResponse, problem: Problem): void {
  const { status } = problems[problem.code];
  if (status === 429 || status === 503) res.setHeader('Retry-After', String(waitOf(problem)));
}

function waitOf(problem: Problem): number {
  const seconds = Number(problem.facts['retryAfterSeconds']);
  return Number.isFinite(seconds) && seconds > 0 ? Math.ceil(seconds) : usualWaitSeconds;
}

/** For people: in minutes where it is long. */
function saidWait(seconds: number, t: Translate): string {
  return seconds < 120 ? t('frame.seconds', { count: seconds }) : t('frame.minutes', { count: Math.ceil(seconds / 60) });
}

/** A refusal as a page: what happened, and what can be done. */
export function problemPage(problem: Problem, language: Language, requestId: string): Html {
  const t = wordsIn(language);
  const { status, [language]: words } = problems[problem.code];
  const [title, text] = told[problem.code] ?? byStatus[status] ?? ['frame.refusedTitle', undefined];
  return html('layout/problem.njk', {
    code: problem.code, heading: t(title), text: text ? t(text, { wait: saidWait(waitOf(problem), t) }) : words,
    reference: status >= 500 ? requestId : undefined, canRetry: status === 429 || status === 503 || status === 409,
  }, status);
}
