import type { Knex } from 'knex';
import { systemActor } from '../access/actors.ts';
import { chainOf, issuingIssuer } from '../certificates/issuer.ts';
import { parseCertificate, type Certificate } from '../../pki/certificate/parse.ts';
import { certifyOwnKey } from '../own-keys/certify.ts';
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
  const issuer = await issuingIssuer(services);
  const createdAt = services.now();
  const made = await certifyOwnKey(services, actor, {
    issuer, profile: 'receipt-signing', key: { type: 'ec', curve: 'P-256' }, days: certificateDays,
    commonName: (keyId) => `Verification receipts ${createdAt.getUTCFullYear()} ${keyId.slice(0, 8)}`,
    wanted: async (tx) => {
      await lockUnits(tx);
      return !(await hasUnitSince(tx, new Date(createdAt.getTime() - keyUseDays * dayMs)));
    },
    keep: (tx, one) => insertUnit(tx, { ...one, generationId: issuer.generationId, createdAt }),
  });
  if (made === undefined) return false;
  known.delete(services.db);
  return true;
}

/** For the job: nothing to do before the first issuing authority exists. */
export async function renewReceiptUnit(services: Services): Promise<void> {
  if (await hasIssuingAuthority(services.db)) await ensureReceiptUnit(services, systemActor('renew-receipt-unit'));
}
