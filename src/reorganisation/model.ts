import { randomUUID } from 'node:crypto';
import { parentCode, parseAgencyCode } from '../agencies/code.ts';
import { certificateNameCharacters, tidy } from '../agencies/create.ts';
import { wrongField } from '../field-mistakes.ts';
import type { AgencyLevel } from '../requests/subject.ts';
import type { RegisterRow } from './store.ts';

/** A body that a plan makes. `code` is its identifier code, given out for the first time. */
export interface NewBody { code: string; name: string; certificateName?: string | undefined; locality?: string | undefined }

/** What a plan orders, in the order it is carried out. Agencies are named by code. */
export type Action =
  | { type: 'merge-into-new'; agencies: readonly string[]; into: NewBody; /** whose seal changes its name; else the one that ends last */ sealOf?: string | undefined }
  | { type: 'merge-into-existing'; agencies: readonly string[]; into: string }
  /** the first of the new bodies takes the units below and whoever no other one names */
  | { type: 'split'; agency: string; into: readonly (NewBody & { officials?: readonly string[] | undefined })[] }
  | { type: 'rename'; agency: string; name: string; certificateName?: string | undefined }
  | { type: 'dissolve'; agency: string; successor?: string | undefined }
  | { type: 'move'; officials: readonly string[]; to: string };

export interface ReorganisationOrder {
  title: string;
  /** the decision of the body that orders it */
  legalBasis: string;
  actions: readonly Action[];
  /** else the policy's */
  overlapDays?: number | undefined;
}

export interface PlannedAgency extends RegisterRow {
  fate: 'made' | 'closed' | 'replaced' | 'renamed' | 'kept' | undefined;
  successorCode: string | undefined;
  /** what becomes of its seals */
  seals: 'change' | 'revoke' | 'keep';
}

/** The register as it will be, with what happens to every agency that is touched. */
export interface Model {
  agencies: Map<string, PlannedAgency>;
  /** official → code of the agency named for them alone */
  moves: Map<string, string>;
  /** new body → the agencies whose seals compete for its name */
  heirs: Map<string, { agencies: readonly string[]; sealOf: string | undefined }>;
}

/**
 * Carries the actions out on a copy of the register.
 * @throws Problem `invalid-fields`: an agency named twice, a circle, a code that is taken, an agency that is closed or unknown
 */
export function buildModel(register: readonly RegisterRow[], actions: readonly Action[]): Model {
  const model: Model = {
    agencies: new Map(register.map((row) => [row.code, { ...row, fate: undefined, successorCode: undefined, seals: 'keep' }])), moves: new Map(), heirs: new Map(),
  };
  requireNamedOnce(model, actions);
  for (const [i, action] of actions.entries()) carryOut(model, action, `/actions/${i}`);
  for (const { code, fate } of model.agencies.values()) {
    const above = fate === 'made' ? parentCode(code) : undefined;
    const ended = above !== undefined && ['closed', 'replaced'].includes(model.agencies.get(above)?.fate ?? '');
    if (ended) throw wrongField('/actions', 'above-ends', { code, above });
  }
  return model;
}

const sourcesOf = (action: Action): readonly string[] =>
  (action.type === 'merge-into-new' || action.type === 'merge-into-existing' ? action.agencies : action.type === 'move' ? [] : [action.agency]);
const targetsOf = (action: Action): readonly string[] =>
  (action.type === 'merge-into-existing' ? [action.into] : action.type === 'dissolve' && action.successor !== undefined ? [action.successor] : []);

/** An agency has one fate: it and what stands below it are named once, so no chain of mergers can turn back on itself. */
function requireNamedOnce({ agencies }: Model, actions: readonly Action[]): void {
  const named: { code: string; path: string; pointer: string; isSource: boolean }[] = [];
  for (const [i, action] of actions.entries()) {
    for (const code of [...sourcesOf(action), ...targetsOf(action)]) {
      const pointer = `/actions/${i}`;
      const agency = agencies.get(parseAgencyCode(code)?.canonical ?? code);
      if (!agency) throw wrongField(pointer, 'agency-code-unknown', { code });
      if (agency.closed) throw wrongField(pointer, 'agency-code-closed', { code });
      named.push({ code: agency.code, path: agency.path, pointer, isSource: sourcesOf(action).includes(code) });
    }
  }
  for (const [i, one] of named.entries()) {
    for (const other of named.slice(i + 1)) {
      if (one.code === other.code) throw wrongField(other.pointer, 'agency-code-twice', { code: one.code });
      const [above, below] = one.path.length < other.path.length ? [one, other] : [other, one];
      if (above.isSource && below.path.startsWith(`${above.path}.`)) throw wrongField(below.pointer, 'below-changed', { code: below.code, above: above.code });
    }
  }
}

function carryOut(model: Model, action: Action, pointer: string): void {
  switch (action.type) {
    case 'merge-into-new': {
      if (action.agencies.length < 2) throw wrongField(`${pointer}/agencies`, 'merger-of-one');
      if (action.sealOf !== undefined && !action.agencies.includes(action.sealOf)) throw wrongField(`${pointer}/sealOf`, 'not-merged');
      const into = make(model, action.into, `${pointer}/into`);
      for (const code of action.agencies) end(model, require(model, code), into, pointer);
      model.heirs.set(into.code, { agencies: action.agencies, sealOf: action.sealOf });
      return;
    }
    case 'merge-into-existing': {
      if (action.agencies.length === 0) throw wrongField(`${pointer}/agencies`, 'sources-missing');
      const into = require(model, action.into);
      into.fate = 'kept';
      for (const code of action.agencies) end(model, require(model, code), into, pointer);
      return;
    }
    case 'split': {
      if (action.into.length < 2) throw wrongField(`${pointer}/into`, 'split-into-one');
      const bodies = action.into.map((body, n) => make(model, body, `${pointer}/into/${n}`));
      end(model, require(model, action.agency), bodies[0], pointer);
      for (const [n, { officials = [] }] of action.into.entries()) for (const id of officials) move(model, id, bodies[n]!.code, `${pointer}/into/${n}/officials`);
      return;
    }
    case 'rename': {
      const agency = require(model, action.agency);
      Object.assign(agency, namesOf(action, pointer), { fate: 'renamed', seals: 'change' });
      return;
    }
    case 'dissolve':
      end(model, require(model, action.agency), action.successor === undefined ? undefined : require(model, action.successor), pointer);
      return;
    case 'move': {
      const to = model.agencies.get(parseAgencyCode(action.to)?.canonical ?? action.to);
      if (!to || to.closed || to.fate === 'closed' || to.fate === 'replaced') throw wrongField(`${pointer}/to`, 'not-open-afterwards');
      for (const id of action.officials) move(model, id, to.code, `${pointer}/officials`);
    }
  }
}

function require({ agencies }: Model, code: string): PlannedAgency {
  return agencies.get(parseAgencyCode(code)?.canonical ?? code)!;
}

function move({ moves }: Model, official: string, code: string, pointer: string): void {
  if (moves.has(official)) throw wrongField(pointer, 'official-twice', { official });
  moves.set(official, code);
}

function namesOf({ name, certificateName }: Pick<NewBody, 'name' | 'certificateName'>, pointer: string): { name: string; certificateName: string } {
  const names = { name: tidy(name), certificateName: tidy(certificateName ?? name) };
  if (names.certificateName.length <= certificateNameCharacters) return names;
  throw wrongField(`${pointer}/certificateName`, 'name-shorter', { most: certificateNameCharacters });
}

function make({ agencies }: Model, body: NewBody, pointer: string): PlannedAgency {
  const code = parseAgencyCode(body.code)?.canonical;
  if (code === undefined) throw wrongField(`${pointer}/code`, 'code-form');
  if (agencies.has(code)) throw wrongField(`${pointer}/code`, 'code-given-out', { code });
  const above = parentCode(code);
  const parent = above === undefined ? undefined : agencies.get(above);
  if (above !== undefined && (!parent || parent.closed || parent.fate === 'closed')) throw wrongField(`${pointer}/code`, 'above-missing', { above });
  const made: PlannedAgency = {
    id: randomUUID(), code, path: '', ...namesOf(body, pointer), locality: body.locality === undefined ? null : tidy(body.locality), closed: false, fate: 'made', successorCode: undefined, seals: 'keep',
  };
  agencies.set(code, made);
  return made;
}

/** The agency ends. Units below it get a place below the successor, with a code of that place; without one they end too. */
function end(model: Model, agency: PlannedAgency, into: PlannedAgency | undefined, pointer: string): void {
  if (into && into.path.startsWith(`${agency.path}.`)) throw wrongField(pointer, 'successor-below', { into: into.code, code: agency.code });
  Object.assign(agency, { fate: 'closed', successorCode: into?.code, seals: 'revoke' });
  const units = [...model.agencies.values()].filter(({ code, closed, fate }) => parentCode(code) === agency.code && !closed && fate !== 'made');
  for (const unit of units) {
    if (into) replace(model, unit, into, pointer);
    else end(model, unit, undefined, pointer);
  }
}

function replace(model: Model, unit: PlannedAgency, above: PlannedAgency, pointer: string): void {
  const { name, certificateName, locality } = unit;
  const placed = make(model, { code: freeCode(model, above.code, unit.code), name, certificateName, ...(locality === null ? {} : { locality }) }, pointer);
  Object.assign(unit, { fate: 'replaced', successorCode: placed.code, seals: 'change' });
  const below = [...model.agencies.values()].filter(({ code, closed, fate }) => parentCode(code) === unit.code && !closed && fate !== 'made');
  for (const lower of below) replace(model, lower, placed, pointer);
}

/** Its own last number below the new place where that is free, else the next one that is. */
function freeCode({ agencies }: Model, above: string, former: string): string {
  const own = `${above}.${former.slice(former.lastIndexOf('.') + 1)}`;
  if (!agencies.has(own)) return own;
  for (let number = 1; number <= 9_999; number++) if (!agencies.has(`${above}.${number}`)) return `${above}.${number}`;
  throw wrongField('/actions', 'code-none-free', { above });
}

/** The names from level 1 down, as they will stand in certificates. */
export function levelsOf({ agencies }: Model, code: string): AgencyLevel[] {
  const above = parentCode(code);
  const agency = agencies.get(code);
  if (!agency) return [];
  return [...(above === undefined ? [] : levelsOf({ agencies } as Model, above)), { certificateName: agency.certificateName, locality: agency.locality }];
}

/** Where the people and certificates of an agency belong afterwards; undefined where it ends with no one after it. */
export function successorOf({ agencies }: Model, code: string): PlannedAgency | undefined {
  const agency = agencies.get(code);
  if (agency?.fate !== 'closed' && agency?.fate !== 'replaced') return agency;
  return agency.successorCode === undefined ? undefined : agencies.get(agency.successorCode);
}

/** Every agency in being whose people or certificates the plan touches: what ends, moves or is renamed, and all below a new name. */
export function touchedAgencies({ agencies }: Model): PlannedAgency[] {
  const renamed = [...agencies.values()].filter(({ fate }) => fate === 'renamed').map(({ code }) => `${code}.`);
  return [...agencies.values()].filter((agency) => !agency.closed && agency.fate !== 'made' && agency.fate !== 'kept'
    && (agency.fate !== undefined || renamed.some((prefix) => agency.code.startsWith(prefix))));
}
