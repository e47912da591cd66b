import {
  bitString, boolean, element, explicit, ia5String, integer, namedBits, octetString, oid, sequence, time,
} from '../asn1/der-writer.ts';
import { oids } from '../asn1/oids.ts';
import { contextConstructed, contextPrimitive } from '../asn1/tags.ts';
import { signatureAlgorithmDer, type SignatureScheme } from '../keys/algorithm.ts';
import { keyIdentifier, type PublicKey } from '../keys/public-key.ts';
import { keyUsageBits } from './extension-values.ts';
import { violation, type Profile } from './profile.ts';
import { validityFrom } from './validity.ts';

/** The certificate's issuer as far as its certificates show it. */
export interface IssuerFacts {
  /** Name DER, byte for byte the subject of the issuer's certificate */
  name: Uint8Array;
  scheme: SignatureScheme;
  keyIdentifier: Uint8Array;
  notBefore: Date;
  notAfter: Date;
}

export interface CertificateOrder {
  profile: Profile;
  serialNumber: bigint;
  issuer: IssuerFacts | 'self';
  /** what the issuer's key will sign with */
  scheme: SignatureScheme;
  /** Name DER */
  subject: Uint8Array;
  publicKey: PublicKey;
  notBefore: Date;
  days: number;
  subjectAltName?: { email?: readonly string[]; dns?: readonly string[] };
  urls: { ocsp?: string; caIssuers?: string; crl?: string };
}

const version3 = explicit(0, integer(2));

/**
 * The TBSCertificate of an order (RFC 5280 §4.1). The same order gives the same bytes.
 * @throws PkiError `profile-violation` when it lasts longer than its profile allows, `issuer-expired`
 */
export function buildTbsCertificate(order: CertificateOrder): Uint8Array {
  const { profile, issuer, scheme } = order;
  if (order.days > profile.validityDays) violation(`at most ${profile.validityDays} days`);
  if (issuer !== 'self' && issuer.scheme !== scheme) violation('the signature is made with the scheme of the issuer');
  const { notBefore, notAfter } = validityFrom(order.notBefore, order.days, issuer === 'self' ? undefined : issuer);
  return sequence(
    version3,
    integer(order.serialNumber),
    signatureAlgorithmDer(scheme),
    issuer === 'self' ? order.subject : issuer.name,
    sequence(time(notBefore), time(notAfter)),
    order.subject,
    order.publicKey.der,
    explicit(3, sequence(...buildExtensions(order))),
  );
}

/** What was signed, with its signature: the SEQUENCE that certificates and CRLs share (RFC 5280 §4.1, §5.1). */
export const assembleSigned = (tbs: Uint8Array, scheme: SignatureScheme, signature: Uint8Array): Uint8Array =>
  sequence(tbs, signatureAlgorithmDer(scheme), bitString(signature));

/** One Extension; `critical` is written only when true, as DER wants (X.690 §11.5). */
export function extension(dotted: string, critical: boolean, value: Uint8Array): Uint8Array {
  return critical ? sequence(oid(dotted), boolean(true), octetString(value)) : sequence(oid(dotted), octetString(value));
}

function buildExtensions({ profile, issuer, publicKey, subjectAltName, urls }: CertificateOrder): Uint8Array[] {
  const identifier = keyIdentifier(publicKey);
  const extensions = [
    ...fixedExtensions(profile),
    extension(oids.subjectKeyIdentifier, false, octetString(identifier)),
    extension(oids.authorityKeyIdentifier, false, sequence(
      octetString(issuer === 'self' ? identifier : issuer.keyIdentifier, contextPrimitive(0)),
    )),
  ];
  const names = [
    ...(subjectAltName?.email ?? []).map((email) => ia5String(email, contextPrimitive(1))),
    ...(subjectAltName?.dns ?? []).map((dns) => ia5String(dns, contextPrimitive(2))),
  ];
  if (names.length > 0) extensions.push(extension(oids.subjectAltName, false, sequence(...names)));
  if (urls.crl !== undefined && profile.extensions.crlDistributionPoint) extensions.push(crlDistributionPoint(urls.crl));
  const access = [
    ...(urls.ocsp !== undefined && profile.extensions.ocspUrl ? [accessDescription(oids.accessOcsp, urls.ocsp)] : []),
    ...(urls.caIssuers !== undefined && profile.extensions.caIssuersUrl ? [accessDescription(oids.accessCaIssuers, urls.caIssuers)] : []),
  ];
  if (access.length > 0) extensions.push(extension(oids.authorityInfoAccess, false, sequence(...access)));
  return extensions;
}

const fixed = new WeakMap<Profile, readonly Uint8Array[]>();

/** The extensions that every certificate of a profile has alike, encoded once. */
function fixedExtensions(profile: Profile): readonly Uint8Array[] {
  const known = fixed.get(profile);
  if (known) return known;
  const { ca, pathLength, extKeyUsage, policies } = profile;
  const constraints = ca ? [boolean(true), ...(pathLength === null ? [] : [integer(pathLength)])] : [];
  const made = [
    extension(oids.basicConstraints, true, sequence(...constraints)),
    extension(oids.keyUsage, true, namedBits(profile.keyUsage.map((bit) => keyUsageBits.indexOf(bit)))),
  ];
  if (extKeyUsage.length > 0) made.push(extension(oids.extKeyUsage, profile.extKeyUsageCritical, sequence(...extKeyUsage.map(oid))));
  if (policies.length > 0) {
    made.push(extension(oids.certificatePolicies, false, sequence(...policies.map((policy) => sequence(oid(policy))))));
  }
  if (profile.extensions.ocspNoCheck) made.push(extension(oids.ocspNoCheck, false, Uint8Array.of(5, 0)));
  fixed.set(profile, made);
  return made;
}

function crlDistributionPoint(url: string): Uint8Array {
  const fullName = element(contextConstructed(0), ia5String(url, contextPrimitive(6)));
  return extension(oids.crlDistributionPoints, false, sequence(sequence(element(contextConstructed(0), fullName))));
}

const accessDescription = (method: string, url: string): Uint8Array => sequence(oid(method), ia5String(url, contextPrimitive(6)));
