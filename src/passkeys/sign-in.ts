import { generateAuthenticationOptions, verifyAuthenticationResponse, type AuthenticationResponseJSON, type PublicKeyCredentialRequestOptionsJSON } from '@simplewebauthn/server';
import { Problem } from '../problems.ts';
import type { Services } from '../services.ts';
import { startSession, type Origin, type StartedSession } from '../sessions/start.ts';
import { recordRefusal, takeAttempt } from '../sign-in/attempts.ts';
import { challengeMs, makeChallenge, takeChallenge } from './challenge.ts';
import { relyingPartyOf } from './relying-party.ts';
import { findCredential, lockCredential, markUsed, type CredentialRow } from './store.ts';

/** What the browser asks for: any passkey of this service, unlocked by the person. Who it is, the passkey says. @throws Problem `too-many-requests` */
export async function offerSignIn(services: Services, from: Origin): Promise<PublicKeyCredentialRequestOptionsJSON> {
  await takeAttempt(services, { from });
  const { id: rpID } = relyingPartyOf(services.config);
  return generateAuthenticationOptions({ rpID, challenge: await makeChallenge(services, null), timeout: challengeMs, userVerification: 'required' });
}

/**
 * Signs in with a passkey. What is wrong with it is told to the audit alone.
 * @throws Problem `passkey-not-valid`, `too-many-requests`, `not-permitted` for who has left or was switched off
 */
export async function signInWithPasskey(services: Services, { response, from }: { response: AuthenticationResponseJSON; from: Origin }): Promise<StartedSession> {
  await takeAttempt(services, { from });
  const passkey = await findCredential(services.db, Buffer.from(response.id, 'base64url'));
  const used = await useOf(services, passkey, response);
  const started = 'why' in used ? used : await services.db.transaction(async (tx) => {
    const { passkey: { id }, counter, synced } = used;
    const locked = await lockCredential(tx, id);
    if (!locked || locked.removedAt !== null) return { why: 'removed passkey' };
    if (isBehind(counter, locked)) return { why: 'counter of a copy' };
    await markUsed(tx, id, { counter, synced, lastUsedAt: services.now() });
    const subject = locked.officialId === null ? { kind: 'operator' as const, id: locked.operatorId ?? '' } : { kind: 'official' as const, id: locked.officialId };
    return startSession(services, tx, { subject, method: 'passkey', from });
  });
  if (!('why' in started)) return started;
  await services.db.transaction((tx) => recordRefusal(services, tx, from, { account: response.id, why: started.why }));
  throw new Problem('passkey-not-valid');
}

type Use = { passkey: CredentialRow; counter: number; synced: boolean } | { why: string };

async function useOf(services: Services, passkey: CredentialRow | undefined, response: AuthenticationResponseJSON): Promise<Use> {
  if (!passkey) return { why: 'unknown passkey' };
  if (passkey.removedAt !== null) return { why: 'removed passkey' };
  const userHandle = Buffer.from((passkey.operatorId ?? passkey.officialId ?? '').replaceAll('-', ''), 'hex').toString('base64url');
  if (response.response.userHandle !== userHandle) return { why: 'passkey of somebody else' };
  const { id: rpID, origin } = relyingPartyOf(services.config);
  try {
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response, expectedOrigin: origin, expectedRPID: rpID, requireUserVerification: true,
      expectedChallenge: (challenge) => takeChallenge(services, challenge, null),
      // the counter is compared under the row's lock
      credential: { id: response.id, publicKey: new Uint8Array(passkey.publicKey), counter: 0 },
    });
    if (!verified) return { why: 'signature of another key' };
    return { passkey, counter: authenticationInfo.newCounter, synced: authenticationInfo.credentialDeviceType === 'multiDevice' };
  } catch (error) {
    // the library throws for everything that is wrong with what was sent, its own words say what
    return { why: error instanceof Error ? error.message.slice(0, 200) : 'unreadable' };
  }
}

/** Web Authentication Level 3 §7.2 step 22: a counter that does not grow tells of a copy; one that stays zero counts nothing. */
const isBehind = (counter: number, stored: CredentialRow): boolean => (counter > 0 || Number(stored.counter) > 0) && counter <= Number(stored.counter);
