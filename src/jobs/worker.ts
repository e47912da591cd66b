import { Logger, run, runMigrations, runOnce, type RunnerOptions } from 'graphile-worker';
import type { Jobs, Services } from '../services.ts';
import type { JobTask } from './task.ts';

/** Makes or updates the worker's own tables. Run before anything queues a job. */
export async function migrateJobs(url: string): Promise<void> {
  await runMigrations({ connectionString: url, logger: silent });
}

/** Starts working off the queue and the crontab, until `stop`. */
export async function startJobs(services: Services, url: string, tasks: readonly JobTask[]): Promise<Jobs> {
  const crontab = tasks.flatMap(({ cron, name, queue }) => (cron === undefined ? [] : [`${cron} ${name}${queue === undefined ? '' : ` ?queue=${queue}`}`])).join('\n');
  const runner = await run({ ...optionsFor(services, url, tasks), crontab, concurrency: 4, pollInterval: 2_000, noHandleSignals: true });
  runner.promise.catch((error: unknown) => services.log.error({ err: error }, 'the job worker ended'));
  let stopped: Promise<void> | undefined;
  return { stop: () => (stopped ??= runner.stop().catch((error: unknown) => services.log.warn({ err: error }, 'the job worker did not stop well'))) };
}

/** Works off what waits now and returns: for tests and single commands. */
export async function runWaitingJobs(services: Services, url: string, tasks: readonly JobTask[]): Promise<void> {
  await runOnce({ ...optionsFor(services, url, tasks), noHandleSignals: true });
}

function optionsFor(services: Services, url: string, tasks: readonly JobTask[]): RunnerOptions {
  const taskList = Object.fromEntries(tasks.map((task) => [task.name, async (payload: unknown): Promise<void> => {
    try {
      await task.run(services, payload);
    } catch (error) {
      services.log.error({ err: error, task: task.name }, 'job failed, it will be tried again');
      throw error;
    }
  }]));
  return { connectionString: url, taskList, logger: silent };
}

// Failures are logged above with our own fields; the library would log payloads.
const silent = new Logger(() => () => undefined);
