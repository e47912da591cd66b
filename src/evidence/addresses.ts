import { randomUUID } from 'node:crypto';
import { parseCertificate } from '../../pki/certificate/parse.ts';
import { parsePem } from '../../pki/keys/pem.ts';
import { printName } from '../../pki/name/print.ts';
import { recordAudit } from '../audit/record.ts';
import { wrongField } from '../field-mistakes.ts';
import { Problem } from '../problems.ts';
import type { Actor, Services } from '../services.ts';
import { isAllowedUrl, type AddressKind } from './address.ts';
import { deleteAddress, insertAddress, type AddressRow } from './store.ts';

export interface NewAddress {
  kind: AddressKind;
  /** PEM of a certificate of the issuer; without one the rule is for every issuer */
  issuer?: string | undefined;
  /** what addresses in certificates begin with, or nothing to add an address */
  prefix: string;
  replacement: string;
}

/**
 * Says where an issuer is really found, as for `http://ocsp.ca.ptc`, which leads nowhere. What is fetched there is validated
 * like all evidence, so one person may say it.
 * @throws Problem `invalid-fields`, `duplicate-request`; PkiError for a broken certificate
 */
export async function addAddress({ db, now, config }: Pick<Services, 'db' | 'now' | 'config'>, actor: Actor, { kind, issuer, prefix, replacement }: NewAddress): Promise<AddressRow> {
  if (!isAllowedUrl(config, replacement)) {
    throw wrongField('/replacement', 'evidence-host');
  }
  const subject = issuer === undefined ? undefined : subjectOf(issuer);
  const row: AddressRow = {
    id: randomUUID(), kind, issuerName: subject?.der ?? null, issuerText: subject ? printName(subject) : null, prefix, replacement, createdAt: now(), createdBy: actor.id,
  };
  return db.transaction(async (tx) => {
    if (!(await insertAddress(tx, row))) throw new Problem('duplicate-request', { prefix });
    await recordAudit(tx, actor, 'evidence-address.added', { type: 'evidence-address', id: row.id }, { before: null, after: summaryOf(row) });
    return row;
  });
}

function subjectOf(pem: string): ReturnType<typeof parseCertificate>['subject'] {
  const [block, ...others] = parsePem(pem);
  if (!block || others.length > 0) throw wrongField('/issuer', 'certificate-one');
  return parseCertificate(block.der).subject;
}

/** @throws Problem `not-found` */
export async function removeAddress({ db }: Pick<Services, 'db'>, actor: Actor, id: string): Promise<void> {
  await db.transaction(async (tx) => {
    const row = await deleteAddress(tx, id);
    if (!row) throw new Problem('not-found', { id });
    await recordAudit(tx, actor, 'evidence-address.removed', { type: 'evidence-address', id }, { before: summaryOf(row), after: null });
  });
}

const summaryOf = ({ kind, issuerText, prefix, replacement }: AddressRow): Record<string, unknown> => ({ kind, issuer: issuerText, prefix, replacement });
