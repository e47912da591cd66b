import { authorizationCodeGrant, fetchUserInfo, type Configuration } from 'openid-client';
import type { Services, Tx } from '../services.ts';
import { startSession, type Origin, type StartedSession } from '../sessions/start.ts';
import { hashToken } from '../sessions/token.ts';
import { recordRefusal, takeAttempt } from '../sign-in/attempts.ts';
import { callbackUrl } from './begin.ts';
import { findProvider } from './provider.ts';
import { secretsOf } from './secrets.ts';
import { deleteAttempt, listOfficials } from './store.ts';

/** Why nobody was signed in, as far as the person is told; the audit knows more. */
export type OidcRefusal = 'cancelled' | 'not-accepted' | 'unavailable';
type Refused = { refused: OidcRefusal; why: string; account?: string };

export interface OidcAnswer {
  /** the query that the provider sent the browser back with */
  query: URLSearchParams;
  /** from the browser's cookie */
  token: string | undefined;
  from: Origin;
}

/**
 * Signs in the serving official whose work e-mail the provider vouches for. It never makes anybody; each refusal is recorded.
 * @throws Problem `too-many-requests`
 */
export async function finishOidc(services: Services, answer: OidcAnswer): Promise<(StartedSession & { returnPath: string }) | { refused: OidcRefusal }> {
  const { from } = answer;
  await takeAttempt(services, { from });
  const vouched = await findEmail(services, answer);
  return services.db.transaction(async (tx) => {
    const found = 'refused' in vouched ? vouched : await findOfficial(tx, vouched);
    if ('officialId' in found) {
      return { ...(await startSession(services, tx, { subject: { kind: 'official', id: found.officialId }, method: 'oidc', from })), returnPath: found.returnPath };
    }
    await recordRefusal(services, tx, from, { account: found.account, why: `organisation account: ${found.why}` });
    return { refused: found.refused };
  });
}

type Vouched = { email: string; returnPath: string };

async function findEmail(services: Services, { query, token }: OidcAnswer): Promise<Vouched | Refused> {
  const hash = token === undefined ? undefined : hashToken(token);
  if (!hash || query.get('state') !== secretsOf(token!).state) return refused('state of another sign-in');
  const attempt = await services.db.transaction((tx) => deleteAttempt(tx, hash));
  if (!attempt || attempt.expiresAt <= services.now()) return refused('sign-in used before or over');
  const provider = await findProvider(services);
  if (!provider) return { refused: 'unavailable', why: 'the provider cannot be reached' };
  try {
    const { email, verified } = await redeem(provider, new URL(`${callbackUrl(services)}?${query.toString()}`), token!);
    if (email === undefined) return refused('no e-mail');
    return verified ? { email, returnPath: attempt.returnPath } : refused('e-mail not verified', email);
  } catch (error) {
    services.log.info({ err: error }, 'the answer of the OpenID Connect provider was refused');
    return refusalOf(error);
  }
}

/** Exchanges the code; state, nonce, issuer, audience, time and signature of the ID token are checked by the client (Core 1.0 §3.1.3.7). */
async function redeem(provider: Configuration, url: URL, token: string): Promise<{ email: string | undefined; verified: boolean }> {
  const { state, nonce, codeVerifier } = secretsOf(token);
  const tokens = await authorizationCodeGrant(provider, url, { expectedState: state, expectedNonce: nonce, pkceCodeVerifier: codeVerifier, idTokenExpected: true });
  const idToken = tokens.claims()!;
  // many providers give the e-mail on asking alone (Core 1.0 §5.4)
  const claims = idToken['email'] === undefined ? await fetchUserInfo(provider, tokens.access_token, idToken.sub) : idToken;
  return { email: typeof claims['email'] === 'string' ? claims['email'] : undefined, verified: claims['email_verified'] === true };
}

const refused = (why: string, account?: string): Refused => ({ refused: 'not-accepted', why, ...(account === undefined ? {} : { account }) });

/** What the client threw: the person changed their mind, the provider is gone, or its answer does not hold. */
function refusalOf(error: unknown): Refused {
  const { name = '', code = '', error: said = '' } = error as { name?: string; code?: string; error?: string };
  if (said === 'access_denied') return { refused: 'cancelled', why: 'cancelled at the provider' };
  if (name === 'TypeError' || code === 'OAUTH_TIMEOUT' || code === 'OAUTH_RESPONSE_IS_NOT_CONFORM') return { refused: 'unavailable', why: `the provider failed: ${code || name}` };
  return refused(`answer does not hold: ${said || code || name}`);
}

async function findOfficial(tx: Tx, { email, returnPath }: Vouched): Promise<{ officialId: string; returnPath: string } | Refused> {
  const [official, ...others] = await listOfficials(tx, email.trim().toLowerCase());
  if (!official || others.length > 0) return refused(official ? 'several officials have this e-mail' : 'no official has this e-mail', email);
  return { officialId: official.id, returnPath };
}
