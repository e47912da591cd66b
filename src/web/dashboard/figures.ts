import type { Knex } from 'knex';
import { readReports, type Report } from '../../reports/read.ts';
import type { Actor, Services } from '../../services.ts';

/** What the dashboard counts, all of it at one moment. */
export const shownReports = ['certificates-by-state', 'certificates-by-month', 'certificates-expiring', 'certificates-by-province', 'deadlines'] as const;
export type Figures = Readonly<Record<(typeof shownReports)[number], Report>>;

interface Kept { at: number; figures: Promise<Figures> }

const keepMs = 60_000;
const mostKept = 200;
const known = new WeakMap<Knex, Map<string, Kept>>();

/**
 * The figures of an agency and below, not older than a minute: at 200,000 certificates the whole country takes half a second
 * to count, and everybody there looks at the same. The page says of which moment they are.
 * @throws Problem `not-found`, `outside-your-agency`
 */
export async function figuresFor(services: Services, actor: Actor, agency: string | undefined): Promise<Figures> {
  const kept = known.get(services.db) ?? new Map<string, Kept>();
  known.set(services.db, kept);
  const key = JSON.stringify([actor.agencyPath ?? null, agency ?? null]);
  const at = services.now().getTime();
  const found = kept.get(key);
  if (found && Math.abs(at - found.at) < keepMs) return found.figures;
  const figures = readReports(services, actor, shownReports, { agency }).then((reports) =>
    Object.fromEntries(reports.map((report) => [report.kind.name, report])) as unknown as Figures);
  kept.delete(key);
  kept.set(key, { at, figures });
  if (kept.size > mostKept) kept.delete(kept.keys().next().value!);
  // what is not counted yet is asked for again at the next visit
  figures.then((counted) => counted['certificates-by-state'].complete || kept.delete(key), () => kept.delete(key));
  return figures;
}
