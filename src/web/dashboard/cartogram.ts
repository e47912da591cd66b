import type { Language } from '../../http/language.ts';
import { printNumber } from '../../reports/columns.ts';
import { drawText, escapeXml, faint, ink, margin, width } from '../../reports/svg.ts';

/** The 34 provinces by identifier code, each a tile roughly where it lies: column from the west, row from the north. */
const places: Readonly<Record<string, readonly [name: string, column: number, row: number]>> = {
  H35: ['Lai Châu', 1, 0], H38: ['Lào Cai', 2, 0], H60: ['Tuyên Quang', 3, 0], H14: ['Cao Bằng', 4, 0],
  H18: ['Điện Biên', 0, 1], H52: ['Sơn La', 1, 1], H44: ['Phú Thọ', 2, 1], H55: ['Thái Nguyên', 3, 1], H37: ['Lạng Sơn', 4, 1],
  H26: ['Hà Nội', 2, 2], H05: ['Bắc Ninh', 3, 2], H49: ['Quảng Ninh', 4, 2],
  H42: ['Ninh Bình', 2, 3], H31: ['Hưng Yên', 3, 3], H24: ['Hải Phòng', 4, 3],
  H56: ['Thanh Hóa', 2, 4], H41: ['Nghệ An', 2, 5], H27: ['Hà Tĩnh', 2, 6], H50: ['Quảng Trị', 3, 7],
  H57: ['Huế', 3, 8], H17: ['Đà Nẵng', 4, 8], H48: ['Quảng Ngãi', 4, 9], H21: ['Gia Lai', 4, 10], H15: ['Đắk Lắk', 4, 11],
  H36: ['Lâm Đồng', 3, 12], H32: ['Khánh Hòa', 4, 12], H53: ['Tây Ninh', 1, 13], H19: ['Đồng Nai', 2, 13],
  H01: ['An Giang', 0, 14], H20: ['Đồng Tháp', 1, 14], H29: ['Hồ Chí Minh', 2, 14], H13: ['Cần Thơ', 0, 15], H61: ['Vĩnh Long', 1, 15], H12: ['Cà Mau', 0, 16],
};

/** From none to most; the last two carry white letters (contrast above 7:1 each). */
const shades = [{ fill: '#f1f3f5', ink }, { fill: '#d5e5f4', ink }, { fill: '#a9cbea', ink }, { fill: '#1d4f91', ink: '#ffffff' }, { fill: '#0b2f5c', ink: '#ffffff' }] as const;

const columns = 5;
const rows = 17;
const tileWidth = (width - 2 * margin) / columns;
const tileHeight = 42;
const gap = 2;

export interface Tile { code: string; value: number }

/** The provinces as tiles, darker for more; each bears its name and figure, so that colour tells nothing alone. */
export function drawCartogram(tiles: readonly Tile[], { title, language }: { title: string; language: Language }): string {
  const values = new Map(tiles.map(({ code, value }) => [code, value]));
  const most = Math.max(1, ...values.values());
  const drawn = Object.entries(places).map(([code, [name, column, row]]) => {
    const value = values.get(code) ?? 0;
    const shade = shades[value === 0 ? 0 : Math.min(4, 1 + Math.floor((value / most) * 4))]!;
    const [x, y] = [margin + column * tileWidth, margin + row * tileHeight];
    return `<g fill="${shade.ink}"><rect x="${x + gap / 2}" y="${y + gap / 2}" width="${tileWidth - gap}" height="${tileHeight - gap}" rx="3" fill="${shade.fill}" stroke="${faint}"/>`
      + drawText(x + tileWidth / 2, y + 17, name, { size: 10, anchor: 'middle' })
      + `${drawText(x + tileWidth / 2, y + 33, printNumber(value, language), { size: 12, bold: true, anchor: 'middle' })}</g>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${rows * tileHeight + 2 * margin}" role="img" aria-label="${escapeXml(title)}" fill="${ink}">${drawn.join('')}</svg>`;
}

/** Whether a province has its tile; the table shows every one. */
export const hasTile = (code: string): boolean => code in places;
