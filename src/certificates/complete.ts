import { assembleSigned } from '../../pki/certificate/build.ts';
import { lintCertificate } from '../../pki/certificate/lint.ts';
import { PkiError } from '../../pki/error.ts';
import { systemActor } from '../access/actors.ts';
import { recordAudit, recordAuditsOf } from '../audit/record.ts';
import { recordEvents } from '../events/record.ts';
import { profileVersion } from '../profiles/find.ts';
import type { Actor, Services, Tx } from '../services.ts';
import { findIssuer } from './issuer.ts';
import type { Prepared } from './prepare.ts';
import { findIssuedDer, listUnfinished, markIssued, markVoid, type UnfinishedRow } from './store.ts';

export interface Issued { certificateId: string; der: Uint8Array }

/** What else belongs into the transaction that makes certificates issued. */
export type AlongWith = (tx: Tx, issued: readonly Issued[]) => Promise<void>;

/**
 * Signs what is prepared and stores the certificates, with audit. Whatever fails stays prepared for `resumeIssuing`.
 * @throws Problem `keystore-unavailable`
 */
export async function completeCertificates(services: Services, actor: Actor, prepared: readonly Prepared[], alongWith?: AlongWith): Promise<Issued[]> {
  const outcomes = await completeEach(services, prepared.map((one) => ({ ...one, actor })), alongWith);
  return outcomes.map((outcome) => {
    if (outcome.status === 'rejected') throw outcome.reason;
    return outcome.value;
  });
}

/** The same for several actors, each settled on its own. */
export async function completeEach(
  services: Services, prepared: readonly (Prepared & { actor: Actor })[], alongWith?: AlongWith,
): Promise<PromiseSettledResult<Issued>[]> {
  if (prepared.length === 0) return [];
  const signed = await Promise.allSettled(prepared.map((one) => sign(services, one)));
  const good = signed.flatMap((outcome, i) => (outcome.status === 'fulfilled' ? [{ ...outcome.value, actor: prepared[i]!.actor }] : []));
  const stored = good.length > 0 ? await store(services, good, alongWith) : new Map<string, Uint8Array>();
  return signed.map((outcome) => {
    if (outcome.status === 'rejected') return outcome;
    const { certificateId } = outcome.value;
    const der = stored.get(certificateId);
    return der ? { status: 'fulfilled', value: { certificateId, der } }
      : { status: 'rejected', reason: new Error(`certificate ${certificateId} was given up before it was signed`) };
  });
}

async function sign({ keystore }: Services, { certificateId, keyId, token }: Prepared): Promise<Issued> {
  const { bytes, scheme } = token;
  return { certificateId, der: assembleSigned(bytes, scheme, await keystore.signLinted(keyId, token)) };
}

/** Of two nodes that finish the same certificate one stores its bytes; the other takes those and drops its own. */
async function store({ db, now }: Services, signed: readonly (Issued & { actor: Actor })[], alongWith?: AlongWith): Promise<Map<string, Uint8Array>> {
  return db.transaction(async (tx) => {
    const stored = await markIssued(tx, signed.map(({ certificateId, der }) => ({ id: certificateId, der })), now());
    const ours = signed.filter(({ certificateId }) => stored.has(certificateId));
    await recordAuditsOf(tx, ours.map(({ actor, certificateId: id }) => ({
      actor, action: 'certificate.issued', subject: { type: 'certificate', id },
      change: { before: { state: 'prepared' }, after: { state: 'issued' } },
    })));
    await recordEvents(tx, ours.map(({ certificateId }) => {
      const { id, agencyPath, ...facts } = stored.get(certificateId)!;
      return { type: 'certificate.issued', subject: { type: 'certificate', id }, agencyPath, data: facts };
    }));
    if (alongWith && ours.length > 0) await alongWith(tx, ours);
    const ders = new Map(ours.map(({ certificateId, der }) => [certificateId, der]));
    if (ours.length === signed.length) return ders;
    const others = await findIssuedDer(tx, signed.map(({ certificateId }) => certificateId).filter((id) => !stored.has(id)));
    return new Map([...ders, ...others]);
  });
}

const batch = 100;

/**
 * Finishes what was prepared and not signed, by the same path; at start and once a minute. The stored bytes are linted
 * again: what no longer passes is given up as void. A certificate signed twice is the same certificate, and only one is stored.
 * @param minAgeMs leave alone what a living node may still be at
 */
export async function resumeIssuing(services: Services, alongWith?: AlongWith, minAgeMs = 0): Promise<number> {
  const actor = systemActor('resume-issuing');
  let finished = 0;
  for (;;) {
    const rows = await listUnfinished(services.db, new Date(services.now().getTime() - minAgeMs + 1), batch);
    const prepared = (await Promise.all(rows.map((row) => relint(services, actor, row)))).filter((one) => one !== undefined);
    const outcomes = await completeEach(services, prepared.map((one) => ({ ...one, actor })), alongWith);
    finished += outcomes.filter(({ status }) => status === 'fulfilled').length;
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed) throw failed.reason;
    if (rows.length < batch) return finished;
  }
}

async function relint(services: Services, actor: Actor, { id, generationId, keyId, tbs, profile, profileVersion: version }: UnfinishedRow): Promise<Prepared | undefined> {
  const issuer = profile === 'root-ca' ? undefined : await findIssuer(services, generationId);
  const { scheme } = await services.keystore.signerOf(keyId);
  try {
    const token = lintCertificate(tbs, { profile: await profileVersion(services, profile, version), issuer: issuer?.certificate ?? 'self', scheme });
    return { certificateId: id, generationId, keyId, token };
  } catch (error) {
    if (!(error instanceof PkiError)) throw error;
    services.log.error({ certificate: id, rule: error.rule }, 'a prepared certificate does not pass the lint and is given up');
    await services.db.transaction(async (tx) => {
      if (!(await markVoid(tx, id))) return;
      await recordAudit(tx, actor, 'certificate.voided', { type: 'certificate', id }, { before: { state: 'prepared' }, after: { state: 'void', rule: error.rule } });
    });
    return undefined;
  }
}
