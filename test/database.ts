import { randomBytes, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { systemActor } from '../src/access/actors.ts';
import { actorOf, authenticate } from '../src/access/authenticate.ts';
import { addApiKey, addOperator } from '../src/access/operators.ts';
import { loadConfig } from '../src/config.ts';
import { PostgresNotices } from '../src/database/notify.ts';
import { createPool } from '../src/database/pool.ts';
import { answerBadRequest } from '../src/http/bad-request.ts';
import { createListener, type ListenerParts } from '../src/http/listener.ts';
import { limitServer } from '../src/http/limits.ts';
import { createLog } from '../src/http/logging.ts';
import { runWaitingJobs } from '../src/jobs/worker.ts';
import type { JobTask } from '../src/jobs/task.ts';
import { openSoftwareKeystore } from '../src/keystore/software.ts';
import type { Actor, Role, Services } from '../src/services.ts';
import { createTestDatabase } from './cluster.ts';

export interface TestServices extends Services {
  /** Stands still at a fixed instant until it is moved. */
  clock: { set(to: Date | string): void; advance(by: { days?: number; hours?: number; minutes?: number; seconds?: number }): void };
  databaseUrl: string;
  /** Works off what is queued now. */
  runJobs(tasks: readonly JobTask[]): Promise<void>;
}

// Freshly made things end last-made first, so that a server closes before the pool it uses.
const endings: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  for (const end of endings.splice(0).toReversed()) await end();
});

/** Runs at the end of the test file, before what was made earlier is closed. */
export function atEnd(end: () => Promise<unknown>): void {
  endings.push(end);
}

/** Services on a PostgreSQL database of this file's own, all migrations applied; closed by themselves in `afterAll`. */
export async function testServices(environment: Record<string, string> = {}): Promise<TestServices> {
  const database = await createTestDatabase();
  atEnd(database.drop);
  const config = loadConfig({ LOG_LEVEL: 'silent', PUBLIC_URL: 'http://pki.test', ANTIN_KEK: randomBytes(32).toString('base64'), ...environment });
  const log = createLog(config.logLevel);
  const db = createPool(database.url, { max: 8 });
  atEnd(() => db.destroy());
  const notices = new PostgresNotices(database.url, log);
  atEnd(() => notices.close());
  let time = Date.parse('2026-11-02T02:00:00.000Z');
  const base = {
    config, db, log, notices, now: () => new Date(time), jobs: { stop: async () => undefined },
    random: (bytes: number) => new Uint8Array(randomBytes(bytes)),
  };
  const services: TestServices = {
    ...base,
    keystore: await openSoftwareKeystore(base, config.kek),
    databaseUrl: database.url,
    clock: {
      set: (to) => { time = new Date(to).getTime(); },
      advance: ({ days = 0, hours = 0, minutes = 0, seconds = 0 }) => { time += (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000; },
    },
    runJobs: (tasks) => runWaitingJobs(services, database.url, tasks),
  };
  return services;
}

/**
 * A listening server; its base address without a slash at the end. With no parts named it is the whole
 * service as src/app.ts lists it.
 */
export async function testApp(services: Services, parts?: Partial<ListenerParts>): Promise<string> {
  const whoIs: ListenerParts['whoIs'] = (authorization, requestId) => authenticate(services, authorization, requestId);
  const listener = parts
    ? createListener(services, { endpoints: [], whoIs, ...parts })
    : (await import('../src/app.ts')).createApp(services);
  const server = createServer(listener);
  limitServer(server, services.config);
  server.on('clientError', answerBadRequest);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  atEnd(() => new Promise((done) => {
    server.close(done);
    server.closeAllConnections();
  }));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** The token of a new API key for a new person of this role; send it as `Authorization: Bearer …`. */
export async function apiKeyFor(services: Services, role: Role, agencyPath?: string): Promise<string> {
  return (await personFor(services, role, agencyPath)).token;
}

/** An actor for calling operations directly. */
export async function actorFor(services: Services, role: Role, agencyPath?: string): Promise<Actor> {
  return (await personFor(services, role, agencyPath)).actor;
}

/** A new person with a role: the actor and the token of an API key of the same one. A registrar has agency H01 unless told. */
export async function personFor(services: Services, role: Role, agencyPath?: string): Promise<{ actor: Actor; token: string }> {
  const system = systemActor('test');
  const path = agencyPath ?? (role === 'registrar' ? 'H01' : undefined);
  return services.db.transaction(async (tx) => {
    const operator = await addOperator(tx, system, { name: `${role} ${randomUUID()}`, kind: 'person', roles: [role], agencyPath: path }, services.now());
    const key = await addApiKey(tx, system, { operatorId: operator.id, label: 'test', days: 3650 }, services);
    return { actor: actorOf(operator, randomUUID()), token: key.token };
  });
}
