import type { Language } from '../../http/language.ts';
import { writeChart } from '../../reports/chart.ts';
import { printNumber } from '../../reports/columns.ts';
import type { Report } from '../../reports/read.ts';
import { presentTable, type TableView } from '../reports/present.ts';
import { wordsIn } from '../text/words.ts';
import { drawCartogram } from './cartogram.ts';
import type { Figures } from './figures.ts';

/** A drawing with what it says in a sentence and its figures as a table; without a drawing where there is nothing to draw. */
export interface ChartView { id: string; title: string; sentence: string; svg: string; table: TableView; isEmpty: boolean }
export interface DashboardView { countedAt: Date; complete: boolean; charts: ChartView[] }

/** The figures as the page shows them. */
export function presentFigures(figures: Figures, language: Language): DashboardView {
  const state = figures['certificates-by-state'];
  const views = [
    chartOf(state, stateSentence(state, language), language),
    chartOf(figures['certificates-expiring'], expiringSentence(figures['certificates-expiring'], language), language),
    chartOf(figures['certificates-by-month'], movementSentence(figures['certificates-by-month'], language), language),
    chartOf(figures.deadlines, deadlineSentence(figures.deadlines, language), language),
    provinces(figures['certificates-by-province'], language),
  ];
  return { countedAt: state.countedAt, complete: state.complete, charts: views };
}

function chartOf(report: Report, sentence: string, language: Language): ChartView {
  const id = report.kind.name;
  const isEmpty = report.rows.length === 0 || Object.values(report.totals).every((total) => total === null || total === 0);
  return { id, title: report.kind.title[language], sentence, isEmpty, svg: isEmpty ? '' : Buffer.from(writeChart(report, language, id)).toString(), table: presentTable(report, language) };
}

function provinces(report: Report, language: Language): ChartView {
  const view = chartOf(report, provinceSentence(report, language), language);
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
