import { hash } from 'node:crypto';
import type { Knex } from 'knex';
import { digestByOid } from '../../pki/keys/algorithm.ts';
import { hexOf } from '../../pki/asn1/values.ts';
import type { Certificate } from '../../pki/certificate/parse.ts';
import type { CertId } from '../../pki/ocsp/cert-id.ts';
import { listIssuers, type Issuer } from '../certificates/issuer.ts';
import type { Services } from '../services.ts';

interface Index { byHashes: Map<string, Issuer>; readAt: number }

/** A stranger's unknown hashes may make us look for new generations this often and no more. */
const lookAgainMs = 1_000;
const indexes = new WeakMap<Knex, Index>();

/** The generation that a certID names by the SHA-1 or SHA-256 hashes of its name and key (RFC 5019 §2.1.1, RFC 9654). */
export async function findIssuerByCertId(services: Pick<Services, 'db' | 'now'>, { hashAlgorithm, issuerNameHash, issuerKeyHash }: CertId): Promise<Issuer | undefined> {
  const digest = digestByOid(hashAlgorithm.oid);
  if (digest !== 'sha1' && digest !== 'sha256') return undefined;
  return find(services, `${digest} ${hexOf(issuerNameHash)} ${hexOf(issuerKeyHash)}`);
}

/** The generation of ours that issued a certificate, by its issuer's name and key identifier. */
export async function findIssuerOf(services: Pick<Services, 'db' | 'now'>, { issuer, authorityKeyIdentifier, subject, subjectKeyIdentifier }: Certificate): Promise<Issuer | undefined> {
  const selfSigned = Buffer.compare(issuer.der, subject.der) === 0;
  const identifier = authorityKeyIdentifier?.keyIdentifier ?? (selfSigned ? subjectKeyIdentifier : undefined);
  return identifier && find(services, `${hexOf(issuer.der)} ${hexOf(identifier)}`);
}

async function find(services: Pick<Services, 'db' | 'now'>, key: string): Promise<Issuer | undefined> {
  const index = indexes.get(services.db);
  const found = index?.byHashes.get(key);
  const at = performance.now();
  if (found || (index && at - index.readAt < lookAgainMs)) return found;
  const byHashes = new Map((await listIssuers(services)).flatMap((issuer) => keysOf(issuer).map((name) => [name, issuer] as const)));
  indexes.set(services.db, { byHashes, readAt: at });
  return byHashes.get(key);
}

function keysOf(issuer: Issuer): string[] {
  const { subject, publicKey } = issuer.certificate;
  const byDigest = (['sha1', 'sha256'] as const).map((digest) => `${digest} ${hash(digest, subject.der, 'hex')} ${hash(digest, publicKey.keyBits, 'hex')}`);
  return [...byDigest, `${hexOf(subject.der)} ${hexOf(issuer.keyIdentifier)}`];
}
