import { randomUUID } from 'node:crypto';
import { isWithin } from '../access/scope.ts';
import type { Actor } from '../services.ts';
import { parentCode, parseAgencyCode, pathLabel } from './code.ts';
import { certificateNameCharacters, kindOf } from './create.ts';
import { printDay, type Column, type ImportRow, type Refusal } from './import-row.ts';
import type { KnownAgency } from './store.ts';
import { fieldWords, type FieldMistakeCode } from '../field-mistakes.ts';
import { type Words } from '../problems.ts';

export interface Added { line: number; agency: KnownAgency; aliases: string[]; parentId: string | null; kind: ReturnType<typeof kindOf> }
export interface Renamed { line: number; agency: KnownAgency; name: string; certificateName: string }
export interface Changed { line: number; agency: KnownAgency; unitCode: string | null; locality: string | null; aliases: string[] }
export interface Closed { line: number; agency: KnownAgency; validTo: Date; successor: KnownAgency | undefined }

/** All that a file would change, in the order it must be done. */
export interface ImportPlan { added: Added[]; renamed: Renamed[]; changed: Changed[]; closed: Closed[]; unchanged: number; refused: Refusal[] }

/** The register as it stands: agencies by code, and which agency each other spelling leads to. */
export interface Register { agencies: Map<string, KnownAgency>; aliases: Map<string, string> }

interface Planning { actor: Actor; at: Date; register: Register; plan: ImportPlan; lineOf: Map<string, number>; closing: Map<string, Closed & { row: ImportRow }> }

/**
 * Compares a file with the register. Lines may stand in any order; a line that is refused takes down only what hangs on it.
 * An empty cell keeps what stands, an agency that the file does not name stays as it is.
 */
export function planImport(actor: Actor, rows: readonly ImportRow[], register: Register, at: Date): ImportPlan {
  const plan: ImportPlan = { added: [], renamed: [], changed: [], closed: [], unchanged: 0, refused: [] };
  const planning: Planning = { actor, at, register, plan, lineOf: new Map(), closing: new Map() };
  const levels = new Map(rows.map((row) => [row, parseAgencyCode(row.code)?.level ?? 0]));
  const level = (row: ImportRow): number => levels.get(row) ?? 0;
  for (const row of rows.toSorted((a, b) => level(a) - level(b) || a.line - b.line)) planRow(planning, row);
  planClosures(planning);
  plan.refused.sort((a, b) => a.line - b.line);
  return plan;
}

const resolve = ({ agencies, aliases }: Register, code: string): KnownAgency | undefined =>
  agencies.get(aliases.get(code) ?? parseAgencyCode(code)?.canonical ?? code);

function planRow(planning: Planning, row: ImportRow): void {
  const { plan, register, lineOf, actor } = planning;
  const refuse = (column: Column, code: FieldMistakeCode, facts?: Readonly<Record<string, string | number>>): void => void plan.refused.push({ line: row.line, column, message: fieldWords(code, facts) });
  const known = resolve(register, row.code);
  const code = known?.code ?? parseAgencyCode(row.code)!.canonical;
  const earlier = lineOf.get(code);
  if (earlier !== undefined) return refuse('code', 'line-repeated', { line: earlier });
  lineOf.set(code, row.line);
  const aliases = [...new Set([...row.aliases, ...(row.code === code ? [] : [row.code])])].filter((alias) => register.aliases.get(alias) !== code);
  const taken = aliases.find((alias) => register.aliases.has(alias) || (register.agencies.has(alias) && alias !== code));
  if (taken !== undefined) return refuse('aliases', 'alias-of-another', { alias: taken });
  if (known && !isWithin(actor.agencyPath, known.path)) return refuse('code', 'agency-of-another');
  const wrong = known ? planKnown(planning, row, known, aliases) : planAdded(planning, row, code, aliases);
  if (wrong) return void plan.refused.push({ line: row.line, ...wrong });
  for (const alias of aliases) register.aliases.set(alias, code);
}

type Wrong = { column: Column; message: Words } | undefined;

function planAdded({ plan, register, actor, at, closing }: Planning, row: ImportRow, code: string, aliases: string[]): Wrong {
  const above = parentCode(code);
  const parent = above === undefined ? undefined : register.agencies.get(above);
  if (above !== undefined && !parent) return { column: 'code', message: fieldWords('above-missing', { above }) };
  if (parent?.validTo && !row.validTo) return { column: 'code', message: fieldWords('agency-code-closed', { code: parent.code }) };
  const path = parent ? `${parent.path}.${pathLabel(code)}` : pathLabel(code);
  if (!isWithin(actor.agencyPath, path)) return { column: 'code', message: fieldWords('agency-of-another') };
  const certificateName = row.certificateName ?? row.name;
  if (certificateName.length > certificateNameCharacters) return { column: 'certificateName', message: fieldWords('name-shorter', { most: certificateNameCharacters }) };
  const validFrom = row.validFrom ?? at;
  if (validFrom > at) return { column: 'validFrom', message: fieldWords('in-future') };
  const agency: KnownAgency = {
    id: randomUUID(), code, path, name: row.name, certificateName, nameSince: validFrom, unitCode: row.unitCode ?? null, locality: row.locality ?? null,
    validFrom, validTo: null, successorCode: null,
  };
  if (row.validTo) {
    const wrong = wrongEnd(agency, row.validTo, at);
    if (wrong) return wrong;
    closing.set(code, { line: row.line, agency, validTo: row.validTo, successor: undefined, row });
  }
  register.agencies.set(code, agency);
  plan.added.push({ line: row.line, agency, aliases, parentId: parent?.id ?? null, kind: kindOf(code) });
  return undefined;
}

function planKnown({ plan, at, closing }: Planning, row: ImportRow, agency: KnownAgency, aliases: string[]): Wrong {
  const name = { name: row.name, certificateName: row.certificateName ?? (row.name === agency.name ? agency.certificateName : row.name) };
  const isRenamed = name.name !== agency.name || name.certificateName !== agency.certificateName;
  const details = { unitCode: row.unitCode ?? agency.unitCode, locality: row.locality ?? agency.locality };
  const isChanged = details.unitCode !== agency.unitCode || details.locality !== agency.locality || aliases.length > 0;
  const ends = row.validTo !== undefined && (!agency.validTo || (row.successor !== undefined && agency.successorCode === null));
  if (row.validFrom && printDay(row.validFrom).slice(0, 10) !== printDay(agency.validFrom).slice(0, 10) && row.validFrom.getTime() !== agency.validFrom.getTime()) {
    return { column: 'validFrom', message: fieldWords('registered-day', { day: printDay(agency.validFrom) }) };
  }
  if (name.certificateName.length > certificateNameCharacters) return { column: 'certificateName', message: fieldWords('name-shorter', { most: certificateNameCharacters }) };
  if (isRenamed && (agency.validTo || row.validTo)) return { column: 'name', message: fieldWords('name-of-closed') };
  if (isRenamed && agency.nameSince >= at) return { column: 'name', message: fieldWords('name-just-given') };
  if (agency.validTo && row.validTo && row.validTo.getTime() !== agency.validTo.getTime()) return { column: 'validTo', message: fieldWords('registered-day', { day: printDay(agency.validTo) }) };
  if (agency.successorCode !== null && row.successor !== undefined && row.successor !== agency.successorCode) return { column: 'successor', message: fieldWords('registered-successor', { code: agency.successorCode }) };
  if (ends && !agency.validTo) {
    const wrong = wrongEnd(agency, row.validTo!, at);
    if (wrong) return wrong;
  }
  if (isRenamed) plan.renamed.push({ line: row.line, agency, ...name });
  if (isChanged) plan.changed.push({ line: row.line, agency, ...details, aliases });
  if (ends) closing.set(agency.code, { line: row.line, agency, validTo: row.validTo!, successor: undefined, row });
  if (!isRenamed && !isChanged && !ends) plan.unchanged++;
  return undefined;
}

function wrongEnd(agency: KnownAgency, validTo: Date, at: Date): Wrong {
  if (validTo > at) return { column: 'validTo', message: fieldWords('in-future') };
  if (validTo <= agency.nameSince) return { column: 'validTo', message: fieldWords('date-after-beginning', { day: printDay(agency.nameSince) }) };
  return undefined;
}

/** The deepest first, so that a unit is closed before the one above it is looked at. */
function planClosures({ register, plan, closing, actor }: Planning): void {
  const openBelow = new Map<string, string>();
  for (const agency of register.agencies.values()) {
    const above = parentCode(agency.code);
    if (above !== undefined && closing.has(above) && !agency.validTo && !closing.has(agency.code)) openBelow.set(above, agency.code);
  }
  const level = ({ agency }: Closed): number => agency.code.split('.').length;
  for (const closed of [...closing.values()].toSorted((a, b) => level(b) - level(a) || a.line - b.line)) {
    const { row, agency } = closed;
    const successor = row.successor === undefined ? undefined : resolve(register, row.successor);
    const open = openBelow.get(agency.code);
    const wrong: Wrong = open !== undefined ? { column: 'validTo', message: fieldWords('below-open', { open }) }
      : row.successor === undefined ? undefined
      : !successor ? { column: 'successor', message: fieldWords('agency-unknown') }
      : successor.validTo || closing.has(successor.code) ? { column: 'successor', message: fieldWords('agency-closed') }
      : successor.path === agency.path || successor.path.startsWith(`${agency.path}.`) ? { column: 'successor', message: fieldWords('successor-below', { into: successor.code, code: agency.code }) }
      : !isWithin(actor.agencyPath, successor.path) ? { column: 'successor', message: fieldWords('agency-of-another') }
      : undefined;
    const above = parentCode(agency.code);
    if (!wrong) plan.closed.push({ line: closed.line, agency, validTo: closed.validTo, successor });
    else {
      plan.refused.push({ line: closed.line, ...wrong });
      if (above !== undefined) openBelow.set(above, agency.code);
    }
  }
  dropRefused(plan, register);
}

/** A line is done whole or not at all: what was planned of one that is refused in the end is taken back, with what hangs on it. */
function dropRefused(plan: ImportPlan, register: Register): void {
  const gone = new Set<string>();
  for (let before = -1; before !== plan.refused.length;) {
    before = plan.refused.length;
    const refusedLines = new Set(plan.refused.map(({ line }) => line));
    const stands = ({ line }: { line: number }): boolean => !refusedLines.has(line);
    plan.added = plan.added.filter(({ line, agency }) => {
      const above = parentCode(agency.code);
      const orphan = above !== undefined && gone.has(above);
      if (stands({ line }) && !orphan) return true;
      gone.add(agency.code);
      register.agencies.delete(agency.code);
      if (stands({ line })) plan.refused.push({ line, column: 'code', message: fieldWords('above-refused', { above: above ?? '' }) });
      return false;
    });
    plan.renamed = plan.renamed.filter(stands);
    plan.changed = plan.changed.filter(stands);
    plan.closed = plan.closed.filter(({ agency, successor, line }) => {
      if (gone.has(agency.code)) return false;
      if (!successor || !gone.has(successor.code)) return true;
      plan.refused.push({ line, column: 'successor', message: fieldWords('successor-refused') });
      return false;
    });
  }
}
