import { createHmac } from 'node:crypto';

/** What ties the provider's answer to one browser and one question (OpenID Connect Core 1.0 §3.1.2.1, RFC 7636 §4.1). */
export interface AttemptSecrets { state: string; nonce: string; codeVerifier: string }

/** All of them from the token in the browser's cookie; none is stored. */
export function secretsOf(token: string): AttemptSecrets {
  const derive = (purpose: string): string => createHmac('sha256', token).update(purpose).digest('base64url');
  return { state: derive('state'), nonce: derive('nonce'), codeVerifier: derive('code verifier') };
}
