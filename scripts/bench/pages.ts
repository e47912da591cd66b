import { mkdir, rm } from 'node:fs/promises';
import { countNew, recount } from '../../src/facts/count.ts';
import { pages } from '../../src/web/routes.ts';
import { makeBenchAuthorities, report, startBenchIn } from './run.ts';
import { fillTables, isFilled } from './pages-data.ts';
import { makePlaces, ownCertificate, type Places } from './pages-places.ts';
import { makeVisitors, visitorsOf } from './pages-visitors.ts';

/**
 * How long every page takes, and how many queries it asks, where there is what years of use leave behind. Each is opened by
 * one who sees the whole country and one who sees a province; beside it the sign-in page, which asks for nothing. The data
 * stays in `.antin` for the next run; `clear` takes it away, `fill` only makes it.
 */
const certificates = Number(process.argv[2] ?? 1_000_000);
const visits = 15;
/** Of a page that takes so long, fewer are enough to know it. */
const patienceMs = 3_000;
const mostMs = 100;
const mostQueries = 20;
const folder = `.antin/bench-pages-${certificates}`;

await mkdir(folder, { recursive: true });
const running = await startBenchIn(folder);
const { services, address } = running;
const { db } = services;
// what would be done in the background meanwhile is measured elsewhere
await services.jobs.stop();

const from = performance.now();
if (!(await db('authorities').first('id'))) await makeBenchAuthorities(services);
const places: Places = await makePlaces(services, async () => {
  if (await isFilled(db)) return;
  await fillTables(db, certificates);
  await recount(services);
  await db.raw('vacuum analyze');
});
// also what an earlier version of the service left uncounted
await countNew(services);
const visitors = await makeVisitors(services, places);
const made = (performance.now() - from) / 1000;
if (process.argv[3] === 'fill') {
  await running.stop();
  process.exit();
}

let asked = 0;
db.on('query', () => { asked += 1; });

interface Figures { who: string; path: string; median: number; worst: number; queries: number; status: number }

async function visit(path: string, who: string): Promise<Figures> {
  const token = visitors.get(who)?.token;
  const times: number[] = [];
  const queries: number[] = [];
  let status = 0;
  const until = performance.now() + patienceMs;
  for (let i = 0; i < visits && (i < 3 || performance.now() < until); i++) {
    asked = 0;
    const began = performance.now();
    const answer = await fetch(address + path, { redirect: 'manual', headers: { accept: 'text/html', ...(token === undefined ? {} : { cookie: `antin=${token}` }) } });
    await answer.arrayBuffer();
    times.push(performance.now() - began);
    queries.push(asked);
    status = answer.status;
  }
  const sorted = times.toSorted((a, b) => a - b);
  return { who, path, median: sorted[sorted.length >> 1]!, worst: sorted.at(-1)!, queries: queries.toSorted((a, b) => a - b)[queries.length >> 1]!, status };
}

/** The link in a list to its second page. */
async function secondPage(path: string, who: string): Promise<string | undefined> {
  const answer = await fetch(address + path, { redirect: 'manual', headers: { accept: 'text/html', cookie: `antin=${visitors.get(who)?.token ?? ''}` } });
  const link = /href="([^"]*[?&;]after=[^"]*)"/.exec(await answer.text())?.[1]?.replaceAll('&amp;', '&');
  return link === undefined ? undefined : new URL(link, address + path).href.slice(address.length);
}

// the first visits compile templates and code
await visit('/sign-in', 'nobody');
const bare = await visit('/sign-in', 'nobody');
const figures: Figures[] = [];
const left: string[] = [];
for (const page of pages) {
  if (page.method !== 'get' || page.path.includes('/file/') || page.path.endsWith('/events')) continue;
  const addresses = places.addressesOf(page.path);
  if (addresses.length === 0) left.push(page.path);
  for (const address of addresses) {
    for (const who of visitorsOf(page)) {
      const path = address.replace(ownCertificate, visitors.get(who)?.certificateId ?? '');
      figures.push(await visit(path, who));
      const second = await secondPage(path, who);
      if (second !== undefined) figures.push(await visit(second, who));
    }
  }
}

const shown = ({ median, worst, queries, status }: Figures): string =>
  `${median.toFixed(1).padStart(7)} ms   worst ${worst.toFixed(1).padStart(7)} ms   ${String(queries).padStart(2)} queries   ${(median / bare.median).toFixed(1).padStart(5)} x${status >= 400 ? `   answered ${status}` : ''}${
    median > mostMs || queries >= mostQueries ? '   TOO MUCH' : ''}`;
const rows = (await db.raw<{ rows: { counted: string }[] }>(
  `select string_agg(relname || ' ' || n_live_tup, ', ' order by n_live_tup desc) as counted from pg_stat_user_tables where n_live_tup >= 1000`)).rows[0]!.counted;
report(`Pages over ${certificates.toLocaleString('en-US')} certificates, ${visits} visits each`, [
  ['rows', rows], ['made', `${made.toFixed(0)} s`], ['a bare page: /sign-in', shown(bare)],
  ...figures.map((one) => [`${one.who.padEnd(14)} ${one.path.replace(/(after=.{8}).*/, '$1…')}`, shown(one)] as const),
  ...left.map((path) => [path, 'not opened: no address is known for it'] as const),
]);
process.exitCode = figures.some(({ median, queries, status }) => median > mostMs || queries >= mostQueries || status >= 400) || left.length > 0 ? 1 : 0;
await running.stop();
if (process.argv[3] === 'clear') await rm(folder, { recursive: true });
