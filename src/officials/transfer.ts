import { randomUUID } from 'node:crypto';
import { isWithin, requireWithin } from '../access/scope.ts';
import { findOpenAgency } from '../agencies/find.ts';
import type { Page, PageRequest } from '../database/paging.ts';
import { recordAudit } from '../audit/record.ts';
import { wrongField } from '../field-mistakes.ts';
import { Problem } from '../problems.ts';
import type { Actor, Tx } from '../services.ts';
import type { IdentityServices } from './identity.ts';
import { moveOfficials } from './move.ts';
import { blindIndexOf } from './personal-data.ts';
import {
  findOfficialByEmail, findServing, findTransfer, insertTransfer, listNewestTransfers, lockOfficial, lockTransfer, markOfficial, markTransferDecided, type ShownTransfer,
} from './store.ts';

export type { ShownTransfer as Transfer } from './store.ts';

export interface TransferOrder { nationalId: string; toAgencyId: string; position: string; email: string; note?: string | undefined }

/**
 * The receiving agency asks for a person who serves elsewhere, named by the identity number the person has shown it.
 * @throws Problem `not-found` where nobody with the number serves, `outside-your-agency`, `invalid-fields`, `duplicate-request`
 */
export async function askTransfer(services: IdentityServices, actor: Actor, order: TransferOrder): Promise<ShownTransfer> {
  const index = await blindIndexOf(services, order.nationalId);
  const at = services.now();
  return services.db.transaction(async (tx) => {
    const to = await findOpenAgency(tx, actor, order.toAgencyId);
    const official = await findServing(tx, index);
    if (!official) throw new Problem('not-found', { detail: { en: 'Nobody with this identity number serves in an agency.', vi: 'Không có người nào mang số định danh này đang công tác tại cơ quan.' } });
    if (official.agencyId === to.id) throw new Problem('duplicate-request', { official: official.id, detail: { en: 'This person serves in the agency already.', vi: 'Người này đang công tác tại chính cơ quan đó.' } });
    const id = randomUUID();
    const stored = await insertTransfer(tx, {
      id, officialId: official.id, fromAgencyId: official.agencyId, toAgencyId: to.id, position: tidy(order.position), email: order.email.toLowerCase(),
      note: order.note ?? null, state: 'asked', askedBy: actor.id, askedAt: at, decidedBy: null, decidedAt: null, reason: null,
    });
    if (!stored) throw new Problem('duplicate-request', { detail: { en: 'A transfer of this person has been asked for already.', vi: 'Đã có đề nghị chuyển công tác cho người này.' } });
    await recordAudit(tx, actor, 'official.transfer-asked', { type: 'official', id: official.id }, { before: { agencyId: official.agencyId }, after: { transfer: id, agencyId: to.id } });
    return (await findTransfer(tx, id))!;
  });
}

/**
 * The agency where the person serves releases them, which moves the entry at once, or refuses with a reason.
 * Certificates are not touched: whether they are changed or revoked is asked by a request.
 * @throws Problem `not-found`, `outside-your-agency`, `own-request`, `state-changed`, `duplicate-request` for the new e-mail
 */
export async function decideTransfer(
  services: IdentityServices, actor: Actor, id: string, decision: { decision: 'release' | 'refuse'; reason?: string | undefined },
): Promise<ShownTransfer> {
  return services.db.transaction(async (tx) => {
    const transfer = await lockTransfer(tx, id);
    if (!transfer) throw new Problem('not-found', { transfer: id });
    requireWithin(actor, transfer.fromPath);
    if (transfer.state !== 'asked') throw new Problem('request-already-decided', { state: transfer.state });
    if (transfer.askedBy === actor.id) throw new Problem('own-request');
    if (decision.decision === 'refuse' && !decision.reason) throw wrongField('/reason', 'required');
    if (decision.decision === 'release') await release(services, tx, actor, transfer);
    const state = decision.decision === 'release' ? 'released' : 'refused';
    await markTransferDecided(tx, { id, state, decidedBy: actor.id, decidedAt: services.now(), reason: decision.reason ?? null });
    await recordAudit(tx, actor, `official.transfer-${state}`, { type: 'official', id: transfer.officialId }, { before: { transfer: id, state: 'asked' }, after: { state, reason: decision.reason ?? null } });
    return (await findTransfer(tx, id))!;
  });
}

async function release(services: IdentityServices, tx: Tx, actor: Actor, transfer: ShownTransfer): Promise<void> {
  const at = services.now();
  const official = await lockOfficial(tx, transfer.officialId);
  if (!official || official.leftAt || official.agencyId !== transfer.fromAgencyId) throw new Problem('state-changed', { official: transfer.officialId });
  if (transfer.toClosed) throw new Problem('state-changed', { agency: transfer.toAgencyCode });
  const other = await findOfficialByEmail(tx, transfer.email);
  if (other && other.id !== official.id) throw new Problem('duplicate-request', { email: transfer.email });
  await markOfficial(tx, { id: official.id, email: transfer.email, updatedAt: at });
  await moveOfficials(tx, actor, [{ officialId: official.id, agencyId: transfer.toAgencyId, position: transfer.position }], at);
}

/** Transfers from and to the actor's agencies in one state, the newest first. */
export async function findTransfers({ db }: Pick<IdentityServices, 'db'>, actor: Actor, state: ShownTransfer['state'], page: PageRequest): Promise<Page<ShownTransfer>> {
  return listNewestTransfers(db, { within: actor.agencyPath, state }, page);
}

/** One of them. @throws Problem `not-found`, `outside-your-agency` */
export async function getTransfer({ db }: Pick<IdentityServices, 'db'>, actor: Actor, id: string): Promise<ShownTransfer> {
  const transfer = await findTransfer(db, id);
  if (!transfer) throw new Problem('not-found', { transfer: id });
  if (!seesTransfer(actor, transfer)) throw new Problem('outside-your-agency');
  return transfer;
}

/** Who may see a transfer: both agencies and everyone above them. */
const seesTransfer = (actor: Actor, { fromPath, toPath }: ShownTransfer): boolean => isWithin(actor.agencyPath, fromPath) || isWithin(actor.agencyPath, toPath);

const tidy = (text: string): string => text.normalize('NFC').replaceAll(/\s+/gu, ' ').trim();
