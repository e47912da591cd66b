import type { DecisionName, State } from '../../requests/states.ts';
import type { Kind } from '../../requests/kinds.ts';
import type { Step } from '../../work-list/list.ts';
import type { Hindrance } from '../../work-list/show.ts';
import { showDateTime } from '../frame/formats.ts';
import type { Translate, WordKey } from '../text/words.ts';

export const kindWords = {
  issue: 'work.kindIssue', renew: 'work.kindRenew', change: 'work.kindChange', revoke: 'work.kindRevoke', 'restore-device': 'work.kindRestore',
} as const satisfies Record<Kind, WordKey>;

export const stepWords = {
  confirm: 'work.stepConfirm', examine: 'work.stepExamine', approve: 'work.stepApprove', returned: 'work.stepReturned', ended: 'work.stepEnded',
} as const satisfies Record<Step, WordKey>;

export const doneWords = {
  confirm: 'work.didConfirm', examine: 'work.didExamine', approve: 'work.didApprove', return: 'work.didReturn', refuse: 'work.didRefuse',
} as const satisfies Record<DecisionName, WordKey>;

export const choiceWords = {
  confirm: 'work.doConfirm', examine: 'work.doExamine', approve: 'work.doApprove', return: 'work.doReturn', refuse: 'work.doRefuse',
} as const satisfies Record<DecisionName, WordKey>;

export const hindranceWords = {
  submitted: 'work.handSubmitted', confirmed: 'work.handConfirmed', examined: 'work.handExamined', 'not-yours': 'work.handOther',
} as const satisfies Record<Hindrance, WordKey>;

export type Tag = 'good' | 'wait' | 'bad' | 'off' | 'note';

const states: Readonly<Record<State, readonly [Tag, WordKey]>> = {
  draft: ['note', 'work.stateDraft'], confirmed: ['wait', 'work.stateConfirmed'], examined: ['wait', 'work.stateExamined'], approved: ['good', 'work.stateApproved'],
  issued: ['good', 'work.stateIssued'], completed: ['good', 'work.stateCompleted'], returned: ['off', 'work.stateReturned'], refused: ['bad', 'work.stateRefused'],
};

export function stateTag(state: State, t: Translate): { tag: Tag; text: string } {
  const [tag, word] = states[state];
  return { tag, text: t(word) };
}

const hourMs = 3_600_000;
/** From here on the rest is told in days. */
const hoursOfDays = 48;

/** How long is left of a term, or how long it is over. */
export function dueText(dueAt: Date | null, at: Date, t: Translate): { text: string; late: boolean; exact: string } {
  if (!dueAt) return { text: t('work.dueNone'), late: false, exact: '' };
  const late = dueAt < at;
  const hours = Math.abs(dueAt.getTime() - at.getTime()) / hourMs;
  const span = hours > hoursOfDays ? t('work.days', { count: Math.floor(hours / 24) }) : t('work.hours', { count: Math.max(1, Math.round(hours)) });
  return { text: t(late ? 'work.dueLate' : 'work.dueIn', { span }), late, exact: showDateTime(dueAt) };
}
