import { randomUUID } from 'node:crypto';
import { generateRegistrationOptions, verifyRegistrationResponse, type PublicKeyCredentialCreationOptionsJSON, type RegistrationResponseJSON } from '@simplewebauthn/server';
import { recordAudit } from '../audit/record.ts';
import { queueMail } from '../notifications/queue.ts';
import type { Language } from '../http/language.ts';
import { Problem } from '../problems.ts';
import type { Services, Tx } from '../services.ts';
import { endSessionsOf } from '../sessions/end.ts';
import { ownerOf, type OpenSession } from '../sessions/find.ts';
import { startSession, type Origin, type StartedSession } from '../sessions/start.ts';
import { challengeMs, makeChallenge, takeChallenge } from './challenge.ts';
import { relyingPartyOf } from './relying-party.ts';
import { countCertificates, findLabels, insertPasskey, listByOwner, lockOwner, type CredentialRow, type PasskeyRow } from './store.ts';

const mostPasskeys = 20;
// EdDSA, ES256, RS256 (RFC 9053, RFC 8812): what authenticators make.
const algorithms = [-8, -7, -257];

/**
 * What the browser asks an authenticator for: a passkey that is found without a name being typed, and unlocked by the person.
 * @throws Problem `passkey-enrolment-over`
 */
export async function offerEnrolment(services: Services, session: OpenSession): Promise<PublicKeyCredentialCreationOptionsJSON> {
  const owner = ownerOf(session.actor);
  const present = await listByOwner(services.db, owner);
  await requireOpen(services, services.db, session, present);
  const labels = await findLabels(services.db, owner);
  const { id: rpID, name: rpName } = relyingPartyOf(services.config);
  return generateRegistrationOptions({
    rpID, rpName, userID: new Uint8Array(Buffer.from(session.actor.id.replaceAll('-', ''), 'hex')), userName: labels?.email ?? session.actor.name, userDisplayName: session.actor.name,
    challenge: await makeChallenge(services, session.id), timeout: challengeMs, attestationType: 'none', supportedAlgorithmIDs: algorithms,
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    excludeCredentials: present.map(({ credentialId, transports }) => ({ id: credentialId.toString('base64url'), transports })),
  });
}

export interface Enrolment { name: string; response: RegistrationResponseJSON; from: Origin; language: Language }

/**
 * Stores a new passkey for whoever is signed in. A session that could only enrol ends, and a full one begins: its token was in
 * use before the proof.
 * @throws Problem `passkey-not-valid`, `passkey-enrolment-over`
 */
export async function enrolPasskey(services: Services, session: OpenSession, enrolment: Enrolment): Promise<{ passkey: PasskeyRow; session: StartedSession | undefined }> {
  const made = await credentialOf(services, session, enrolment.response);
  const { actor } = session;
  return services.db.transaction(async (tx) => {
    const owner = ownerOf(actor);
    await lockOwner(tx, owner);
    await requireOpen(services, tx, session, await listByOwner(tx, owner));
    const row: CredentialRow = { id: randomUUID(), ...owner, name: enrolment.name, ...made, createdAt: services.now(), lastUsedAt: null, removedAt: null };
    await insertPasskey(tx, row);
    const { credentialId: _id, publicKey: _key, ...passkey } = row;
    await recordAudit(tx, actor, 'passkey.enrolled', { type: 'passkey', id: row.id }, { before: null, after: passkey });
    await tellOwner(tx, row, enrolment.language);
    if (session.method !== 'enrolment') return { passkey, session: undefined };
    await endSessionsOf(services, tx, actor, { owner });
    return { passkey, session: await startSession(services, tx, { subject: { kind: 'operator', id: actor.id }, method: 'passkey', from: enrolment.from }) };
  });
}

/** A link by mail enrols the first passkey alone; whoever has one, or a certificate, signs in with it, or is recovered by two administrators. */
async function requireOpen({ now }: Pick<Services, 'now'>, db: Services['db'], { method, actor }: OpenSession, present: readonly PasskeyRow[]): Promise<void> {
  if (present.length >= mostPasskeys) throw new Problem('passkey-enrolment-over');
  if (method !== 'enrolment') return;
  if (present.length > 0 || (await countCertificates(db, ownerOf(actor).operatorId, now())).held > 0) throw new Problem('passkey-enrolment-over');
}

async function credentialOf(services: Services, session: OpenSession, response: RegistrationResponseJSON): Promise<Pick<CredentialRow, 'credentialId' | 'publicKey' | 'counter' | 'transports' | 'synced'>> {
  const { id, origin } = relyingPartyOf(services.config);
  // the library throws for everything that is wrong with what was sent
  const { verified, registrationInfo } = await verifyRegistrationResponse({
    response, expectedOrigin: origin, expectedRPID: id, requireUserVerification: true, supportedAlgorithmIDs: algorithms,
    expectedChallenge: (challenge) => takeChallenge(services, challenge, session.id),
  }).catch((cause: unknown) => {
    services.log.info({ err: cause, requestId: session.actor.requestId }, 'a new passkey was not accepted');
    throw new Problem('passkey-not-valid');
  });
  if (!verified) throw new Problem('passkey-not-valid');
  const { credential, credentialDeviceType } = registrationInfo;
  return {
    credentialId: Buffer.from(credential.id, 'base64url'), publicKey: Buffer.from(credential.publicKey), counter: credential.counter,
    transports: [...(credential.transports ?? [])], synced: credentialDeviceType === 'multiDevice',
  };
}

/** Somebody else who enrolled one must not stay unseen. */
async function tellOwner(tx: Tx, passkey: CredentialRow, language: Language): Promise<void> {
  const labels = await findLabels(tx, passkey);
  if (!labels?.email) return;
  await queueMail(tx, { to: labels.email, template: 'passkey-added', language, dedupeKey: `passkey-added:${passkey.id}`, facts: { name: labels.name, passkey: passkey.name } });
}
