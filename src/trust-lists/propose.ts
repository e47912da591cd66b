import { createHash, randomUUID } from 'node:crypto';
import type { Knex } from 'knex';
import { sha256Fingerprint } from '../../pki/certificate/fingerprint.ts';
import { parseTrustList, type TrustList } from '../../pki/trust-list/parse.ts';
import { recordAudit } from '../audit/record.ts';
import { wrongField } from '../field-mistakes.ts';
import type { Actor, Services } from '../services.ts';
import { planFromList, type ListChange } from '../trust-anchors/from-list.ts';
import { plainFingerprint } from '../trust-anchors/propose.ts';
import { findLastApproved, insertTrustList, type TrustListRow } from './store.ts';

export interface NewTrustList {
  /** the XML file of ETSI TS 119 612 */
  xml: Uint8Array;
  /** the trust domain its services become anchors of */
  domain: string;
  /** SHA-256 of the certificate that signed it, obtained by another way than the list */
  signerFingerprint: string;
}

export type ListWarning = 'next-update-passed' | 'list-closed' | 'issued-in-the-future' | 'signer-changed' | 'unreadable-certificates';

export interface ListPreview {
  operatorName: string;
  sequenceNumber: number;
  issuedAt: Date;
  nextUpdate: Date | null;
  digest: string;
  warnings: ListWarning[];
  changes: ListChange[];
}

type World = Pick<Services, 'db' | 'now'>;

/**
 * What a trusted list would change if it were approved now. Changes nothing.
 * @throws Problem `invalid-fields` where its sequence number does not rise (TS 119 612 §5.3.2); PkiError for a list that is broken or not signed by the pinned key
 */
export async function previewTrustList({ db, now }: World, input: NewTrustList): Promise<ListPreview> {
  const list = parseTrustList(input.xml, plainFingerprint(input.signerFingerprint));
  const last = await requireRise(db, input.domain, list);
  const plan = await db.transaction((tx) => planFromList(tx, input.domain, list));
  return {
    operatorName: list.operatorName, sequenceNumber: list.sequenceNumber, issuedAt: list.issuedAt, nextUpdate: list.nextUpdate ?? null,
    digest: digestOf(input.xml).toString('hex'), warnings: warningsOf(list, last, now()),
    changes: plan.map(({ certificate: _certificate, anchorId: _anchor, ...change }) => change),
  };
}

/** Puts a list before a second person. @throws as `previewTrustList` */
export async function proposeTrustList(services: World, actor: Actor, input: NewTrustList): Promise<{ list: TrustListRow; preview: ListPreview }> {
  const preview = await previewTrustList(services, input);
  const list: TrustListRow = {
    id: randomUUID(), domain: input.domain, operatorName: preview.operatorName, sequenceNumber: preview.sequenceNumber, issuedAt: preview.issuedAt,
    nextUpdate: preview.nextUpdate, digest: digestOf(input.xml), signerFingerprint: Buffer.from(plainFingerprint(input.signerFingerprint), 'hex'),
    proposedAt: services.now(), proposedBy: actor.id, decidedAt: null, decidedBy: null, approved: null,
    fetchedFrom: null, checkedAt: null, checkFailure: null,
  };
  await services.db.transaction(async (tx) => {
    await insertTrustList(tx, { ...list, xml: input.xml });
    await recordAudit(tx, actor, 'trust-list.proposed', { type: 'trust-list', id: list.id }, { before: null, after: summaryOf(list) });
  });
  return { list, preview };
}

/** @returns the list that holds now, if any. @throws Problem `invalid-fields` */
export async function requireRise(db: Knex, domain: string, { sequenceNumber }: Pick<TrustList, 'sequenceNumber'>): Promise<TrustListRow | undefined> {
  const last = await findLastApproved(db, domain);
  if (last && sequenceNumber <= last.sequenceNumber) {
    throw wrongField('/file', 'sequence-number', { sequenceNumber: String(sequenceNumber), last: String(last.sequenceNumber) });
  }
  return last;
}

function warningsOf(list: TrustList, last: TrustListRow | undefined, at: Date): ListWarning[] {
  const signer = sha256Fingerprint(list.signer.der);
  return [
    ...(list.nextUpdate && list.nextUpdate < at ? ['next-update-passed' as const] : []),
    ...(list.nextUpdate ? [] : ['list-closed' as const]),
    ...(list.issuedAt > at ? ['issued-in-the-future' as const] : []),
    ...(last && Buffer.from(last.signerFingerprint).toString('hex') !== signer ? ['signer-changed' as const] : []),
    ...(list.unreadable > 0 ? ['unreadable-certificates' as const] : []),
  ];
}

const digestOf = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest();

/** What the audit keeps of a list. */
export function summaryOf({ domain, operatorName, sequenceNumber, issuedAt, digest, signerFingerprint }: TrustListRow): Record<string, unknown> {
  return { domain, operatorName, sequenceNumber, issuedAt, digest: Buffer.from(digest).toString('hex'), signer: Buffer.from(signerFingerprint).toString('hex') };
}
