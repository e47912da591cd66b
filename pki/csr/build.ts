import { bitString, element, integer, sequence } from '../asn1/der-writer.ts';
import { contextConstructed } from '../asn1/tags.ts';
import { signatureAlgorithmDer } from '../keys/algorithm.ts';
import type { PublicKey } from '../keys/public-key.ts';
import type { Signer } from '../keys/signer.ts';

/** The CertificationRequestInfo of a name and a key, without attributes (RFC 2986 §4.1). @param subject Name DER */
export const buildCsrInfo = (subject: Uint8Array, publicKey: PublicKey): Uint8Array =>
  sequence(integer(0), subject, publicKey.der, element(contextConstructed(0)));

/** A PKCS#10 request in DER, signed by the key it is for. @param subject Name DER */
export async function buildCsr(subject: Uint8Array, signer: Signer): Promise<Uint8Array> {
  const info = buildCsrInfo(subject, signer.publicKey);
  return sequence(info, signatureAlgorithmDer(signer.scheme), bitString(await signer.sign(info)));
}
