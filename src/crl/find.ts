import type { Certificate } from '../../pki/certificate/parse.ts';
import type { Services } from '../services.ts';
import { findLatestByIssuer, listLatest, type CrlSummary } from './store.ts';

/** The newest CRL that a CA of ours has published, in DER, as evidence. */
export async function latestCrlFor({ db }: Pick<Services, 'db'>, issuer: Pick<Certificate, 'subject' | 'subjectKeyIdentifier'>): Promise<Uint8Array | undefined> {
  const { subject, subjectKeyIdentifier } = issuer;
  if (!subjectKeyIdentifier) return undefined;
  return (await findLatestByIssuer(db, { subjectDer: subject.der, keyIdentifier: subjectKeyIdentifier }))?.der;
}

/** What was last published for each generation, by its id; without the lists themselves. */
export async function latestCrls({ db }: Pick<Services, 'db'>): Promise<Map<string, CrlSummary>> {
  return new Map((await listLatest(db)).map((row) => [row.generationId, row]));
}
