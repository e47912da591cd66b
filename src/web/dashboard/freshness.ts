import type { Language } from '../../http/language.ts';
import { drawText, escapeXml, faint, ink, margin, round, width, wrapText } from '../../reports/svg.ts';
import { printMoment } from '../../reports/tables.ts';
import { wordsIn, type Translate } from '../text/words.ts';
import type { ChartView } from './present.ts';

/** What an authority last published, null where it never did. */
export interface PublishedList { name: string; label: string; thisUpdate: Date | null; nextUpdate: Date | null }

const rowHeight = 56;
const barHeight = 14;
const hourMs = 3_600_000;
const colours = { fresh: '#2e7d4f', soon: '#b35900', stale: '#a4161a' } as const;
type Freshness = keyof typeof colours;

/** Lists are published anew in good time; with an hour or less left, somebody should look. */
function freshnessOf({ nextUpdate }: PublishedList, now: Date): Freshness {
  const left = (nextUpdate?.getTime() ?? 0) - now.getTime();
  return left <= 0 ? 'stale' : left <= hourMs ? 'soon' : 'fresh';
}

/** How much of the life of each revocation list has passed; those that end first stand first. */
export function presentFreshness(lists: readonly PublishedList[], now: Date, language: Language): ChartView {
  const t = wordsIn(language);
  const ordered = lists.toSorted((a, b) => (a.nextUpdate?.getTime() ?? 0) - (b.nextUpdate?.getTime() ?? 0));
  const stale = ordered.filter((list) => freshnessOf(list, now) === 'stale').length;
  const sentence = t(stale === 0 ? 'dashboard.allFresh' : 'dashboard.someStale', { all: lists.length, stale });
  return {
    id: 'crls', href: '/authorities', title: t('dashboard.crls'), sentence, isEmpty: lists.length === 0, emptyTitle: t('authorities.none'), emptyText: t('authorities.noneText'),
    svg: drawFreshness(ordered, now, t), table: {
      columns: (['authority', 'published', 'next', 'state'] as const).map((key) => ({ key, label: t(`dashboard.${key}`), numeric: false })),
      rows: ordered.map((list) => ({
        authority: list.name, published: list.thisUpdate ? printMoment(list.thisUpdate) : '–', next: list.nextUpdate ? printMoment(list.nextUpdate) : '–', state: t(`dashboard.${freshnessOf(list, now)}`),
      })),
    },
  };
}

function drawFreshness(lists: readonly PublishedList[], now: Date, t: Translate): string {
  const full = width - 2 * margin;
  const rows = lists.map((list, i) => {
    const top = margin + i * rowHeight;
    const freshness = freshnessOf(list, now);
    const { thisUpdate, nextUpdate } = list;
    const passed = thisUpdate && nextUpdate ? Math.min(1, Math.max(0, (now.getTime() - thisUpdate.getTime()) / (nextUpdate.getTime() - thisUpdate.getTime()))) : 1;
    const bar = `<rect x="${margin}" y="${top + 20}" width="${full}" height="${barHeight}" rx="3" fill="#ffffff" stroke="${faint}"/><rect x="${margin}" y="${top + 20}" width="${round(Math.max(2, full * passed))}" height="${barHeight}" rx="3" fill="${colours[freshness]}"/>`;
    return drawText(margin, top + 13, wrapText(list.name, { size: 12, most: 1 })[0]!) + bar + drawText(margin, top + 48, leftOf(list, now, t), { size: 11, bold: freshness !== 'fresh' });
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${lists.length * rowHeight + 2 * margin}" role="img" aria-label="${escapeXml(lists.map((list) => `${list.name}: ${leftOf(list, now, t)}`).join('; '))}" fill="${ink}">${rows.join('')}</svg>`;
}

/** In the unit that says enough: days from two on, hours from two on, else minutes. */
function leftOf({ nextUpdate }: PublishedList, now: Date, t: Translate): string {
  if (!nextUpdate) return t('dashboard.neverPublished');
  const minutes = Math.round(Math.abs(nextUpdate.getTime() - now.getTime()) / 60_000);
  const [count, unit] = minutes >= 2_880 ? [Math.floor(minutes / 1_440), 'dashboard.days'] as const : minutes >= 120 ? [Math.floor(minutes / 60), 'dashboard.hours'] as const : [minutes, 'dashboard.minutes'] as const;
  return t(nextUpdate > now ? 'dashboard.left' : 'dashboard.overdueBy', { time: t(unit, { count }), at: printMoment(nextUpdate) });
}
