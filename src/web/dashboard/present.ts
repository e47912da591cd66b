import type { Language } from '../../http/language.ts';
import { writeChart } from '../../reports/chart.ts';
import { printNumber } from '../../reports/columns.ts';
import type { Report } from '../../reports/read.ts';
import { presentTable, type TableView } from '../reports/present.ts';
import { wordsIn } from '../text/words.ts';
import { drawCartogram } from './cartogram.ts';

/** A drawing with what it says in a sentence and its figures as a table; without a drawing where there is nothing to draw. */
export interface ChartView { id: string; /** where there is more of it */ href: string | null; title: string; sentence: string; svg: string; table: TableView; isEmpty: boolean; emptyTitle?: string; emptyText?: string }
export interface DashboardView { countedAt: Date; complete: boolean; charts: ChartView[] }

/** What the dashboard counts, in its order. */
export const shownReports = ['certificates-by-state', 'certificates-over-time', 'certificates-expiring', 'certificates-by-month', 'deadlines', 'certificates-by-province'] as const;

const sentences: Readonly<Record<(typeof shownReports)[number], (report: Report, language: Language) => string>> = {
  'certificates-by-state': stateSentence, 'certificates-over-time': standingSentence, 'certificates-expiring': expiringSentence, 'certificates-by-month': movementSentence,
  deadlines: deadlineSentence, 'certificates-by-province': provinceSentence,
};

/** Those reports, in their order, as the page shows them. */
export function presentFigures(reports: readonly Report[], language: Language): DashboardView {
  const [{ countedAt, complete }] = reports as [Report];
  const charts = shownReports.map((name, i) => (name === 'certificates-by-province' ? provinces : chartOf)(reports[i]!, sentences[name](reports[i]!, language), language));
  return { countedAt, complete, charts };
}

function chartOf(report: Report, sentence: string, language: Language): ChartView {
  const id = report.kind.name;
  const isEmpty = report.rows.every((row) => report.kind.columns.every(({ key, type }) => (type !== 'count' && type !== 'level') || !row[key]));
  return { id, href: `/reports/${id}`, title: report.kind.title[language], sentence, isEmpty, svg: isEmpty ? '' : Buffer.from(writeChart(report, language, { id, bare: true })).toString(), table: presentTable(report, language) };
}

function provinces(report: Report, sentence: string, language: Language): ChartView {
  const view = chartOf(report, sentence, language);
  // one province alone is no map
  if (view.isEmpty || report.scope !== null) return view;
  const tiles = report.rows.map((row) => ({ code: String(row['code']), value: Number(row['inForce'] ?? 0) }));
  return { ...view, svg: drawCartogram(tiles, { title: `${view.title}. ${view.sentence}`, language }) };
}

const sum = ({ totals }: Report, key: string): number => Number(totals[key] ?? 0);
const said = (language: Language) => (value: number): string => printNumber(value, language);

function stateSentence(report: Report, language: Language): string {
  const [t, n] = [wordsIn(language), said(language)];
  const of = (state: string): string => n(Number(report.rows.find((row) => row['state'] === state)?.['total'] ?? 0));
  return t('dashboard.stateSentence', { inForce: of('in-force'), expired: of('expired'), revoked: of('revoked'), onHold: of('on-hold') });
}

function standingSentence({ rows }: Report, language: Language): string {
  const [first, last] = [rows[0], rows.at(-1)];
  return wordsIn(language)('dashboard.standingSentence', { months: rows.length - 1, first: said(language)(Number(first?.['inForce'] ?? 0)), last: said(language)(Number(last?.['inForce'] ?? 0)) });
}

function expiringSentence(report: Report, language: Language): string {
  const [t, n] = [wordsIn(language), said(language)];
  return t('dashboard.expiringSentence', { total: n(sum(report, 'total')), replaced: n(sum(report, 'replaced')), months: report.rows.length });
}

function movementSentence(report: Report, language: Language): string {
  const [t, n] = [wordsIn(language), said(language)];
  return t('dashboard.movementSentence', { months: report.rows.length, issued: n(sum(report, 'issued')), renewed: n(sum(report, 'renewed')), revoked: n(sum(report, 'revoked')) });
}

function deadlineSentence(report: Report, language: Language): string {
  const [t, n] = [wordsIn(language), said(language)];
  return t('dashboard.deadlineSentence', { all: n(sum(report, 'closedOrDue')), inTime: n(sum(report, 'inTime')), late: n(sum(report, 'late')), open: n(sum(report, 'open')) });
}

function provinceSentence({ rows }: Report, language: Language): string {
  const [t, n] = [wordsIn(language), said(language)];
  const most = rows.toSorted((a, b) => Number(b['inForce']) - Number(a['inForce']))[0];
  const none = rows.filter((row) => Number(row['inForce']) === 0).length;
  return most ? t('dashboard.provinceSentence', { name: String(most['name']), count: n(Number(most['inForce'])), none: n(none) }) : t('dashboard.empty');
}
