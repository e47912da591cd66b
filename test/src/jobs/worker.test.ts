import { addJobOnCommit } from '../../../src/jobs/add.ts';
import { startJobs } from '../../../src/jobs/worker.ts';
import type { JobTask } from '../../../src/jobs/task.ts';
import { testServices } from '../../database.ts';

test('a job exists with the commit, not without it, and one key is one job', async () => {
  const services = await testServices();
  const ran: unknown[] = [];
  const tasks: JobTask[] = [{ name: 'note', run: async (_services, payload) => void ran.push(payload) }];
  await services.db.transaction(async (tx) => {
    await addJobOnCommit(tx, 'note', { n: 0 });
    throw new Error('no');
  }).catch(() => undefined);
  await services.db.transaction(async (tx) => {
    await addJobOnCommit(tx, 'note', { n: 1 }, { key: 'one' });
    await addJobOnCommit(tx, 'note', { n: 2 }, { key: 'one' });
  });
  await services.runJobs(tasks);
  expect(ran).toEqual([{ n: 2 }]);
});

test('a running worker is told of a job by the database, and stops', async () => {
  const services = await testServices();
  const done = Promise.withResolvers<unknown>();
  const jobs = await startJobs(services, services.databaseUrl, [{ name: 'note', cron: '0 0 1 1 *', run: async (_services, payload) => done.resolve(payload) }]);
  await services.db.transaction((tx) => addJobOnCommit(tx, 'note', { n: 3 }));
  expect(await done.promise).toEqual({ n: 3 });
  await jobs.stop();
});
