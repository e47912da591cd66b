import { z } from 'zod';
import { countNow } from '../facts/count.ts';
import { binary, endpoint, instant } from '../http/endpoint.ts';
import { reportKinds, type ReportKind } from './catalogue.ts';
import { writeChart } from './chart.ts';
import { readReport, type Report } from './read.ts';
import { writeCsv, writeXlsx } from './tables.ts';

const words = z.object({ vi: z.string(), en: z.string() });
const Kind = z.object({
  name: z.string(), title: words, note: words.meta({ description: 'what is counted, and at which moment' }), chart: z.enum(['bars', 'lines']).nullable(),
  parameter: z.enum(['past', 'coming', 'months', 'year']).nullable().meta({ description: 'past and coming: from and to, months as YYYY-MM' }),
  columns: z.array(z.object({ key: z.string(), label: words, type: z.enum(['text', 'word', 'count', 'level', 'share', 'days', 'month', 'day']) })),
}).meta({ id: 'ReportKind' });
const row = z.record(z.string(), z.union([z.string(), z.number(), z.null()]));
const Figures = Kind.extend({
  countedAt: instant.meta({ description: 'the moment of the figures; they follow within a minute' }), complete: z.boolean().meta({ description: 'false while something that happened is not counted yet' }), scope: z.string().nullable(),
  from: z.string().nullable(), to: z.string().nullable(), year: z.number().nullable(), months: z.number().nullable(),
  rows: z.array(row), totals: row, truncated: z.boolean(),
}).meta({ id: 'Report' });

const xlsx = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
const rowsOfJson = 1_000;
const month = z.string().regex(/^(19|20|21)[0-9]{2}-(0[1-9]|1[0-2])$/, 'a month as YYYY-MM');

/** Figures on certificates, requests and agencies, as tables and charts. */
export const reportRoutes = [
  endpoint({
    method: 'get', path: '/api/v1/reports', summary: 'List the reports there are', allow: 'report:read',
    status: 200, reply: z.object({ items: z.array(Kind) }), problems: [], handle: async () => ({ items: reportKinds.map(shownKind) }),
  }),
  endpoint({
    method: 'post', path: '/api/v1/reports/count', summary: 'Count what has happened since the last count, which is done every minute', allow: 'report:read',
    status: 200, reply: z.object({ countedAt: instant, complete: z.boolean() }), problems: ['figures-not-ready'],
    handle: async ({ services }) => countNow(services),
  }),
  endpoint({
    method: 'get', path: '/api/v1/reports/:name', allow: 'report:read',
    summary: 'A report as last counted, of the caller’s agency and below: JSON, CSV, XLSX, or its chart as SVG',
    params: z.object({ name: z.string().max(50) }),
    query: z.strictObject({
      agency: z.string().max(35).optional(), from: month.optional(), to: month.optional(), year: z.coerce.number().int().min(2000).max(2199).optional(),
      months: z.coerce.number().int().min(1).max(120).optional(),
      limit: z.coerce.number().int().min(1).max(20_000).optional().meta({ description: 'rows at most of a report that is a list: of JSON 1,000 unless said, of files all' }),
    }),
    accepts: ['text/csv', xlsx, 'image/svg+xml'], status: 200, reply: Figures, problems: ['not-found', 'outside-your-agency', 'invalid-fields', 'not-acceptable', 'figures-not-ready'],
    handle: async ({ services, actor, params: { name }, query, accept, language }) => {
      const asFile = accept === 'text/csv' || accept === xlsx;
      const report = await readReport(services, actor, name, { limit: asFile ? undefined : rowsOfJson, ...query });
      if (accept === 'text/csv') return binary(writeCsv(report, language), 'text/csv; charset=utf-8; header=present', `${name}.csv`);
      if (accept === xlsx) return binary(await writeXlsx(report, language), xlsx, `${name}.xlsx`);
      if (accept === 'image/svg+xml') return binary(writeChart(report, language), 'image/svg+xml; charset=utf-8');
      return shownReport(report);
    },
  }),
];

const shownKind = ({ name, title, note, chart, parameter, columns }: ReportKind) =>
  ({ name, title, note, chart: chart?.form ?? null, parameter, columns: columns.map(({ key, label, type }) => ({ key, label, type })) });

function shownReport({ kind, question: { from, to, year, months }, countedAt, complete, scope, rows, totals, truncated }: Report) {
  const { parameter } = kind;
  const spans = parameter === 'past' || parameter === 'coming';
  return {
    ...shownKind(kind), countedAt, complete, scope, rows, totals, truncated, from: spans ? from : null, to: spans ? to : null,
    year: parameter === 'year' ? year : null, months: parameter === 'months' ? months : null,
  };
}
