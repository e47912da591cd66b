import type { CDPSession, Page } from 'playwright-core';
import { testApp, type TestServices } from '../../database.ts';

/** The whole service under the address its passkeys are made for: browsers make none for a bare IP address. */
export async function passkeyApp(services: TestServices): Promise<string> {
  const base = (await testApp(services)).replace('127.0.0.1', 'localhost');
  services.config.publicUrl = base;
  return base;
}

export interface Authenticator {
  /** Every credential as the device holds it. */
  credentials: () => Promise<{ credentialId: string; signCount: number }[]>;
  /** The device as it is with another counter: a copy that was made before. */
  setCounter: (signCount: number) => Promise<void>;
  /** Whether the person can unlock it. */
  setVerified: (verified: boolean) => Promise<void>;
}

/** A device of the window's own that holds passkeys and unlocks by itself. */
export async function plugIn(page: Page): Promise<Authenticator> {
  const device: CDPSession = await page.context().newCDPSession(page);
  await device.send('WebAuthn.enable');
  const { authenticatorId } = await device.send('WebAuthn.addVirtualAuthenticator', {
    options: { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true },
  });
  const credentials = async () => (await device.send('WebAuthn.getCredentials', { authenticatorId })).credentials;
  return {
    credentials,
    setCounter: async (signCount) => {
      for (const credential of await credentials()) {
        await device.send('WebAuthn.removeCredential', { authenticatorId, credentialId: credential.credentialId });
        await device.send('WebAuthn.addCredential', { authenticatorId, credential: { ...credential, signCount } });
      }
    },
    setVerified: async (isUserVerified) => { await device.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified }); },
  };
}
