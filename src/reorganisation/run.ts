import { createHash } from 'node:crypto';
import { breakOff, findPlannedJob, type LineRow } from '../bulk/planned.ts';
import { bulkActor, runBulkJob, type RunHooks } from '../bulk/run.ts';
import { queueMails, type NewMail } from '../notifications/queue.ts';
import { Problem } from '../problems.ts';
import { localDay } from '../policies/working-days.ts';
import type { Services, Tx } from '../services.ts';
import { applyReorganisation } from './apply.ts';
import { findReorganisation, insertSuccessions, listAddressees, listSerials, type StatedReorganisation, type SuccessionRow } from './store.ts';

const dayMs = 86_400_000;

/**
 * Carries an approved plan out: the registers step by step, then certificate after certificate by the bulk job's own path. Where
 * the plan no longer fits the registers it is stopped with the reason; it can be resumed once they have been mended.
 */
export async function runReorganisation(services: Services, bulkId: string): Promise<void> {
  const plan = await findReorganisation(services.db, { bulkId });
  if (!plan || (await findPlannedJob(services.db, bulkId)).state !== 'running') return;
  try {
    if (!(await applyReorganisation(services, bulkActor(bulkId), plan.id))) return;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    await services.db.transaction((tx) => breakOff(tx, bulkActor(bulkId), bulkId, `${error.code}: ${JSON.stringify(error.facts)}`));
    return;
  }
  await runBulkJob(services, bulkId, hooksFor(services, plan));
}

/** What else belongs into the transactions of a plan's lines: the link, the mail, and the day the old certificate ends. */
function hooksFor(services: Services, plan: StatedReorganisation): RunHooks {
  const follow = async (tx: Tx, lines: readonly LineRow[], template: 'certificate-changed' | 'certificate-change-asked'): Promise<void> => {
    const changed = lines.filter(({ kind }) => kind === 'change');
    if (changed.length === 0) return;
    const endsAt = new Date(services.now().getTime() + plan.overlapDays * dayMs);
    const followed = changed.map((line) => ({ line, token: Buffer.from(services.random(32)).toString('base64url') }));
    await insertSuccessions(tx, followed.map(({ line, token }): SuccessionRow => ({
      certificateId: line.certificateId!, reorganisationId: plan.id, officialId: line.officialId, newCertificateId: line.newCertificateId, tokenHash: hashOfToken(token), endsAt,
    })));
    await queueMails(tx, await mailsFor(services, tx, { followed, template, endsAt }));
  };
  return { done: (tx, lines) => follow(tx, lines, 'certificate-changed'), ask: (tx, lines) => follow(tx, lines, 'certificate-change-asked') };
}

/** Only its hash is kept: who reads the database cannot follow the links. */
export const hashOfToken = (token: string): Buffer => createHash('sha256').update(`succession ${token}`).digest();

interface Letters { followed: readonly { line: LineRow; token: string }[]; template: 'certificate-changed' | 'certificate-change-asked'; endsAt: Date }

async function mailsFor({ config }: Services, tx: Tx, { followed, template, endsAt }: Letters): Promise<NewMail[]> {
  const addressees = new Map((await listAddressees(tx, followed.flatMap(({ line }) => line.officialId ?? []))).map((one) => [one.id, one]));
  const serials = await listSerials(tx, followed.flatMap(({ line }) => line.newCertificateId ?? []));
  return followed.flatMap(({ line, token }) => {
    const to = addressees.get(line.officialId ?? '');
    if (!to) return [];
    const link = `${config.publicUrl}/changed-certificate/${token}`;
    const facts = { name: to.name, agency: to.agency, endsOn: localDay(endsAt), link, serialNumber: serials.get(line.newCertificateId ?? '') ?? '' };
    return [{ to: to.email, template, language: 'vi' as const, facts, dedupeKey: `succession:${line.certificateId}` }];
  });
}
