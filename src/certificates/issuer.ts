import type { Knex } from 'knex';
import { parseCertificate, type Certificate } from '../../pki/certificate/parse.ts';
import type { SignatureScheme } from '../../pki/keys/algorithm.ts';
import { Problem } from '../problems.ts';
import type { Services } from '../services.ts';
import { findIssuerRow, findIssuingGeneration, listIssuerRows, type IssuerRow } from './store.ts';

/** A generation of a CA in service: its key and its certificate. */
export interface Issuer {
  generationId: string;
  authorityId: string;
  /** names the generation in addresses, as in `state-ca-g2` */
  label: string;
  keyId: string;
  scheme: SignatureScheme;
  keyIdentifier: Uint8Array;
  certificate: Certificate;
  /** who signed it; a root itself */
  signedByGenerationId: string;
}

/** What an issuer is never changes once its certificate is there, so what was read once is kept. */
const known = new WeakMap<Knex, Map<string, Issuer>>();

/** The generation, or undefined while its own certificate is not issued. */
export async function findIssuer({ db }: Pick<Services, 'db'>, generationId: string): Promise<Issuer | undefined> {
  const kept = issuersOf(db).get(generationId);
  if (kept) return kept;
  const row = await findIssuerRow(db, generationId);
  return row && keep(db, row);
}

/** @throws Problem `not-found` */
export async function requireIssuer(services: Pick<Services, 'db'>, generationId: string): Promise<Issuer> {
  const issuer = await findIssuer(services, generationId);
  if (!issuer) throw new Problem('not-found', { generation: generationId });
  return issuer;
}

/** Every generation that ever came into service, the oldest first. */
export async function listIssuers({ db }: Pick<Services, 'db'>): Promise<Issuer[]> {
  return (await listIssuerRows(db)).map((row) => issuersOf(db).get(row.generationId) ?? keep(db, row));
}

/**
 * The newest generation that may issue now: of this authority, or of the issuing authorities at large.
 * @throws Problem `not-found`
 */
export async function issuingIssuer(services: Pick<Services, 'db'>, authorityId?: string): Promise<Issuer> {
  const generationId = await findIssuingGeneration(services.db, authorityId);
  if (generationId === undefined) throw new Problem('not-found', { authority: authorityId ?? 'issuing' });
  return requireIssuer(services, generationId);
}

/** The certificates from a generation up to its root, the root last. */
export async function chainOf(services: Pick<Services, 'db'>, generationId: string): Promise<Certificate[]> {
  const { certificate, signedByGenerationId } = await requireIssuer(services, generationId);
  return signedByGenerationId === generationId ? [certificate] : [certificate, ...(await chainOf(services, signedByGenerationId))];
}

/** Where what an issuer publishes is found. The address carries the generation: a new key never answers under an old one. */
export function publishedUrls({ config }: Pick<Services, 'config'>, { label }: Pick<Issuer, 'label'>): { ocsp: string; caIssuers: string; crl: string } {
  const base = config.statusUrl;
  return { ocsp: `${base}/ocsp`, caIssuers: `${base}/ca/${label}.cer`, crl: `${base}/crl/${label}.crl` };
}

function issuersOf(db: Knex): Map<string, Issuer> {
  let issuers = known.get(db);
  if (!issuers) known.set(db, issuers = new Map());
  return issuers;
}

function keep(db: Knex, { der, retiredAt: _retired, ...row }: IssuerRow): Issuer {
  const issuer = { ...row, certificate: parseCertificate(der) };
  issuersOf(db).set(row.generationId, issuer);
  return issuer;
}
