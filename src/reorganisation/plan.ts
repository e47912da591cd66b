import { createHash, randomUUID } from 'node:crypto';
import { requireWithin } from '../access/scope.ts';
import { parentCode } from '../agencies/code.ts';
import { recordAudit } from '../audit/record.ts';
import { createPlannedJob } from '../bulk/planned.ts';
import { policiesAt } from '../policies/find.ts';
import { wrongField } from '../field-mistakes.ts';
import { Problem } from '../problems.ts';
import type { Actor, Services, Tx } from '../services.ts';
import type { ReorganisationOrder } from './model.ts';
import { planLines } from './lines.ts';
import { buildModel, successorOf, touchedAgencies, type Model } from './model.ts';
import {
  findOverlap, findReorganisation, insertFates, insertPeople, insertReorganisation, listKnownOfficials, listRegister, listTouched, lockPlanning,
  type AgencyFate, type ReorganisationRow, type StatedReorganisation,
} from './store.ts';

/**
 * Draws up a reorganisation: every agency, person and certificate it touches and what happens to each, from a few set-based
 * queries. Nothing happens before two operators other than the author have approved it.
 * @throws Problem `invalid-fields` for a plan that contradicts itself, `duplicate-request` for one that overlaps an open one, `outside-your-agency`
 */
export async function planReorganisation(services: Pick<Services, 'db' | 'now'>, actor: Actor, order: ReorganisationOrder): Promise<StatedReorganisation> {
  const id = randomUUID();
  await services.db.transaction(async (tx) => {
    await lockPlanning(tx);
    const model = buildModel(await listRegister(tx), order.actions);
    requireReach(actor, model);
    await storePlan(services, tx, actor, { id, order, model });
  });
  return (await findReorganisation(services.db, { id }))!;
}

/** Whoever acts for an agency plans for what stands below it: nothing outside is changed, made or given people, and its own end is for those above. */
function requireReach(actor: Actor, { agencies, moves }: Model): void {
  if (actor.agencyPath === undefined) return;
  const touched = [...agencies.values()].filter(({ fate }) => fate !== undefined);
  for (const code of [...touched.flatMap(({ code: own, successorCode }) => [own, successorCode ?? own]), ...moves.values()]) requireWithin(actor, placeOf(agencies, code));
  if (touched.some(({ path, fate }) => path === actor.agencyPath && (fate === 'closed' || fate === 'replaced'))) throw new Problem('outside-your-agency');
}

/** The path of an agency, or of the nearest one above it where it is still to be made. */
function placeOf(agencies: Model['agencies'], code: string): string | undefined {
  const above = parentCode(code);
  return agencies.get(code)?.path || (above === undefined ? undefined : placeOf(agencies, above));
}

async function storePlan(
  services: Pick<Services, 'now'>, tx: Tx, actor: Actor, { id, order, model }: { id: string; order: ReorganisationOrder; model: Model },
): Promise<void> {
  const at = services.now();
  const fates = fatesOf(model);
  const overlap = await findOverlap(tx, fates.flatMap(({ path }) => path ?? []));
  if (overlap) throw new Problem('duplicate-request', { reorganisation: overlap.id, agency: overlap.code, detail: { en: 'Another plan that is open touches this agency.', vi: 'Một phương án khác chưa hoàn tất liên quan đến cơ quan này.' } });
  await requireKnown(tx, actor, [...model.moves.keys()]);
  const policies = await policiesAt(tx, at);
  const row: ReorganisationRow = {
    id, bulkId: randomUUID(), title: order.title, legalBasis: order.legalBasis, actions: order.actions,
    overlapDays: order.overlapDays ?? policies.get('reorganisation.overlap_days'), sameKey: policies.get('change.same_key'), createdAt: at, appliedAt: null,
  };
  const touched = await listTouched(tx, touchedAgencies(model).map(({ id: agency }) => agency), [...model.moves.keys()], at);
  const lines = planLines(row.bulkId, model, touched, row.sameKey);
  const hash = planHash(row, fates);
  await createPlannedJob(services, tx, actor, { id: row.bulkId, title: row.title, planHash: hash, lines });
  await insertReorganisation(tx, row);
  await insertFates(tx, id, fates);
  const people = await insertPeople(tx, id, placesOf(model), [...model.moves].map(([officialId, code]) => ({ officialId, to: model.agencies.get(code)!.id })));
  await recordAudit(tx, actor, 'reorganisation.planned', { type: 'reorganisation', id }, {
    before: null, after: { title: row.title, legalBasis: row.legalBasis, actions: row.actions, agencies: fates.length, people, certificates: lines.length, planHash: hash.toString('hex') },
  });
}

function fatesOf(model: Model): AgencyFate[] {
  const touched = [...touchedAgencies(model), ...[...model.agencies.values()].filter(({ fate }) => fate === 'made' || fate === 'kept')];
  return touched.map(({ id, code, path, fate, successorCode, name, certificateName, locality }) => ({
    agencyId: id, code, path: path === '' ? null : path, fate: fate ?? 'relabelled', successorCode: successorCode ?? null,
    successorId: successorCode === undefined ? null : model.agencies.get(successorCode)!.id, name, certificateName, locality,
  }));
}

/**
 * The registers must still be those the plan was drawn up from: drawn up once more, it has to do the same to each agency.
 * @throws Problem `state-changed`, `invalid-fields`
 */
export async function requireFitting(tx: Tx, { actions }: Pick<ReorganisationRow, 'actions'>, approved: readonly AgencyFate[]): Promise<void> {
  const print = ({ code, fate, successorCode, name, certificateName, locality }: AgencyFate): string => JSON.stringify([code, fate, successorCode, name, certificateName, locality]);
  const now = new Map(fatesOf(buildModel(await listRegister(tx), actions)).map((fate) => [fate.code, print(fate)]));
  const other = approved.find((fate) => now.get(fate.code) !== print(fate));
  if (other) throw new Problem('state-changed', { agency: other.code });
  if (now.size === approved.length) return;
  const known = new Set(approved.map(({ code }) => code));
  throw new Problem('state-changed', { agency: [...now.keys()].find((code) => !known.has(code)) });
}

const placesOf = (model: Model): { from: string; to: string | null }[] =>
  [...model.agencies.values()].filter(({ fate }) => fate === 'closed' || fate === 'replaced').map(({ id, code }) => ({ from: id, to: successorOf(model, code)?.id ?? null }));

async function requireKnown(tx: Tx, { agencyPath }: Actor, officials: readonly string[]): Promise<void> {
  const known = new Set(await listKnownOfficials(tx, officials, agencyPath));
  const stranger = officials.find((id) => !known.has(id));
  if (stranger !== undefined) throw wrongField('/actions', 'official-unknown', { official: stranger });
}

/** SHA-256 of all that is approved beside the lines: what is ordered, and what becomes of each agency. */
export function planHash(row: Pick<ReorganisationRow, 'actions' | 'overlapDays' | 'sameKey' | 'title' | 'legalBasis'>, fates: readonly AgencyFate[]): Buffer {
  const ordered = fates.map((f) => [f.agencyId, f.code, f.fate, f.successorId, f.successorCode, f.name, f.certificateName, f.locality]).toSorted((a, b) => (String(a[1]) < String(b[1]) ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(['antin reorganisation 1', row.title, row.legalBasis, canonical(row.actions), row.overlapDays, row.sameKey, ordered])).digest();
}

/** jsonb keeps no order of members. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (value === null || typeof value !== 'object') return value;
  return Object.entries(value).filter(([, member]) => member !== undefined).toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([name, member]) => [name, canonical(member)]);
}
