import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Agent } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PopulationConfig } from '../config.ts';
import type { PopulationRegister } from '../services.ts';
import { CircuitBreaker, type BreakerSettings } from './breaker.ts';
import { askPopulation } from './client.ts';
import { PopulationUnavailable } from './unavailable.ts';

export interface ConnectorSettings extends BreakerSettings {
  attempts: number;
  /** Before the second attempt; doubled before each one after it, with up to half of it added by chance. */
  backOffMs: number;
  maxConnections: number;
}

const ordinary: ConnectorSettings = { attempts: 3, backOffMs: 250, failures: 5, openMs: 30_000, maxOpenMs: 600_000, maxConnections: 4 };

/**
 * The connector to the national population database: mutual TLS 1.2 or later, the server judged by the CA we were given and by
 * its name, attempts with growing pauses behind a circuit breaker. It asks; whoever calls it queues what could not be asked.
 * @throws Error where a file of the settings cannot be read
 */
export async function openPopulationRegister(config: PopulationConfig, now: () => Date, change: Partial<ConnectorSettings> = {}): Promise<PopulationRegister> {
  const settings = { ...ordinary, ...change };
  const [cert, key, ca] = await Promise.all([config.certificateFile, config.keyFile, config.caFile].map((file) => readFile(file)));
  const agent = new Agent({ cert, key, ca, keepAlive: true, maxSockets: settings.maxConnections, minVersion: 'TLSv1.2', rejectUnauthorized: true });
  const breaker = new CircuitBreaker(settings, () => now().getTime());
  return {
    check: async (person) => breaker.run(async () => {
      for (let attempt = 1; ; attempt++) {
        try {
          // an id for each attempt: a late answer to an earlier one cannot pass for this one's
          return await askPopulation(config.url, agent, { requestId: randomUUID(), ...person }, config.timeoutSeconds * 1000);
        } catch (error) {
          if (!(error instanceof PopulationUnavailable) || !error.isPassing || attempt >= settings.attempts) throw error;
          const pause = settings.backOffMs * 2 ** (attempt - 1);
          await sleep(pause + Math.random() * pause / 2);
        }
      }
    }),
    close: () => agent.destroy(),
  };
}
