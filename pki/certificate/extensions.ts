import type { DerReader } from '../asn1/der-reader.ts';
import { oids } from '../asn1/oids.ts';
import { tags } from '../asn1/tags.ts';
import { PkiError } from '../error.ts';
import { parseDistributionPoints, type DistributionPoint } from './distribution-point.ts';
import * as values from './extension-values.ts';
import { parseAlternativeNames, parseNameConstraints, type GeneralName, type NameConstraints } from './general-name.ts';

/** Extension of RFC 5280 §4.1: the value is the DER inside the OCTET STRING. */
export interface Extension { oid: string; critical: boolean; value: Uint8Array }

/** The extensions of RFC 5280 §4.2 that a certificate may carry, decoded; undefined is absent. */
export interface CertificateExtensions {
  basicConstraints: values.BasicConstraints | undefined;
  keyUsage: ReadonlySet<values.KeyUsageBit> | undefined;
  extKeyUsage: readonly string[] | undefined;
  subjectKeyIdentifier: Uint8Array | undefined;
  authorityKeyIdentifier: values.AuthorityKeyIdentifier | undefined;
  subjectAltName: readonly GeneralName[] | undefined;
  issuerAltName: readonly GeneralName[] | undefined;
  nameConstraints: NameConstraints | undefined;
  certificatePolicies: readonly values.PolicyInformation[] | undefined;
  policyMappings: readonly values.PolicyMapping[] | undefined;
  policyConstraints: values.PolicyConstraints | undefined;
  /** SkipCerts of inhibitAnyPolicy (§4.2.1.14) */
  inhibitAnyPolicy: number | undefined;
  crlDistributionPoints: readonly DistributionPoint[] | undefined;
  freshestCrl: readonly DistributionPoint[] | undefined;
  ocspUrls: readonly string[];
  caIssuerUrls: readonly string[];
  ocspNoCheck: boolean;
}

/** No certificate seen has 40; the limit keeps the duplicate check and the map small. */
const maxExtensions = 200;

/**
 * Reads `Extensions` (§4.1.2.9): one at least, none twice (§4.2).
 * @param irregularities collects `default-encoded` where FALSE was written out (X.690 §11.5), common in old certificates
 * @throws PkiError `extension-repeated`, `extensions-empty`
 */
export function readExtensions(reader: DerReader, irregularities: Set<string>): Map<string, Extension> {
  const extensions = new Map<string, Extension>();
  if (reader.done) reader.fail('extensions-empty', 'RFC 5280 §4.1.2.9 at least one extension');
  while (!reader.done) {
    const extension = readExtension(reader.sequence(), irregularities);
    if (extensions.has(extension.oid)) reader.fail('extension-repeated', `RFC 5280 §4.2 ${extension.oid} twice`);
    if (extensions.size === maxExtensions) reader.fail('asn1-too-many', `at most ${maxExtensions} extensions`);
    extensions.set(extension.oid, extension);
  }
  return extensions;
}

function readExtension(reader: DerReader, irregularities: Set<string>): Extension {
  const oid = reader.oid();
  let critical = false;
  if (reader.nextTag === tags.boolean) {
    critical = reader.boolean();
    if (!critical) irregularities.add('default-encoded');
  }
  const value = reader.octetString();
  reader.end();
  return { oid, critical, value };
}

/** Decodes what this profile knows. @throws PkiError naming the extension in its rule */
export function decodeExtensions(extensions: ReadonlyMap<string, Extension>, irregularities: Set<string>): CertificateExtensions {
  const decode = <T>(oid: string, parse: (value: Uint8Array, irregularities: Set<string>) => T): T | undefined => {
    const extension = extensions.get(oid);
    if (!extension) return undefined;
    try {
      return parse(extension.value, irregularities);
    } catch (error) {
      if (!(error instanceof PkiError)) throw error;
      throw new PkiError('extension-malformed', { rule: `${extensionName(oid)}: ${error.rule}` });
    }
  };
  const access = decode(oids.authorityInfoAccess, values.parseAccessDescriptions) ?? [];
  return {
    basicConstraints: decode(oids.basicConstraints, values.parseBasicConstraints),
    keyUsage: decode(oids.keyUsage, values.parseKeyUsage),
    extKeyUsage: decode(oids.extKeyUsage, values.parseExtKeyUsage),
    subjectKeyIdentifier: decode(oids.subjectKeyIdentifier, values.parseKeyIdentifier),
    authorityKeyIdentifier: decode(oids.authorityKeyIdentifier, values.parseAuthorityKeyIdentifier),
    subjectAltName: decode(oids.subjectAltName, parseAlternativeNames),
    issuerAltName: decode(oids.issuerAltName, parseAlternativeNames),
    nameConstraints: decode(oids.nameConstraints, parseNameConstraints),
    certificatePolicies: decode(oids.certificatePolicies, values.parseCertificatePolicies),
    policyMappings: decode(oids.policyMappings, values.parsePolicyMappings),
    policyConstraints: decode(oids.policyConstraints, values.parsePolicyConstraints),
    inhibitAnyPolicy: decode(oids.inhibitAnyPolicy, values.parseSkipCerts),
    crlDistributionPoints: decode(oids.crlDistributionPoints, parseDistributionPoints),
    freshestCrl: decode(oids.freshestCrl, parseDistributionPoints),
    ocspUrls: urls(access, oids.accessOcsp),
    caIssuerUrls: urls(access, oids.accessCaIssuers),
    ocspNoCheck: decode(oids.ocspNoCheck, parseNull) ?? false,
  };
}

/** The extension's name in RFC 5280, or its number. */
export function extensionName(oid: string): string {
  return Object.entries(oids).find(([, value]) => value === oid)?.[0] ?? oid;
}

function urls(access: readonly values.AccessDescription[], method: string): string[] {
  const found: string[] = [];
  for (const { accessMethod, accessLocation } of access) {
    if (accessMethod === method && accessLocation.type === 'uniformResourceIdentifier') found.push(accessLocation.value);
  }
  return found;
}

function parseNull(value: Uint8Array): boolean {
  if (value.length === 2 && value[0] === tags.null && value[1] === 0) return true;
  throw new PkiError('extension-malformed', { rule: 'NULL' });
}

/** A Time of a certificate or list; `time-form` is noted where 2049 and before is not UTCTime (§4.1.2.5), which readers take. */
export function readTime(reader: DerReader, irregularities: Set<string>): Date {
  const tag = reader.nextTag;
  const time = reader.time();
  if (tag === tags.generalizedTime && time.getUTCFullYear() < 2050) irregularities.add('time-form');
  return time;
}
