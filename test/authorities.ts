import { randomUUID } from 'node:crypto';
import { generateKeyPairSync } from 'node:crypto';
import { systemActor } from '../src/access/actors.ts';
import { createIssuingAuthority, createRootAuthority, type CreatedGeneration } from '../src/authorities/create.ts';
import { completeCertificates, prepareCertificates, type IssueOrder, type Issued } from '../src/certificates/issue.ts';
import { seedProfiles } from '../src/profiles/seed.ts';
import { parsePublicKey, type PublicKey } from '../pki/keys/public-key.ts';
import type { KeySpec, Services } from '../src/services.ts';

export const testActor = systemActor('test');

/** A root CA and an issuing CA below it, on P-256 unless told. */
export async function testAuthorities(services: Services, key: KeySpec = { type: 'ec', curve: 'P-256' }): Promise<{ root: CreatedGeneration; issuing: CreatedGeneration }> {
  await seedProfiles(services, testActor);
  const organisation = 'Ban Cơ yếu thử nghiệm';
  const root = await createRootAuthority(services, testActor, { slug: 'test-root', commonName: 'CA gốc thử nghiệm', organisation, key, days: 7_305 });
  const issuing = await createIssuingAuthority(services, testActor, {
    slug: 'test-ca', commonName: 'CA thử nghiệm', organisation, key, days: 3_650, parentId: root.authorityId,
  });
  return { root, issuing };
}

/** A fresh P-256 public key as a subscriber sends it. */
export function newPublicKey(): PublicKey {
  return parsePublicKey(generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'der', type: 'spki' }));
}

/** An order for an official's certificate; change what the test is about. */
export function officialOrder(change: Partial<IssueOrder> = {}): IssueOrder {
  return {
    certificateId: randomUUID(), requestId: null, profile: 'official-signing', publicKey: newPublicKey(), days: 365,
    subject: [['C', 'VN'], ['O', 'UBND tỉnh thử nghiệm'], ['CN', 'Nguyễn Văn A']],
    holder: { agencyId: null, agencyPath: 'H05', officialId: randomUUID() }, ...change,
  };
}

/** Issues in one go, as an approval does. */
export async function issueForTest(services: Services, order: IssueOrder = officialOrder()): Promise<Issued> {
  const prepared = await services.db.transaction((tx) => prepareCertificates(services, tx, testActor, [order]));
  return (await completeCertificates(services, testActor, prepared))[0]!;
}
