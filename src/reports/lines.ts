import { drawLegend } from './bars.ts';
import { drawPlot } from './plot.ts';
import { colourOf, dashes, round, type Drawing, type Drawn } from './svg.ts';

/** Lines over months; each has a colour, a dash and a mark of its own. */
export function drawLines(drawing: Drawing, top: number): Drawn {
  const { places, series } = drawing;
  const legend = drawLegend(series, top, (i, x, y) => stroke([[x, y + 5], [x + 20, y + 5]], i) + mark(x + 10, y + 5, i));
  const x = (i: number, left: number, right: number): number => left + (places.length === 1 ? (right - left) / 2 : (i / (places.length - 1)) * (right - left));
  const plot = drawPlot(drawing, legend.bottom, { most: Math.max(...places.flatMap(({ values }) => values)), x });
  const lines = series.map((_, s) => {
    const points = places.map(({ values }, i): [number, number] => [x(i, plot.left, plot.right), plot.y(values[s]!)]);
    return stroke(points, s) + points.map(([px, py]) => mark(px, py, s)).join('');
  });
  return { svg: legend.svg + plot.svg + lines.join(''), bottom: plot.bottom };
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
