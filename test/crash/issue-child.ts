import { createHash, randomBytes } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { createPool } from '../../src/database/pool.ts';
import { loadConfig } from '../../src/config.ts';
import { createLog } from '../../src/http/logging.ts';
import { openSoftwareKeystore } from '../../src/keystore/software.ts';
import { parseCertificate } from '../../pki/certificate/parse.ts';
import { completeCertificates, prepareCertificates } from '../../src/certificates/issue.ts';
import { officialOrder, testActor } from '../authorities.ts';
import type { Services } from '../../src/services.ts';

/** Issues batch after batch and notes every signature in a file as it is made; it kills itself where it is told to. */
const [signedFile = '', where = '', after = '0'] = process.argv.slice(2);
const config = loadConfig();
const log = createLog('silent');
const db = createPool(config.databaseUrl!);
const base = { config, db, log, now: () => new Date('2026-11-02T03:00:00Z'), random: (n: number) => new Uint8Array(randomBytes(n)) };
const keystore = await openSoftwareKeystore(base, config.kek);
let signatures = 0;
const die = (): void => void process.kill(process.pid, 'SIGKILL');
const services = {
  ...base,
  keystore: {
    ...keystore,
    async signLinted(keyId, token) {
      const tbs = createHash('sha256').update(token.bytes).digest('hex');
      const signature = await keystore.signLinted(keyId, token);
      appendFileSync(signedFile, `${tbs}\n`);
      if (where === 'while signing' && ++signatures === Number(after)) die();
      return signature;
    },
  },
  jobs: { stop: async () => undefined },
  notices: { listen: async () => undefined, live: false, close: async () => undefined },
} satisfies Services;

for (let round = 1; ; round++) {
  const orders = Array.from({ length: 5 }, () => officialOrder());
  const prepared = await db.transaction((tx) => prepareCertificates(services, tx, testActor, orders));
  if (where === 'before signing' && round === Number(after)) die();
  const issued = await completeCertificates(services, testActor, prepared, async () => {
    if (where === 'inside the second transaction' && round === Number(after)) die();
  });
  if (where === 'after the second transaction' && round === Number(after)) die();
  // what reached the outside world
  for (const { der } of issued) process.stdout.write(`${parseCertificate(der).serialNumber.toString(16)}\n`);
}
