import { createHash } from 'node:crypto';
import { parseCertificate, serialHex, type Certificate } from '../../pki/certificate/parse.ts';
import { PkiError } from '../../pki/error.ts';
import type { ClientCertificate } from '../http/client-certificate.ts';
import { Problem, type ProblemCode } from '../problems.ts';
import type { Services, Tx } from '../services.ts';
import { startSession, type Origin, type StartedSession } from '../sessions/start.ts';
import { recordRefusal, takeAttempt } from '../sign-in/attempts.ts';
import { findPathFault } from './judge.ts';
import { isChainIssued, lockShown, markUsed, type ShownRow } from './store.ts';

/** Profile of what operators sign in with. */
export const signInProfile = 'operator-sign-in';

interface Refusal { code: ProblemCode; why: string }

/**
 * Signs an operator in with the certificate that their TLS handshake proved: one of ours, for this purpose, in force this second.
 * The person is told what they can mend, the audit why.
 * @throws Problem `client-certificate-missing`, `client-certificate-expired`, `client-certificate-revoked`,
 *   `client-certificate-not-valid`, `not-permitted` for who was switched off, `too-many-requests`
 */
export async function signInWithCertificate(services: Services, { shown, from }: { shown: ClientCertificate; from: Origin }): Promise<StartedSession> {
  await takeAttempt(services, { from });
  const read = await readShown(services, shown);
  const fingerprint = 'der' in read ? createHash('sha256').update(read.der).digest() : undefined;
  const started = await services.db.transaction(async (tx) => {
    const outcome = 'der' in read ? await enter(services, tx, { certificate: read, fingerprint: fingerprint!, from }) : read;
    if ('why' in outcome) await recordRefusal(services, tx, from, { account: fingerprint?.toString('hex'), why: `client certificate: ${outcome.why}` });
    return outcome;
  });
  if ('why' in started) throw new Problem(started.code);
  return started;
}

async function readShown(services: Services, shown: ClientCertificate): Promise<Certificate | Refusal> {
  if (shown === undefined) return { code: 'client-certificate-missing', why: 'none was shown' };
  if ('refused' in shown) return { code: 'client-certificate-not-valid', why: shown.refused };
  try {
    const certificate = parseCertificate(shown.der);
    const fault = await findPathFault(services, certificate);
    if (!fault) return certificate;
    return { code: fault.kind === 'expired' ? 'client-certificate-expired' : 'client-certificate-not-valid', why: fault.why };
  } catch (error) {
    if (error instanceof PkiError) return { code: 'client-certificate-not-valid', why: `unreadable: ${error.code}` };
    throw error;
  }
}

async function enter(
  services: Services, tx: Tx, { certificate, fingerprint, from }: { certificate: Certificate; fingerprint: Uint8Array; from: Origin },
): Promise<StartedSession | Refusal> {
  const row = await lockShown(tx, serialHex(certificate.serialNumber), fingerprint);
  const refusal = await judge(tx, row);
  if (refusal) return refusal;
  const { id, operatorId, notAfter } = row!;
  try {
    const started = await startSession(services, tx, { subject: { kind: 'operator', id: operatorId! }, method: 'client-certificate', from, certificate: { id, notAfter } });
    await markUsed(tx, id, services.now());
    return started;
  } catch (error) {
    if (error instanceof Problem && error.code === 'not-permitted') return { code: error.code, why: `its holder may not sign in, certificate ${id}` };
    throw error;
  }
}

async function judge(tx: Tx, row: ShownRow | undefined): Promise<Refusal | undefined> {
  if (!row) return { code: 'client-certificate-not-valid', why: 'no certificate of ours' };
  const told = (code: ProblemCode, why: string): Refusal => ({ code, why: `${why}, certificate ${row.id}` });
  if (row.profile !== signInProfile) return told('client-certificate-not-valid', `profile ${row.profile}`);
  if (row.state !== 'issued') return told('client-certificate-revoked', `it is ${row.state}`);
  if (row.operatorId === null) return told('client-certificate-not-valid', 'nobody signs in with it');
  if (row.releasedAt !== null) return told('client-certificate-revoked', 'it was given up');
  return (await isChainIssued(tx, row.generationId)) ? undefined : told('client-certificate-not-valid', 'its authority was revoked');
}
