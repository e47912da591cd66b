import type { Services } from '../services.ts';
import { sequenceEvents } from './sequence.ts';

/** What a reader may wait for an event; under load one pass of the sequencer then takes many transactions' events. */
const pauseMs = 200;

/**
 * Sequences soon after events arrive, on whichever node is free to. A job for each transaction would cost more than the
 * transaction; the job of each minute makes up for notices that were missed.
 */
export async function watchArrivals(services: Pick<Services, 'db' | 'now' | 'log' | 'notices'>): Promise<{ stop(): Promise<void> }> {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<unknown> = Promise.resolve();
  let stopped = false;
  const pass = (): void => {
    timer = undefined;
    // who is at it may have looked before our events were committed: then look again
    running = sequenceEvents(services, { wait: false }).then((moved) => { if (moved === undefined) soon(); },
      (error: unknown) => services.log.warn({ err: error }, 'events wait for the next pass'));
  };
  const soon = (): void => {
    if (!stopped) timer ??= setTimeout(pass, pauseMs);
  };
  await services.notices.listen('events_arrived', soon, soon);
  return {
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
