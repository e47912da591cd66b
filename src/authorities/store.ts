import type { Knex } from 'knex';
import type { SignatureScheme } from '../../pki/keys/algorithm.ts';
import type { Tx } from '../services.ts';

export interface AuthorityRow { id: string; slug: string; name: string; kind: 'root' | 'issuing'; parentId: string | null; createdAt: Date }

export interface GenerationRow {
  id: string;
  authorityId: string;
  generation: number;
  label: string;
  keyId: string;
  scheme: SignatureScheme;
  subjectDer: Uint8Array;
  keyIdentifier: Uint8Array;
  certificateId: string;
  createdAt: Date;
}

export interface GenerationView {
  id: string; authorityId: string; generation: number; label: string; scheme: SignatureScheme; certificateId: string;
  state: 'prepared' | 'issued' | 'revoked' | 'on_hold' | 'void'; serialNumber: Uint8Array; subjectText: string; notBefore: Date; notAfter: Date;
  der: Uint8Array | null; retiredAt: Date | null;
}

export async function listAuthorityRows(db: Knex): Promise<AuthorityRow[]> {
  return db<AuthorityRow>('authorities').orderBy(['createdAt', 'id']).select('id', 'slug', 'name', 'kind', 'parentId', 'createdAt');
}

export async function listGenerations(db: Knex): Promise<GenerationView[]> {
  return db('authority_generations as g').join('certificates as c', 'c.id', 'g.certificateId').orderBy(['g.authorityId', 'g.generation']).select(
    'g.id', 'g.authorityId', 'g.generation', 'g.label', 'g.scheme', 'g.certificateId', 'g.retiredAt',
    'c.state', 'c.serialNumber', 'c.subjectText', 'c.notBefore', 'c.notAfter', 'c.der');
}

/** Holds the authority so that two new generations cannot get one number. */
export async function lockAuthority(tx: Tx, id: string): Promise<AuthorityRow | undefined> {
  return tx<AuthorityRow>('authorities').where({ id }).forUpdate().first('id', 'slug', 'name', 'kind', 'parentId', 'createdAt');
}

export async function findLastGeneration(tx: Tx, authorityId: string): Promise<{ generation: number; subjectDer: Uint8Array } | undefined> {
  return tx('authority_generations').where({ authorityId }).orderBy('generation', 'desc').first('generation', 'subjectDer');
}

/** False if the slug is taken. */
export async function insertAuthority(tx: Tx, authority: AuthorityRow): Promise<boolean> {
  return (await tx('authorities').insert(authority).onConflict('slug').ignore().returning('id')).length === 1;
}

export async function insertGeneration(tx: Tx, generation: GenerationRow): Promise<void> {
  await tx('authority_generations').insert(generation);
}
