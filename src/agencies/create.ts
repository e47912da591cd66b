import { randomUUID } from 'node:crypto';
import { requireWithin } from '../access/scope.ts';
import { recordAudit } from '../audit/record.ts';
import { wrongField } from '../field-mistakes.ts';
import { Problem } from '../problems.ts';
import type { Actor, Services, Tx } from '../services.ts';
import { parentCode, parseAgencyCode, pathLabel } from './code.ts';
import { findAgency, findTaken, insertAgency, insertAgencyName, lockAgency, type AgencyRow, type NamedAgency } from './store.ts';

export interface NewAgency {
  /** where a plan has named the agency before it is made */
  id?: string | undefined;
  code: string;
  name: string;
  certificateName?: string | undefined;
  unitCode?: string | undefined;
  locality?: string | undefined;
  aliases?: readonly string[] | undefined;
}

type NewName = Pick<NewAgency, 'name' | 'certificateName'>;

/** X.520 ub-organization-name: O and OU of a certificate hold no more. */
export const certificateNameCharacters = 64;

type World = Pick<Services, 'db' | 'now'>;

/**
 * Enters an agency under the one its code names. A code in the old form is kept as an alias of the new one.
 * @throws Problem `invalid-fields`, `duplicate-request` for a code that was ever given out, `outside-your-agency`
 */
export async function createAgency({ db, now }: World, actor: Actor, input: NewAgency): Promise<NamedAgency> {
  return db.transaction((tx) => addAgency(tx, actor, input, now()));
}

/** The same inside a transaction that is already open. */
export async function addAgency(tx: Tx, actor: Actor, input: NewAgency, at: Date): Promise<NamedAgency> {
  const code = parseAgencyCode(input.code);
  if (!code) throw wrongField('/code', 'code-form');
  const certificateName = nameForCertificates(input.name, input.certificateName);
  const aliases = [...new Set([...(code.alias ? [code.alias] : []), ...(input.aliases ?? []).map(readAlias)])];
  const above = parentCode(code.canonical);
  const parent = above === undefined ? undefined : await findAgency(tx, { code: above });
  if (above !== undefined && !parent) throw wrongField('/code', 'above-missing', { above });
  if (parent?.validTo) throw wrongField('/code', 'agency-code-closed', { code: parent.code });
  const path = parent ? `${parent.path}.${pathLabel(code.canonical)}` : pathLabel(code.canonical);
  requireWithin(actor, path);
  const row: AgencyRow = {
    id: input.id ?? randomUUID(), code: code.canonical, kind: kindOf(code.canonical), parentId: parent?.id ?? null, path, unitCode: input.unitCode ?? null,
    locality: input.locality === undefined ? null : tidy(input.locality), validFrom: at, validTo: null, successorId: null, toBeConfirmed: false,
    source: null, createdAt: at, updatedAt: at,
  };
  const name = { name: tidy(input.name), certificateName, validFrom: at };
  const taken = await findTaken(tx, [row.code, ...aliases]);
  if (taken !== undefined || !(await insertAgency(tx, row, name, aliases))) throw new Problem('duplicate-request', { code: taken ?? row.code });
  const agency = { ...row, name: name.name, certificateName };
  await recordAudit(tx, actor, 'agency.created', { type: 'agency', id: row.id }, { before: null, after: { ...agency, aliases } });
  return agency;
}

/** Level 1 is a province by its H, a ministry otherwise; everything below is a unit. */
export function kindOf(canonical: string): AgencyRow['kind'] {
  return canonical.includes('.') ? 'unit' : canonical.startsWith('H') ? 'province' : 'ministry';
}

/**
 * Gives an agency a new name from now on; the old one stays readable with its dates.
 * @throws Problem `not-found`, `outside-your-agency`, `invalid-fields`, `state-changed` when it is closed
 */
export async function renameAgency({ db, now }: World, actor: Actor, id: string, input: NewName): Promise<NamedAgency> {
  return db.transaction((tx) => giveAgencyName(tx, actor, id, { ...input, validFrom: now() }));
}

/** The same inside a transaction that is already open. */
export async function giveAgencyName(tx: Tx, actor: Actor, id: string, input: NewName & { validFrom: Date }): Promise<NamedAgency> {
  const certificateName = nameForCertificates(input.name, input.certificateName);
  const name = tidy(input.name);
  const { validFrom } = input;
  const before = await lockAgency(tx, id);
  if (!before) throw new Problem('not-found', { agency: id });
  requireWithin(actor, before.path);
  if (before.validTo) throw new Problem('state-changed', { agency: before.code, closed: before.validTo.toISOString() });
  if (before.name === name && before.certificateName === certificateName) return before;
  if (validFrom <= before.updatedAt) throw new Problem('state-changed', { agency: before.code });
  await insertAgencyName(tx, id, { name, certificateName, validFrom });
  await recordAudit(tx, actor, 'agency.renamed', { type: 'agency', id },
    { before: { name: before.name, certificateName: before.certificateName }, after: { name, certificateName } });
  return { ...before, name, certificateName, updatedAt: validFrom };
}

function nameForCertificates(name: string, given: string | undefined): string {
  const text = tidy(given ?? name);
  if (text.length <= certificateNameCharacters) return text;
  throw wrongField('/certificateName', 'name-shorter', { most: certificateNameCharacters });
}

function readAlias(alias: string): string {
  if (!parseAgencyCode(alias)) throw wrongField('/aliases', 'code-form');
  return alias;
}

/** One form for one name: NFC, single spaces (a certificate takes no others). */
export const tidy = (text: string): string => text.normalize('NFC').replaceAll(/\s+/gu, ' ').trim();
