import { sayName } from '../../../pki/name/print.ts';
import type { JobState, LineState, ShownLine } from '../../bulk/show.ts';
import { isMoving, type JobView } from '../../lookup/jobs.ts';
import { problems } from '../../problems.ts';
import type { Actor } from '../../services.ts';
import { showDateTime, showNumber } from '../frame/formats.ts';
import type { Translate, WordKey } from '../text/words.ts';
import { choicesIn, choiceWords, doneWords, jobTag, lineTag, operationWords } from './words.ts';

type Shown = Record<string, unknown>;
const settled: readonly LineState[] = ['done', 'asked', 'failed', 'refused'];

/** A job with what is needed to decide on it. */
export function presentJob(view: JobView, actor: Actor, agencyName: string | undefined, t: Translate): Shown {
  const { job } = view;
  const id = view.kind === 'bulk' ? job.id : view.job.bulkId;
  const state = stateOf(view);
  return {
    id, title: view.kind === 'bulk' ? job.fileName : view.job.title, operation: t(operationWords[job.operation]), shownState: jobTag(state, t), isMoving: isMoving(state), showsProgress: state !== 'checked' && state !== 'examined' && state !== 'refused',
    rows: rowsOf(view, agencyName, t), ...decisionOf(view, actor, t), contentHash: job.contentHash ?? '',
    worked: state === 'checking' ? job.lines - job.counts.unchecked : settled.reduce((sum, name) => sum + job.counts[name], 0), total: job.lines,
    steps: view.kind === 'reorganisation' ? { done: view.job.registers.agencies.done + view.job.registers.people.done, of: view.job.registers.agencies.of + view.job.registers.people.of } : undefined,
    counts: Object.entries(job.counts).filter(([, count]) => count > 0).map(([name, count]) => ({ state: lineTag(name as LineState, t), count: showNumber(count, t.language), name })),
    approvals: job.approvals.map((one) => ({ what: t(doneWords[one.decision]), by: one.actorName, at: showDateTime(one.decidedAt), reason: one.reason ?? '–' })),
    preview: state === 'checked' || state === 'examined' ? previewOf(view, t) : undefined,
  };
}

/** A reorganisation has the state of its job. */
const stateOf = ({ job }: JobView): JobState => job.state as JobState;

function rowsOf(view: JobView, agencyName: string | undefined, t: Translate): Shown[] {
  const { job } = view;
  const days = view.kind === 'reorganisation' ? t('jobs.days', { count: view.job.overlapDays }) : null;
  const rows: [WordKey, string | null | undefined][] = [
    ['work.agency', agencyName ? `${agencyName} (${job.agencyCode})` : job.agencyCode], ['jobs.legalBasis', view.kind === 'reorganisation' ? view.job.legalBasis : null],
    ['jobs.people', view.kind === 'reorganisation' ? showNumber(view.job.people, t.language) : null], ['jobs.overlap', days],
    ['jobs.by', job.submittedName], ['jobs.at', showDateTime(job.createdAt)], ['jobs.startedAt', job.startedAt && showDateTime(job.startedAt)],
    ['jobs.finishedAt', job.finishedAt && showDateTime(job.finishedAt)], ['jobs.rate', job.rate === null ? null : t('jobs.rateValue', { count: showNumber(job.rate, t.language) })],
    ['jobs.reason', job.reason],
  ];
  return rows.flatMap(([word, value]) => (value ? [{ label: t(word), value }] : []));
}

function previewOf({ job: { counts, crl } }: JobView, t: Translate): { text: string; rows: Shown[] } {
  const size = (entries: number, bytes: number): string =>
    t('jobs.crlSize', { entries: showNumber(entries, t.language), kilobytes: showNumber(Math.ceil(bytes / 1024), t.language) });
  return {
    text: t('jobs.previewText', { ready: showNumber(counts.ready, t.language), refused: showNumber(counts.refused, t.language) }),
    rows: crl ? [{ label: t('jobs.crlNow'), value: size(crl.entriesNow, crl.bytesNow) }, { label: t('jobs.crlMore'), value: size(crl.entriesMore, crl.bytesMore) }] : [],
  };
}

function decisionOf(view: JobView, actor: Actor, t: Translate): { choices: Shown[]; hindrance: string | undefined } {
  const possible = actor.permissions.has('request:approve') ? choicesIn[stateOf(view)] ?? [] : [];
  const hindrance = !possible.includes('approve') ? undefined : view.job.submittedBy === actor.id ? t('jobs.ownJob')
    : view.job.approvals.some(({ decision, actorId }) => decision === 'approve' && actorId === actor.id) ? t('jobs.ownApproval') : undefined;
  const choices = possible.filter((decision) => decision !== 'approve' || hindrance === undefined)
    .map((decision) => ({ value: decision, text: t(choiceWords[decision]), ...(decision === 'stop' ? { hint: t('jobs.stopHint') } : {}) }));
  return { choices, hindrance };
}

/** One line with its outcome in words. */
export function presentLine({ line, state, subjectText, problem, newCertificateId, certificateId }: ShownLine, t: Translate): Shown {
  const certificate = newCertificateId ?? certificateId;
  const subject = subjectText === null ? undefined : sayName(subjectText);
  return {
    line: String(line), subject: subject ?? '–', state: lineTag(state, t), why: problem ? whyText(problem, t) : '–',
    certificate: certificate ? { text: t('jobs.open'), href: `/certificates/${certificate}`, label: `${t('jobs.open')}: ${subject ?? line}` } : '–',
  };
}

/** A refusal in words, with the columns of the file that it is about. */
function whyText({ code, facts }: NonNullable<ShownLine['problem']>, t: Translate): string {
  const words: Readonly<Record<string, { vi: string; en: string } | undefined>> = problems;
  const mistakes = (facts.errors ?? []).map(({ pointer, message }) => `${pointer.slice(1)}: ${message[t.language]}`);
  return [words[code]?.[t.language] ?? code, ...(facts.detail ? [facts.detail[t.language]] : []), ...mistakes].join(' ');
}
