import { randomUUID, timingSafeEqual } from 'node:crypto';
import { parseCertificate, type Certificate } from '../../pki/certificate/parse.ts';
import { sha256Fingerprint } from '../../pki/certificate/fingerprint.ts';
import { parsePem } from '../../pki/keys/pem.ts';
import { printName } from '../../pki/name/print.ts';
import { recordAudit } from '../audit/record.ts';
import { Problem } from '../problems.ts';
import type { Actor, Services } from '../services.ts';
import { insertTrustAnchor, type TrustAnchorRow } from './store.ts';

export interface NewTrustAnchor {
  /** PEM, one certificate */
  certificate: string;
  /** SHA-256 in hex, obtained by another way than the certificate: the pin */
  fingerprint: string;
  label: string;
  domain: string;
  scope: TrustAnchorRow['scope'];
  trustedFrom?: Date | undefined;
  trustedUntil?: Date | undefined;
}

/**
 * Pins a certificate as a trust anchor. Whoever adds it must know its fingerprint, for a name proves nothing.
 * The adding person is also recorded as the confirming one until a second person is asked for.
 * @throws Problem `invalid-fields`, `duplicate-request`
 */
export async function addTrustAnchor({ db, now }: Pick<Services, 'db' | 'now'>, actor: Actor, input: NewTrustAnchor): Promise<TrustAnchorRow> {
  const certificate = readPinned(input);
  const at = now();
  const row: TrustAnchorRow = {
    id: randomUUID(), fingerprint: Buffer.from(sha256Fingerprint(certificate.der), 'hex'), certificate: certificate.der,
    subjectText: printName(certificate.subject), label: input.label, domain: input.domain, scope: input.scope,
    // an anchor vouches for what it signed all its life, unless someone says otherwise
    trustedFrom: input.trustedFrom ?? certificate.notBefore, trustedUntil: input.trustedUntil ?? null,
    createdAt: at, createdBy: actor.id, confirmedAt: at, confirmedBy: actor.id, withdrawnAt: null, withdrawnBy: null,
  };
  return db.transaction(async (tx) => {
    if (!(await insertTrustAnchor(tx, row))) throw new Problem('duplicate-request', { detail: 'This certificate is a trust anchor already.' });
    await recordAudit(tx, actor, 'trust-anchor.added', { type: 'trust-anchor', id: row.id }, { before: null, after: summaryOf(row) });
    return row;
  });
}

function readPinned({ certificate: pem, fingerprint }: NewTrustAnchor): Certificate {
  const blocks = parsePem(pem).filter(({ label }) => label === 'CERTIFICATE');
  if (blocks.length !== 1) throw wrong('/certificate', 'exactly one PEM certificate');
  const certificate = parseCertificate(blocks[0]!.der);
  const [found, expected] = [sha256Fingerprint(certificate.der), fingerprint.toLowerCase().replaceAll(':', '')].map((hex) => Buffer.from(hex, 'hex')) as [Buffer, Buffer];
  if (found.length !== expected.length || !timingSafeEqual(found, expected)) throw wrong('/fingerprint', 'is not the SHA-256 fingerprint of this certificate');
  if (certificate.basicConstraints?.ca !== true && certificate.version === 3) throw wrong('/certificate', 'is not the certificate of a certification authority');
  return certificate;
}

const wrong = (pointer: string, message: string): Problem => new Problem('invalid-fields', { errors: [{ pointer, message }] });

/** What the audit keeps of an anchor. */
export function summaryOf({ fingerprint, subjectText, label, domain, scope, trustedFrom, trustedUntil }: TrustAnchorRow): Record<string, unknown> {
  return { fingerprint: Buffer.from(fingerprint).toString('hex'), subject: subjectText, label, domain, scope, trustedFrom, trustedUntil };
}
