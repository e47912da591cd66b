import { randomUUID } from 'node:crypto';
import { recordAudit } from '../audit/record.ts';
import { completeCertificates, prepareCertificates, type Prepared } from '../certificates/issue.ts';
import { issuingIssuer } from '../certificates/issuer.ts';
import { publishCrl } from '../crl/publish.ts';
import { issueResponder } from '../ocsp/responder.ts';
import { buildName, type NameParts } from '../../pki/name/build.ts';
import { keyIdentifier } from '../../pki/keys/public-key.ts';
import { Problem } from '../problems.ts';
import type { Actor, KeySpec, Services, Tx } from '../services.ts';
import { ensureReceiptUnit } from '../receipts/unit.ts';
import { ensureTimestampUnit } from '../timestamp/unit.ts';
import { findLastGeneration, insertAuthority, insertGeneration, lockAuthority, type AuthorityRow } from './store.ts';

export interface AuthorityOrder {
  /** names the authority in addresses */
  slug: string;
  commonName: string;
  organisation: string;
  key: KeySpec;
  days: number;
}
export interface CreatedGeneration { authorityId: string; generationId: string; certificateId: string; label: string }

/**
 * A root CA: key, self-signed certificate, OCSP responder certificate, first CRL. Cut short after its transaction the rest is
 * made up for by the jobs that resume issuing, renew responders and publish due lists.
 * @throws Problem `duplicate-request` if the slug is taken, `profile-violation`
 */
export async function createRootAuthority(services: Services, actor: Actor, order: AuthorityOrder): Promise<CreatedGeneration> {
  return createAuthority(services, actor, { ...order, parentId: null });
}

/**
 * An issuing CA, certified by its parent's newest generation, as `createRootAuthority`; with the first one come a unit that
 * signs timestamps and one that signs receipts.
 * @throws Problem `not-found` for the parent, and as `createRootAuthority`
 */
export async function createIssuingAuthority(services: Services, actor: Actor, order: AuthorityOrder & { parentId: string }): Promise<CreatedGeneration> {
  const created = await createAuthority(services, actor, order);
  await ensureTimestampUnit(services, actor);
  await ensureReceiptUnit(services, actor);
  return created;
}

async function createAuthority(services: Services, actor: Actor, order: AuthorityOrder & { parentId: string | null }): Promise<CreatedGeneration> {
  const { slug, commonName: name, organisation, parentId, key, days } = order;
  const authority: AuthorityRow = { id: randomUUID(), slug, name, kind: parentId ? 'issuing' : 'root', parentId, createdAt: services.now() };
  const subject: NameParts = [['C', 'VN'], ['O', organisation], ['CN', name]];
  const { created, prepared } = await services.db.transaction(async (tx) => {
    if (parentId && !(await lockAuthority(tx, parentId))) throw new Problem('not-found', { authority: parentId });
    if (!(await insertAuthority(tx, authority))) throw new Problem('duplicate-request', { slug });
    await recordAudit(tx, actor, 'authority.created', { type: 'authority', id: authority.id }, { before: undefined, after: authority });
    return prepareGeneration(services, tx, actor, { authority, generation: 1, subject, key, days });
  });
  return finish(services, actor, created, prepared);
}

/**
 * A further generation of an authority: the same name, a new key. It issues from now on; the old one goes on answering for
 * what it issued, at its own addresses.
 * @throws Problem `not-found`
 */
export async function addGeneration(
  services: Services, actor: Actor, order: { authorityId: string; organisation: string; key: KeySpec; days: number },
): Promise<CreatedGeneration> {
  const { authorityId, organisation, key, days } = order;
  const { created, prepared } = await services.db.transaction(async (tx) => {
    const authority = await lockAuthority(tx, authorityId);
    const last = authority && (await findLastGeneration(tx, authorityId));
    if (!authority || !last) throw new Problem('not-found', { authority: authorityId });
    const subject: NameParts = [['C', 'VN'], ['O', organisation], ['CN', authority.name]];
    return prepareGeneration(services, tx, actor, { authority, generation: last.generation + 1, subject, key, days });
  });
  return finish(services, actor, created, prepared);
}

interface GenerationOrder { authority: AuthorityRow; generation: number; subject: NameParts; key: KeySpec; days: number }

async function prepareGeneration(
  services: Services, tx: Tx, actor: Actor, { authority, generation, subject, key, days }: GenerationOrder,
): Promise<{ created: CreatedGeneration; prepared: Prepared[] }> {
  const { id: authorityId, slug, parentId } = authority;
  const [id, certificateId] = [randomUUID(), randomUUID()];
  const label = `${slug}-g${generation}`;
  const { keyId, publicKey, scheme } = await services.keystore.createKey(tx, key);
  await insertGeneration(tx, {
    id, authorityId, generation, label, keyId, scheme, subjectDer: buildName(subject), keyIdentifier: keyIdentifier(publicKey),
    certificateId, createdAt: services.now(),
  });
  const signedBy = parentId ? { generationId: (await issuingIssuer(services, parentId)).generationId } : { selfSigned: { generationId: id, keyId, scheme } };
  const prepared = await prepareCertificates(services, tx, actor, [{
    certificateId, requestId: null, ...signedBy, profile: parentId ? 'issuing-ca' : 'root-ca', subject, publicKey, days,
    holder: { agencyId: null, agencyPath: null, officialId: null },
  }]);
  await recordAudit(tx, actor, 'authority.generation-added', { type: 'authority', id: authorityId }, { before: undefined, after: { generation: id, label, keyId, scheme } });
  return { created: { authorityId, generationId: id, certificateId, label }, prepared };
}

async function finish(services: Services, actor: Actor, created: CreatedGeneration, prepared: Prepared[]): Promise<CreatedGeneration> {
  await completeCertificates(services, actor, prepared);
  await issueResponder(services, actor, created.generationId);
  await publishCrl(services, actor, created.generationId);
  return created;
}
