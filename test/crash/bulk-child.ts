import { randomBytes } from 'node:crypto';
import { loadConfig } from '../../src/config.ts';
import { createPool } from '../../src/database/pool.ts';
import { runBulkJob } from '../../src/bulk/run.ts';
import { createLog } from '../../src/http/logging.ts';
import { openSoftwareKeystore } from '../../src/keystore/software.ts';
import type { Services } from '../../src/services.ts';

/** Works on a bulk job and kills itself with the signature it is told, in the middle of a chunk. */
const [id = '', after = '0'] = process.argv.slice(2);
const config = loadConfig();
const db = createPool(config.databaseUrl!);
const base = { config, db, log: createLog('silent'), now: () => new Date('2026-11-02T02:00:00Z'), random: (n: number) => new Uint8Array(randomBytes(n)) };
const keystore = await openSoftwareKeystore(base, config.kek);
let signatures = 0;
const services = {
  ...base,
  keystore: {
    ...keystore,
    async signLinted(keyId, token) {
      const signature = await keystore.signLinted(keyId, token);
      if (++signatures === Number(after)) process.kill(process.pid, 'SIGKILL');
      return signature;
    },
  },
  jobs: { stop: async () => undefined },
  notices: { listen: async () => undefined, live: false, close: async () => undefined },
} satisfies Services;
await runBulkJob(services, id);
process.stdout.write('reached the end\n');
process.exit(0);
