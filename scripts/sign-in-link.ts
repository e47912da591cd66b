import { randomBytes } from 'node:crypto';
import { systemActor } from '../src/access/actors.ts';
import { loadConfig } from '../src/config.ts';
import { startEmbedded } from '../src/database/embedded.ts';
import { createPool } from '../src/database/pool.ts';
import { makeSignInLinks } from '../src/sign-in/make-links.ts';

/**
 * `npm run sign-in-link -- NAME-OR-E-MAIL`: a one-time link that signs this person in, for whoever runs the service. It asks for
 * nothing but the database, and the audit keeps that it was made.
 */
const who = process.argv.slice(2).join(' ').trim();
if (who === '') {
  process.stderr.write('Whose? npm run sign-in-link -- NAME-OR-E-MAIL\n');
  process.exit(2);
}
const config = loadConfig();
const embedded = config.databaseUrl === undefined ? await startEmbedded(`${config.dataFolder}/postgres`) : undefined;
const db = createPool(config.databaseUrl ?? embedded!.url);
try {
  const links = await makeSignInLinks({ config, db, now: () => new Date(), random: (bytes) => new Uint8Array(randomBytes(bytes)) }, systemActor('sign-in-link'), who);
  for (const { name, kind, roles, url, minutes } of links) {
    process.stdout.write(`${name} (${kind === 'official' ? 'official' : roles.join(', ')}), once and within ${minutes} minutes:\n${url}\n`);
  }
  if (links.length === 0) {
    process.stderr.write('Nobody who can sign in has this name or e-mail.\n');
    process.exitCode = 1;
  }
} finally {
  await db.destroy();
  // a service that is running goes on with it
  if (embedded && !embedded.reused) await embedded.stop();
}
