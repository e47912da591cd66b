import { isWithin } from '../../access/scope.ts';
import type { Transfer } from '../../officials/transfer.ts';
import type { Actor } from '../../services.ts';
import { showDateTime } from '../frame/formats.ts';
import type { Translate, WordKey } from '../text/words.ts';
import type { Tag } from '../work-list/words.ts';

export const transferStates = ['asked', 'released', 'refused'] as const;
export type TransferState = (typeof transferStates)[number];
export const tabWords = { asked: 'transfers.tabAsked', released: 'transfers.tabReleased', refused: 'transfers.tabRefused' } as const satisfies Record<TransferState, WordKey>;

/** Whether the actor may decide: for the agency where the person serves, and not on what they asked for themselves. */
export const mayDecide = (actor: Actor, { state, fromPath, askedBy }: Transfer): boolean =>
  state === 'asked' && actor.permissions.has('official:write') && isWithin(actor.agencyPath, fromPath) && askedBy !== actor.id;

export function transferTag(transfer: Transfer, actor: Actor, t: Translate): { tag: Tag; text: string } {
  if (transfer.state === 'released') return { tag: 'good', text: t('transfers.tabReleased') };
  if (transfer.state === 'refused') return { tag: 'bad', text: t('transfers.tabRefused') };
  return mayDecide(actor, transfer) ? { tag: 'note', text: t('transfers.forYou') } : { tag: 'wait', text: t('transfers.forOthers') };
}

const placeText = (name: string, code: string): string => `${name} (${code})`;

/** One line of the list. */
export function presentRow(transfer: Transfer, actor: Actor, t: Translate): Record<string, unknown> {
  const { id, officialName, fromAgencyName, fromAgencyCode, toAgencyName, toAgencyCode, askedAt } = transfer;
  return {
    person: { text: officialName, href: `/transfers/${id}` }, from: placeText(fromAgencyName, fromAgencyCode), to: placeText(toAgencyName, toAgencyCode), state: transferTag(transfer, actor, t), askedAt: showDateTime(askedAt),
  };
}

/** All that is known of one. */
export function presentRows(transfer: Transfer, actor: Actor, t: Translate): Record<string, unknown>[] {
  const { tag, text } = transferTag(transfer, actor, t);
  return [
    { label: t('transfers.state'), value: text, tag }, { label: t('transfers.from'), value: placeText(transfer.fromAgencyName, transfer.fromAgencyCode) },
    { label: t('transfers.to'), value: placeText(transfer.toAgencyName, transfer.toAgencyCode) }, { label: t('transfers.position'), value: transfer.position }, { label: t('transfers.email'), value: transfer.email },
    { label: t('transfers.note'), value: transfer.note }, { label: t('transfers.askedAt'), value: showDateTime(transfer.askedAt) },
    { label: t('transfers.decidedAt'), value: transfer.decidedAt && showDateTime(transfer.decidedAt) }, { label: t('transfers.reason'), value: transfer.reason },
  ];
}
