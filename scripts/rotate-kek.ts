import { randomBytes } from 'node:crypto';
import { loadConfig } from '../src/config.ts';
import { startEmbedded } from '../src/database/embedded.ts';
import { createPool } from '../src/database/pool.ts';
import { rotateKek } from '../src/keystore/rotate.ts';

/**
 * `npm run rotate-kek`: wraps every key anew under a new key-encryption key, which replaces the old ones in the key file.
 * Where ANTIN_KEK holds the keys: put the new one first (`new,old`), run this, then drop the old one from the setting.
 */
const config = loadConfig();
const embedded = config.databaseUrl === undefined ? await startEmbedded(`${config.dataFolder}/postgres`) : undefined;
const db = createPool(config.databaseUrl ?? embedded!.url);
try {
  const { keys, kekId } = await rotateKek(db, config.kek, (bytes) => randomBytes(bytes));
  process.stdout.write(`${keys} keys are now wrapped under key-encryption key ${kekId}.\n`);
  if ('file' in config.kek) process.stdout.write(`It is in ${config.kek.file}. Keep a copy apart from the database; copies of the old file open nothing any more.\n`);
} finally {
  await db.destroy();
  // a service that is running goes on with it
  if (embedded && !embedded.reused) await embedded.stop();
}
