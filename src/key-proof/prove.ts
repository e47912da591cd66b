import { createHash } from 'node:crypto';
import { serialHex, type Certificate } from '../../pki/certificate/parse.ts';
import { Problem } from '../problems.ts';
import type { Services, Tx } from '../services.ts';
import { startSession, type Origin, type StartedSession } from '../sessions/start.ts';
import { hashToken } from '../sessions/token.ts';
import { recordRefusal, takeAttempt } from '../sign-in/attempts.ts';
import { challengePdf, challengeText } from './challenge.ts';
import { readSigner, type Signer } from './signer.ts';
import { findChallenge, lockSigner, markChallengeUsed } from './store.ts';

export interface Proof { token: string; file: Uint8Array | undefined; from: Origin }

/**
 * Signs an official in who brings a challenge back, signed with the key of their certificate. Every refusal looks the same; its
 * reason is in the audit alone.
 * @throws Problem `key-proof-not-valid`, `too-many-requests`
 */
export async function proveKey(services: Services, { token, file, from }: Proof): Promise<StartedSession> {
  await takeAttempt(services, { from });
  const hash = hashToken(token);
  const signer = hash ? await readProof(services, { hash, token, file }) : { why: 'no such challenge' };
  const started = await services.db.transaction(async (tx) => {
    const official = 'why' in signer ? signer : await findOfficial(services, tx, signer.certificate);
    const outcome = 'why' in official || await markChallengeUsed(tx, hash!, services.now()) ? official : { why: 'challenge used or over' };
    if ('officialId' in outcome) return startSession(services, tx, { subject: { kind: 'official', id: outcome.officialId }, method: 'key-proof', from });
    await recordRefusal(services, tx, from, { why: `key proof: ${outcome.why}` });
    return undefined;
  });
  if (!started) throw new Problem('key-proof-not-valid');
  return started;
}

async function readProof(services: Services, { hash, token, file }: { hash: Uint8Array; token: string; file: Uint8Array | undefined }): Promise<Signer> {
  const row = await findChallenge(services.db, hash);
  if (!row) return { why: 'no such challenge' };
  if (row.usedAt !== null) return { why: 'challenge used before' };
  if (row.expiresAt <= services.now()) return { why: 'challenge over' };
  if (!file) return { why: 'no file' };
  const challenge = { ...row, token };
  return readSigner(file, { text: challengeText(services, challenge), pdf: () => challengePdf(services, challenge) });
}

/** The serving official whose signing certificate this is, in force this second; our own register says so, no CRL. */
async function findOfficial({ now }: Pick<Services, 'now'>, tx: Tx, certificate: Certificate): Promise<{ officialId: string } | { why: string }> {
  const found = await lockSigner(tx, serialHex(certificate.serialNumber), createHash('sha256').update(certificate.der).digest());
  if (!found) return { why: 'no certificate of ours' };
  const { state, profile, officialId, serving } = found;
  const told = (why: string): { why: string } => ({ why: `${why}, certificate ${found.id}` });
  if (profile !== 'official-signing' || officialId === null) return told(`profile ${profile}`);
  if (state !== 'issued') return told(`certificate is ${state}`);
  const at = now();
  if (found.notBefore > at || found.notAfter < at) return told('certificate is out of its time');
  return serving ? { officialId } : told('the official has left');
}
