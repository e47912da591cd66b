import { removeRun } from './jest-start.mjs';

export default async function stop() {
  await removeRun(process.env.ANTIN_TEST_RUN);
}
