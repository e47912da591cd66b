import { DerReader } from '../asn1/der-reader.ts';
import { element, oid, sequence } from '../asn1/der-writer.ts';
import { oids } from '../asn1/oids.ts';
import { contextConstructed, tags } from '../asn1/tags.ts';
import { readGeneralNames, type GeneralName } from '../certificate/general-name.ts';
import { digestByOid, readAlgorithm, type AlgorithmIdentifier, type Digest } from '../keys/algorithm.ts';
import type { Attribute } from './signed-data.ts';

/** ESSCertID and ESSCertIDv2, RFC 5035 §4: the certificate a signer says is the own. */
export interface EssCertId {
  /** undefined: a digest we do not know */
  digest: Digest | undefined;
  certHash: Uint8Array;
  issuerSerial: { issuer: GeneralName[]; serialNumber: bigint } | undefined;
}

/** RFC 6211 §2: the algorithms, repeated under the signature. */
export interface AlgorithmProtection {
  digestAlgorithm: AlgorithmIdentifier;
  signatureAlgorithm: AlgorithmIdentifier | undefined;
}

/** What one attribute amounts to: its only value, or why there is none. */
export type Single = { value: Uint8Array } | { problem: 'attribute-missing' | 'attribute-repeated' };

/** RFC 5652 §11: these attributes stand once and have one value. */
export function singleValue(attributes: readonly Attribute[], type: string): Single {
  const found = attributes.filter((attribute) => attribute.oid === type);
  if (found.length === 0) return { problem: 'attribute-missing' };
  const [value, ...more] = found.flatMap(({ values }) => values);
  if (value === undefined || found.length > 1 || more.length > 0) return { problem: 'attribute-repeated' };
  return { value };
}

/** An attribute as it stands. */
export const attributeDer = ({ oid: type, values }: Attribute): Uint8Array => sequence(oid(type), element(tags.set, ...values));

/** Every value of every attribute of this type. */
export function valuesOf(attributes: readonly Attribute[], type: string): Uint8Array[] {
  return attributes.filter((attribute) => attribute.oid === type).flatMap(({ values }) => values);
}

const readAll = <T>(der: Uint8Array, read: (reader: DerReader) => T): T => {
  const reader = new DerReader(der);
  const value = read(reader);
  reader.end();
  return value;
};

export const parseMessageDigest = (der: Uint8Array): Uint8Array => readAll(der, (reader) => reader.octetString());
export const parseContentType = (der: Uint8Array): string => readAll(der, (reader) => reader.oid());
/** RFC 5652 §11.3. It proves nothing. */
export const parseSigningTime = (der: Uint8Array): Date => readAll(der, (reader) => reader.time());

/**
 * SigningCertificate or SigningCertificateV2 (RFC 5035 §3, §5.4); the first is the signer's.
 * @throws PkiError `cms-malformed`, `asn1-…`
 */
export function parseSigningCertificate(der: Uint8Array, version: 1 | 2): EssCertId[] {
  return readAll(der, (outer) => {
    const reader = outer.sequence();
    const list = reader.sequence();
    const ids: EssCertId[] = [];
    while (!list.done) {
      if (ids.length === 32) list.fail('asn1-too-many', 'at most 32 certificates');
      ids.push(readEssCertId(list.sequence(), version));
    }
    if (ids.length === 0) list.fail('cms-malformed', 'RFC 5035 §3 at least one certificate');
    reader.optional(tags.sequence);
    reader.end();
    return ids;
  });
}

function readEssCertId(reader: DerReader, version: 1 | 2): EssCertId {
  // SHA-256 is the default of version 2; many write it out although DER says not to
  const algorithm = version === 2 && reader.nextTag === tags.sequence ? readAlgorithm(reader) : undefined;
  const digest = version === 1 ? 'sha1' : algorithm ? digestByOid(algorithm.oid) : 'sha256';
  const certHash = reader.octetString();
  const inner = reader.enterOptional(tags.sequence);
  let issuerSerial: EssCertId['issuerSerial'];
  if (inner) {
    issuerSerial = { issuer: readGeneralNames(inner.sequence()), serialNumber: inner.integer() };
    // an issuerUniqueID may follow in version 1 certificates
    inner.optional(tags.bitString);
    inner.end();
  }
  reader.end();
  return { digest, certHash, issuerSerial };
}

export function parseAlgorithmProtection(der: Uint8Array): AlgorithmProtection {
  return readAll(der, (outer) => {
    const reader = outer.sequence();
    const digestAlgorithm = readAlgorithm(reader);
    const signed = reader.optional(contextConstructed(1));
    if (!signed) reader.read(contextConstructed(2));
    reader.end();
    return { digestAlgorithm, signatureAlgorithm: signed && implicitAlgorithm(reader, signed) };
  });
}

function implicitAlgorithm(outer: DerReader, whole: Parameters<DerReader['inside']>[0]): AlgorithmIdentifier {
  const reader = outer.inside(whole);
  const dotted = reader.oid();
  const parameters = reader.done ? undefined : reader.any().der;
  reader.end();
  return { oid: dotted, parameters, der: whole.der };
}

/** The policy a signer names (RFC 5126 §5.8.1); undefined for an implied one. */
export function parseSignaturePolicy(der: Uint8Array): string | undefined {
  return readAll(der, (outer) => {
    if (outer.nextTag === tags.null) {
      outer.null();
      return undefined;
    }
    return outer.sequence().oid();
  });
}

/** The commitments a signer makes (RFC 5126 §5.11.1). */
export function parseCommitmentTypes(attributes: readonly Attribute[]): string[] {
  return valuesOf(attributes, oids.commitmentTypeIndication).map((der) => readAll(der, (outer) => outer.sequence().oid()));
}

/** The MIME type of the content (EN 319 122-1 §5.2.5.2), or the type of a content-hints attribute (RFC 2634 §2.9) as OID. */
export function parseContentKind(attributes: readonly Attribute[]): string | undefined {
  const [mime] = valuesOf(attributes, oids.mimeType);
  if (mime) return readAll(mime, (outer) => outer.text()).slice(0, 200);
  const [hint] = valuesOf(attributes, oids.contentHint);
  return hint && readAll(hint, (outer) => {
    const reader = outer.sequence();
    reader.optional(tags.utf8String);
    const type = reader.oid();
    reader.end();
    return type;
  });
}
