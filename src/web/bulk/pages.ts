import { createHash } from 'node:crypto';
import { z } from 'zod';
import { problems } from '../../problems.ts';
import { maxWorkbookBytes } from '../../workbook/archive.ts';
import { mistakeWords } from '../../workbook/columns.ts';
import { submitWorkbook, type RowOutcome, type WorkbookReport } from '../../workbook/submit.ts';
import { emptyForm, type Form, refused } from '../frame/form.ts';
import { html, page, type Html, type Mistakes } from '../frame/page.ts';
import type { Translate } from '../text/words.ts';

/** A page shows so many rows and mistakes; a file can have thousands. */
const shownRows = 200;
const upload = { maxBytes: maxWorkbookBytes, files: ['file'] } as const;
const mistakes: Mistakes = { 'document-unreadable': { field: 'file', word: 'lists.fileUnreadable' }, 'too-large': { field: 'file', word: 'lists.fileTooLarge' } };
const digestOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** The workbook of new people: checked row by row with nothing stored, then handed in. */
export const bulkPages = [
  page({ method: 'get', path: '/bulk/new', allow: 'request:submit', handle: async () => bulkForm(emptyForm) }),
  page({
    method: 'post', path: '/bulk/new', allow: 'request:submit', mistakes, upload: { ...upload, files: [...upload.files] }, body: z.object({ checked: z.string().regex(/^[0-9a-f]{64}$/).optional() }),
    again: async (_call, form) => bulkForm(form),
    handle: async ({ services, actor, body: { checked }, files, t }) => {
      const bytes = files['file']?.bytes;
      if (!bytes) throw refused('file', 'lists.fileMissing');
      const digest = digestOf(bytes);
      // only the very file whose mistakes were seen is taken in
      const isHandedIn = checked === digest;
      const report = await submitWorkbook(services, actor, bytes, !isHandedIn);
      return html(isHandedIn ? 'bulk/done.njk' : 'bulk/preview.njk', { ...present(report, t), form: emptyForm, checked: digest, isOther: checked !== undefined && !isHandedIn });
    },
  }),
];

const bulkForm = (form: Form): Html => html('bulk/new.njk', { form });

function present({ rows, mistakes: found }: WorkbookReport, t: Translate): Record<string, unknown> {
  return {
    mistakes: found.slice(0, shownRows).map(({ row, column, header, code }) => ({ row: String(row), column: column === null ? '' : `${column} (${header ?? ''})`, mistake: mistakeWords[code][t.language] })),
    mistakeCount: found.length, rows: rows.slice(0, shownRows).map((one) => rowOf(one, t)), rowCount: rows.length, shownRows,
    done: rows.filter(({ outcome }) => outcome === 'submitted').length, refused: rows.filter(({ outcome }) => outcome === 'refused').length,
  };
}

function rowOf({ row, name, agencyCode, official, outcome, requestId, problem }: RowOutcome, t: Translate): Record<string, unknown> {
  const result = outcome === 'refused' ? { tag: 'bad', text: problem ? problems[problem][t.language] : '' } : outcome === 'submitted' ? { text: t('lists.outcomeSubmitted'), href: `/work-list/${requestId ?? ''}`, label: `${t('lists.outcomeSubmitted')}: ${name}` } : { tag: 'good', text: t('lists.outcomeReady') };
  return { row: String(row), name, agency: agencyCode, official: t(official === 'known' ? 'lists.known' : 'lists.isNew'), outcome: result };
}

