import type { Certificate } from '../../pki/certificate/parse.ts';
import type { Services } from '../services.ts';
import { findLatestByIssuer } from './store.ts';

/** The newest CRL that a CA of ours has published, in DER, as evidence. */
export async function latestCrlFor({ db }: Pick<Services, 'db'>, issuer: Pick<Certificate, 'subject' | 'subjectKeyIdentifier'>): Promise<Uint8Array | undefined> {
  const { subject, subjectKeyIdentifier } = issuer;
  if (!subjectKeyIdentifier) return undefined;
  return (await findLatestByIssuer(db, { subjectDer: subject.der, keyIdentifier: subjectKeyIdentifier }))?.der;
}
