import { buildAuthorizationUrl, calculatePKCECodeChallenge } from 'openid-client';
import type { Language } from '../http/language.ts';
import type { Services } from '../services.ts';
import type { Origin } from '../sessions/start.ts';
import { buildToken, hashToken } from '../sessions/token.ts';
import { takeAttempt } from '../sign-in/attempts.ts';
import { safeReturnPath } from '../sign-in/return-path.ts';
import { findProvider } from './provider.ts';
import { secretsOf } from './secrets.ts';
import { insertAttempt } from './store.ts';

/** Time to sign in at the provider. */
export const attemptMs = 10 * 60_000;

/** Where the provider sends people back to; it is registered there. */
export const callbackUrl = ({ config }: Pick<Services, 'config'>): string => `${config.publicUrl}/sign-in/organisation/callback`;

/**
 * Where somebody signs in with the organisation's account: authorization code with PKCE, and a token for the browser's cookie.
 * Undefined where the provider cannot be reached.
 * @throws Problem `too-many-requests`
 */
export async function beginOidc(services: Services, { returnPath, language, from }: { returnPath: string | undefined; language: Language; from: Origin }): Promise<{ url: string; token: string } | undefined> {
  await takeAttempt(services, { from });
  const provider = await findProvider(services);
  if (!provider) return undefined;
  const token = buildToken((bytes) => services.random(bytes));
  const { state, nonce, codeVerifier } = secretsOf(token);
  const url = buildAuthorizationUrl(provider, {
    response_type: 'code', redirect_uri: callbackUrl(services), scope: 'openid email', state, nonce, ui_locales: language,
    code_challenge: await calculatePKCECodeChallenge(codeVerifier), code_challenge_method: 'S256',
  });
  const expiresAt = new Date(services.now().getTime() + attemptMs);
  await services.db.transaction((tx) => insertAttempt(tx, { tokenHash: hashToken(token)!, returnPath: safeReturnPath(returnPath), expiresAt }));
  return { url: url.href, token };
}
