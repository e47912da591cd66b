import { z } from 'zod';
import { askVerification, isStalled } from '../../audit-verifications/ask.ts';
import { followVerification, latestVerification, type VerificationRow } from '../../audit-verifications/find.ts';
import { showNumber } from '../frame/formats.ts';
import { events, html, page, redirect } from '../frame/page.ts';
import type { Translate } from '../text/words.ts';

const allow = 'audit:read';

/** The chain of the audit verified in the background: asked for, followed, and what it found. */
export const auditVerificationPages = [
  page({
    method: 'get', path: '/audit/verification', allow,
    handle: async ({ services, t }) => {
      const latest = await latestVerification(services);
      const stalled = latest !== undefined && isStalled(latest, services.now());
      return html('audit/verification.njk', { latest, stalled, isRunning: latest !== undefined && latest.finishedAt === null && !stalled, verdict: latest?.verdict, faults: faultRows(latest?.verdict, t) });
    },
  }),
  page({
    method: 'post', path: '/audit/verification', allow,
    handle: async ({ services, actor }) => {
      await askVerification(services, actor);
      return redirect('/audit/verification');
    },
  }),
  page({
    method: 'get', path: '/audit/verification/:id/events', allow, params: z.object({ id: z.uuid() }),
    handle: async ({ services, params: { id }, signal, t }) => events(told(followVerification(services, id, signal), t)),
  }),
];

const faultRows = (verdict: VerificationRow['verdict'] | undefined, t: Translate): object[] => (verdict?.faults ?? []).map(({ code, seal, sequence }) => ({
  fault: t(`auditFault.${code}`), place: sequence === undefined ? t('audit.faultSeal', { number: seal ?? 0 }) : { text: t('audit.faultEntry', { number: sequence }), href: `/audit/${sequence}` },
}));

/** As the script of jobs shows it. */
async function* told(source: AsyncIterable<{ done: number; total: number }>, t: Translate): AsyncGenerator<{ event?: string; data: unknown }> {
  for await (const { done, total } of source) {
    yield { data: { worked: done, workedText: t('frame.of', { done: showNumber(done, t.language), total: showNumber(total, t.language) }) } };
  }
  yield { event: 'end', data: {} };
}
