import type { Services } from '../services.ts';

/**
 * A background job as data. Every noun exports its list `xTasks`; main.ts hands all of them to the worker.
 * A job may run twice (a node can die after its work and before its mark): `run` must stand that.
 */
export interface JobTask {
  /** kebab-case, the same name that `addJobOnCommit` queues. */
  name: string;
  /** Five fields in UTC, e.g. `'* * * * *'`: queued by the clock, on one node only. */
  cron?: string;
  /** Of what the clock queues: jobs of one queue run one after the other. */
  queue?: string;
  run(services: Services, payload: unknown): Promise<void>;
}
