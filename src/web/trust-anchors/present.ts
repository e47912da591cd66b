import type { TrustAnchorRow } from '../../trust-anchors/find.ts';
import type { TrustListRow } from '../../trust-lists/find.ts';
import type { ListPreview, ListWarning } from '../../trust-lists/propose.ts';
import { showDate } from '../frame/formats.ts';
import type { Translate, WordKey } from '../text/words.ts';

interface Shown { tag: string; text: string }

/** Where an anchor stands between its two people. */
export function anchorState(row: TrustAnchorRow, t: Translate): Shown {
  if (row.withdrawnAt) return { tag: 'off', text: t('trust.stateWithdrawn') };
  if (row.withdrawalProposedAt) return { tag: 'wait', text: t('trust.stateWithdrawing') };
  return row.confirmedAt ? { tag: 'good', text: t('trust.stateInForce') } : { tag: 'wait', text: t('trust.stateProposed') };
}

export function listState({ approved }: TrustListRow, t: Translate): Shown {
  if (approved === null) return { tag: 'wait', text: t('trust.stateProposed') };
  return approved ? { tag: 'good', text: t('trust.stateListApproved') } : { tag: 'off', text: t('trust.stateRefused') };
}

const scopeWords = { signing: 'trust.scopeSigning', timestamping: 'trust.scopeTimestamping', any: 'trust.scopeAny' } as const satisfies Record<TrustAnchorRow['scope'], WordKey>;

export const scopeItems = (t: Translate): { value: string; text: string }[] => Object.entries(scopeWords).map(([value, word]) => ({ value, text: t(word) }));

interface Told { scope: TrustAnchorRow['scope']; trustedFrom: Date; trustedUntil: Date | null }

export const scopeText = ({ scope }: Pick<Told, 'scope'>, t: Translate): string => t(scopeWords[scope]);

export const periodText = ({ trustedFrom, trustedUntil }: Pick<Told, 'trustedFrom' | 'trustedUntil'>, t: Translate): string =>
  t('trust.period', { from: showDate(trustedFrom), until: trustedUntil ? showDate(trustedUntil) : t('trust.noEnd') });

const changeWords = { add: 'trust.changeAdd', change: 'trust.changeChange', end: 'trust.changeEnd', 'keep-pinned': 'trust.changeKeep' } as const satisfies Record<string, WordKey>;
const warningWords = {
  'next-update-passed': 'trust.warnPassed', 'list-closed': 'trust.warnClosed', 'issued-in-the-future': 'trust.warnFuture', 'signer-changed': 'trust.warnSigner', 'unreadable-certificates': 'trust.warnUnreadable',
} as const satisfies Record<ListWarning, WordKey>;

/** What a list would change, line by line. */
export function previewRows({ changes, warnings }: ListPreview, t: Translate): { rows: Record<string, string>[]; warnings: string[] } {
  return {
    warnings: warnings.map((warning) => t(warningWords[warning])),
    rows: changes.map(({ kind, subject, after }) => ({ kind: t(changeWords[kind]), subject, scope: after ? scopeText(after, t) : '', trusted: after ? periodText(after, t) : '' })),
  };
}
