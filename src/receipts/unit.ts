import { randomUUID } from 'node:crypto';
import type { Knex } from 'knex';
import { systemActor } from '../access/actors.ts';
import { completeCertificates, prepareCertificates } from '../certificates/issue.ts';
import { chainOf, issuingIssuer } from '../certificates/issuer.ts';
import { oids } from '../../pki/asn1/oids.ts';
import { parseCertificate, type Certificate } from '../../pki/certificate/parse.ts';
import { nameAttribute } from '../../pki/name/parse.ts';
import type { Actor, Services } from '../services.ts';
import { findUnit, hasIssuingAuthority, hasUnitSince, insertUnit, lockUnits } from './store.ts';

/** A key that signs receipts, its certificate, and the CAs' to go with it, the root last. */
export interface ReceiptUnit { keyId: string; certificate: Certificate; chain: Uint8Array[] }

/** A receipt is shown years later: its certificate outlives the use of its key by four. */
const certificateDays = 1_825;
const keyUseDays = 365;
const dayMs = 86_400_000;
const keepMs = 60_000;

const known = new WeakMap<Knex, { unit: ReceiptUnit; until: number }>();

/** The unit that signs now; undefined if there is none. */
export async function currentReceiptUnit(services: Pick<Services, 'db' | 'now'>): Promise<ReceiptUnit | undefined> {
  const at = services.now();
  const kept = known.get(services.db);
  if (kept && at.getTime() < kept.until && kept.unit.certificate.notAfter > at) return kept.unit;
  const row = await findUnit(services.db, at);
  if (!row) return undefined;
  const chain = await chainOf(services, row.generationId);
  const unit = { keyId: row.keyId, certificate: parseCertificate(row.der), chain: chain.map(({ der }) => der) };
  known.set(services.db, { unit, until: at.getTime() + keepMs });
  return unit;
}

/** Makes a unit where there is none or the newest one's key has been in use for a year; answers whether it made one. */
export async function ensureReceiptUnit(services: Services, actor: Actor): Promise<boolean> {
  const { db, now, keystore } = services;
  const issuer = await issuingIssuer(services);
  const of = (dotted: string): string => nameAttribute(issuer.certificate.subject, dotted) ?? '';
  const prepared = await db.transaction(async (tx) => {
    await lockUnits(tx);
    const createdAt = now();
    if (await hasUnitSince(tx, new Date(createdAt.getTime() - keyUseDays * dayMs))) return undefined;
    const { keyId, publicKey } = await keystore.createKey(tx, { type: 'ec', curve: 'P-256' });
    const certificateId = randomUUID();
    const done = await prepareCertificates(services, tx, actor, [{
      certificateId, requestId: null, generationId: issuer.generationId, profile: 'receipt-signing', publicKey, days: certificateDays,
      subject: [['C', of(oids.countryName)], ['O', of(oids.organizationName)], ['CN', `Verification receipts ${createdAt.getUTCFullYear()} ${keyId.slice(0, 8)}`]],
      holder: { agencyId: null, agencyPath: null, officialId: null },
    }]);
    await insertUnit(tx, { certificateId, generationId: issuer.generationId, keyId, createdAt });
    return done;
  });
  if (!prepared) return false;
  await completeCertificates(services, actor, prepared);
  known.delete(db);
  return true;
}

/** For the job: nothing to do before the first issuing authority exists. */
export async function renewReceiptUnit(services: Services): Promise<void> {
  if (await hasIssuingAuthority(services.db)) await ensureReceiptUnit(services, systemActor('renew-receipt-unit'));
}
