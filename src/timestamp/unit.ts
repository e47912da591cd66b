import type { Knex } from 'knex';
import { systemActor } from '../access/actors.ts';
import { issuingIssuer, requireIssuer } from '../certificates/issuer.ts';
import { parseCertificate, type Certificate } from '../../pki/certificate/parse.ts';
import { placeholderPolicies } from '../../pki/certificate/profiles.ts';
import { certifyOwnKey } from '../own-keys/certify.ts';
import type { Actor, Services } from '../services.ts';
import { findUnit, hasUnitSince, insertUnit, lockUnits } from './store.ts';

/** A key that signs timestamps, its certificate, and the CA's to go with it. */
export interface Unit { keyId: string; certificate: Certificate; chain: Uint8Array[]; policy: string }

/** A certificate outlives the use of its key, so that a token can be checked long after it was made (ETSI EN 319 421 §7.6.2). */
const certificateDays = 1_825;
const keyUseDays = 365;
const dayMs = 86_400_000;
const keepMs = 60_000;

const known = new WeakMap<Knex, { unit: Unit; until: number }>();

/** The unit that stamps now; undefined if there is none. */
export async function currentUnit(services: Pick<Services, 'db' | 'now'>): Promise<Unit | undefined> {
  const at = services.now();
  const kept = known.get(services.db);
  if (kept && at.getTime() < kept.until && kept.unit.certificate.notAfter > at) return kept.unit;
  const row = await findUnit(services.db, at);
  if (!row) return undefined;
  const { keyId, policy, generationId } = row;
  const issuer = await requireIssuer(services, generationId);
  const unit = { keyId, policy, certificate: parseCertificate(row.der), chain: [issuer.certificate.der] };
  known.set(services.db, { unit, until: at.getTime() + keepMs });
  return unit;
}

/** Makes a unit where there is none or the newest one's key has been in use for a year; answers whether it made one. */
export async function ensureTimestampUnit(services: Services, actor: Actor): Promise<boolean> {
  const issuer = await issuingIssuer(services);
  const createdAt = services.now();
  const made = await certifyOwnKey(services, actor, {
    issuer, profile: 'timestamping', key: { type: 'ec', curve: 'P-256' }, days: certificateDays,
    commonName: (keyId) => `TSA ${createdAt.getUTCFullYear()} ${keyId.slice(0, 8)}`,
    wanted: async (tx) => {
      await lockUnits(tx);
      return !(await hasUnitSince(tx, new Date(createdAt.getTime() - keyUseDays * dayMs)));
    },
    keep: (tx, one) => insertUnit(tx, { ...one, generationId: issuer.generationId, policy: placeholderPolicies.timestamping, createdAt }),
  });
  if (made === undefined) return false;
  known.delete(services.db);
  return true;
}

/** For the job: nothing to do before the first issuing authority exists. */
export async function renewTimestampUnit(services: Services): Promise<void> {
  if (await findUnit(services.db, services.now())) await ensureTimestampUnit(services, systemActor('renew-timestamp-unit'));
}
