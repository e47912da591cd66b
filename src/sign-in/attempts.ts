import { anyone } from '../access/actors.ts';
import { recordAudit } from '../audit/record.ts';
import { policiesAt } from '../policies/find.ts';
import { Problem } from '../problems.ts';
import { takeRate } from '../rates/take.ts';
import type { Services, Tx } from '../services.ts';
import type { Origin } from '../sessions/start.ts';

const windowMinutes = 15;

type Needed = Pick<Services, 'db' | 'now' | 'keystore'>;

/** What the attempts of an account are known by: a keyed hash of what was typed, whether or not it is somebody. */
async function accountHashOf({ keystore }: Pick<Services, 'keystore'>, typed: string): Promise<string> {
  return Buffer.from(await keystore.secrets.fingerprint('sign-in account', Buffer.from(typed.normalize('NFC').toLowerCase()))).toString('hex');
}

/**
 * Counts an attempt to sign in, for its address and for its account, on all nodes together. It counts whether or not the
 * account exists, so the limit tells nobody who does.
 * @throws Problem `too-many-requests`, which is recorded
 */
export async function takeAttempt(services: Needed, { account, from }: { account?: string; from: Origin }): Promise<void> {
  const policies = await policiesAt(services.db, services.now());
  const limits = [
    { limit: 'address', caller: from.address, most: policies.get('sign_in.attempts_per_address') },
    ...(account === undefined ? [] : [{ limit: 'account', caller: await accountHashOf(services, account), most: policies.get('sign_in.attempts_per_account') }]),
  ];
  for (const { limit, caller, most } of limits) {
    const rate = { name: limit, burst: most, perMinute: most / windowMinutes };
    await takeRate(services, { purpose: 'sign-in', caller, rate, setHeader: () => undefined }).catch(async (error: unknown) => {
      if (error instanceof Problem) await services.db.transaction((tx) => recordRefusal(services, tx, from, { account, why: `limit of the ${limit}` }));
      throw error;
    });
  }
}

/** An attempt that failed or was turned away, for whoever reads the audit; the account by its keyed hash alone. */
export async function recordRefusal(services: Pick<Services, 'keystore'>, tx: Tx, from: Origin, { account, why }: { account?: string | undefined; why: string }): Promise<void> {
  const id = account === undefined ? 'unknown' : (await accountHashOf(services, account)).slice(0, 16);
  await recordAudit(tx, anyone(from.requestId), 'sign-in.refused', { type: 'sign-in', id }, { before: null, after: { why, address: from.address } });
}
