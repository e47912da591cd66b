import { parseCrl, type Crl } from '../../pki/crl/parse.ts';
import type { Certificate } from '../../pki/certificate/parse.ts';
import type { Services } from '../services.ts';
import { findLatestByIssuer } from './store.ts';

/** The newest CRL that a CA of ours has published, as evidence. */
export async function latestCrlFor({ db }: Pick<Services, 'db'>, issuer: Certificate): Promise<Crl | undefined> {
  const { subject, subjectKeyIdentifier } = issuer;
  const row = subjectKeyIdentifier && (await findLatestByIssuer(db, { subjectDer: subject.der, keyIdentifier: subjectKeyIdentifier }));
  return row && parseCrl(row.der);
}
