import { randomUUID } from 'node:crypto';
import { systemActor } from '../access/actors.ts';
import { recordAudit } from '../audit/record.ts';
import { requireIssuer, type Issuer } from '../certificates/issuer.ts';
import { notifyOnCommit } from '../database/notify.ts';
import { policyAt } from '../policies/find.ts';
import { assembleSigned } from '../../pki/certificate/build.ts';
import { buildTbsCrl } from '../../pki/crl/build.ts';
import { lintCrl } from '../../pki/crl/lint.ts';
import { Problem } from '../problems.ts';
import type { Actor, Services } from '../services.ts';
import { findLastNumber, findPackedEntries, insertCrl, listDue, type CrlRow } from './store.ts';

/** Two publishers meet rarely and the loser starts afresh; more rounds than this mean that something else is wrong. */
const maxRounds = 8;

/**
 * Publishes the complete CRL of a generation with the next number. The number is taken by storing the CRL: who comes second
 * reads again, so a later number never lists less than an earlier one, and no number is used twice.
 * @throws Problem `not-found`, `keystore-unavailable`, `state-changed`
 */
export async function publishCrl(services: Services, actor: Actor, generationId: string, scheduled = true): Promise<CrlRow> {
  const issuer = await requireIssuer(services, generationId);
  for (let round = 0; round < maxRounds; round++) {
    const crl = await buildCrl(services, issuer, scheduled);
    const published = await services.db.transaction(async (tx) => {
      if (!(await insertCrl(tx, crl))) return false;
      const { id, number, entries, thisUpdate, nextUpdate } = crl;
      await recordAudit(tx, actor, 'crl.published', { type: 'crl', id }, { before: undefined, after: { generationId, number, scheduled, entries, thisUpdate, nextUpdate } });
      await notifyOnCommit(tx, 'crl_published', issuer.label);
      return true;
    });
    if (published) return crl;
  }
  throw new Problem('state-changed', { generation: generationId });
}

/** Publishes for every generation whose turn has come; one that fails does not keep the others from theirs. */
export async function publishDueCrls(services: Services): Promise<CrlRow[]> {
  const now = services.now();
  const interval = await seconds(services, 'crl.interval_seconds', now);
  const due = await listDue(services.db, new Date(now.getTime() - interval * 1000));
  const published: CrlRow[] = [];
  for (const generationId of due) {
    try {
      published.push(await publishCrl(services, systemActor('publish-crl'), generationId));
    } catch (error) {
      services.log.error({ err: error, generationId }, 'a due CRL could not be published');
    }
  }
  return published;
}

async function buildCrl(services: Services, issuer: Issuer, scheduled: boolean): Promise<CrlRow> {
  const { db, now, keystore } = services;
  const { generationId, scheme, certificate, keyId } = issuer;
  // the number is read before the entries: a list under a higher number has seen at least as much
  const number = (await findLastNumber(db, generationId)) + 1;
  const { count, der: entries } = await findPackedEntries(db, generationId);
  const publishedAt = now();
  const thisUpdate = new Date(Math.floor(publishedAt.getTime() / 1000) * 1000);
  const nextUpdate = new Date(thisUpdate.getTime() + (await seconds(services, 'crl.validity_seconds', publishedAt)) * 1000);
  const tbs = buildTbsCrl({
    scheme, issuer: certificate.subject.der, thisUpdate, nextUpdate, crlNumber: BigInt(number),
    authorityKeyIdentifier: issuer.keyIdentifier, entries,
  });
  const token = lintCrl(tbs, { issuer: certificate, scheme, previousNumber: BigInt(number - 1) });
  const der = assembleSigned(tbs, scheme, await keystore.signLinted(keyId, token));
  return { id: randomUUID(), generationId, number, scheduled, thisUpdate, nextUpdate, entries: count, der, publishedAt };
}

async function seconds({ db }: Pick<Services, 'db'>, key: 'crl.validity_seconds' | 'crl.interval_seconds', at: Date): Promise<number> {
  return Number(await policyAt(db, key, at));
}
