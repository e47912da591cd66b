import { parseCertificate, serialHex } from '../../pki/certificate/parse.ts';
import { tolerate } from '../../pki/error.ts';
import { printName } from '../../pki/name/print.ts';
import type { ValidationReport, Wanted } from '../../pki/validation/report.ts';
import type { Gathering } from '../evidence/gather.ts';

/** A thing that an answer lacks, where it was asked for in vain, and when to ask again; null where the network will not help. */
export interface MissingEvidence {
  kind: Wanted['kind'];
  /** the certificate whose issuer or status is missing */
  subject: string | null;
  serialNumber: string | null;
  attempts: { address: string; reason: string }[];
  tryAgainAt: Date | null;
}

/** What could still settle an INDETERMINATE answer. Evidence that is there already is not asked for again. */
export function missingFrom({ conclusion, signatures }: ValidationReport, wanted: readonly Wanted[], gathering: Pick<Gathering, 'attemptsFor'>): MissingEvidence[] {
  if (conclusion.indication !== 'INDETERMINATE') return [];
  const known = new Set(signatures.flatMap(({ revocation }) => revocation).filter(({ status }) => status !== 'unknown').map(({ serialNumber }) => serialNumber));
  return wanted.flatMap((each): MissingEvidence[] => {
    const certificate = 'certificate' in each ? tolerate(() => parseCertificate(each.certificate)) : undefined;
    const serialNumber = certificate ? serialHex(certificate.serialNumber) : each.kind === 'signing-certificate' ? each.serialNumber : null;
    if (each.kind === 'status' && serialNumber !== null && known.has(serialNumber)) return [];
    const attempts = gathering.attemptsFor(each);
    const times = attempts.flatMap(({ tryAgainAt }) => (tryAgainAt ? [tryAgainAt.getTime()] : []));
    return [{
      kind: each.kind, subject: certificate ? printName(certificate.subject) : null, serialNumber,
      attempts: attempts.map(({ address, failure }) => ({ address, reason: failure })),
      tryAgainAt: times.length > 0 ? new Date(Math.min(...times)) : null,
    }];
  });
}
