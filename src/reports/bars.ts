import { printNumber, printShare } from './columns.ts';
import { axisSteps, colourOf, drawText, faint, margin, round, width, wrapText, type Drawing, type Drawn, type Place } from './svg.ts';

const barHeight = 14;
const gap = 10;
/** Right of the longest bar, for its number: 1.000.000, or 100 % (10.000/10.000). */
const numberWidth = { count: 62, share: 136 };

/** Lying bars, each with its name above and its number beside: a name in full needs the whole width of a phone. */
export function drawBars(drawing: Drawing, top: number): Drawn {
  const { places, share, language, axis } = drawing;
  const legend = share ? { svg: '', bottom: top } : drawLegend(drawing.series, top);
  const lengthOf = ({ values }: Place): number => (share ? values[0]! / values[1]! : values.reduce((a, b) => a + b, 0));
  const steps = share ? [0, 0.25, 0.5, 0.75, 1] : axisSteps(Math.max(...places.map(lengthOf)));
  const room = width - 2 * margin - numberWidth[share ? 'share' : 'count'];
  const scale = (value: number): number => (value / steps.at(-1)!) * room;
  const parts: string[] = [];
  let y = legend.bottom + 6;
  const firstY = y;
  for (const place of places) {
    const number = share ? printShare(place.values, language) : printNumber(lengthOf(place), language);
    for (const line of wrapText(place.label, { size: 12, most: 2 })) parts.push(drawText(margin, (y += 16) - 5, line));
    parts.push(drawBar(share ? [lengthOf(place)] : place.values, y, scale));
    parts.push(drawText(margin + scale(lengthOf(place)) + 5, y + 12, number, { bold: true }));
    y += barHeight + gap;
  }
  const grid = steps.map((step) => {
    const x = round(margin + scale(step));
    const anchor = step === 0 ? 'start' : 'middle';
    return `<line x1="${x}" x2="${x}" y1="${firstY}" y2="${y}" stroke="${faint}"/>${drawText(x, y + 14, share ? `${step * 100} %` : printNumber(step, language), { size: 11, anchor })}`;
  });
  return { svg: legend.svg + grid.join('') + parts.join('') + drawText(margin, y + 32, axis), bottom: y + 36 };
}

function drawBar(values: readonly number[], y: number, scale: (value: number) => number): string {
  let x = margin;
  return values.map((value, i) => {
    const length = scale(value);
    if (length === 0) return '';
    // a white edge tells neighbouring parts from each other without their colours
    const svg = `<rect x="${round(x)}" y="${y}" width="${round(Math.max(length, 1))}" height="${barHeight}" fill="${colourOf(i)}" stroke="#ffffff" stroke-width="0.5"/>`;
    x += length;
    return svg;
  }).join('');
}

/** One entry to a line's place, as many on a line as fit. */
export function drawLegend(series: readonly string[], top: number, mark: (i: number, x: number, y: number) => string = square): Drawn {
  let x = margin;
  let y = top + 14;
  const svg = series.map((label, i) => {
    const needed = 26 + label.length * 6.8 + 12;
    if (x > margin && x + needed > width - margin) {
      x = margin;
      y += 18;
    }
    const entry = mark(i, x, y - 9) + drawText(x + 26, y, label);
    x += needed;
    return entry;
  });
  return { svg: svg.join(''), bottom: y + 4 };
}

const square = (i: number, x: number, y: number): string => `<rect x="${round(x)}" y="${y}" width="20" height="10" fill="${colourOf(i)}"/>`;
