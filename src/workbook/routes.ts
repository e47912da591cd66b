import { z } from 'zod';
import { findAgencyByCode } from '../agencies/find.ts';
import { binary, endpoint } from '../http/endpoint.ts';
import { problems, type ProblemCode } from '../problems.ts';
import { storedStates } from '../requests/states.ts';
import { maxWorkbookBytes } from './archive.ts';
import { mistakeWords, type MistakeCode } from './columns.ts';
import { exportWorkbook } from './export.ts';
import { submitWorkbook } from './submit.ts';

const code = z.enum(Object.keys(mistakeWords) as [MistakeCode, ...MistakeCode[]]);
const Report = z.object({
  dryRun: z.boolean(),
  rows: z.array(z.object({
    row: z.number(), name: z.string(), agencyCode: z.string(), official: z.enum(['known', 'new']), outcome: z.enum(['ready', 'submitted', 'refused']),
    officialId: z.uuid().nullable(), requestId: z.uuid().nullable(), problem: z.enum(Object.keys(problems) as [ProblemCode, ...ProblemCode[]]).nullable(),
  })),
  mistakes: z.array(z.object({ row: z.number(), column: z.string().nullable(), header: z.string().nullable(), code, text: z.object({ vi: z.string(), en: z.string() }) })),
});
const xlsxType = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

/** The nineteen-column workbook of the registrars, in and out. */
export const workbookRoutes = [
  endpoint({
    method: 'post', path: '/api/v1/requests/workbook', summary: 'Check the nineteen-column workbook (XLSX, CSV), or with dryRun=false make its officials and drafts', allow: 'request:submit',
    upload: { maxBytes: maxWorkbookBytes, files: ['file'] }, body: z.strictObject({ dryRun: z.stringbool().default(true) }), status: 200, reply: Report,
    problems: ['document-unreadable', 'too-large', 'not-permitted', 'invalid-fields'],
    handle: async ({ services, actor, body: { dryRun }, files }) => {
      const report = await submitWorkbook(services, actor, files['file']!.bytes, dryRun);
      return { ...report, mistakes: report.mistakes.map((mistake) => ({ ...mistake, text: mistakeWords[mistake.code] })) };
    },
  }),
  endpoint({
    method: 'get', path: '/api/v1/requests/workbook', summary: 'First issues of one state as the nineteen-column workbook; who takes the personal data in it is recorded', allow: 'official:reveal',
    query: z.object({ state: z.enum(storedStates).default('draft'), agency: z.string().max(40).optional(), purpose: z.string().trim().min(3).max(500) }),
    accepts: [xlsxType], status: 200, reply: z.never(), problems: ['not-found'],
    handle: async ({ services, actor, query: { state, agency, purpose } }) => {
      const under = agency === undefined ? undefined : (await findAgencyByCode(services.db, agency)).path;
      return binary(await exportWorkbook(services, actor, { state, under, purpose }), xlsxType, `yeu-cau-${state}.xlsx`);
    },
  }),
];
