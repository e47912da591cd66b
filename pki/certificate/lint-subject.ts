import type { SignatureScheme } from '../keys/algorithm.ts';
import type { PublicKey } from '../keys/public-key.ts';
import type { LintRule } from '../lint/rule.ts';
import type { Name, NameAttribute } from '../name/parse.ts';
import type { Certificate, TbsCertificate } from './parse.ts';
import type { Profile } from './profile.ts';

export interface CertificateLintContext {
  profile: Profile;
  issuer: Certificate | 'self';
  scheme: SignatureScheme;
}

/** What the rows look at: the certificate to be signed, read back from its bytes, and what it must fit. */
export interface CertificateLintSubject extends CertificateLintContext {
  certificate: TbsCertificate;
  /** of the certificate's subject, all of its RDNs together */
  attributes: readonly NameAttribute[];
  /** the key that signs */
  issuerKey: PublicKey;
  /** the name and identifier the certificate must point to */
  issuerName: Name;
  issuerKeyIdentifier: Uint8Array | undefined;
}

export type CertificateRule = LintRule<CertificateLintSubject>;

/** The subject of a lint, with the issuer's side filled in from the certificate itself when it signs itself. */
export function lintSubjectOf(certificate: TbsCertificate, context: CertificateLintContext): CertificateLintSubject {
  const from = context.issuer === 'self' ? certificate : context.issuer;
  return {
    ...context, certificate, attributes: certificate.subject.rdns.flat(),
    issuerKey: from.publicKey, issuerName: from.subject, issuerKeyIdentifier: from.subjectKeyIdentifier,
  };
}

export const sameBytes = (a: Uint8Array | undefined, b: Uint8Array | undefined): boolean =>
  a !== undefined && b !== undefined && Buffer.compare(a, b) === 0;

/** The same members, once each, in any order. */
export const sameMembers = (a: Iterable<string>, b: Iterable<string>): boolean => {
  const [left, right] = [[...a].toSorted(), [...b].toSorted()];
  return left.length === right.length && left.every((member, i) => member === right[i]);
};

/** True when an extension is absent or as critical as said. */
export const criticalIs = ({ certificate }: CertificateLintSubject, oid: string, critical: boolean): boolean =>
  (certificate.extensions.get(oid)?.critical ?? critical) === critical;
