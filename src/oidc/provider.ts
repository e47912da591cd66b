import { readFile } from 'node:fs/promises';
import { allowInsecureRequests, ClientSecretBasic, discovery, enableNonRepudiationChecks, type Configuration } from 'openid-client';
import type { OidcConfig } from '../config.ts';
import type { Services } from '../services.ts';

const keptMs = 3_600_000;
const timeoutSeconds = 5;

const known = new WeakMap<OidcConfig, { until: number; found: Promise<Configuration> }>();

/**
 * The provider as it describes itself, asked once an hour (OpenID Connect Discovery 1.0 §4); undefined where it cannot be reached
 * or describes another issuer, which is logged.
 */
export async function findProvider({ config: { oidc }, now, log }: Pick<Services, 'config' | 'now' | 'log'>): Promise<Configuration | undefined> {
  if (!oidc) return undefined;
  const at = now().getTime();
  let entry = known.get(oidc);
  if (!entry || entry.until <= at) known.set(oidc, entry = { until: at + keptMs, found: discover(oidc) });
  try {
    return await entry.found;
  } catch (error) {
    // the next one asks again
    if (known.get(oidc) === entry) known.delete(oidc);
    log.warn({ err: error, issuer: oidc.issuer }, 'the OpenID Connect provider cannot be asked');
    return undefined;
  }
}

async function discover({ issuer, clientId, secret }: OidcConfig): Promise<Configuration> {
  const clientSecret = 'text' in secret ? secret.text : (await readFile(secret.file, 'utf8')).trim();
  // the signature of an ID token counts, whatever way it came
  const execute = [enableNonRepudiationChecks, ...(new URL(issuer).protocol === 'http:' ? [allowInsecureRequests] : [])];
  return discovery(new URL(issuer), clientId, {}, ClientSecretBasic(clientSecret), { timeout: timeoutSeconds, execute });
}
