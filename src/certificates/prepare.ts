import { buildTbsCertificate } from '../../pki/certificate/build.ts';
import { lintCertificate } from '../../pki/certificate/lint.ts';
import type { Profile } from '../../pki/certificate/profile.ts';
import { validityFrom } from '../../pki/certificate/validity.ts';
import { PkiError } from '../../pki/error.ts';
import type { SignatureScheme } from '../../pki/keys/algorithm.ts';
import { spkiHash, type PublicKey } from '../../pki/keys/public-key.ts';
import { findKeyWeakness } from '../../pki/keys/weak-key.ts';
import type { ToBeSigned } from '../../pki/lint/to-be-signed.ts';
import { buildName, type NameParts } from '../../pki/name/build.ts';
import { parseName } from '../../pki/name/parse.ts';
import { printName } from '../../pki/name/print.ts';
import { isProblemCode, Problem } from '../problems.ts';
import { requireProfile } from '../profiles/find.ts';
import type { Services } from '../services.ts';
import { publishedUrls, type Issuer } from './issuer.ts';
import type { PreparedRow } from './store.ts';

/** What is ordered. Serial number, validity and extensions are the CA's own making. */
export interface IssueOrder {
  certificateId: string;
  requestId: string | null;
  /** the newest issuing generation unless one of these names another */
  authorityId?: string;
  generationId?: string;
  /** the certificate of a root generation that is being made */
  selfSigned?: { generationId: string; keyId: string; scheme: SignatureScheme };
  profile: string;
  subject: NameParts;
  subjectAltName?: { email?: readonly string[]; dns?: readonly string[] };
  publicKey: PublicKey;
  holder: { agencyId: string | null; agencyPath: string | null; officialId: string | null };
  /** whose key it is where it is neither an official's nor an agency's */
  operatorId?: string;
  days: number;
  replacesId?: string;
}

/** Stored and linted, ready for its one signature. */
export interface Prepared {
  certificateId: string;
  generationId: string;
  keyId: string;
  token: ToBeSigned;
}

export interface PrepareInput { order: IssueOrder; profiles: ReadonlyMap<string, Profile>; issuer: Issuer | undefined; now: Date; /** `serialOctets` random ones of its own */ serialSeed: Uint8Array }
export interface Draft { row: PreparedRow; prepared: Prepared; holder: string }

/** Builds and lints one certificate; nothing is written. @throws Problem as `prepareCertificates` */
export function prepare(services: Pick<Services, 'config'>, { order, profiles, issuer, now, serialSeed }: PrepareInput): Draft {
  const profile = requireProfile(profiles, order.profile);
  const weakness = findKeyWeakness(order.publicKey);
  if (weakness) throw new Problem(weakness.code, { rule: weakness.rule });
  try {
    return draft(services, { order, profile, by: signedBy(order, issuer), now, serialSeed });
  } catch (error) {
    if (!(error instanceof PkiError)) throw error;
    throw new Problem(isProblemCode(error.code) ? error.code : 'profile-violation', { rule: error.rule });
  }
}

interface SignedBy { generationId: string; keyId: string; scheme: SignatureScheme; issuer: Issuer | 'self' }

function signedBy({ selfSigned }: IssueOrder, issuer: Issuer | undefined): SignedBy {
  if (selfSigned) return { ...selfSigned, issuer: 'self' };
  if (!issuer) throw new Problem('not-found', { authority: 'issuing' });
  return { generationId: issuer.generationId, keyId: issuer.keyId, scheme: issuer.scheme, issuer };
}

function draft(services: Pick<Services, 'config'>, input: { order: IssueOrder; profile: Profile; by: SignedBy; now: Date; serialSeed: Uint8Array }): Draft {
  const { order, profile, by: { generationId, keyId, scheme, issuer }, now } = input;
  const serialNumber = serialFrom(input.serialSeed);
  const subjectDer = buildName(order.subject);
  const facts = issuer === 'self' ? issuer : {
    name: issuer.certificate.subject.der, scheme: issuer.scheme, keyIdentifier: issuer.keyIdentifier,
    notBefore: issuer.certificate.notBefore, notAfter: issuer.certificate.notAfter,
  };
  const tbs = buildTbsCertificate({
    profile, serialNumber: BigInt(`0x${serialNumber.toString('hex')}`), issuer: facts, scheme, subject: subjectDer, publicKey: order.publicKey,
    notBefore: now, days: order.days, ...(order.subjectAltName ? { subjectAltName: order.subjectAltName } : {}),
    urls: issuer === 'self' ? {} : publishedUrls(services, issuer),
  });
  const token = lintCertificate(tbs, { profile, issuer: issuer === 'self' ? 'self' : issuer.certificate, scheme });
  const { notBefore, notAfter } = validityFrom(now, order.days, facts === 'self' ? undefined : facts);
  const subjectText = printName(parseName(subjectDer));
  const { certificateId: id, requestId, replacesId = null, holder } = order;
  const row = {
    id, generationId, serialNumber, profile: profile.name, profileVersion: profile.version, scheme, tbs, subjectDer, subjectText,
    spkiHash: spkiHash(order.publicKey), notBefore, notAfter, ...holder, requestId, replacesId,
  };
  return { row, prepared: { certificateId: id, generationId, keyId, token }, holder: holderOf(order, subjectText) };
}

/** RFC 5280 §4.1.2.2 allows no more. */
export const serialOctets = 20;

/** 20 octets, positive and of full length: 158 random bits. */
function serialFrom(seed: Uint8Array): Buffer {
  const serial = Buffer.from(seed);
  serial[0] = (serial[0]! & 0x3f) | 0x40;
  return serial;
}

/** Whose key it is: the person's, else the agency's, else that of whoever bears the name. */
function holderOf({ operatorId, holder: { officialId, agencyId } }: IssueOrder, subjectText: string): string {
  if (operatorId !== undefined) return `operator:${operatorId}`;
  return officialId ? `official:${officialId}` : agencyId ? `agency:${agencyId}` : `name:${subjectText}`;
}
