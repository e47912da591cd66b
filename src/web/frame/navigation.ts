import type { Actor, Permission } from '../../services.ts';
import type { Translate, WordKey } from '../text/words.ts';
import { mayOpen, type Page } from './page.ts';

/** One entry of the main navigation; who sees it is who may open its page. */
export interface NavigationRow {
  path: string;
  word: WordKey;
  signedOutOnly?: boolean;
  /** offered only to whoever has one of these, though more may open the page */
  for?: readonly Permission[];
}

/** The main navigation in its order. The first entry that somebody signed in can open is where they land. */
export const navigation: readonly NavigationRow[] = [
  { path: '/work-list', word: 'work.nav' },
  { path: '/my-certificate', word: 'mine.nav' },
  { path: '/people', word: 'people.nav' },
  { path: '/operators', word: 'operators.nav' },
  { path: '/search', word: 'search.title' },
  { path: '/jobs', word: 'jobs.title' },
  { path: '/reorganisations', word: 'reorganisations.title' },
  { path: '/dashboard', word: 'dashboard.title' },
  { path: '/audit', word: 'audit.nav' },
  { path: '/trust-anchors', word: 'trust.nav', for: ['trust-anchor:manage', 'audit:read'] },
  { path: '/', word: 'frame.checkDocument' },
  { path: '/status', word: 'status.nav', signedOutOnly: true },
  { path: '/authorities', word: 'authorities.title' },
  { path: '/revoke', word: 'frame.revokeByCode', signedOutOnly: true },
];

export interface NavigationEntry { href: string; text: string; current?: boolean; active?: boolean }

const isOpen = (pages: readonly Page[], actor: Actor, path: string): boolean =>
  pages.some((page) => page.method === 'get' && page.path === path && mayOpen(actor, page.allow));

const isFor = (row: NavigationRow, { permissions }: Actor): boolean => row.for === undefined || row.for.some((one) => permissions.has(one));

/** What the navigation offers to this person, the entry they are in marked. */
export function navigationFor(pages: readonly Page[], actor: Actor, here: string, t: Translate): NavigationEntry[] {
  const [path = '/'] = here.split('?');
  return navigation.filter((row) => isOpen(pages, actor, row.path) && !(row.signedOutOnly && actor.kind !== 'anyone') && isFor(row, actor)).map((row) => ({
    href: row.path, text: t(row.word),
    ...(path === row.path ? { current: true } : row.path !== '/' && path.startsWith(`${row.path}/`) ? { active: true } : {}),
  }));
}

/** Where somebody lands who has just signed in and asked for nothing else. */
export function landingFor(pages: readonly Page[], actor: Actor): string {
  // whoever has a link by mail alone has one thing to do
  if (actor.kind === 'operator' && actor.permissions.size === 0) return '/account/passkeys';
  const guarded = navigation.filter(({ path }) => pages.some((page) => page.path === path && page.method === 'get' && page.allow !== 'anyone'));
  return guarded.find((row) => isOpen(pages, actor, row.path) && isFor(row, actor))?.path ?? '/account';
}
