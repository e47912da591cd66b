import type { OwnRequest } from '../../holders/find.ts';
import type { Translate, WordKey } from '../text/words.ts';

export const kindWords = {
  issue: 'mine.kindIssue', renew: 'mine.kindRenew', change: 'mine.kindChange', revoke: 'mine.kindRevoke', 'restore-device': 'mine.kindRestore',
} as const satisfies Record<OwnRequest['kind'], WordKey>;

type State = OwnRequest['state'];
type Tag = 'good' | 'wait' | 'bad' | 'off';

const stateTags: Readonly<Record<State, readonly [Tag, WordKey]>> = {
  draft: ['wait', 'work.stateDraft'], confirmed: ['wait', 'work.stateConfirmed'], examined: ['wait', 'work.stateExamined'], approved: ['wait', 'mine.beingIssued'],
  issued: ['good', 'work.stateIssued'], completed: ['good', 'work.stateCompleted'], returned: ['bad', 'mine.returnedTitle'], refused: ['bad', 'mine.refusedTitle'],
};

/** Where a request stands, for a list: what is waited for, or how it ended. */
export function presentStep({ state }: OwnRequest, t: Translate): { tag: Tag; stateText: string } {
  const [tag, word] = stateTags[state];
  return { tag, stateText: t(word) };
}

/** How many of the steps are behind a request in this state. */
const passed: Readonly<Record<State, number>> = { draft: 1, returned: 1, refused: 1, confirmed: 2, examined: 3, approved: 4, issued: 5, completed: 5 };

export interface Step { text: string; tag: Tag | 'note'; state: string }

/** The way of a request, step by step. */
export function presentSteps({ state, kind, byHolder }: OwnRequest, t: Translate): Step[] {
  const last: WordKey = kind === 'revoke' || kind === 'restore-device' ? 'mine.stepCompleted' : 'mine.stepIssued';
  const words: readonly WordKey[] = byHolder ? ['mine.stepSent', last] : ['mine.stepSent', 'mine.stepConfirmed', 'mine.stepExamined', 'mine.stepApproved', last];
  const done = byHolder && state === 'approved' ? 1 : passed[state];
  const ended = state === 'refused' || state === 'returned';
  return words.map((word, i) => (i < done ? { text: t(word), tag: 'good', state: t('mine.stepDone') }
    : i === done && !ended ? { text: t(word), tag: 'wait', state: t('mine.stepNow') } : { text: t(word), tag: 'off', state: t('mine.stepLater') }));
}
