import type { Language } from '../http/language.ts';
import { Problem } from '../problems.ts';
import type { Chart } from './catalogue.ts';
import { printCell, printNumber, printShare, type Column } from './columns.ts';
import { drawBars } from './bars.ts';
import { drawLines } from './lines.ts';
import { drawStacks } from './stacks.ts';
import type { Report } from './read.ts';
import type { Row } from './store.ts';
import { drawText, escapeXml, ink, margin, width, wrapText, type Drawing, type Place } from './svg.ts';
import { printMoment } from './tables.ts';

const forms = { lines: drawLines, bars: drawBars, stacks: drawStacks } as const;

export interface Framing {
  /** tells its title from those of other charts where several stand in one page */
  id?: string;
  /** without its title and moment, where the page around it says them; who has it read out hears them all the same */
  bare?: boolean;
}

/**
 * The chart of a report as SVG, made for 360 px and as wide as it is given. Read out it has a title and its figures in words;
 * nothing in it runs and nothing is fetched.
 * @throws Problem `not-acceptable` for a report that is a list
 */
export function writeChart(report: Report, language: Language, framing: Framing = {}): Uint8Array {
  const { kind, countedAt, scope } = report;
  if (!kind.chart) throw new Problem('not-acceptable', { report: kind.name });
  const about = `${words[language].countedAt} ${printMoment(countedAt)}${scope === null ? '' : ` · ${scope.split('.').at(-1)!.replaceAll('_', '.')}`}`;
  return Buffer.from(drawChart(drawingOf(report, kind.chart, language), { ...framing, form: kind.chart.form, title: kind.title[language], about }));
}

/** A drawing as a chart that stands for itself. */
export function drawChart(drawing: Drawing, { form, title, about, id = '', bare = false }: Framing & { form: keyof typeof forms; title: string; about: string }): string {
  const { language } = drawing;
  let y = bare ? 0 : margin;
  const head = bare ? [] : wrapText(title, { size: 16 }).map((line) => drawText(margin, (y += 20) - 4, line, { size: 16, bold: true }));
  if (!bare) head.push(drawText(margin, (y += 18) - 4, about));
  const { svg, bottom } = drawing.places.length === 0 ? { svg: drawText(margin, y + 32, words[language].empty), bottom: y + 44 } : forms[form](drawing, y + 8);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${Math.ceil(bottom + margin)}" role="img" aria-labelledby="${id}title ${id}desc" lang="${language}" fill="${ink}" font-family="'Be Vietnam Pro', 'Noto Sans', Arial, sans-serif">`
    + `<title id="${id}title">${escapeXml(title)}</title><desc id="${id}desc">${escapeXml(`${about}. ${describe(drawing)}`)}</desc>`
    + `<rect width="100%" height="100%" fill="#ffffff"/>${head.join('')}${svg}</svg>\n`;
}

/** Rows of one place are put together; places without anything are left out of bars. */
function drawingOf({ kind: { columns }, rows }: Report, { across, series, axis, form, share }: Chart, language: Language): Drawing {
  const column = (key: string): Column => columns.find((c) => c.key === key)!;
  const groups = Map.groupBy(rows, (row: Row) => row[across]);
  const places = [...groups].map(([cell, inside]) => ({
    label: printCell(column(across), cell, language), values: series.map((key) => inside.reduce((sum, row) => sum + Number(row[key] ?? 0), 0)),
  }));
  return {
    places: form === 'lines' ? places : places.filter(({ values }) => values.some((value) => value > 0)),
    series: series.map((key) => column(key).label[language]), axis: axis[language], across: column(across).label[language], language, share: share !== undefined,
  };
}

const mostDescribed = 60;

/** The figures in words, for who does not see them. */
function describe({ places, series, language, share, axis }: Drawing): string {
  if (places.length === 0) return words[language].empty;
  const one = ({ label, values }: Place): string => (share ? `${label}: ${printShare(values, language)}`
    : `${label}: ${values.map((value, i) => `${series[i]!} ${printNumber(value, language)}`).join(', ')}`);
  return `${axis}. ${places.slice(0, mostDescribed).map(one).join('; ')}${places.length > mostDescribed ? '; …' : '.'}`;
}

const words = {
  vi: { countedAt: 'Số liệu lúc', empty: 'Không có số liệu' },
  en: { countedAt: 'Counted at', empty: 'There is nothing to show' },
} as const;
