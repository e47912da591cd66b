import { PkiError } from '../error.ts';
import type { Digest } from '../keys/algorithm.ts';
import { digestByUri } from './algorithms.ts';
import { certificateReferences, type CertificateReference } from './certificate-reference.ts';
import { parseDateTime } from './date-time.ts';
import type { XmlReference, XmlSignature } from './signature.ts';
import { attributeOf, bytesOf, childOf, childrenOf, descendantOf, isNamed, namespaces, tokenOf, type XmlElement } from './tree.ts';
import type { ReferenceVerdict } from './verify.ts';

/** The signed and unsigned qualifying properties of a signature (EN 319 132-1 §4.4), read only once they are bound to it. */
export interface XadesProperties {
  signingTime: Date | undefined;
  /** of SigningCertificate or SigningCertificateV2; empty if neither is there */
  certificates: readonly CertificateReference[];
  policy: SignaturePolicy | undefined;
  /** URIs or OIDs */
  commitmentTypes: readonly string[];
  /** as the signer claims them */
  roles: readonly string[];
  /** of the first data object that states one */
  mimeType: string | undefined;
  /** AllDataObjectsTimeStamp and IndividualDataObjectsTimeStamp */
  contentTimestamps: readonly XmlElement[];
  /** the unsigned signature properties, in order; nothing but the timestamps among them is proven */
  unsigned: readonly XmlElement[];
}

/** What a signer says the signature follows; implied, or named with the digest of its text (EN 319 132-1 §5.2.9). */
export type SignaturePolicy = { kind: 'implied' } | { kind: 'explicit'; id: string; digest: Digest | undefined; value: Uint8Array };

/** EN 319 132-1 §4.4.2: how the reference to the properties is told from those to data. */
export const signedPropertiesType = 'http://uri.etsi.org/01903#SignedProperties';

const { xades, ds } = namespaces;
const malformed = (rule: string): PkiError => new PkiError('xml-xades-malformed', { rule: `EN 319 132-1 ${rule}` });

/**
 * The XAdES properties of a signature; undefined for a plain XML signature.
 * They count only if one reference of their type leads to this very element and digests it whole.
 * @param verdicts of `checkReferences`
 * @throws PkiError `xml-xades-malformed`, `xml-element-repeated`, `xml-text-expected`, `xml-base64-malformed`
 */
export function readXades({ element, objects, references }: XmlSignature, verdicts: readonly ReferenceVerdict[]): XadesProperties | undefined {
  const [qualifying, ...others] = objects.flatMap((object) => childrenOf(object, xades, 'QualifyingProperties'));
  const typed = references.filter(({ type }) => type === signedPropertiesType);
  if (!qualifying) {
    if (typed.length > 0) throw malformed('§4.4.1 QualifyingProperties in an Object of the signature');
    return undefined;
  }
  if (others.length > 0) throw malformed('§4.4.1 QualifyingProperties once');
  const id = attributeOf(element, 'Id');
  if (id === undefined || attributeOf(qualifying, 'Target') !== `#${id}`) throw malformed('§4.4.1 Target is the Id of the signature');
  const signed = childOf(qualifying, xades, 'SignedProperties');
  if (!signed) throw malformed('§6.3 SignedProperties');
  requireBinding(signed, typed, verdicts);
  const unsigned = descendantOf(qualifying, xades, 'UnsignedProperties', 'UnsignedSignatureProperties');
  return { ...readSigned(signed, references), unsigned: unsigned ? childrenOf(unsigned).slice(0, maxUnsigned) : [] };
}

/** An archive renewed every few years for a century has fewer. */
const maxUnsigned = 256;

function requireBinding(signed: XmlElement, typed: readonly XmlReference[], verdicts: readonly ReferenceVerdict[]): void {
  if (typed.length !== 1) throw malformed('§4.4.2 one Reference of the type SignedProperties');
  const target = verdicts.find(({ reference }) => reference === typed[0])?.target;
  if (target?.kind !== 'element' || target.element !== signed || target.omitted !== 'nothing') throw malformed('§4.4.2 the Reference leads to these SignedProperties');
}

function readSigned(signed: XmlElement, references: readonly XmlReference[]): Omit<XadesProperties, 'unsigned'> {
  const ofSignature = childOf(signed, xades, 'SignedSignatureProperties');
  const ofData = childOf(signed, xades, 'SignedDataObjectProperties');
  const time = ofSignature && childOf(ofSignature, xades, 'SigningTime');
  return {
    signingTime: time && parseDateTime(tokenOf(time)),
    certificates: ofSignature ? certificateReferences(ofSignature) : [],
    policy: ofSignature && readPolicy(ofSignature),
    roles: ofSignature ? readRoles(ofSignature) : [],
    commitmentTypes: ofData ? childrenOf(ofData, xades, 'CommitmentTypeIndication').slice(0, 32).map(readCommitment) : [],
    mimeType: ofData && readMimeType(ofData, references),
    contentTimestamps: ofData ? childrenOf(ofData, xades).filter(({ local }) => local === 'AllDataObjectsTimeStamp' || local === 'IndividualDataObjectsTimeStamp').slice(0, 32) : [],
  };
}

function readPolicy(ofSignature: XmlElement): SignaturePolicy | undefined {
  const identifier = childOf(ofSignature, xades, 'SignaturePolicyIdentifier');
  if (!identifier) return undefined;
  if (childOf(identifier, xades, 'SignaturePolicyImplied')) return { kind: 'implied' };
  const policy = childOf(identifier, xades, 'SignaturePolicyId');
  const id = policy && descendantOf(policy, xades, 'SigPolicyId', 'Identifier');
  const hash = policy && childOf(policy, xades, 'SigPolicyHash');
  const [method, value] = hash ? [childOf(hash, ds, 'DigestMethod'), childOf(hash, ds, 'DigestValue')] : [];
  if (!id || !method || !value) throw malformed('§5.2.9 SignaturePolicyId');
  return { kind: 'explicit', id: tokenOf(id), digest: digestByUri(attributeOf(method, 'Algorithm') ?? ''), value: bytesOf(value) };
}

function readCommitment(indication: XmlElement): string {
  const identifier = descendantOf(indication, xades, 'CommitmentTypeId', 'Identifier');
  if (!identifier) throw malformed('§5.2.3 CommitmentTypeId');
  return tokenOf(identifier);
}

function readRoles(ofSignature: XmlElement): string[] {
  const roles = childrenOf(ofSignature, xades).filter(({ local }) => local === 'SignerRole' || local === 'SignerRoleV2');
  return roles.flatMap((role) => childrenOf(role, xades, 'ClaimedRoles')).flatMap((each) => childrenOf(each, xades, 'ClaimedRole'))
    .filter(({ children }) => children.every(({ kind }) => kind === 'text')).slice(0, 32).map(tokenOf);
}

/** EN 319 132-1 §5.2.4: a format is of a reference of this signature, or of nothing. */
function readMimeType(ofData: XmlElement, references: readonly XmlReference[]): string | undefined {
  const formats = childrenOf(ofData, xades, 'DataObjectFormat');
  const stray = formats.find((format) => !references.some(({ id }) => id !== undefined && attributeOf(format, 'ObjectReference') === `#${id}`));
  if (stray) throw malformed('§5.2.4 ObjectReference names a Reference of the signature');
  const mimeType = formats.map((format) => childOf(format, xades, 'MimeType')).find(Boolean);
  return mimeType && tokenOf(mimeType);
}

/** The certificates and status data of CertificateValues, RevocationValues and TimeStampValidationData: hints, DER, unchecked. */
export function evidenceIn(unsigned: readonly XmlElement[]): { certificates: Uint8Array[]; crls: Uint8Array[]; ocspResponses: Uint8Array[] } {
  const holders = unsigned.flatMap((property) => isNamed(property, namespaces.xades141, 'TimeStampValidationData') ? childrenOf(property, xades) : [property]);
  const values = (holder: string, ...way: string[]): Uint8Array[] => holders.filter((each) => isNamed(each, xades, holder))
    .flatMap((each) => way.reduce((found, local) => found.flatMap((at) => childrenOf(at, xades, local)), [each])).slice(0, maxValues).map(bytesOf);
  return {
    certificates: values('CertificateValues', 'EncapsulatedX509Certificate'),
    crls: values('RevocationValues', 'CRLValues', 'EncapsulatedCRLValue'),
    ocspResponses: values('RevocationValues', 'OCSPValues', 'EncapsulatedOCSPValue'),
  };
}

/** More values than any chain and its archive need. */
const maxValues = 1_000;
