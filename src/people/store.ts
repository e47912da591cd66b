import type { Knex } from 'knex';
import { findPage, type Page, type PageRequest } from '../database/paging.ts';

/** `certified`: serving, with a certificate in force that nothing has replaced yet; `without`: serving, with none. */
export const personStates = ['certified', 'without', 'left', 'all'] as const;
export type PersonState = (typeof personStates)[number];

export interface Person {
  id: string; name: string; position: string; email: string; leftAt: Date | null; agencyCode: string; agencyName: string;
  /** the one that ends next; null: none is in force */
  certificateId: string | null; notAfter: Date | null; isHeld: boolean | null;
  /** a request for this certificate, or for the first one, that is under way */
  requestId: string | null;
}

export interface Reach { path: string | undefined; words: readonly string[] }
export interface PeopleFilter extends Reach {
  state: PersonState;
  at: Date;
  until: Date | undefined;
  /** those within reach, if they are few; undefined: many */
  ids: readonly string[] | undefined;
}

/** Up to here people are looked at one by one; of more, an index in the list's order soon finds a page. */
const few = 1_500;

function reach(query: Knex.QueryBuilder, { path, words }: Reach): void {
  if (path !== undefined) void query.whereRaw('a.path <@ ?::ltree', [path]);
  for (const word of words) {
    void query.whereRaw(`search_text(o.name || ' ' || o.email) like '%' || search_text(?) || '%'`, [word.normalize('NFC').replaceAll(/[\\%_]/g, String.raw`\$&`)]);
  }
}

/** The ids of all within reach, or undefined where they are many or all. */
export async function listFew(db: Knex, within: Reach): Promise<string[] | undefined> {
  if (within.path === undefined && within.words.length === 0) return undefined;
  const query = db('officials as o').join('agencies as a', 'a.id', 'o.agencyId').select('o.id').limit(few + 1);
  reach(query, within);
  const rows = (await query) as { id: string }[];
  return rows.length > few ? undefined : rows.map(({ id }) => id);
}

function within(query: Knex.QueryBuilder, filter: PeopleFilter): void {
  if (filter.ids) void query.whereRaw('o.id = any(?::uuid[])', [[...filter.ids]]);
  else reach(query, filter);
}

const live = (c: string): string => `${c}.state in ('issued', 'on_hold') and ${c}.not_after > ?
  and not exists (select 1 from certificates n where n.replaces_id = ${c}.id and n.state = 'issued')`;
const underWay = `r.state in ('draft', 'confirmed', 'examined', 'returned')`;
const agencyName = '(select n.name from agency_names n where n.agency_id = p.agency_id order by n.valid_from desc limit 1)';
const who = 'o.id, o.name, o.position, o.email, o.left_at, o.agency_id, a.code as agency_code';

/** Those with a certificate in force, by when the first of their certificates ends. */
export async function listByEnd(db: Knex, filter: PeopleFilter, page: PageRequest): Promise<Page<Person>> {
  const query = db('certificates as c').join('officials as o', 'o.id', 'c.officialId').join('agencies as a', 'a.id', 'o.agencyId')
    .select(db.raw(`${who}, c.id as certificate_id, c.not_after, c.state = 'on_hold' as is_held`)).whereRaw(`o.left_at is null and ${live('c')}`, [filter.at])
    .whereRaw(`not exists (select 1 from certificates e where e.official_id = o.id and ${live('e')} and (e.not_after, e.id) < (c.not_after, c.id))`, [filter.at]);
  if (filter.until) void query.where('c.notAfter', '<=', filter.until);
  within(query, filter);
  const requested = `(select r.id from requests r where r.certificate_id = p.certificate_id and ${underWay} limit 1) as request_id`;
  return findPage(db.from(query.as('p')).select('p.*', db.raw(`${agencyName} as agency_name, ${requested}`)), ['notAfter', 'certificateId'], page);
}

type Named = Person & { sortName: string };
const byName = ['p.sortName', 'p.id'];
/** Before a mark of the second part of a list in two parts. */
const secondPart = '~';

/**
 * Everybody of a state by name, with what ends next. Of more than a few who have the words, those whose name begins with the
 * first one come first: a family name stands at one place of the order, and all before it would have to be read to get there.
 */
export async function listByName(db: Knex, filter: PeopleFilter, page: PageRequest): Promise<Page<Named>> {
  const [word] = filter.words;
  if (filter.ids || word === undefined) return findPage(named(db, filter), byName, page);
  const start = word.normalize('NFC');
  const isFirst = `p.sort_name >= search_text(?) and p.sort_name < search_text(?) || U&'\\FFFF' and starts_with(p.sort_name, search_text(?))`;
  // that they have the word follows; asked for as well, it makes the planner expect far fewer
  const begins = (isIt: boolean): Knex.QueryBuilder => named(db, isIt ? { ...filter, words: filter.words.slice(1) } : filter).whereRaw(isIt ? isFirst : `not (${isFirst})`, [start, start, start]);
  if (page.after?.startsWith(secondPart)) return marked(await findPage(begins(false), byName, { ...page, after: page.after.slice(secondPart.length) || undefined }));
  const first: Page<Named> = await findPage(begins(true), byName, page);
  if (first.next !== null) return first;
  const room = page.limit - first.items.length;
  if (room === 0) return { items: first.items, next: secondPart };
  const rest = marked(await findPage<Named>(begins(false), byName, { limit: room }));
  return { items: [...first.items, ...rest.items], next: rest.next };
}

const marked = ({ items, next }: Page<Named>): Page<Named> => ({ items, next: next && secondPart + next });

function named(db: Knex, filter: PeopleFilter): Knex.QueryBuilder {
  const next = `select c.id as certificate_id, c.not_after, c.state = 'on_hold' as is_held from certificates c where c.official_id = p.id and ${live('c')} order by c.not_after, c.id limit 1`;
  const query = db('officials as o').join('agencies as a', 'a.id', 'o.agencyId').select(db.raw(`${who}, search_text(o.name) as sort_name`));
  if (filter.state === 'without') {
    void query.whereRaw(`o.left_at is null and not exists (select 1 from certificates c where c.official_id = o.id and ${live('c')})`, [filter.at]);
  } else if (filter.state === 'left') void query.whereNotNull('o.leftAt');
  within(query, filter);
  const requested = `(select r.id from requests r where r.official_id = p.id and (r.certificate_id = c.certificate_id or c.certificate_id is null) and ${underWay} limit 1) as request_id`;
  return db.from(query.as('p')).joinRaw(`left join lateral (${next}) c on true`, [filter.at])
    .select('p.*', 'c.certificateId', 'c.notAfter', 'c.isHeld', db.raw(`${agencyName} as agency_name, ${requested}`));
}
