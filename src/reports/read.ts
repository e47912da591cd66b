import { isWithin } from '../access/scope.ts';
import { findAgencyByCode } from '../agencies/find.ts';
import { countedUntil } from '../facts/count.ts';
import { localDate } from '../policies/working-days.ts';
import { wrongField } from '../field-mistakes.ts';
import { Problem } from '../problems.ts';
import type { Actor, Services } from '../services.ts';
import { findReportKind, type ReportKind } from './catalogue.ts';
import { completeRows } from './columns.ts';
import type { Question, Row } from './store.ts';

export interface ReportQuery { agency?: string | undefined; from?: string | undefined; to?: string | undefined; year?: number | undefined; months?: number | undefined; /** rows at most, of a report that is a list */ limit?: number | undefined }

export interface Report {
  kind: ReportKind;
  /** The moment of the figures, a minute or so ago. */
  countedAt: Date;
  /** False while something has happened that is not counted yet; the job of every minute is at it. */
  complete: boolean;
  /** ltree path; null is the whole country. */
  scope: string | null;
  question: Question;
  rows: Row[];
  totals: Row;
  /** There are more rows than a report shows. */
  truncated: boolean;
}

const mostRows = 20_000;
/** Ten years. */
const mostMonths = 120;

/**
 * A report as last counted: of the caller's own agency and below, of the whole country for those without one, or of an agency among
 * these that is asked for.
 * @throws Problem `not-found`, `outside-your-agency`, `invalid-fields`, `figures-not-ready`
 */
export async function readReport(services: Pick<Services, 'db'>, actor: Actor, name: string, query: ReportQuery = {}): Promise<Report> {
  return (await readReports(services, actor, [name], query))[0]!;
}

/** Several reports of one moment. @throws as `readReport` */
export async function readReports(services: Pick<Services, 'db'>, actor: Actor, names: readonly string[], query: ReportQuery = {}): Promise<Report[]> {
  const kinds = names.map((name) => {
    const kind = findReportKind(name);
    if (!kind) throw new Problem('not-found', { report: name });
    return kind;
  });
  const scope = await scopeOf(services, actor, query.agency);
  const { countedAt, complete } = await countedUntil(services);
  return Promise.all(kinds.map(async (kind) => {
    // what is drawn and summed is read whole
    const most = kind.chart === null ? Math.min(query.limit ?? mostRows, mostRows) : mostRows;
    const question = { ...spanOf(kind, countedAt, query), now: countedAt, scope, limit: most + 1 };
    const found = await kind.list(services.db, question);
    return { kind, countedAt, complete, scope, question, truncated: found.length > most, ...completeRows(kind.columns, found.slice(0, most)) };
  }));
}

async function scopeOf({ db }: Pick<Services, 'db'>, actor: Actor, code: string | undefined): Promise<string | null> {
  if (code === undefined) return actor.agencyPath ?? null;
  const { path } = await findAgencyByCode(db, code);
  if (!isWithin(actor.agencyPath, path)) throw new Problem('outside-your-agency');
  return path;
}

function spanOf({ parameter }: ReportKind, now: Date, { from, to, year, months = 6 }: ReportQuery): Pick<Question, 'from' | 'to' | 'year' | 'months'> {
  const today = localDate(now);
  const current = today.slice(0, 7);
  const span = parameter === 'coming' ? { from: from ?? current, to: to ?? addMonths(from ?? current, 11) } : { to: to ?? current, from: from ?? addMonths(to ?? current, -11) };
  const length = monthNumber(span.to) - monthNumber(span.from) + 1;
  if (length < 1 || length > mostMonths) {
    throw wrongField('/to', 'months-too-many', { most: mostMonths });
  }
  return { ...span, year: year ?? Number(today.slice(0, 4)), months };
}

const monthNumber = (month: string): number => Number(month.slice(0, 4)) * 12 + Number(month.slice(5)) - 1;

function addMonths(month: string, count: number): string {
  const number = monthNumber(month) + count;
  return `${String(Math.floor(number / 12)).padStart(4, '0')}-${String((number % 12) + 1).padStart(2, '0')}`;
}
