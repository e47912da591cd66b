import { setImmediate as nextTurn } from 'node:timers/promises';
import { recordAudits, type AuditRecord } from '../audit/record.ts';
import { parseCsv, type CsvLimits, type CsvRecord } from '../http/csv.ts';
import { fieldWords, wrongField } from '../field-mistakes.ts';
import { Problem } from '../problems.ts';
import type { Actor, Services, Tx } from '../services.ts';
import { planImport, type ImportPlan, type Register } from './import-plan.ts';
import { columns, readImportRow, type Column, type ImportRow, type Refusal } from './import-row.ts';
import {
  insertAgencies, insertAgencyNames, insertAliases, listAliases, listKnownAgencies, lockRegister, markAgenciesClosed, markAgencyDetails, movePathBelow,
  type KnownAgency,
} from './store.ts';

export interface ImportReport {
  dryRun: boolean;
  lines: number;
  unchanged: number;
  added: { line: number; code: string; name: string; aliases: string[] }[];
  renamed: { line: number; code: string; before: Names; after: Names }[];
  changed: { line: number; code: string; before: Details; after: Details; aliasesAdded: string[] }[];
  closed: { line: number; code: string; validTo: Date; successor: string | null }[];
  refused: Refusal[];
}
interface Names { name: string; certificateName: string }
interface Details { unitCode: string | null; locality: string | null }

const maxLines = 100_000;
const chunkLines = 2_000;

/**
 * Brings the register up to date from a CSV file, or only shows what that would change. A line with a mistake is named with
 * its column and stops no other; all good lines are taken over together or, if the database fails, none.
 * @throws Problem `unsupported-format` for UTF-16, `invalid-fields` for a header that is none, `too-large` beyond 100,000 lines
 */
export async function importAgencies(services: Pick<Services, 'db' | 'now'>, actor: Actor, file: Uint8Array, { dryRun }: { dryRun: boolean }): Promise<ImportReport> {
  const { rows, refused, lines } = await readFile(file);
  const at = services.now();
  if (dryRun) return reportOf(withRefused(planImport(actor, rows, await readRegister(services.db), at), refused), lines, true);
  return services.db.transaction(async (tx) => {
    await lockRegister(tx);
    const plan = planImport(actor, rows, await readRegister(tx), at);
    await carryOut(tx, actor, plan, at);
    return reportOf(withRefused(plan, refused), lines, false);
  });
}

async function readFile(file: Uint8Array): Promise<{ rows: ImportRow[]; refused: Refusal[]; lines: number }> {
  if ((file[0] === 0xff && file[1] === 0xfe) || (file[0] === 0xfe && file[1] === 0xff)) {
    throw new Problem('unsupported-format', { supported: ['text/csv; charset=utf-8'], detail: { en: 'Save the file as "CSV UTF-8".', vi: 'Hãy lưu tệp dưới dạng "CSV UTF-8".' } });
  }
  const rows: ImportRow[] = [];
  const refused: Refusal[] = [];
  let header: Column[] | undefined;
  let lines = 0;
  for (const record of parseCsv([file], limitsFor(file))) {
    if (!header) {
      header = readHeader(record);
      continue;
    }
    if (++lines > maxLines) throw new Problem('too-large', { maxLines });
    const row = 'broken' in record ? [{ line: record.line, column: null, message: fieldWords(`line-${record.broken}`) }] : readImportRow(record.line, record.cells, header);
    if (Array.isArray(row)) refused.push(...row);
    else rows.push(row);
    // other callers are served between the lines of a large file
    if (lines % chunkLines === 0) await nextTurn();
  }
  if (!header) throw wrongField('/file', 'file-empty');
  return { rows, refused, lines };
}

/** Spreadsheets set to Vietnamese write a semicolon, for their comma is the decimal sign. */
function limitsFor(file: Uint8Array): CsvLimits {
  const first = Buffer.from(file.subarray(0, 1_000)).toString('utf8').split(/[\r\n]/, 1)[0] ?? '';
  const separator = ([',', ';', '\t'] as const).find((one) => first.includes(one)) ?? ',';
  return { separator };
}

function readHeader(record: CsvRecord): Column[] {
  if ('broken' in record) throw wrongField('/file', `line-${record.broken}`);
  const byName = new Map<string, Column>(columns.map((column) => [column.toLowerCase(), column]));
  const header = record.cells.map((cell) => {
    const column = byName.get(cell.trim().toLowerCase());
    if (!column) throw wrongField('/file', 'column-unknown', { column: JSON.stringify(cell.slice(0, 40)), columns: columns.join(', ') });
    return column;
  });
  if (new Set(header).size < header.length) throw wrongField('/file', 'column-twice');
  if (!header.includes('code') || !header.includes('name')) throw wrongField('/file', 'columns-missing', { columns: 'code, name' });
  return header;
}

async function readRegister(db: Services['db']): Promise<Register> {
  return {
    agencies: new Map((await listKnownAgencies(db)).map((agency) => [agency.code, agency])),
    aliases: new Map((await listAliases(db)).map(({ alias, code }) => [alias, code])),
  };
}

function withRefused(plan: ImportPlan, refused: Refusal[]): ImportPlan {
  return { ...plan, refused: [...refused, ...plan.refused].toSorted((a, b) => a.line - b.line) };
}

async function carryOut(tx: Tx, actor: Actor, plan: ImportPlan, at: Date): Promise<void> {
  await inChunks(plan.added, (some) => insertAgencies(tx, some.map(({ agency, parentId, kind }) => ({ ...agency, parentId, kind })), at));
  const aliases = [...plan.added, ...plan.changed].flatMap(({ agency, aliases: own }) => own.map((alias) => ({ alias, agencyId: agency.id })));
  await inChunks(aliases, (some) => insertAliases(tx, some));
  await inChunks(plan.renamed, (some) => insertAgencyNames(tx, some.map(({ agency: { id }, name, certificateName }) => ({ id, name, certificateName })), at));
  await inChunks(plan.changed, (some) => markAgencyDetails(tx, some.map(({ agency: { id }, unitCode, locality }) => ({ id, unitCode, locality })), at));
  await inChunks(plan.closed, (some) => markAgenciesClosed(tx, some.map(({ agency, validTo, successor }) =>
    ({ id: agency.id, validTo, successorId: successor?.id ?? null, updatedAt: at }))));
  for (const { agency, successor } of plan.closed) if (successor) await movePathBelow(tx, agency.id, successor.id);
  await inChunks(auditOf(plan), (some) => recordAudits(tx, actor, some));
}

async function inChunks<T>(items: readonly T[], run: (some: T[]) => Promise<unknown>): Promise<void> {
  for (let at = 0; at < items.length; at += chunkLines) await run(items.slice(at, at + chunkLines));
}

const namesOf = ({ name, certificateName }: Names): Names => ({ name, certificateName });
const detailsOf = ({ unitCode, locality }: Details): Details => ({ unitCode, locality });

function auditOf(plan: ImportPlan): AuditRecord[] {
  const of = (agency: KnownAgency, action: string, before: unknown, after: unknown): AuditRecord => ({ action, subject: { type: 'agency', id: agency.id }, change: { before, after } });
  return [
    ...plan.added.map(({ agency, aliases }) => of(agency, 'agency.created', null, { ...agency, aliases })),
    ...plan.renamed.map((r) => of(r.agency, 'agency.renamed', namesOf(r.agency), namesOf(r))),
    ...plan.changed.map((c) => of(c.agency, 'agency.changed', detailsOf(c.agency), { ...detailsOf(c), aliasesAdded: c.aliases })),
    ...plan.closed.map(({ agency, validTo, successor }) => of(agency, 'agency.closed', { validTo: agency.validTo }, { validTo, successor: successor?.code ?? null })),
  ];
}

function reportOf(plan: ImportPlan, lines: number, dryRun: boolean): ImportReport {
  return {
    dryRun, lines, unchanged: plan.unchanged, refused: plan.refused,
    added: plan.added.map(({ line, agency, aliases }) => ({ line, code: agency.code, name: agency.name, aliases })),
    renamed: plan.renamed.map((r) => ({ line: r.line, code: r.agency.code, before: namesOf(r.agency), after: namesOf(r) })),
    changed: plan.changed.map((c) => ({ line: c.line, code: c.agency.code, before: detailsOf(c.agency), after: detailsOf(c), aliasesAdded: c.aliases })),
    closed: plan.closed.map(({ line, agency, validTo, successor }) => ({ line, code: agency.code, validTo, successor: successor?.code ?? null })),
  };
}
