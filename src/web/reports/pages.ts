import { z } from 'zod';
import { countNow } from '../../facts/count.ts';
import { findReportKind, reportKinds, type Parameter } from '../../reports/catalogue.ts';
import { writeChart } from '../../reports/chart.ts';
import { readReport } from '../../reports/read.ts';
import { writeCsv, writeXlsx } from '../../reports/tables.ts';
import { safeReturnPath } from '../../sign-in/return-path.ts';
import { file, html, page, redirect } from '../frame/page.ts';
import { presentTable } from './present.ts';

const optional = <T extends z.ZodType>(schema: T) => z.preprocess((value) => (value === '' ? undefined : value), schema.optional());
const month = z.string().regex(/^(19|20|21)[0-9]{2}-(0[1-9]|1[0-2])$/);
const asked = z.object({
  agency: optional(z.string().trim().max(35)), from: optional(month), to: optional(month),
  year: optional(z.coerce.number().int().min(2000).max(2199)), months: optional(z.coerce.number().int().min(1).max(120)),
});
const named = z.object({ name: z.string().refine((name) => findReportKind(name) !== undefined) });
/** More rows of a list are in the downloads alone. */
const rowsOfPage = 500;
const formats = { csv: 'text/csv; charset=utf-8', xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', svg: 'image/svg+xml; charset=utf-8' } as const;

/** Which fields a report can be narrowed by, besides the agency. */
const fieldsOf = (parameter: Parameter | null) => ({ span: parameter === 'past' || parameter === 'coming', year: parameter === 'year', months: parameter === 'months' });

/** The reports there are; each as chart, table and files, narrowed by what stands in its address. */
export const reportPages = [
  page({
    method: 'get', path: '/reports', allow: 'report:read',
    handle: async ({ language }) => html('reports/list.njk', { kinds: reportKinds.map(({ name, title, note }) => ({ name, title: title[language], note: note[language] })) }),
  }),
  page({
    method: 'post', path: '/reports/count', allow: 'report:read', body: z.object({ back: z.string().optional() }),
    handle: async ({ services, body: { back } }) => {
      await countNow(services);
      return redirect(safeReturnPath(back));
    },
  }),
  page({
    method: 'get', path: '/reports/:name', allow: 'report:read', params: named, query: asked,
    handle: async ({ services, actor, params: { name }, query, language, here }) => {
      const report = await readReport(services, actor, name, { ...query, limit: rowsOfPage });
      const { kind, rows, question: { from, to, year, months }, countedAt, complete, truncated } = report;
      return html('reports/report.njk', {
        title: kind.title[language], note: kind.note[language], name, countedAt, complete, truncated, search: here.includes('?') ? here.slice(here.indexOf('?')) : '',
        fields: fieldsOf(kind.parameter), values: { agency: query.agency ?? '', from, to, year, months }, isFiltered: Object.values(query).some((value) => value !== undefined),
        svg: kind.chart && rows.length > 0 ? Buffer.from(writeChart(report, language, { id: 'chart', bare: true })).toString() : '', hasChart: kind.chart !== null, view: presentTable(report, language),
      });
    },
  }),
  page({
    method: 'get', path: '/reports/:name/file/:format', allow: 'report:read', params: named.extend({ format: z.enum(['csv', 'xlsx', 'svg']) }), query: asked,
    handle: async ({ services, actor, params: { name, format }, query, language }) => {
      const report = await readReport(services, actor, name, query);
      const bytes = format === 'csv' ? writeCsv(report, language) : format === 'xlsx' ? await writeXlsx(report, language) : writeChart(report, language);
      return file(bytes, formats[format], `${name}.${format}`);
    },
  }),
];
