import { oids } from '../asn1/oids.ts';
import type { Certificate } from '../certificate/parse.ts';
import { valuesOf } from './attributes.ts';
import type { SignerInfo } from './signed-data.ts';
import { verifySigner, type SignerVerdict } from './verify.ts';

/** More than this on one signature only cost time. */
const maxCounterSignatures = 16;

/** SignerInfo DER of those who signed a signature value (RFC 5652 §11.4), in their order. */
export function counterSignaturesOf({ unsignedAttributes }: Pick<SignerInfo, 'unsignedAttributes'>): Uint8Array[] {
  return valuesOf(unsignedAttributes, oids.counterSignature).slice(0, maxCounterSignatures);
}

/**
 * Judges a counter-signature over the signature value of `signed`. Its content has no type, so that the attribute must be
 * absent; everything else is as with any signer.
 */
export function verifyCounterSignature(counter: SignerInfo, signed: Pick<SignerInfo, 'signature'>, certificate: Certificate): SignerVerdict {
  const nothing = { content: undefined, contentType: undefined, certificates: [], crls: [], ocspResponses: [] };
  return verifySigner(nothing, counter, signed.signature, certificate);
}
