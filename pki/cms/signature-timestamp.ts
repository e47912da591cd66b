import { PkiError } from '../error.ts';
import { DerReader, type DerElement } from '../asn1/der-reader.ts';
import { explicit, retag, sequence, setOf } from '../asn1/der-writer.ts';
import { oids } from '../asn1/oids.ts';
import { contextConstructed } from '../asn1/tags.ts';
import { attribute } from './build.ts';
import { parseSignedData } from './signed-data.ts';

/** More unsigned attributes than this on a signature of ours would be a mistake. */
const maxUnsigned = 128;

/** The signature value of a SignedData with one signer: what a signature timestamp stamps (RFC 5126 §6.1.1). */
export function signatureValueOf(signedDataDer: Uint8Array): Uint8Array {
  return onlySigner(parseSignedData(signedDataDer)).signature;
}

/**
 * The same SignedData with a signature timestamp as unsigned attribute: CAdES-B-T. Everything else keeps its bytes.
 * @param token TimeStampToken DER over `signatureValueOf`
 * @throws PkiError `cms-several-signers`, `cms-malformed`, `asn1-…`
 */
export function addSignatureTimestamp(signedDataDer: Uint8Array, token: Uint8Array): Uint8Array {
  const signedData = parseSignedData(signedDataDer);
  onlySigner(signedData);
  const [contentType, wrapped] = children(new DerReader(signedData.der).sequence());
  const inner = children(new DerReader(wrapped!.content).sequence());
  const [signerInfo] = children(new DerReader(inner.at(-1)!.der).set());
  const stamped = setOf(withUnsigned(signerInfo!, attribute(oids.timeStampToken, token)));
  return sequence(contentType!.der, explicit(0, sequence(...inner.slice(0, -1).map(({ der }) => der), stamped)));
}

function onlySigner(signedData: ReturnType<typeof parseSignedData>): ReturnType<typeof parseSignedData>['signerInfos'][number] {
  const [only, ...others] = signedData.signerInfos;
  if (!only || others.length > 0) throw new PkiError('cms-several-signers', { rule: 'one signer' });
  return only;
}

function withUnsigned({ der }: DerElement, added: Uint8Array): Uint8Array {
  const fields = children(new DerReader(der).sequence());
  const last = fields.at(-1)!;
  const existing = last.tag === contextConstructed(1) ? last : undefined;
  const kept = existing ? new DerReader(existing.content).all(maxUnsigned).map((element) => element.der) : [];
  const before = existing ? fields.slice(0, -1) : fields;
  return sequence(...before.map((field) => field.der), retag(contextConstructed(1), setOf(...kept, added)));
}

function children(reader: DerReader): DerElement[] {
  return reader.all(maxUnsigned);
}
