import { notifyOnCommit } from '../../../src/database/notify.ts';
import { testServices } from '../../database.ts';

/** Resolves when the condition holds; the test's own time limit ends it otherwise. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((done) => setTimeout(done, 5));
}

test('a notice comes with the commit, not without it', async () => {
  const { db, notices } = await testServices();
  const heard: string[] = [];
  await notices.listen('something', (payload) => heard.push(payload), () => undefined);
  expect(notices.live).toBe(true);
  await db.transaction(async (tx) => {
    await notifyOnCommit(tx, 'something', 'rolled back');
    throw new Error('no');
  }).catch(() => undefined);
  await db.transaction((tx) => notifyOnCommit(tx, 'something', 'committed'));
  await until(() => heard.length > 0);
  expect(heard).toEqual(['committed']);
});

test('a lost connection is a gap for every listener, and is taken up again', async () => {
  const { db, notices } = await testServices();
  const heard: string[] = [];
  let gaps = 0;
  await notices.listen('one_channel', (payload) => heard.push(payload), () => { gaps++; });
  await db.raw(`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'antin listen' and datname = current_database()`);
  await until(() => gaps > 0);
  await until(() => notices.live);
  // once when it was lost, once when it is heard again: in between old news may have been cached
  await until(() => gaps === 2);
  await db.transaction((tx) => notifyOnCommit(tx, 'one_channel', 'after'));
  await until(() => heard.length > 0);
  expect(heard).toEqual(['after']);
});

test('a channel is a plain word', async () => {
  const { notices } = await testServices();
  await expect(notices.listen('x; drop table operators', () => undefined, () => undefined)).rejects.toThrow('not a channel');
});
