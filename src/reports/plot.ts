import { printNumber } from './columns.ts';
import { axisSteps, drawText, faint, margin, round, width, type Drawing } from './svg.ts';

const plotHeight = 200;
const mostNames = 5;

/** Where a plot over time has its places and values, and its axes drawn. */
export interface Plot { svg: string; bottom: number; left: number; right: number; y: (value: number) => number; floor: number }

/**
 * The axes of a plot over time: values from 0 up, some of the places named below.
 * @param x the middle of a place between the plot's ends
 */
export function drawPlot({ places, axis, across, language }: Drawing, top: number, { most, x }: { most: number; x: (i: number, left: number, right: number) => number }): Plot {
  const steps = axisSteps(most);
  const numbers = steps.map((step) => printNumber(step, language));
  const left = margin + Math.max(...numbers.map((number) => number.length)) * 6.5 + 6;
  const plotTop = top + 30;
  const floor = plotTop + plotHeight;
  const right = width - margin - 14;
  const y = (value: number): number => floor - (value / steps.at(-1)!) * plotHeight;
  const grid = steps.map((step, i) =>
    `<line x1="${round(left)}" x2="${right}" y1="${round(y(step))}" y2="${round(y(step))}" stroke="${step === 0 ? '#6b6b6b' : faint}"/>${drawText(left - 5, y(step) + 4, numbers[i]!, { size: 11, anchor: 'end' })}`);
  const each = Math.ceil(places.length / mostNames);
  const named = places.flatMap(({ label }, i) => (i % each === 0 ? [drawText(x(i, left, right), floor + 16, label, { size: 11, anchor: 'middle' })] : []));
  const names = drawText(margin, plotTop - 14, axis) + drawText(right, floor + 34, across, { anchor: 'end' });
  return { svg: grid.join('') + named.join('') + names, bottom: floor + 38, left, right, y, floor };
}
