import type { Policies } from '../policies/find.ts';
import { Problem } from '../problems.ts';
import type { Kind } from './kinds.ts';

const dayMs = 86_400_000;

export interface RenewalQuestion {
  kind: Kind;
  target: { notAfter: Date; renewals: number; replaced: boolean };
  policies: Policies;
  at: Date;
}

/** When a certificate can be renewed; both ends inside. */
export function renewalWindow(notAfter: Date, policies: Policies): { opensAt: Date; lastDay: Date } {
  return {
    opensAt: new Date(notAfter.getTime() - policies.get('renewal.opens_days_before') * dayMs),
    lastDay: new Date(notAfter.getTime() - policies.get('renewal.min_days_left') * dayMs),
  };
}

/**
 * May this certificate be replaced now? An expired one needs a new issue, a renewal has its window and its count;
 * a change of content needs neither.
 * @throws Problem `renewal-not-open`, `renewal-limit-reached`, `duplicate-request` when something has replaced it
 */
export function requireRenewable({ kind, target, policies, at }: RenewalQuestion): void {
  if (target.replaced) throw new Problem('duplicate-request', { detail: { en: 'Another certificate has replaced this one already.', vi: 'Đã có chứng thư khác thay thế chứng thư này.' } });
  if (at > target.notAfter) throw new Problem('renewal-not-open', { expired: target.notAfter.toISOString() });
  if (kind !== 'renew') return;
  if (target.renewals >= policies.get('renewal.max_count')) {
    throw new Problem('renewal-limit-reached', { renewals: target.renewals, most: policies.get('renewal.max_count') });
  }
  const { opensAt, lastDay } = renewalWindow(target.notAfter, policies);
  if (at < opensAt || at > lastDay) {
    throw new Problem('renewal-not-open', { opensAt: opensAt.toISOString(), lastDay: lastDay.toISOString() });
  }
}
