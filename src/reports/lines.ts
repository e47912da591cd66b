import { drawLegend } from './bars.ts';
import { printNumber } from './columns.ts';
import { axisSteps, colourOf, dashes, drawText, faint, margin, round, width, type Drawing, type Drawn } from './svg.ts';

const plotHeight = 200;
const mostMonthNames = 5;

/** Lines over months; each has a colour, a dash and a mark of its own. */
export function drawLines({ places, series, axis, across, language }: Drawing, top: number): Drawn {
  const legend = drawLegend(series, top, (i, x, y) => stroke([[x, y + 5], [x + 20, y + 5]], i) + mark(x + 10, y + 5, i));
  const steps = axisSteps(Math.max(...places.flatMap(({ values }) => values)));
  const numbers = steps.map((step) => printNumber(step, language));
  const left = margin + Math.max(...numbers.map((number) => number.length)) * 6.5 + 6;
  const plotTop = legend.bottom + 26;
  const bottom = plotTop + plotHeight;
  const right = width - margin - 14;
  const x = (i: number): number => left + (places.length === 1 ? (right - left) / 2 : (i / (places.length - 1)) * (right - left));
  const y = (value: number): number => bottom - (value / steps.at(-1)!) * plotHeight;
  const grid = steps.map((step, i) =>
    `<line x1="${round(left)}" x2="${right}" y1="${round(y(step))}" y2="${round(y(step))}" stroke="${step === 0 ? '#6b6b6b' : faint}"/>${drawText(left - 5, y(step) + 4, numbers[i]!, { size: 11, anchor: 'end' })}`);
  const each = Math.ceil(places.length / mostMonthNames);
  const months = places.flatMap(({ label }, i) => (i % each === 0 ? [drawText(x(i), bottom + 16, label, { size: 11, anchor: 'middle' })] : []));
  const lines = series.map((_, s) => {
    const points = places.map(({ values }, i): [number, number] => [x(i), y(values[s]!)]);
    return stroke(points, s) + points.map(([px, py]) => mark(px, py, s)).join('');
  });
  const names = drawText(margin, plotTop - 10, axis) + drawText(right, bottom + 34, across, { anchor: 'end' });
  return { svg: legend.svg + grid.join('') + months.join('') + lines.join('') + names, bottom: bottom + 38 };
}

function stroke(points: readonly (readonly [number, number])[], i: number): string {
  const dash = dashes[i % dashes.length]!;
  return `<polyline points="${points.map(([x, y]) => `${round(x)},${round(y)}`).join(' ')}" fill="none" stroke="${colourOf(i)}" stroke-width="2"${dash ? ` stroke-dasharray="${dash}"` : ''}/>`;
}

const size = 3.2;
const shapes: readonly (readonly (readonly [number, number])[])[] = [
  [[-size, -size], [size, -size], [size, size], [-size, size]], [[0, -size - 1], [size + 1, size], [-size - 1, size]],
  [[0, -size - 1], [size + 1, 0], [0, size + 1], [-size - 1, 0]], [[0, size + 1], [size + 1, -size], [-size - 1, -size]],
];

/** A square, a triangle, a diamond, a triangle on its head, then a disc. */
function mark(x: number, y: number, i: number): string {
  const shape = shapes[i % (shapes.length + 1)];
  if (!shape) return `<circle cx="${round(x)}" cy="${round(y)}" r="${size}" fill="${colourOf(i)}"/>`;
  return `<path d="M${shape.map(([dx, dy]) => `${round(x + dx)} ${round(y + dy)}`).join('L')}Z" fill="${colourOf(i)}"/>`;
}
