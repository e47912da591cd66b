import type { Actor, Services } from '../services.ts';
import { makeSignInLink } from './make-link.ts';
import { listPeople } from './store.ts';

export interface PersonalLink { name: string; kind: 'operator' | 'official'; roles: readonly string[]; url: string; minutes: number }

/**
 * One-time links for whoever runs the service: for the people with this name or e-mail or, without one, for every operator and
 * for one official who has a certificate. It is the way in while nobody has a passkey yet; the audit keeps that it was taken.
 */
export async function makeSignInLinks(services: Pick<Services, 'config' | 'db' | 'now' | 'random'>, actor: Actor, who?: string): Promise<PersonalLink[]> {
  return services.db.transaction(async (tx) => {
    const links: PersonalLink[] = [];
    for (const { kind, id, name, roles } of await listPeople(tx, who?.trim())) {
      const { url, minutes } = await makeSignInLink(services, tx, actor, { subject: { kind, id }, method: 'link' });
      links.push({ name, kind, roles, url, minutes });
    }
    return links;
  });
}
