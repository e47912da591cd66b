import type { BulkDecision } from '../../bulk/decide.ts';
import type { JobState, LineState, Operation } from '../../bulk/show.ts';
import type { Translate, WordKey } from '../text/words.ts';
import type { Tag } from '../work-list/words.ts';

export const operationWords = {
  issue: 'jobs.opIssue', renew: 'jobs.opRenew', change: 'jobs.opChange', revoke: 'jobs.opRevoke', reorganise: 'jobs.opReorganise',
} as const satisfies Record<Operation, WordKey>;

const states: Readonly<Record<JobState, readonly [Tag, WordKey]>> = {
  checking: ['wait', 'jobs.stateChecking'], checked: ['note', 'jobs.stateChecked'], examined: ['note', 'jobs.stateExamined'], running: ['wait', 'jobs.stateRunning'],
  stopped: ['off', 'jobs.stateStopped'], finished: ['good', 'jobs.stateFinished'], refused: ['bad', 'jobs.stateRefused'],
};
const lines: Readonly<Record<LineState, readonly [Tag, WordKey]>> = {
  unchecked: ['off', 'jobs.lineUnchecked'], ready: ['note', 'jobs.lineReady'], refused: ['bad', 'jobs.lineRefused'], prepared: ['wait', 'jobs.linePrepared'],
  done: ['good', 'jobs.lineDone'], asked: ['wait', 'jobs.lineAsked'], failed: ['bad', 'jobs.lineFailed'],
};

const said = ([tag, word]: readonly [Tag, WordKey], t: Translate): { tag: Tag; text: string } => ({ tag, text: t(word) });
export const jobTag = (state: JobState, t: Translate): { tag: Tag; text: string } => said(states[state], t);
export const lineTag = (state: LineState, t: Translate): { tag: Tag; text: string } => said(lines[state], t);

export const doneWords = { approve: 'jobs.didApprove', refuse: 'jobs.didRefuse', stop: 'jobs.didStop', resume: 'jobs.didResume' } as const satisfies Record<BulkDecision, WordKey>;
export const choiceWords = { approve: 'jobs.doApprove', refuse: 'jobs.doRefuse', stop: 'jobs.doStop', resume: 'jobs.doResume' } as const satisfies Record<BulkDecision, WordKey>;

/** What can be decided in each state. */
export const choicesIn: Readonly<Partial<Record<JobState, readonly BulkDecision[]>>> = {
  checked: ['approve', 'refuse'], examined: ['approve', 'refuse'], running: ['stop'], stopped: ['resume', 'refuse'],
};
