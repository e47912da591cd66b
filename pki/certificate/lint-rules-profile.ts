import { oids } from '../asn1/oids.ts';
import { criticalIs, sameBytes, sameMembers, type CertificateRule } from './lint-subject.ts';
import { keyFitsProfile, type Profile } from './profile.ts';
import { fitsLayout } from './subject.ts';
import { lastSecond } from './validity.ts';

const rule = (id: string, check: CertificateRule['check']): CertificateRule =>
  ({ id, level: 'error', source: 'certificate profile', since: '2026-11-01', check });

/** The extensions a profile may lead to. */
function allowedExtensions({ extKeyUsage, policies, extensions: flags }: Profile): ReadonlySet<string> {
  const { subjectAltName: { email, dns } } = flags;
  return new Set([
    oids.basicConstraints, oids.keyUsage, oids.subjectKeyIdentifier, oids.authorityKeyIdentifier,
    ...(extKeyUsage.length > 0 ? [oids.extKeyUsage] : []), ...(policies.length > 0 ? [oids.certificatePolicies] : []),
    ...(flags.ocspNoCheck ? [oids.ocspNoCheck] : []), ...(email || dns ? [oids.subjectAltName] : []),
    ...(flags.crlDistributionPoint ? [oids.crlDistributionPoints] : []),
    ...(flags.ocspUrl || flags.caIssuersUrl ? [oids.authorityInfoAccess] : []),
  ]);
}

/** What is built is what the profile says, no more and no less. */
export const profileRules: readonly CertificateRule[] = [
  rule('profile-key', ({ certificate, profile }) => keyFitsProfile(profile, certificate.publicKey)),
  rule('profile-signature-scheme', ({ profile, scheme }) => profile.signatureSchemes.includes(scheme)),
  rule('profile-ca', ({ certificate, profile }) => certificate.basicConstraints?.ca === profile.ca),
  rule('profile-path-length', ({ certificate, profile }) => (certificate.basicConstraints?.pathLength ?? null) === profile.pathLength),
  rule('profile-key-usage', ({ certificate, profile }) => sameMembers(certificate.keyUsage ?? [], profile.keyUsage)),
  rule('profile-ext-key-usage', ({ certificate, profile }) => sameMembers(certificate.extKeyUsage ?? [], profile.extKeyUsage)),
  rule('profile-ext-key-usage-critical', (subject) => criticalIs(subject, oids.extKeyUsage, subject.profile.extKeyUsageCritical)),
  rule('profile-policies', ({ certificate, profile }) => sameMembers((certificate.certificatePolicies ?? []).map(({ oid }) => oid), profile.policies)),
  rule('profile-subject-layout', ({ certificate, profile }) => fitsLayout(profile.subjectLayout, certificate.subject)),
  rule('profile-validity', ({ certificate, profile }) => certificate.notAfter <= lastSecond(certificate.notBefore, profile.validityDays)),
  rule('profile-extensions', ({ certificate, profile }) => {
    const allowed = allowedExtensions(profile);
    return [...certificate.extensions.keys()].every((oid) => allowed.has(oid));
  }),
  rule('profile-crl-address', ({ certificate, profile }) => (certificate.crlDistributionPoints !== undefined) === profile.extensions.crlDistributionPoint),
  rule('profile-ocsp-address', ({ certificate, profile }) => (certificate.ocspUrls.length > 0) === profile.extensions.ocspUrl),
  rule('profile-issuer-address', ({ certificate, profile }) => (certificate.caIssuerUrls.length > 0) === profile.extensions.caIssuersUrl),
  rule('profile-no-check', ({ certificate, profile }) => certificate.ocspNoCheck === profile.extensions.ocspNoCheck),
  rule('profile-alt-names', ({ certificate, profile: { extensions: { subjectAltName: { email, dns } } } }) =>
    (certificate.subjectAltName ?? []).every(({ type }) => (type === 'rfc822Name' && email) || (type === 'dNSName' && dns))),
  rule('profile-self-signed', ({ certificate, issuer, profile }) =>
    (issuer === 'self') === (profile.name === 'root-ca') && (issuer === 'self') === sameBytes(certificate.issuer.der, certificate.subject.der)),
];
