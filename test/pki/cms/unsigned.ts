import { createHash } from 'node:crypto';
import { DerReader, type DerElement } from '../../../pki/asn1/der-reader.ts';
import { explicit, integer, octetString, oid, retag, sequence, setOf } from '../../../pki/asn1/der-writer.ts';
import { oids } from '../../../pki/asn1/oids.ts';
import { contextConstructed } from '../../../pki/asn1/tags.ts';
import { attribute, buildSignedData } from '../../../pki/cms/build.ts';
import { parseSignedData, type SignerInfo } from '../../../pki/cms/signed-data.ts';
import { digestAlgorithmDer, signatureAlgorithmDer, type Digest } from '../../../pki/keys/algorithm.ts';
import type { Holder } from '../certificates.ts';

const children = (der: Uint8Array): DerElement[] => new DerReader(new DerReader(der).any().content).all();
const of = (tag: number, parts: readonly Uint8Array[]): Uint8Array => retag(tag, sequence(...parts));

/** The same SignedData with another unsigned attribute on its first signer, and other revocation choices if told. */
export function withUnsigned(signedDataDer: Uint8Array, added: Uint8Array, { certificates, revocations }: { certificates?: readonly Uint8Array[]; revocations?: readonly Uint8Array[] } = {}): Uint8Array {
  const [type, wrapped] = children(signedDataDer);
  const fields = children(wrapped!.content);
  const [first, ...others] = children(fields.at(-1)!.der);
  const signerFields = children(first!.der);
  const existing = signerFields.at(-1)!.tag === contextConstructed(1) ? children(signerFields.at(-1)!.der).map(({ der }) => der) : [];
  const kept = signerFields.filter(({ tag }, i) => !(tag === contextConstructed(1) && i === signerFields.length - 1)).map(({ der }) => der);
  const signerInfo = sequence(...kept, retag(contextConstructed(1), setOf(...existing, added)));
  const replaced = fields.slice(0, -1).filter(({ tag }) => !(certificates && tag === contextConstructed(0)) && !(revocations && tag === contextConstructed(1))).map(({ der }) => der);
  const more = [
    ...(certificates ? [of(contextConstructed(0), certificates)] : []), ...(revocations ? [of(contextConstructed(1), revocations)] : []),
  ];
  return sequence(type!.der, explicit(0, sequence(...replaced, ...more, setOf(signerInfo, ...others.map(({ der }) => der)))));
}

export const firstSigner = (der: Uint8Array): SignerInfo => parseSignedData(der).signerInfos[0]!;

/** A counter-signature over a signature value: SignerInfo DER (RFC 5652 §11.4). */
export async function counterSign(by: Holder, signature: Uint8Array, { contentType = false } = {}): Promise<Uint8Array> {
  const digest = createHash('sha256').update(signature).digest();
  const binding = sequence(sequence(sequence(octetString(createHash('sha256').update(by.certificate.der).digest()))));
  const attributes = setOf(
    attribute(oids.messageDigest, octetString(digest)), attribute(oids.signingCertificateV2, binding),
    ...(contentType ? [attribute(oids.contentType, oid(oids.data))] : []),
  );
  return sequence(
    integer(1), sequence(by.certificate.issuer.der, integer(by.certificate.serialNumber)), digestAlgorithmDer('sha256'),
    retag(contextConstructed(0), attributes), signatureAlgorithmDer(by.signer.scheme), octetString(await by.signer.sign(attributes)),
  );
}

export interface Indexed { certificates?: readonly Uint8Array[]; revocations?: readonly Uint8Array[]; attributeValues?: [string, Uint8Array][]; /** whole, as the first forms of the index have them */ attributes?: readonly Uint8Array[]; digest?: Digest; /** the first form of all names no digest */ unnamed?: boolean }

/** ATSHashIndexV3 over these, or an earlier form where attributes are given whole, and what an archive timestamp with it must stamp. */
export function hashIndex(signedDataDer: Uint8Array, content: Uint8Array, { certificates = [], revocations = [], attributeValues = [], attributes = [], digest = 'sha256', unnamed = false }: Indexed): { index: Uint8Array; stamped: Uint8Array } {
  const hash = (...parts: Uint8Array[]): Uint8Array => octetString(createHash(digest).update(Buffer.concat(parts)).digest());
  const index = sequence(
    ...(unnamed ? [] : [digestAlgorithmDer(digest)]), sequence(...certificates.map((der) => hash(der))), sequence(...revocations.map((der) => hash(der))),
    sequence(...attributeValues.map(([type, value]) => hash(oid(type), value)), ...attributes.map((der) => hash(der))),
  );
  const { contentType, signerInfos: [signer] } = parseSignedData(signedDataDer);
  return { index, stamped: Buffer.concat([oid(contentType), createHash(digest).update(content).digest(), signer!.signedFields, index]) };
}

/** A detached or attached CAdES-B-B signature. */
export function sign(by: Pick<Holder, 'signer' | 'certificate'>, content: Uint8Array, { attached = false, certificates = [] as Uint8Array[], contentType = oids.data as string, signingTime = new Date('2026-06-01T08:00:00Z') } = {}): Promise<Uint8Array> {
  return buildSignedData({
    ...(attached ? { content } : {}), digest: createHash('sha256').update(content).digest(), contentType,
    signer: by.signer, certificate: by.certificate, certificates, signingTime,
  });
}
