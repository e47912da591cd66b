import { parseCertificate, type Certificate } from '../../pki/certificate/parse.ts';
import { getCertificate, type CertificateItem } from '../certificates/find.ts';
import { chainOf } from '../certificates/issuer.ts';
import { Problem } from '../problems.ts';
import type { Actor, Services } from '../services.ts';
import { findCertificateFacts, listAuditOf, listRequestSteps, type AuditLine, type CertificateFacts, type RequestStep } from './store.ts';

export type { AuditLine, CertificateFacts, RelatedCertificate, RequestStep } from './store.ts';

/** More happens to no certificate; the audit and the requests have the rest. */
const mostLines = 50;

export interface CertificateStory {
  item: CertificateItem;
  facts: CertificateFacts;
  /** undefined while it waits for its signature */
  certificate: Certificate | undefined;
  /** from its issuer up to the root */
  chain: Certificate[];
  /** empty for those who may not read requests */
  steps: RequestStep[];
  /** empty for those who may not read the audit */
  audit: AuditLine[];
}

/**
 * A certificate with its chain and all that happened to it, as far as the actor may know.
 * @throws Problem `certificate-not-found`, `outside-your-agency`
 */
export async function showCertificate(services: Pick<Services, 'db'>, actor: Actor, id: string): Promise<CertificateStory> {
  const { der, ...item } = await getCertificate(services, actor, id);
  const facts = await findCertificateFacts(services.db, id);
  if (!facts) throw new Problem('certificate-not-found', { id });
  // of a CA's own certificate the chain begins with itself
  const chain = (await chainOf(services, item.generationId)).filter((ca) => !der || Buffer.compare(ca.der, der) !== 0);
  return {
    item, facts, certificate: der ? parseCertificate(der) : undefined, chain,
    steps: actor.permissions.has('request:read') ? await listRequestSteps(services.db, id, mostLines) : [],
    audit: actor.permissions.has('audit:read') ? await listAuditOf(services.db, { type: 'certificate', id }, mostLines) : [],
  };
}
