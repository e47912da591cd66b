import type { Language } from '../http/language.ts';

/** One place on a chart: a bar, or a month on the lines. Values in the order of the series. */
export interface Place { label: string; values: number[] }
export interface Drawing { places: Place[]; series: string[]; axis: string; across: string; language: Language; share: boolean }
/** What was drawn, and where it ended. */
export interface Drawn { svg: string; bottom: number }

/** Phones are this wide; a wider place may show it larger, for it is a drawing without size of its own. */
export const width = 360;
export const margin = 12;
export const ink = '#1b1b1b';
export const faint = '#d0d0d0';

/** Colours that differ in lightness too and stand out from white (WCAG 2.2 SC 1.4.11); lines also by dashes and marks. */
export const colours = ['#1d4f91', '#c2571a', '#2e7d4f', '#7b3f98', '#5a5a5a'] as const;
export const dashes = ['', '6 3', '2 2', '8 2 2 2', '1 3'] as const;

export const colourOf = (place: number): string => colours[place % colours.length]!;

/** Text as XML: what XML forbids is left out. */
export function escapeXml(text: string): string {
  return text.replaceAll(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu, '')
    .replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

export interface TextOptions { size?: number; bold?: boolean; anchor?: 'start' | 'middle' | 'end' }

export function drawText(x: number, y: number, text: string, { size = 12, bold = false, anchor = 'start' }: TextOptions = {}): string {
  return `<text x="${round(x)}" y="${round(y)}" font-size="${size}"${bold ? ' font-weight="600"' : ''}${anchor === 'start' ? '' : ` text-anchor="${anchor}"`}>${escapeXml(text)}</text>`;
}

/** Lines no longer than fit; what is left after `most` lines ends in an ellipsis. Letters are taken as 0.56 of their height wide. */
export function wrapText(text: string, options: { size: number; within?: number; most?: number }): string[] {
  const { size, within = width - 2 * margin, most = 4 } = options;
  const letters = Math.floor(within / (size * 0.56));
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= letters) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  const kept = lines.slice(0, most);
  if (lines.length > most) kept[most - 1] = `${kept[most - 1]!} …`;
  return kept.map((line) => (line.length > letters ? `${line.slice(0, letters - 1)}…` : line));
}

/** Steps of an axis from 0: 1, 2 or 5 times a power of ten, whole, four or five of them at most. */
export function axisSteps(most: number): number[] {
  const rough = Math.max(most, 1) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(1, [1, 2, 5, 10].map((n) => n * power).find((n) => n >= rough)!);
  return Array.from({ length: Math.ceil(Math.max(most, 1) / step) + 1 }, (_, i) => i * step);
}

export const round = (value: number): number => Math.round(value * 100) / 100;
