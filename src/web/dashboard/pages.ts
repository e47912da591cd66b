import { z } from 'zod';
import { listAuthorities } from '../../authorities/list.ts';
import { latestCrls } from '../../crl/find.ts';
import type { Language } from '../../http/language.ts';
import { countJobs } from '../../jobs/count.ts';
import { findLoad } from '../../load/find.ts';
import { readReports } from '../../reports/read.ts';
import type { Actor, Services } from '../../services.ts';
import { html, page } from '../frame/page.ts';
import { presentFreshness } from './freshness.ts';
import { presentLoad } from './load.ts';
import { presentFigures, shownReports } from './present.ts';

/** How the service itself is; not shown to who looks after one agency. */
async function machineryFor(services: Services, { agencyPath }: Actor, language: Language) {
  if (agencyPath !== undefined) return undefined;
  const [authorities, latest, jobs, load] = await Promise.all([listAuthorities(services), latestCrls(services), countJobs(services), findLoad(services)]);
  const lists = authorities.flatMap(({ name, generations }) => generations.filter(({ state, retiredAt }) => state === 'issued' && !retiredAt)
    .map(({ id, label }) => ({ name, label, thisUpdate: latest.get(id)?.thisUpdate ?? null, nextUpdate: latest.get(id)?.nextUpdate ?? null })));
  return { crls: presentFreshness(lists, services.now(), language), jobs, load: presentLoad(load, services.now(), language) };
}

/** The day at a glance: drawn figures, each with a sentence and its table. */
export const dashboardPages = [
  page({
    method: 'get', path: '/dashboard', allow: 'report:read', query: z.object({ agency: z.string().trim().max(35).optional() }),
    handle: async ({ services, actor, query, language }) => {
      const agency = query.agency === '' ? undefined : query.agency;
      const [reports, machinery] = await Promise.all([readReports(services, actor, shownReports, { agency }), machineryFor(services, actor, language)]);
      return html('dashboard/dashboard.njk', { agency: agency ?? '', ...presentFigures(reports, language), machinery });
    },
  }),
];
