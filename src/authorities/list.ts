import { sha256Fingerprint } from '../../pki/certificate/fingerprint.ts';
import { publishedUrls } from '../certificates/issuer.ts';
import type { Services } from '../services.ts';
import { listAuthorityRows, listGenerations, type AuthorityRow, type GenerationView } from './store.ts';

export interface GenerationItem extends Omit<GenerationView, 'der' | 'serialNumber' | 'subjectText' | 'authorityId'> {
  subject: string;
  serialNumber: string;
  sha256Fingerprint: string | null;
  urls: ReturnType<typeof publishedUrls>;
}

/** All authorities, each with the generations of its key, the oldest first. There are a handful. */
export async function listAuthorities(services: Pick<Services, 'db' | 'config'>): Promise<(AuthorityRow & { generations: GenerationItem[] })[]> {
  const [authorities, generations] = await Promise.all([listAuthorityRows(services.db), listGenerations(services.db)]);
  return authorities.map((authority) => ({
    ...authority,
    generations: generations.filter(({ authorityId }) => authorityId === authority.id).map(({ der, serialNumber, subjectText, authorityId: _authority, ...row }) => ({
      ...row, subject: subjectText, serialNumber: Buffer.from(serialNumber).toString('hex'),
      sha256Fingerprint: der && sha256Fingerprint(der), urls: publishedUrls(services, row),
    })),
  }));
}
