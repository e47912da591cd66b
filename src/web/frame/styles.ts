import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const load = createRequire(import.meta.url);

export interface FontFace { subset: string; weight: number; url: string }

/** The letters each part of the font holds, as its package says. */
const ranges: Readonly<Record<string, string>> = {
  latin: 'U+0000-00FF,U+0131,U+0152-0153,U+02BB-02BC,U+02C6,U+02DA,U+02DC,U+0304,U+0308,U+0329,U+2000-206F,U+20AC,U+2122,U+2191,U+2193,U+2212,U+2215,U+FEFF,U+FFFD',
  vietnamese: 'U+0102-0103,U+0110-0111,U+0128-0129,U+0168-0169,U+01A0-01A1,U+01AF-01B0,U+0300-0301,U+0303-0304,U+0308-0309,U+0323,U+0329,U+1EA0-1EF9,U+20AB',
};

/**
 * The one style sheet: the patterns of govuk-frontend without their font and crest, which belong to another country, then our
 * own layer. Their weight 700 is our 600, the only bold that is sent.
 */
export function readStyles(faces: readonly FontFace[]): string {
  const patterns = readFileSync(load.resolve('govuk-frontend/dist/govuk/govuk-frontend.min.css'), 'utf8')
    .replaceAll(/@font-face\{[^}]*\}/g, '')
    .replaceAll(/[^{}]*\{[^{}]*url\([^)]*crest[^)]*\)[^{}]*\}/g, '')
    .replaceAll('GDS Transport,arial,sans-serif', 'var(--font)')
    .replaceAll('font-weight:700', 'font-weight:600')
    .replaceAll(/\/\*# sourceMappingURL=.*?\*\//g, '');
  const own = readFileSync(new URL('../layout/page.css', import.meta.url), 'utf8');
  const fonts = faces.map(({ subset, weight, url }) =>
    `@font-face{font-family:"Be Vietnam Pro";font-style:normal;font-weight:${weight};font-display:swap;src:url(${url}) format("woff2");unicode-range:${ranges[subset] ?? ''}}`);
  return [...fonts, patterns, own].join('\n');
}
