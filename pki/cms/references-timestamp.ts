import { createHash } from 'node:crypto';
import { element, oid } from '../asn1/der-writer.ts';
import { oids } from '../asn1/oids.ts';
import { tags } from '../asn1/tags.ts';
import type { Digest } from '../keys/algorithm.ts';
import type { Attribute, SignerInfo } from './signed-data.ts';

const references = [oids.completeCertificateReferences, oids.completeRevocationReferences];

/**
 * What a CAdES-C-timestamp must have stamped (ETSI TS 101 733 §6.3.5): the signature value, its timestamps and the references to
 * certificates and status data, of each attribute type and values without the SEQUENCE around; undefined where one is missing.
 */
export function completeSignatureImprint(signerInfo: SignerInfo): ((digest: Digest) => Uint8Array) | undefined {
  return imprintOver(signerInfo, [oids.timeStampToken, ...references], [signerInfo.signature]);
}

/** The same for a timestamp over the references alone (§6.3.6), which proves nothing of the signature. */
export function referencesImprint(signerInfo: SignerInfo): ((digest: Digest) => Uint8Array) | undefined {
  return imprintOver(signerInfo, references, []);
}

function imprintOver({ unsignedAttributes }: SignerInfo, types: readonly string[], first: readonly Uint8Array[]): ((digest: Digest) => Uint8Array) | undefined {
  const attributes = types.map((type) => unsignedAttributes.filter((each) => each.oid === type));
  if (attributes.slice(-references.length).some((found) => found.length === 0)) return undefined;
  return (digest) => {
    const hash = createHash(digest);
    for (const part of [...first, ...attributes.flat().flatMap(octetsOf)]) hash.update(part);
    return hash.digest();
  };
}

const octetsOf = ({ oid: type, values }: Attribute): Uint8Array[] => [oid(type), element(tags.set, ...values)];
