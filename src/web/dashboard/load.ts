import type { Language } from '../../http/language.ts';
import { counted, type CountedService } from '../../load/count.ts';
import type { Load, LoadSpan } from '../../load/find.ts';
import { drawChart } from '../../reports/chart.ts';
import { printNumber } from '../../reports/columns.ts';
import { printMoment } from '../../reports/tables.ts';
import { wordsIn } from '../text/words.ts';
import type { ChartView } from './present.ts';

const answerWords = {
  good: 'dashboard.good', revoked: 'dashboard.revoked', unknown: 'dashboard.unknown', error: 'dashboard.error',
  'TOTAL-PASSED': 'dashboard.passed', INDETERMINATE: 'dashboard.indeterminate', 'TOTAL-FAILED': 'dashboard.failed',
} as const;
const titles = {
  ocsp: { hours: 'dashboard.ocspHours', days: 'dashboard.ocspDays' }, verification: { hours: 'dashboard.checkHours', days: 'dashboard.checkDays' },
} as const;
const zoneMs = 7 * 3_600_000;

/** The answers of a day by the hour and of a month by the day, each as a drawing, a sentence and a table. */
export function presentLoad(load: Readonly<Record<CountedService, Load>>, now: Date, language: Language): ChartView[] {
  return (['ocsp', 'verification'] as const).flatMap((service) => (['hours', 'days'] as const).map((span) => chartOf({ service, span, spans: load[service][span], now }, language)));
}

interface Part { service: CountedService; span: 'hours' | 'days'; spans: readonly LoadSpan[]; now: Date }

function chartOf({ service, span, spans, now }: Part, language: Language): ChartView {
  const [t, said] = [wordsIn(language), (value: number): string => printNumber(value, language)];
  const title = t(titles[service][span]);
  const series = counted[service].map((answer) => t(answerWords[answer]));
  const places = spans.map(({ startsAt, answers }) => ({ label: labelOf(startsAt, span), values: answers }));
  const across = t(span === 'hours' ? 'dashboard.hour' : 'dashboard.day');
  const totals = counted[service].map((_, i) => spans.reduce((sum, { answers }) => sum + answers[i]!, 0));
  const all = totals.reduce((a, b) => a + b, 0);
  const busiest = Math.max(...spans.map(({ answers }) => answers.reduce((a, b) => a + b, 0)));
  const drawing = { places, series, axis: t('dashboard.answers'), across, language, share: false };
  return {
    id: `${service}-${span}`, href: null, title, isEmpty: all === 0, emptyText: t('dashboard.noAnswers'),
    sentence: t(span === 'hours' ? 'dashboard.hoursSentence' : 'dashboard.daysSentence', { all: said(all), busiest: said(busiest), parts: series.map((name, i) => `${name.toLocaleLowerCase(language)} ${said(totals[i]!)}`).join(', ') }),
    svg: all === 0 ? '' : drawChart(drawing, { form: 'stacks', title, about: printMoment(now), id: `${service}-${span}`, bare: true }),
    table: {
      columns: [{ key: 'place', label: across, numeric: false }, ...series.map((label, i) => ({ key: String(i), label, numeric: true }))],
      rows: places.toReversed().map(({ label, values }) => ({ place: label, ...Object.fromEntries(values.map((value, i) => [String(i), said(value)])) })),
    },
  };
}

/** 14:00, or 25/11, in Vietnam. */
function labelOf(startsAt: Date, span: 'hours' | 'days'): string {
  const local = new Date(startsAt.getTime() + zoneMs).toISOString();
  return span === 'hours' ? local.slice(11, 16) : `${local.slice(8, 10)}/${local.slice(5, 7)}`;
}
