import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { z } from 'zod';

/** Where the key-encryption keys come from; `create` where a missing file may be made on first start. */
export type KekSource = { text: string } | { file: string; create: boolean };

export interface Config {
  /** Undefined: the embedded PostgreSQL in the data folder. */
  databaseUrl: string | undefined;
  host: string;
  port: number;
  /** Address that people and systems reach the service under, without a slash at its end. */
  publicUrl: string;
  /** The address certificates name for CRL, OCSP and CA certificates: plain http, for whoever checks TLS by them cannot need TLS first (RFC 5280 §8). */
  statusUrl: string;
  /** Absolute. */
  dataFolder: string;
  logLevel: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';
  kek: KekSource;
  poolSize: number;
  maxDocumentBytes: number;
  maxBodyBytes: number;
  requestTimeoutSeconds: number;
  stopTimeoutSeconds: number;
  /** Undefined: the identity of officials is checked by nobody. */
  population: PopulationConfig | undefined;
  /** Undefined: nobody signs in with an account of the organisation. */
  oidc: OidcConfig | undefined;
  /** Undefined: no mail is sent, what is queued waits. `from` is an address, or a name with one in <>. */
  mail: { smtpUrl: string; from: string; domain: string } | undefined;
  /** Networks (CIDR) besides the public internet that webhooks may go to, over http as well. */
  webhookNetworks: readonly string[];
  /** Hosts that evidence (certificates, CRLs, OCSP answers) may be fetched from; none: never from the network. */
  evidenceHosts: readonly string[];
  /** Networks (CIDR) besides the public internet that those hosts may lie in. */
  evidenceNetworks: readonly string[];
  /** Networks (CIDR) of our own proxies: what they say of where a call comes from is believed. */
  trustedProxies: readonly string[];
  /** Networks (CIDR) of the proxies whose Client-Cert header (RFC 9440) is believed; none: nobody's is. */
  clientCertificateProxies: readonly string[];
  /** Undefined: the service speaks plain HTTP alone, and TLS is a proxy's. */
  tls: TlsConfig | undefined;
}

/** TLS of the service's own, besides plain HTTP: the server's certificate with its chain and the key, PEM. */
export interface TlsConfig { port: number; certificateFile: string; keyFile: string }

/** Where the national population database is reached, with our client certificate for mutual TLS. */
export interface PopulationConfig { url: string; certificateFile: string; keyFile: string; caFile: string; timeoutSeconds: number }

/** The organisation's OpenID Connect provider; `name` is what people know it as. */
export interface OidcConfig { issuer: string; clientId: string; secret: { text: string } | { file: string }; name: string }

/** All that is wrong with the settings, named at once. */
export class ConfigError extends Error {
  readonly mistakes: readonly string[];
  constructor(mistakes: readonly string[]) {
    super(`The settings cannot be used:\n${mistakes.map((m) => `  - ${m}`).join('\n')}`);
    this.name = 'ConfigError';
    this.mistakes = mistakes;
  }
}

const whole = (least: number, most: number, byDefault: number) =>
  z.string().default(String(byDefault)).transform((text, ctx) => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    ctx.addIssue({ code: 'custom', message: `must be a whole number from ${least} to ${most}` });
    return z.NEVER;
  });

const url = (protocols: readonly string[]) => z.string().refine(
  (text) => URL.canParse(text) && protocols.includes(new URL(text).protocol),
  `must be an address beginning with ${protocols.map((p) => `${p}//`).join(' or ')}`,
);

const loopbacks = ['localhost', '127.0.0.1', '[::1]'];

/** OpenID Connect Discovery 1.0 §4: https, no query; plain http only where it leaves this machine in no way. */
function isIssuer(text: string): boolean {
  if (!URL.canParse(text) || /[?#]/.test(text)) return false;
  const { protocol, hostname, username, password } = new URL(text);
  return username === '' && password === '' && (protocol === 'https:' || (protocol === 'http:' && loopbacks.includes(hostname)));
}

function isNetwork(text: string): boolean {
  const [address = '', bits = ''] = text.trim().split('/');
  const most = { 4: 32, 6: 128 }[isIP(address)];
  return most !== undefined && /^\d{1,3}$/.test(bits) && Number(bits) <= most;
}

const networks = z.string().refine((text) => text.split(',').every(isNetwork), 'must be networks such as 10.0.0.0/8, separated by commas').optional();
const listOf = (text: string | undefined): string[] => text?.split(',').map((each) => each.trim()) ?? [];

const settings = z.object({
  DATABASE_URL: url(['postgres:', 'postgresql:']).optional(),
  // Loopback unless told otherwise: a first start must not open a CA to the network.
  HOST: z.string().regex(/^[\w.:-]+$/, 'must be an address or host name').default('127.0.0.1'),
  PORT: whole(0, 65_535, 8080),
  PUBLIC_URL: url(['http:', 'https:']).refine((text) => !/[?#]/.test(text), 'must have no query').optional(),
  STATUS_URL: url(['http:']).refine((text) => !/[?#]/.test(text), 'must have no query').optional(),
  DATA_FOLDER: z.string().default('.antin'),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], 'must be fatal, error, warn, info, debug, trace or silent').default('info'),
  ANTIN_KEK: z.string().regex(/^(\s*([A-Za-z0-9+/]{43}=|[0-9a-fA-F]{64})\s*(,|$))+$/,
    'must be 32 bytes in Base64 (openssl rand -base64 32) or hex; several while keys are exchanged, separated by commas').optional(),
  ANTIN_KEK_FILE: z.string().optional(),
  POOL_SIZE: whole(2, 100, 16),
  MAX_DOCUMENT_BYTES: whole(1_024, 1_073_741_824, 33_554_432),
  MAX_BODY_BYTES: whole(1_024, 16_777_216, 1_048_576),
  REQUEST_TIMEOUT_SECONDS: whole(1, 600, 60),
  STOP_TIMEOUT_SECONDS: whole(1, 600, 20),
  SMTP_URL: url(['smtp:', 'smtps:']).optional(),
  MAIL_FROM: z.string().regex(/^([^<>"\p{Cc}]{1,100} <[\w.+-]+@[\w.-]+>|[\w.+-]+@[\w.-]+)$/u, 'must be an address, or a name and an address in <>').optional(),
  WEBHOOK_NETWORKS: networks,
  EVIDENCE_HOSTS: z.string().toLowerCase().refine((text) => text.split(',').every((host) => /^\s*(\*\.)?[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d{1,5})?\s*$/.test(host)),
    'must be host names such as ocsp.ca.gov.vn, *.ca.gov.vn or crl.example.vn:8080, separated by commas').optional(),
  EVIDENCE_NETWORKS: networks,
  TRUSTED_PROXIES: networks,
  CLIENT_CERTIFICATE_PROXIES: networks,
  TLS_CERTIFICATE_FILE: z.string().optional(),
  TLS_KEY_FILE: z.string().optional(),
  TLS_PORT: whole(0, 65_535, 8443),
  OIDC_ISSUER: z.string().refine(isIssuer, 'must be an address beginning with https:// (http:// on this machine alone), without a query').optional(),
  OIDC_CLIENT_ID: z.string().max(200).optional(),
  OIDC_CLIENT_SECRET: z.string().max(1_000).optional(),
  OIDC_CLIENT_SECRET_FILE: z.string().optional(),
  OIDC_NAME: z.string().regex(/^[^\p{Cc}<>]{1,60}$/u, 'must be 1 to 60 characters').optional(),
  POPULATION_URL: url(['https:']).refine((text) => !/[?#]/.test(text), 'must have no query').optional(),
  POPULATION_CERTIFICATE_FILE: z.string().optional(),
  POPULATION_KEY_FILE: z.string().optional(),
  POPULATION_CA_FILE: z.string().optional(),
  POPULATION_TIMEOUT_SECONDS: whole(1, 60, 10),
}).superRefine((s, ctx) => {
  const wrong = (name: string, message: string): void => ctx.addIssue({ code: 'custom', path: [name], message });
  const population = ['POPULATION_URL', 'POPULATION_CERTIFICATE_FILE', 'POPULATION_KEY_FILE', 'POPULATION_CA_FILE'] as const;
  const missing = population.filter((name) => s[name] === undefined);
  if (missing.length < population.length) for (const name of missing) wrong(name, `must be set together with the other settings of the population database`);
  const oidc = [['OIDC_ISSUER'], ['OIDC_CLIENT_ID'], ['OIDC_CLIENT_SECRET', 'OIDC_CLIENT_SECRET_FILE'], ['OIDC_NAME']] as const;
  const lacking = oidc.filter((names) => names.every((name) => s[name] === undefined));
  if (lacking.length < oidc.length) for (const [name] of lacking) wrong(name, 'must be set together with the other settings of the OpenID Connect provider');
  if (s.OIDC_CLIENT_SECRET && s.OIDC_CLIENT_SECRET_FILE) wrong('OIDC_CLIENT_SECRET', 'cannot be set together with OIDC_CLIENT_SECRET_FILE');
  if (s.ANTIN_KEK && s.ANTIN_KEK_FILE) wrong('ANTIN_KEK', 'cannot be set together with ANTIN_KEK_FILE');
  if ((s.TLS_CERTIFICATE_FILE === undefined) !== (s.TLS_KEY_FILE === undefined)) wrong('TLS_CERTIFICATE_FILE', 'and TLS_KEY_FILE must be set together');
  if ((s.SMTP_URL === undefined) !== (s.MAIL_FROM === undefined)) wrong('SMTP_URL', 'and MAIL_FROM must be set together');
  if (s.PUBLIC_URL?.startsWith('https:') && !s.STATUS_URL) {
    wrong('STATUS_URL', 'must be set where PUBLIC_URL is https: certificates name a plain http address for CRL, OCSP and CA certificates');
  }
  if (s.DATABASE_URL && !s.ANTIN_KEK && !s.ANTIN_KEK_FILE) {
    wrong('ANTIN_KEK_FILE', 'must be set (or ANTIN_KEK) where DATABASE_URL is: keys in a database of your own need a key-encryption key of your own');
  }
});

/**
 * The settings from the environment; an empty variable counts as not set.
 * @throws ConfigError naming every mistake
 */
export function loadConfig(environment: Record<string, string | undefined> = process.env): Config {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''));
  const read = settings.safeParse(given);
  if (!read.success) throw new ConfigError(read.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`));
  const s = read.data;
  const dataFolder = resolve(s.DATA_FOLDER);
  const publicUrl = (s.PUBLIC_URL ?? `http://localhost:${s.PORT}`).replace(/\/+$/, '');
  return {
    databaseUrl: s.DATABASE_URL,
    host: s.HOST,
    port: s.PORT,
    publicUrl,
    statusUrl: (s.STATUS_URL ?? publicUrl).replace(/\/+$/, ''),
    dataFolder,
    logLevel: s.LOG_LEVEL,
    kek: s.ANTIN_KEK
      ? { text: s.ANTIN_KEK }
      : { file: resolve(s.ANTIN_KEK_FILE ?? `${dataFolder}/kek`), create: s.ANTIN_KEK_FILE === undefined },
    poolSize: s.POOL_SIZE,
    maxDocumentBytes: s.MAX_DOCUMENT_BYTES,
    maxBodyBytes: s.MAX_BODY_BYTES,
    requestTimeoutSeconds: s.REQUEST_TIMEOUT_SECONDS,
    stopTimeoutSeconds: s.STOP_TIMEOUT_SECONDS,
    population: populationOf(s),
    oidc: oidcOf(s),
    mail: s.SMTP_URL && s.MAIL_FROM ? { smtpUrl: s.SMTP_URL, from: s.MAIL_FROM, domain: new URL(publicUrl).hostname } : undefined,
    webhookNetworks: listOf(s.WEBHOOK_NETWORKS),
    evidenceHosts: listOf(s.EVIDENCE_HOSTS),
    evidenceNetworks: listOf(s.EVIDENCE_NETWORKS),
    trustedProxies: listOf(s.TRUSTED_PROXIES),
    clientCertificateProxies: listOf(s.CLIENT_CERTIFICATE_PROXIES),
    tls: s.TLS_CERTIFICATE_FILE && s.TLS_KEY_FILE
      ? { port: s.TLS_PORT, certificateFile: resolve(s.TLS_CERTIFICATE_FILE), keyFile: resolve(s.TLS_KEY_FILE) } : undefined,
  };
}

function oidcOf(s: z.infer<typeof settings>): OidcConfig | undefined {
  const { OIDC_ISSUER: issuer, OIDC_CLIENT_ID: clientId, OIDC_CLIENT_SECRET: text, OIDC_CLIENT_SECRET_FILE: file, OIDC_NAME: name } = s;
  const secret = text ? { text } : file ? { file: resolve(file) } : undefined;
  return issuer && clientId && secret && name ? { issuer, clientId, secret, name } : undefined;
}

function populationOf(s: z.infer<typeof settings>): PopulationConfig | undefined {
  const { POPULATION_URL: at, POPULATION_CERTIFICATE_FILE: certificate, POPULATION_KEY_FILE: key, POPULATION_CA_FILE: ca } = s;
  if (!at || !certificate || !key || !ca) return undefined;
  return {
    url: at.replace(/\/+$/, ''), certificateFile: resolve(certificate), keyFile: resolve(key), caFile: resolve(ca), timeoutSeconds: s.POPULATION_TIMEOUT_SECONDS,
  };
}
