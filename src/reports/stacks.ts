import { drawLegend } from './bars.ts';
import { drawPlot } from './plot.ts';
import { colourOf, round, type Drawing, type Drawn } from './svg.ts';

/** Standing bars over time, the parts of each one upon another. */
export function drawStacks(drawing: Drawing, top: number): Drawn {
  const { places, series } = drawing;
  const legend = drawLegend(series, top);
  const most = Math.max(...places.map(({ values }) => values.reduce((a, b) => a + b, 0)));
  const middle = (i: number, left: number, right: number): number => left + ((i + 0.5) / places.length) * (right - left);
  const plot = drawPlot(drawing, legend.bottom, { most, x: middle });
  const thick = ((plot.right - plot.left) / places.length) * 0.8;
  const stacks = places.map(({ values }, i) => {
    const x = round(middle(i, plot.left, plot.right) - thick / 2);
    let below = 0;
    return values.map((value, s) => {
      if (value === 0) return '';
      const [y, height] = [plot.y(below + value), plot.y(below) - plot.y(below + value)];
      below += value;
      // a white edge tells parts that lie upon each other without their colours
      return `<rect x="${x}" y="${round(y)}" width="${round(thick)}" height="${round(Math.max(height, 0.5))}" fill="${colourOf(s)}" stroke="#ffffff" stroke-width="0.4"/>`;
    }).join('');
  });
  return { svg: legend.svg + plot.svg + stacks.join(''), bottom: plot.bottom };
}
