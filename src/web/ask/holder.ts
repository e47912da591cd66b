import { getCertificate, searchCertificates } from '../../certificates/find.ts';
import { getOfficial } from '../../officials/find.ts';
import { isSubscriberProfile, subscriberProfiles } from '../../requests/kinds.ts';
import type { Actor, Services } from '../../services.ts';

/** What a request is about, as the address of the page names it. */
export interface Named { official?: string | undefined; certificate?: string | undefined }

export interface Asked {
  official: { id: string; name: string; position: string; agencyCode: string } | undefined;
  certificate: { id: string; serialNumber: string; subject: string; notAfter: Date } | undefined;
  /** who holds it, where that is known already */
  holder: 'official' | 'agency' | 'service' | undefined;
  /** The official serves in another agency than the certificate says: a request says what that means. */
  hasMoved: boolean;
}

/** @throws Problem `not-found`, `certificate-not-found`, `outside-your-agency` */
export async function readAsked(services: Pick<Services, 'db' | 'keystore'>, actor: Actor, named: Named): Promise<Asked> {
  const found = named.certificate === undefined ? undefined : await getCertificate(services, actor, named.certificate);
  const officialId = found ? found.officialId : named.official;
  const official = officialId ? await getOfficial(services, actor, officialId) : undefined;
  return {
    official, hasMoved: found !== undefined && official !== undefined && found.agencyId !== official.agencyId,
    certificate: found && { id: found.id, serialNumber: found.serialNumber, subject: found.subject, notAfter: found.notAfter },
    holder: found ? (isSubscriberProfile(found.profile) ? subscriberProfiles[found.profile] : undefined) : official && 'official',
  };
}

/** The certificate in force with a serial number within the actor's reach. */
export async function findBySerial(services: Pick<Services, 'db'>, actor: Actor, serialNumber: string): Promise<string | undefined> {
  const hex = serialNumber.toLowerCase().replaceAll(/[\s:]/g, '');
  if (!/^(?:[0-9a-f]{2}){1,20}$/.test(hex)) return undefined;
  const { items } = await searchCertificates(services, actor, { serialNumber: Buffer.from(hex, 'hex') }, { limit: 1 });
  return items[0]?.id;
}
