import { randomBytes } from 'node:crypto';
import { createServer, type Server as HttpServer } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Logger } from 'pino';
import { toPem } from '../pki/keys/pem.ts';
import { runSelfTests } from '../pki/keys/self-test.ts';
import { systemActor } from './access/actors.ts';
import { createFirstAdministrator } from './access/first-administrator.ts';
import { createApp, tasks } from './app.ts';
import { resumeIssuing } from './certificates/complete.ts';
import { listIssuers } from './certificates/issuer.ts';
import { ConfigError, loadConfig, type Config } from './config.ts';
import { startEmbedded } from './database/embedded.ts';
import { migrate } from './database/migrate.ts';
import { PostgresNotices } from './database/notify.ts';
import { createPool, pingDatabase } from './database/pool.ts';
import { stopEvidenceReader } from './evidence/read.ts';
import { watchArrivals } from './events/watch.ts';
import type { ReadyCheck } from './http/health.ts';
import { limitServer } from './http/limits.ts';
import { createLog } from './http/logging.ts';
import { createMetrics } from './http/metrics.ts';
import { createTlsServer } from './http/tls.ts';
import { answerBadRequest } from './http/bad-request.ts';
import { migrateJobs, startJobs } from './jobs/worker.ts';
import { answerCounter } from './load/count.ts';
import { openSoftwareKeystore } from './keystore/software.ts';
import { seedProfiles } from './profiles/seed.ts';
import { openPopulationRegister } from './population/register.ts';
import type { Jobs, Services } from './services.ts';
import { makeSignInLinks } from './sign-in/make-links.ts';
import { stopVerificationWorkers } from './verification/workers.ts';

export interface RunningService {
  services: Services;
  /** Where it listens, e.g. http://127.0.0.1:8080. */
  address: string;
  /** Where it listens with TLS of its own. */
  tlsAddress: string | undefined;
  /** API key of the first administrator, on an empty database only; it is stored nowhere. */
  administratorKey: string | undefined;
  /** Stops accepting, lets running calls end, then jobs, connections and the embedded server, in this order. */
  stop(): Promise<void>;
}

/**
 * Starts the whole service in this process. What was begun is taken down again if a later step fails.
 * @throws ConfigError, or the Error of the step that failed
 */
export async function startService(options: { config?: Config; log?: Logger } = {}): Promise<RunningService> {
  const config = options.config ?? loadConfig();
  const log = options.log ?? createLog(config.logLevel);
  const endings: (() => Promise<unknown>)[] = [];
  const stop = async (): Promise<void> => {
    for (const end of endings.splice(0).toReversed()) {
      await end().catch((error: unknown) => log.error({ err: error }, 'a step of the stop failed'));
    }
  };
  try {
    requireSelfTests();
    const url = await openDatabase(config, log, endings);
    const services = await openServices(config, log, url, endings);
    await seedProfiles(services, systemActor('start'));
    const administratorKey = await createFirstAdministrator(services);
    const resumed = await resumeIssuing(services);
    if (resumed > 0) log.warn({ certificates: resumed }, 'finished certificates that an earlier stop left prepared');
    services.jobs = await startJobs(services, url, tasks);
    endings.push(() => services.jobs.stop());
    const arrivals = await watchArrivals(services);
    endings.push(() => arrivals.stop());
    endings.push(stopEvidenceReader, stopVerificationWorkers);
    endings.push(() => answerCounter(services).store());
    const { address, tlsAddress } = await listen(services, endings);
    log.info({ address, tlsAddress, publicUrl: config.publicUrl }, 'listening');
    return { services, address, tlsAddress, administratorKey, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function requireSelfTests(): void {
  const failed = runSelfTests().filter((test) => !test.ok);
  if (failed.length > 0) throw new Error(`self-tests failed, nothing may be signed here: ${failed.map((test) => test.name).join(', ')}`);
}

async function openDatabase(config: Config, log: Logger, endings: (() => Promise<unknown>)[]): Promise<string> {
  let url = config.databaseUrl;
  if (url === undefined) {
    const server = await startEmbedded(`${config.dataFolder}/postgres`);
    endings.push(() => server.stop());
    log.info({ reused: server.reused }, 'embedded PostgreSQL runs; set DATABASE_URL to use your own');
    url = server.url;
  }
  const migrated = await migrate(url);
  if (migrated.length > 0) log.info({ migrated }, 'schema brought up to date');
  await migrateJobs(url);
  return url;
}

async function openServices(config: Config, log: Logger, url: string, endings: (() => Promise<unknown>)[]): Promise<Services> {
  const db = createPool(url, { max: config.poolSize });
  endings.push(() => db.destroy());
  const notices = new PostgresNotices(url, log);
  endings.push(() => notices.close());
  const base = {
    config, db, log, notices, now: () => new Date(),
    random: (bytes: number) => new Uint8Array(randomBytes(bytes)),
  };
  const notYet: Jobs = { stop: async () => undefined };
  const population = config.population && await openPopulationRegister(config.population, base.now);
  if (population) endings.push(async () => population.close());
  return { ...base, ...(population ? { population } : {}), jobs: notYet, keystore: await openSoftwareKeystore(base, config.kek) };
}

const checks: readonly ReadyCheck[] = [
  { name: 'database', problem: 'database-unavailable', check: ({ db }) => pingDatabase(db) },
  { name: 'keystore', problem: 'keystore-unavailable', check: async ({ keystore }) => (await keystore.ready?.()) ?? true },
];

/** Plain HTTP for status and whatever stands behind a proxy and, where files for it are named, TLS: one application on both. */
async function listen(services: Services, endings: (() => Promise<unknown>)[]): Promise<{ address: string; tlsAddress: string | undefined }> {
  const { config: { port, tls }, log } = services;
  const app = createApp(services, { checks, metrics: createMetrics({ process: true }) });
  const acceptable = async (): Promise<string[]> => (await listIssuers(services)).map(({ certificate: { der } }) => toPem('CERTIFICATE', der));
  const tlsAddress = tls && `https://${await open(await createTlsServer(app, { tls, acceptable, log }), tls.port, services, endings)}`;
  return { tlsAddress, address: `http://${await open(createServer(app), port, services, endings)}` };
}

async function open(server: HttpServer | HttpsServer, at: number, { config }: Services, endings: (() => Promise<unknown>)[]): Promise<string> {
  limitServer(server, config);
  server.on('clientError', answerBadRequest);
  await new Promise<void>((done, failed) => server.once('error', failed).listen(at, config.host, done));
  endings.push(() => drain(server, config.stopTimeoutSeconds));
  const { address, family, port } = server.address() as AddressInfo;
  return `${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}

async function drain(server: HttpServer | HttpsServer, timeoutSeconds: number): Promise<void> {
  const timer = setTimeout(() => server.closeAllConnections(), timeoutSeconds * 1000);
  await new Promise<void>((done) => {
    server.close(() => done());
    server.closeIdleConnections();
  });
  clearTimeout(timer);
}

async function main(): Promise<void> {
  const running = await startService();
  if (running.administratorKey !== undefined) await greetAdministrator(running, running.administratorKey);
  stopOnSignal(running);
}

/** SIGTERM and SIGINT stop the service in order; a second signal does not wait. */
export function stopOnSignal(running: RunningService): void {
  let stopping = false;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (stopping) process.exit(1);
      stopping = true;
      running.services.log.info({ signal }, 'stopping');
      void running.stop().then(() => process.exit(0));
    });
  }
}

/** To the terminal as plain text, never into the log stream. */
async function greetAdministrator({ address, services }: RunningService, key: string): Promise<void> {
  const [door] = await makeSignInLinks(services, systemActor('first-start'), 'administrator');
  process.stderr.write(`
This is the first start on an empty database. The first administrator's API key, shown only now:

    ${key}

Send it with every call, for instance:

    curl -H 'Authorization: Bearer ${key}' ${address}/api/v1/operators

The API is described at ${address}/api/docs

In a browser this link signs the administrator in, once and within ${door?.minutes ?? 0} minutes:

    ${door?.url ?? ''}

For another one, or for somebody else: npm run sign-in-link -- NAME-OR-E-MAIL

`);
}

if (import.meta.main) {
  main().catch((error: unknown) => {
    process.stderr.write(error instanceof ConfigError ? `${error.message}\n` : `antin could not start: ${error instanceof Error ? error.stack : String(error)}\n`);
    process.exitCode = 1;
  });
}
