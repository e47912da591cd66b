import { DerReader, openSequence, readWhole } from '../asn1/der-reader.ts';
import { contextConstructed, contextPrimitive, tags } from '../asn1/tags.ts';
import { PkiError } from '../error.ts';
import { readGeneralName, readGeneralNames, type GeneralName } from './general-name.ts';

export interface BasicConstraints { ca: boolean; pathLength: number | undefined }

/** The named bits of KeyUsage in their order (RFC 5280 §4.2.1.3). */
export const keyUsageBits = ['digitalSignature', 'nonRepudiation', 'keyEncipherment', 'dataEncipherment', 'keyAgreement',
  'keyCertSign', 'cRLSign', 'encipherOnly', 'decipherOnly'] as const;
export type KeyUsageBit = (typeof keyUsageBits)[number];

export interface AuthorityKeyIdentifier {
  keyIdentifier: Uint8Array | undefined;
  issuer: readonly GeneralName[] | undefined;
  serialNumber: bigint | undefined;
}

export interface PolicyQualifier { oid: string; value: Uint8Array }
export interface PolicyInformation { oid: string; qualifiers: readonly PolicyQualifier[] }
export interface PolicyMapping { issuerDomainPolicy: string; subjectDomainPolicy: string }
export interface PolicyConstraints { requireExplicitPolicy: number | undefined; inhibitPolicyMapping: number | undefined }
export interface AccessDescription { accessMethod: string; accessLocation: GeneralName }

/** Entries of one policy extension; the largest real ones have some thirty. */
const maxPolicies = 2_000;

/** RFC 5280 §4.2.1.9. */
export function parseBasicConstraints(value: Uint8Array, irregularities: Set<string>): BasicConstraints {
  const reader = openSequence(value);
  let ca = false;
  if (reader.nextTag === tags.boolean) {
    ca = reader.boolean();
    if (!ca) irregularities.add('default-encoded');
  }
  const pathLength = reader.nextTag === tags.integer ? reader.number() : undefined;
  reader.end();
  return { ca, pathLength };
}

/** RFC 5280 §4.2.1.3; at least one bit set. @throws PkiError `extension-malformed` */
export function parseKeyUsage(value: Uint8Array, irregularities: Set<string>): ReadonlySet<KeyUsageBit> {
  const reader = new DerReader(value);
  const { bytes, unusedBits } = reader.bitString();
  reader.end();
  if (!bytes.some((octet) => octet !== 0)) throw new PkiError('extension-malformed', { rule: 'RFC 5280 §4.2.1.3 one bit at least' });
  // X.690 §11.2.2: a named bit list ends with its last one bit
  if ((bytes.at(-1)! & (1 << unusedBits)) === 0) irregularities.add('trailing-zero-bits');
  return usages[((bytes[0]! << 1) | ((bytes[1] ?? 0) >> 7)) & 0x1ff]!;
}

/** The sets of usages by their nine bits: few are in use, and all certificates share them. */
const usages: readonly ReadonlySet<KeyUsageBit>[] =
  Array.from({ length: 512 }, (_, mask) => new Set(keyUsageBits.filter((_name, bit) => mask & (0x100 >> bit))));

/** RFC 5280 §4.2.1.12. */
export function parseExtKeyUsage(value: Uint8Array): string[] {
  const reader = openSequence(value);
  const purposes: string[] = [];
  if (reader.done) reader.fail('extension-malformed', 'RFC 5280 §4.2.1.12 at least one purpose');
  while (!reader.done) purposes.push(reader.oid());
  return purposes;
}

/** RFC 5280 §4.2.1.2. */
export function parseKeyIdentifier(value: Uint8Array): Uint8Array {
  return readWhole(value, tags.octetString).content;
}

/** RFC 5280 §4.2.1.1; issuer and serial number come together or not at all. */
export function parseAuthorityKeyIdentifier(value: Uint8Array): AuthorityKeyIdentifier {
  const reader = openSequence(value);
  const keyIdentifier = reader.optional(contextPrimitive(0))?.content;
  const names = reader.enterOptional(contextConstructed(1));
  const issuer = names && readGeneralNames(names);
  const serialNumber = reader.nextTag === contextPrimitive(2) ? reader.integer(contextPrimitive(2)) : undefined;
  reader.end();
  if ((issuer === undefined) !== (serialNumber === undefined)) {
    throw new PkiError('extension-malformed', { rule: 'RFC 5280 §4.2.1.1 issuer and serial number together' });
  }
  return { keyIdentifier, issuer, serialNumber };
}

/** RFC 5280 §4.2.1.4; no policy twice. */
export function parseCertificatePolicies(value: Uint8Array): PolicyInformation[] {
  const reader = openSequence(value);
  const policies: PolicyInformation[] = [];
  const seen = new Set<string>();
  if (reader.done) reader.fail('extension-malformed', 'RFC 5280 §4.2.1.4 at least one policy');
  while (!reader.done) {
    const information = reader.sequence();
    const oid = information.oid();
    const qualifiers = information.done ? [] : readQualifiers(information);
    information.end();
    if (seen.has(oid)) reader.fail('extension-malformed', `RFC 5280 §4.2.1.4 ${oid} twice`);
    if (seen.size === maxPolicies) reader.fail('extension-malformed', `at most ${maxPolicies} policies`);
    seen.add(oid);
    policies.push({ oid, qualifiers });
  }
  return policies;
}

function readQualifiers(information: DerReader): PolicyQualifier[] {
  const reader = information.sequence();
  const qualifiers: PolicyQualifier[] = [];
  if (reader.done) reader.fail('extension-malformed', 'RFC 5280 §4.2.1.4 at least one qualifier');
  while (!reader.done) {
    const qualifier = reader.sequence();
    qualifiers.push({ oid: qualifier.oid(), value: qualifier.any().der });
    qualifier.end();
  }
  return qualifiers;
}

/** RFC 5280 §4.2.1.5; that anyPolicy is never mapped is judged by the validator (§6.1.4 (a)). */
export function parsePolicyMappings(value: Uint8Array): PolicyMapping[] {
  const reader = openSequence(value);
  const mappings: PolicyMapping[] = [];
  if (reader.done) reader.fail('extension-malformed', 'RFC 5280 §4.2.1.5 at least one mapping');
  while (!reader.done) {
    if (mappings.length === maxPolicies) reader.fail('extension-malformed', `at most ${maxPolicies} mappings`);
    const mapping = reader.sequence();
    mappings.push({ issuerDomainPolicy: mapping.oid(), subjectDomainPolicy: mapping.oid() });
    mapping.end();
  }
  return mappings;
}

/** RFC 5280 §4.2.1.11; never empty. */
export function parsePolicyConstraints(value: Uint8Array): PolicyConstraints {
  const reader = openSequence(value);
  const skip = (n: number): number | undefined =>
    reader.nextTag === contextPrimitive(n) ? reader.number(contextPrimitive(n)) : undefined;
  const requireExplicitPolicy = skip(0);
  const inhibitPolicyMapping = skip(1);
  reader.end();
  if (requireExplicitPolicy === undefined && inhibitPolicyMapping === undefined) {
    throw new PkiError('extension-malformed', { rule: 'RFC 5280 §4.2.1.11 never empty' });
  }
  return { requireExplicitPolicy, inhibitPolicyMapping };
}

/** RFC 5280 §4.2.1.14. */
export function parseSkipCerts(value: Uint8Array): number {
  const reader = new DerReader(value);
  const skipCerts = reader.number();
  reader.end();
  return skipCerts;
}

/** authorityInfoAccess (RFC 5280 §4.2.2.1). */
export function parseAccessDescriptions(value: Uint8Array): AccessDescription[] {
  const reader = openSequence(value);
  const descriptions: AccessDescription[] = [];
  if (reader.done) reader.fail('extension-malformed', 'RFC 5280 §4.2.2.1 at least one description');
  while (!reader.done) {
    const description = reader.sequence();
    descriptions.push({ accessMethod: description.oid(), accessLocation: readGeneralName(description) });
    description.end();
  }
  return descriptions;
}
