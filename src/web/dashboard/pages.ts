import { z } from 'zod';
import { listAuthorities } from '../../authorities/list.ts';
import { latestCrls } from '../../crl/find.ts';
import { countJobs } from '../../jobs/count.ts';
import { readReports } from '../../reports/read.ts';
import type { Actor, Services } from '../../services.ts';
import { verificationLoad } from '../../verification/load.ts';
import { html, page } from '../frame/page.ts';
import { presentFigures, shownReports } from './present.ts';

interface Machinery { crls: { name: string; label: string; nextUpdate: Date | null; thisUpdate: Date | null; isFresh: boolean }[]; jobs: Awaited<ReturnType<typeof countJobs>>; load: Awaited<ReturnType<typeof verificationLoad>> }

/** How the service itself is; not shown to who looks after one agency. */
async function machineryFor(services: Services, { agencyPath }: Actor): Promise<Machinery | undefined> {
  if (agencyPath !== undefined) return undefined;
  const [authorities, latest, jobs, load] = await Promise.all([listAuthorities(services), latestCrls(services), countJobs(services), verificationLoad(services)]);
  const crls = authorities.flatMap(({ name, generations }) => generations.filter(({ state, retiredAt }) => state === 'issued' && !retiredAt).map(({ id, label }) => {
    const crl = latest.get(id);
    return { name, label, thisUpdate: crl?.thisUpdate ?? null, nextUpdate: crl?.nextUpdate ?? null, isFresh: crl !== undefined && crl.nextUpdate > services.now() };
  }));
  return { crls, jobs, load };
}

/** The day at a glance: drawn figures, each with a sentence and its table. */
export const dashboardPages = [
  page({
    method: 'get', path: '/dashboard', allow: 'report:read', query: z.object({ agency: z.string().trim().max(35).optional() }),
    handle: async ({ services, actor, query, language }) => {
      const agency = query.agency === '' ? undefined : query.agency;
      const [reports, machinery] = await Promise.all([readReports(services, actor, shownReports, { agency }), machineryFor(services, actor)]);
      return html('dashboard/dashboard.njk', { agency: agency ?? '', ...presentFigures(reports, language), machinery });
    },
  }),
];
