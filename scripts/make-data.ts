import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { buildCsr } from '../pki/csr/build.ts';
import { toPem } from '../pki/keys/pem.ts';
import { parsePublicKey } from '../pki/keys/public-key.ts';
import { signerFrom } from '../pki/keys/signer.ts';
import { buildName } from '../pki/name/build.ts';
import { completeCertificates, prepareCertificates, type IssueOrder } from '../src/certificates/issue.ts';
import { composeSubject, type AgencyLevel } from '../src/requests/subject.ts';
import type { Actor, Services } from '../src/services.ts';

const atOnce = 1_000;

export interface MadeOfficial { id: string; name: string; email: string; agencyId: string }
export interface MadeAgency { id: string; path: string; levels: readonly AgencyLevel[] }

/** Officials with made-up names, the same number in each agency, stored a thousand to a statement. */
export async function makeOfficials({ db, now }: Pick<Services, 'db' | 'now'>, agencies: readonly Pick<MadeAgency, 'id'>[], count: number): Promise<MadeOfficial[]> {
  const officials = Array.from({ length: count }, (_, i): MadeOfficial => ({
    id: randomUUID(), name: `Nguyễn Văn ${i + 1}`, email: `official-${randomUUID()}@example.gov.vn`, agencyId: agencies[i % agencies.length]!.id,
  }));
  for (let at = 0; at < count; at += atOnce) {
    const part = officials.slice(at, at + atOnce);
    const columns = [part.map(({ id }) => id), part.map(({ agencyId }) => agencyId), part.map(({ name }) => name), part.map(({ email }) => email)];
    await db.raw(
      `with made as (insert into officials (id, agency_id, name, position, email, created_at, updated_at)
         select u.id, u.agency, u.name, 'Chuyên viên', u.email, ?, ? from unnest(?::uuid[], ?::uuid[], ?::text[], ?::text[]) as u (id, agency, name, email) returning *)
       insert into official_history (official_id, agency_id, name, position, email, valid_from) select id, agency_id, name, position, email, created_at from made`,
      [now(), now(), ...columns]);
  }
  return officials;
}

/** A fresh key's PKCS#10 in PEM. */
export async function makeCsr(commonName = 'data'): Promise<string> {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return toPem('CERTIFICATE REQUEST', await buildCsr(buildName([['CN', commonName]]), signerFrom(privateKey)));
}

/** Real certificates for officials, each with a key of its own, prepared, signed and stored by the CA's own path. */
export async function makeCertificates(services: Services, actor: Actor, officials: readonly MadeOfficial[], agencies: readonly MadeAgency[]): Promise<void> {
  const byId = new Map(agencies.map((agency) => [agency.id, agency]));
  for (let at = 0; at < officials.length; at += atOnce) {
    const orders = officials.slice(at, at + atOnce).map((official): IssueOrder => {
      const agency = byId.get(official.agencyId)!;
      const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      return {
        certificateId: randomUUID(), requestId: null, profile: 'official-signing', days: 1_825, subject: composeSubject({ holder: 'official', levels: agency.levels, official }),
        subjectAltName: { email: [official.email] }, publicKey: parsePublicKey(publicKey.export({ format: 'der', type: 'spki' })),
        holder: { agencyId: agency.id, agencyPath: agency.path, officialId: official.id },
      };
    });
    const prepared = await services.db.transaction((tx) => prepareCertificates(services, tx, actor, orders));
    await completeCertificates(services, actor, prepared);
  }
}
