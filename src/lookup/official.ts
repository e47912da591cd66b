import { searchCertificates, type CertificateItem } from '../certificates/find.ts';
import { getOfficial } from '../officials/find.ts';
import type { Actor, Services } from '../services.ts';
import { listRequestsFor, type AskedRequest } from './store.ts';

export type { AskedRequest } from './store.ts';

/** Somebody who renews each year for a working life has fewer. */
const mostCertificates = 50;
const mostRequests = 20;

export interface OfficialView {
  /** the identity number is masked */
  official: Awaited<ReturnType<typeof getOfficial>>;
  certificates: CertificateItem[];
  requests: AskedRequest[];
}

/** An official with certificates, requests, devices and where they stood before. @throws Problem `not-found`, `outside-your-agency` */
export async function showOfficial(services: Pick<Services, 'db' | 'keystore'>, actor: Actor, id: string): Promise<OfficialView> {
  const official = await getOfficial(services, actor, id);
  const { permissions } = actor;
  return {
    official, certificates: permissions.has('certificate:read') ? (await searchCertificates(services, actor, { officialId: id }, { limit: mostCertificates })).items : [],
    requests: permissions.has('request:read') ? await listRequestsFor(services.db, id, mostRequests) : [],
  };
}
