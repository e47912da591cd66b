import type { Problem } from '../../problems.ts';
import { showDate } from '../frame/formats.ts';
import type { Translate, WordKey } from '../text/words.ts';

const refusals: Readonly<Record<string, WordKey>> = {
  'renewal-limit-reached': 'renew.refusedLimit', 'duplicate-request': 'renew.refusedReplaced', 'certificate-already-revoked': 'renew.refusedRevoked',
  'subject-mismatch': 'renew.refusedChanged',
};

/** Why a certificate cannot be renewed now, and what to do instead. */
export function refusalText({ code, facts }: Problem, t: Translate): string {
  if (code !== 'renewal-not-open') return t(refusals[code] ?? 'renew.refusedOther');
  const day = (fact: unknown): string => (typeof fact === 'string' ? showDate(new Date(fact)) : '');
  return facts['expired'] === undefined ? t('renew.refusedWindow', { opensAt: day(facts['opensAt']), lastDay: day(facts['lastDay']) }) : t('renew.refusedExpired');
}
