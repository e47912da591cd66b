import { PkiError } from '../error.ts';
import { DerReader } from '../asn1/der-reader.ts';
import { element, setOf } from '../asn1/der-writer.ts';
import { oids } from '../asn1/oids.ts';
import { contextConstructed, contextPrimitive, tags } from '../asn1/tags.ts';
import { digestByOid, readAlgorithm, type AlgorithmIdentifier, type Digest } from '../keys/algorithm.ts';
import { readName, type Name } from '../name/parse.ts';
import { normalizeBer } from './ber.ts';

export interface Attribute {
  oid: string;
  /** whole DER of each value */
  values: Uint8Array[];
}

export type SignerId = { issuer: Name; serialNumber: bigint } | { subjectKeyIdentifier: Uint8Array };

/** RFC 5652 §5.3. */
export interface SignerInfo {
  sid: SignerId;
  digestAlgorithm: Digest | undefined;
  digestOid: string;
  digestAlgorithmDer: Uint8Array;
  signedAttributes: Attribute[] | undefined;
  /** SET OF Attribute with its universal tag, in DER order: the bytes under the signature (§5.4) */
  signedAttributesDer: Uint8Array | undefined;
  /** the same in the order they were sent, where that is not DER's */
  signedAttributesAsSent: Uint8Array | undefined;
  signatureAlgorithm: AlgorithmIdentifier;
  signature: Uint8Array;
  unsignedAttributes: Attribute[];
  /** the fields from version to signature as they stand, one after another: what an archive timestamp covers of them */
  signedFields: Uint8Array;
}

/** RFC 5652 §10.2.1; `value` is the CRL, or the response of an OCSP responder. */
export interface RevocationChoice { der: Uint8Array; kind: 'crl' | 'ocsp' | 'other'; value: Uint8Array }

/** RFC 5652 §5.1. */
export interface SignedData {
  version: number;
  digestAlgorithms: AlgorithmIdentifier[];
  /** eContentType */
  contentType: string;
  /** undefined: detached */
  content: Uint8Array | undefined;
  /** DER as found; attribute certificates and other kinds are left out */
  certificates: Uint8Array[];
  crls: Uint8Array[];
  /** OCSPResponse DER from RevocationInfoChoices (RFC 5940 §2.1) */
  ocspResponses: Uint8Array[];
  /** every CertificateChoices and RevocationInfoChoice as it stands, those included that are read no further */
  choices: { certificates: Uint8Array[]; revocations: RevocationChoice[] };
  signerInfos: SignerInfo[];
  /** exactly the ContentInfo, nothing after it; in DER lengths where it came in BER */
  der: Uint8Array;
  /** how it came: BER is allowed by RFC 5652, not by PAdES */
  encoding: 'der' | 'ber';
}

export interface SignedDataOptions {
  /** zeros after the ContentInfo, as a PDF's Contents has */
  allowTrailingZeros?: boolean;
  /** false: refuse BER */
  ber?: boolean;
}

/** Ten times what the largest archives of signatures hold. */
const limits = { algorithms: 64, certificates: 1_000, revocations: 1_000, signerInfos: 64, attributes: 128, values: 256 };

/**
 * A ContentInfo with SignedData. BER is brought to DER first; then the strict reader alone reads.
 * @throws PkiError `cms-malformed`, `cms-trailing-bytes`, `asn1-…`
 */
export function parseSignedData(bytes: Uint8Array, options: SignedDataOptions = {}): SignedData {
  const { der, consumed, changed } = normalizeBer(bytes);
  if (changed && options.ber === false) throw new PkiError('asn1-not-der', { rule: 'BER is not accepted here' });
  const rest = bytes.subarray(consumed);
  if (rest.length > 0 && !(options.allowTrailingZeros && rest.every((octet) => octet === 0))) {
    throw new PkiError('cms-trailing-bytes', { rule: 'RFC 5652 §3 nothing follows the ContentInfo', offset: consumed });
  }
  const outer = new DerReader(der);
  const info = outer.sequence();
  if (info.oid() !== oids.signedData) info.fail('cms-malformed', 'RFC 5652 §5.1 id-signedData');
  const wrapped = info.enter(contextConstructed(0));
  info.end();
  const signedData = readSignedData(wrapped.sequence());
  wrapped.end();
  return { ...signedData, der, encoding: changed ? 'ber' : 'der' };
}

function readSignedData(reader: DerReader): Omit<SignedData, 'der' | 'encoding'> {
  const version = reader.number();
  if (![1, 3, 4, 5].includes(version)) reader.fail('cms-malformed', 'RFC 5652 §5.1 version 1, 3, 4 or 5');
  const digestAlgorithms = readMany(reader.set(), limits.algorithms, readAlgorithm);
  const { contentType, content } = readContent(reader.sequence());
  const certificates = reader.enterOptional(contextConstructed(0))?.all(limits.certificates) ?? [];
  const revocations = readRevocations(reader.enterOptional(contextConstructed(1)));
  const signerInfos = readMany(reader.set(), limits.signerInfos, readSignerInfo);
  reader.end();
  return {
    version, digestAlgorithms, contentType, content, signerInfos,
    certificates: certificates.filter(({ tag }) => tag === tags.sequence).map(({ der }) => der),
    crls: revocationsOf(revocations, 'crl'), ocspResponses: revocationsOf(revocations, 'ocsp'),
    choices: { certificates: certificates.map(({ der }) => der), revocations },
  };
}

function readContent(reader: DerReader): Pick<SignedData, 'contentType' | 'content'> {
  const contentType = reader.oid();
  const wrapped = reader.enterOptional(contextConstructed(0));
  const content = wrapped?.octetString();
  wrapped?.end();
  reader.end();
  return { contentType, content };
}

function readRevocations(set: DerReader | undefined): RevocationChoice[] {
  return (set?.all(limits.revocations) ?? []).map((choice) => {
    const { tag, der } = choice;
    if (tag === tags.sequence) return { der, kind: 'crl', value: der };
    if (!set || tag !== contextConstructed(1)) return { der, kind: 'other', value: der };
    const other = set.inside(choice);
    const format = other.oid();
    const value = other.any().der;
    other.end();
    return { der, kind: format === oids.otherRevocationInfoOcsp ? 'ocsp' : 'other', value };
  });
}

/** The values of one kind. */
export const revocationsOf = (choices: readonly RevocationChoice[], kind: RevocationChoice['kind']): Uint8Array[] =>
  choices.filter((choice) => choice.kind === kind).map(({ value }) => value);

/** The SignerInfo that fills all the bytes, as a counter-signature is one. @throws PkiError `cms-malformed`, `asn1-…` */
export function parseSignerInfo(der: Uint8Array): SignerInfo {
  const outer = new DerReader(der);
  const signerInfo = readSignerInfo(outer);
  outer.end();
  return signerInfo;
}

function readSignerInfo(outer: DerReader): SignerInfo {
  const whole = outer.read(tags.sequence);
  const reader = outer.inside(whole);
  const version = reader.number();
  if (version !== 1 && version !== 3) reader.fail('cms-malformed', 'RFC 5652 §5.3 version 1 or 3');
  const sid = readSignerId(reader);
  const digest = readAlgorithm(reader);
  const signed = readAttributes(reader, 0);
  const signatureAlgorithm = readAlgorithm(reader);
  const signature = reader.octetString();
  const signedFields = whole.source.subarray(whole.from, reader.offset);
  const unsigned = readAttributes(reader, 1);
  reader.end();
  return {
    sid,
    digestAlgorithm: hasPlainParameters(digest) ? digestByOid(digest.oid) : undefined,
    digestOid: digest.oid,
    digestAlgorithmDer: digest.der,
    signedAttributes: signed?.attributes,
    signedAttributesDer: signed?.der,
    signedAttributesAsSent: signed?.asSent,
    signatureAlgorithm,
    signature,
    unsignedAttributes: unsigned?.attributes ?? [],
    signedFields,
  };
}

/** RFC 5754 §2: the parameters of a digest are absent or NULL. */
function hasPlainParameters({ parameters }: AlgorithmIdentifier): boolean {
  return parameters === undefined || (parameters.length === 2 && parameters[0] === tags.null);
}

function readSignerId(reader: DerReader): SignerId {
  const key = reader.optional(contextPrimitive(0));
  if (key) return { subjectKeyIdentifier: key.content };
  const inner = reader.sequence();
  const issuer = readName(inner);
  const serialNumber = inner.integer();
  inner.end();
  return { issuer, serialNumber };
}

function readAttributes(reader: DerReader, tag: number): AttributeSet | undefined {
  const set = reader.enterOptional(contextConstructed(tag));
  if (!set) return undefined;
  // an empty set of unsigned attributes is common in old signatures and says nothing
  if (set.done && tag === 0) set.fail('cms-malformed', 'RFC 5652 §5.3 attributes are absent or at least one');
  return parseAttributeSet(set);
}

interface AttributeSet { attributes: Attribute[]; der: Uint8Array; asSent: Uint8Array | undefined }

/** Attributes that remain in a reader, and their SET OF as it is signed: members sorted, whatever order they came in. */
export function parseAttributeSet(set: DerReader): AttributeSet {
  const encodings: Uint8Array[] = [];
  const attributes = readMany(set, limits.attributes, (members) => {
    const whole = members.read(tags.sequence);
    encodings.push(whole.der);
    const inner = members.inside(whole);
    const oid = inner.oid();
    const values = readMany(inner.set(), limits.values, (value) => value.any().der);
    inner.end();
    return { oid, values };
  });
  const der = setOf(...encodings);
  const asSent = element(tags.set, ...encodings);
  return { attributes, der, asSent: Buffer.compare(der, asSent) === 0 ? undefined : asSent };
}

function readMany<T>(reader: DerReader, most: number, read: (reader: DerReader) => T): T[] {
  const found: T[] = [];
  while (!reader.done) {
    if (found.length === most) reader.fail('asn1-too-many', `at most ${most} elements`);
    found.push(read(reader));
  }
  return found;
}
