import { createHash } from 'node:crypto';
import { buildName, type NameParts } from '../../pki/name/build.ts';
import { normalizedRdns } from '../../pki/name/compare.ts';
import { parseName, type Name } from '../../pki/name/parse.ts';
import { printName } from '../../pki/name/print.ts';
import { PkiError } from '../../pki/error.ts';
import { Problem } from '../problems.ts';
import type { Kind } from './kinds.ts';

/** One agency of the line from level 1 down to the managing one. */
export interface AgencyLevel { certificateName: string; locality: string | null }

export interface Bearer {
  holder: 'official' | 'agency' | 'service';
  levels: readonly AgencyLevel[];
  official?: { name: string; email: string } | undefined;
  serviceName?: string | undefined;
}

/**
 * The subject of a subscriber's certificate, from the registers alone: C, L the province, O level 1, OU the levels below,
 * CN, E. An agency's own name is its CN and not repeated as OU.
 */
export function composeSubject({ holder, levels, official, serviceName }: Bearer): NameParts {
  const [top, ...below] = levels;
  const last = levels.at(-1);
  if (!top || !last) throw new Error('an agency has at least its own level');
  const locality = levels.findLast((level) => level.locality !== null)?.locality;
  const units = holder === 'agency' ? below.slice(0, -1) : below;
  const commonName = holder === 'official' ? official?.name : holder === 'service' ? serviceName : last.certificateName;
  return [
    ['C', 'VN'],
    ...(locality ? [['L', locality] as const] : []),
    ['O', top.certificateName],
    ...units.map((unit) => ['OU', unit.certificateName] as const),
    ['CN', commonName ?? ''],
    ...(holder === 'official' && official ? [['E', official.email] as const] : []),
  ];
}

/** The name as it will stand in the certificate. @throws Problem `profile-violation` for a register entry no certificate can hold */
export function encodeSubject(subject: NameParts): Name {
  try {
    return parseName(buildName(subject));
  } catch (error) {
    if (error instanceof PkiError) throw new Problem('profile-violation', { rule: error.rule });
    throw error;
  }
}

/**
 * A request's own subject may be empty, or say less than the register, in any order, but nothing else: a part that is
 * not the subscriber's is refused. Compared as RFC 5280 §7.1 says.
 * @throws Problem `subject-mismatch`
 */
export function requireSubject(asked: Name, subject: Name): void {
  const known = normalizedRdns(subject);
  const left = [...known];
  for (const rdn of normalizedRdns(asked)) {
    const at = left.indexOf(rdn);
    if (at === -1) {
      const own = printName(subject);
      throw new Problem('subject-mismatch', {
        detail: { en: `Leave the subject empty, or take its parts from: ${own}`, vi: `Hãy để trống phần tên, hoặc chỉ ghi những phần thuộc: ${own}` },
      });
    }
    left.splice(at, 1);
  }
}

export interface Content {
  kind: Kind;
  profile: string;
  agencyId: string;
  officialId: string | null;
  serviceName: string | null;
  certificateId: string | null;
  subject: NameParts;
  spkiHash: Uint8Array | null;
  days: number | null;
  endsAt: Date | null;
  ground: string | null;
  reason: string | null;
  invalidityDate: Date | null;
  note: string | null;
  transfer?: string | null;
  wetSigned?: boolean;
}

/**
 * SHA-256 of what is decided on: everything that ends up in the certificate or the revocation, in one fixed order.
 * Each decision keeps it, so that nobody's yes can be moved to another content.
 */
export function contentHash(c: Content): Uint8Array {
  const ordered = [
    'antin request 1', c.kind, c.profile, c.agencyId, c.officialId, c.serviceName, c.certificateId, c.subject,
    c.spkiHash && Buffer.from(c.spkiHash).toString('hex'), c.days, c.endsAt, c.ground, c.reason, c.invalidityDate, c.note,
    // named where they are said, so that the hashes of earlier requests stay what they were
    ...(c.transfer ? [`transfer:${c.transfer}`] : []), ...(c.wetSigned ? ['wet-signed'] : []),
  ];
  return createHash('sha256').update(JSON.stringify(ordered)).digest();
}
