import { hash } from 'node:crypto';
import { PkiError } from '../error.ts';
import { openSequence } from '../asn1/der-reader.ts';
import { tags } from '../asn1/tags.ts';
import { integerOctets } from '../asn1/values.ts';
import type { Signer } from '../keys/signer.ts';
import { canonicalize, WorkBudget } from './canonicalize.ts';
import { defaultMethod, dereference, signatureElements, type Surroundings } from './dereference.ts';
import { parseXml } from './parse.ts';
import { readSignature, type XmlSignature } from './signature.ts';

/** Empty places of a template, filled from the first on. */
export const places = { digest: '<ds:DigestValue></ds:DigestValue>', signature: '<ds:SignatureValue></ds:SignatureValue>', timestamp: '<xades:EncapsulatedTimeStamp></xades:EncapsulatedTimeStamp>' } as const;

export interface XmlSigningOptions {
  signer: Signer;
  /** content outside the document, by the name in the reference's URI */
  resolve?: (name: string | undefined) => Uint8Array | undefined;
  /** makes it XAdES-B-T: a TimeStampToken for a SHA-256 imprint of the canonical SignatureValue */
  timestamp?: (imprint: Uint8Array) => Promise<Uint8Array>;
}

/**
 * Signs a document that holds a signature with empty places: its digests are computed, then its value, then its token.
 * What is digested is what a verifier will dereference.
 * @param xml one ds:Signature in it has an empty SignatureValue; see `signatureTemplate`
 * @throws PkiError `xml-template`, and those of `dereference`
 */
export async function signXml(xml: string, { signer, resolve = () => undefined, timestamp }: XmlSigningOptions): Promise<string> {
  const { signature, surroundings } = opened(xml, resolve);
  const digested = signature.references.reduce((text, reference) => {
    if (!reference.digest) throw new PkiError('xml-template', { rule: 'a known DigestMethod' });
    return filled(text, places.digest, hash(reference.digest, dereference(reference, surroundings).octets, 'buffer'));
  }, xml);
  const { signature: { signedInfo, canonicalization, method } } = opened(digested, resolve);
  const octets = canonicalize({ apex: signedInfo, omits: () => false, comments: true }, canonicalization ?? defaultMethod, new WorkBudget());
  const value = await signer.sign(octets);
  const signed = filled(digested, places.signature, method.rawEcdsa ? rawEcdsaOf(value, signer) : value);
  if (!timestamp) return signed;
  const before = signatureElements(parseXml(Buffer.from(digested))).findIndex(isEmpty);
  const { signatureValue } = readSignature(signatureElements(parseXml(Buffer.from(signed)))[before]!);
  const stamped = canonicalize({ apex: signatureValue, omits: () => false, comments: true }, defaultMethod, new WorkBudget());
  return filled(signed, places.timestamp, await timestamp(hash('sha256', stamped, 'buffer')));
}

const isEmpty = (element: Parameters<typeof readSignature>[0]): boolean => readSignature(element).value.length === 0;

function opened(xml: string, resolve: Surroundings['resolve']): { signature: XmlSignature; surroundings: Surroundings } {
  const document = parseXml(Buffer.from(xml, 'utf8'));
  const element = signatureElements(document).find(isEmpty);
  if (!element) throw new PkiError('xml-template', { rule: 'a ds:Signature with an empty SignatureValue' });
  return { signature: readSignature(element), surroundings: { document, signature: element, resolve, budget: new WorkBudget() } };
}

function filled(text: string, place: string, value: Uint8Array): string {
  const at = text.indexOf(place);
  if (at < 0) throw new PkiError('xml-template', { rule: place });
  const inside = at + place.indexOf('></') + 1;
  return `${text.slice(0, inside)}${Buffer.from(value).toString('base64')}${text.slice(inside)}`;
}

/** r and s side by side (RFC 4050 §3.3). */
function rawEcdsaOf(der: Uint8Array, { publicKey: { bits } }: Signer): Uint8Array {
  const reader = openSequence(der);
  const octets = Math.ceil(bits / 8);
  const padded = [reader.read(tags.integer), reader.read(tags.integer)].map((element) => {
    const magnitude = Buffer.from(integerOctets(element));
    return Buffer.concat([Buffer.alloc(octets), magnitude]).subarray(-octets);
  });
  return Buffer.concat(padded);
}
