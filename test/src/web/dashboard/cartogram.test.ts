import { provinces } from '../../../../migrations/agencies-level-1.ts';
import { drawCartogram, hasTile } from '../../../../src/web/dashboard/cartogram.ts';

test('every province has a tile, none covers another, and a stranger has none', () => {
  expect(provinces.length).toBe(34);
  expect(provinces.filter(({ code }) => !hasTile(code))).toEqual([]);
  expect(hasTile('H02')).toBe(false);
  const svg = drawCartogram([], { title: 'x', language: 'vi' });
  const at = [...svg.matchAll(/<rect x="([\d.]+)" y="([\d.]+)"/g)].map(([, x, y]) => `${x} ${y}`);
  expect([at.length, new Set(at).size]).toEqual([34, 34]);
});

test('tiles bear their figure as it is read here, darker for more, and markup in the title stays text', () => {
  const svg = drawCartogram([{ code: 'H26', value: 12_345 }, { code: 'H14', value: 1 }], { title: '<script>', language: 'vi' });
  expect(svg).toContain('12.345');
  expect(svg).not.toContain('<script>');
  const fill = (name: string): string => new RegExp(`fill="(#[0-9a-f]{6})" stroke="[^"]*"/><text[^>]*>${name}<`).exec(svg)?.[1] ?? '';
  expect([fill('Hà Nội'), fill('Cao Bằng'), fill('Huế')]).toEqual(['#0b2f5c', '#d5e5f4', '#f1f3f5']);
});
