import { randomBytes } from 'node:crypto';
import { loadConfig } from '../../src/config.ts';
import { createPool } from '../../src/database/pool.ts';
import { createLog } from '../../src/http/logging.ts';
import { openSoftwareKeystore } from '../../src/keystore/software.ts';
import { runReorganisation } from '../../src/reorganisation/run.ts';
import type { Services } from '../../src/services.ts';

/** Carries a plan out and kills itself in the middle of a step of the registers, or with the signature it is told. */
const [bulkId = '', where = '', after = '0', at = ''] = process.argv.slice(2);
const config = loadConfig();
const db = createPool(config.databaseUrl!);
const base = { config, db, log: createLog('silent'), now: () => new Date(at), random: (n: number) => new Uint8Array(randomBytes(n)) };
const keystore = await openSoftwareKeystore(base, config.kek);
let count = 0;
const dieAt = (place: string): void => {
  if (where === place && ++count === Number(after)) process.kill(process.pid, 'SIGKILL');
};
db.on('query', ({ sql }: { sql: string }) => {
  if (sql.startsWith('update official_history')) dieAt('moving people');
});
const services = {
  ...base,
  keystore: {
    ...keystore,
    async signLinted(keyId, token) {
      const signature = await keystore.signLinted(keyId, token);
      dieAt('signing');
      return signature;
    },
  },
  jobs: { stop: async () => undefined },
  notices: { listen: async () => undefined, live: false, close: async () => undefined },
} satisfies Services;
await runReorganisation(services, bulkId);
process.stdout.write('reached the end\n');
process.exit(0);
