import { PkiError } from '../error.ts';
import type { Digest } from '../keys/algorithm.ts';
import { canonicalMethodOf, digestByUri } from './algorithms.ts';
import type { CanonicalMethod } from './canonicalize.ts';
import { readSignatureMethod, type SignatureMethodRead } from './signature-method.ts';
import { attributeOf, bytesOf, childrenOf, isNamed, limits, namespaces, type XmlElement } from './tree.ts';

/** A ds:Reference (XMLDSig §4.4.3) as it stands. */
export interface XmlReference {
  element: XmlElement;
  id: string | undefined;
  /** undefined: the application knows what is meant */
  uri: string | undefined;
  type: string | undefined;
  transforms: readonly XmlElement[];
  /** undefined: none of ours */
  digest: Digest | undefined;
  digestUri: string;
  digestValue: Uint8Array;
}

/** A ds:Signature (XMLDSig §4) taken apart; nothing is judged yet. */
export interface XmlSignature {
  element: XmlElement;
  id: string | undefined;
  signedInfo: XmlElement;
  /** undefined: none of ours */
  canonicalization: CanonicalMethod | undefined;
  method: SignatureMethodRead;
  references: readonly XmlReference[];
  signatureValue: XmlElement;
  value: Uint8Array;
  keyInfo: XmlElement | undefined;
  /** of X509Data: DER of the certificates, hints alone. Keys given bare (KeyValue) are not even read. */
  certificates: readonly Uint8Array[];
  objects: readonly XmlElement[];
}

const { ds } = namespaces;

const malformed = (rule: string): PkiError => new PkiError('xml-signature-malformed', { rule: `XMLDSig ${rule}` });

/**
 * Takes a ds:Signature apart. Its parts stand in the schema's order and number, so no second SignedInfo can be read
 * where the first was checked.
 * @throws PkiError `xml-signature-malformed`, `xml-text-expected`, `xml-base64-malformed`, `xml-element-repeated`
 */
export function readSignature(element: XmlElement): XmlSignature {
  const parts = childrenOf(element);
  const [signedInfo, signatureValue, third] = parts;
  if (!signedInfo || !isNamed(signedInfo, ds, 'SignedInfo') || !signatureValue || !isNamed(signatureValue, ds, 'SignatureValue')) throw malformed('§4.1 SignedInfo, SignatureValue');
  const keyInfo = third && isNamed(third, ds, 'KeyInfo') ? third : undefined;
  const objects = parts.slice(keyInfo ? 3 : 2);
  if (objects.length > limits.references) throw new PkiError('xml-too-complex', { rule: `at most ${limits.references} objects` });
  if (objects.some((each) => !isNamed(each, ds, 'Object'))) throw malformed('§4.1 KeyInfo once, then Objects');
  return {
    element, id: attributeOf(element, 'Id'), signedInfo, ...readSignedInfo(signedInfo), signatureValue, value: bytesOf(signatureValue),
    keyInfo, certificates: keyInfo ? certificatesOf(keyInfo) : [], objects,
  };
}

function readSignedInfo(signedInfo: XmlElement): Pick<XmlSignature, 'canonicalization' | 'method' | 'references'> {
  const [canonicalization, method, ...references] = childrenOf(signedInfo);
  if (!canonicalization || !isNamed(canonicalization, ds, 'CanonicalizationMethod') || !method || !isNamed(method, ds, 'SignatureMethod')) throw malformed('§4.4 SignedInfo');
  if (references.length === 0) throw malformed('§4.4 at least one Reference');
  return { canonicalization: canonicalMethodOf(canonicalization), method: readSignatureMethod(method), references: readReferences(references) };
}

/** The References of a SignedInfo or a Manifest. @throws PkiError as `readSignature` */
export function readReferences(elements: readonly XmlElement[]): XmlReference[] {
  if (elements.length > limits.references) throw new PkiError('xml-too-complex', { rule: `at most ${limits.references} references` });
  return elements.map(readReference);
}

function readReference(element: XmlElement): XmlReference {
  if (!isNamed(element, ds, 'Reference')) throw malformed('§4.4 References alone');
  const parts = childrenOf(element);
  const transforms = parts[0] && isNamed(parts[0], ds, 'Transforms') ? childrenOf(parts[0]) : [];
  const [method, value, ...others] = parts.slice(parts[0] && isNamed(parts[0], ds, 'Transforms') ? 1 : 0);
  if (!method || !isNamed(method, ds, 'DigestMethod') || !value || !isNamed(value, ds, 'DigestValue') || others.length > 0) throw malformed('§4.4.3 Reference');
  if (transforms.length > limits.transforms || transforms.some((each) => !isNamed(each, ds, 'Transform'))) throw malformed(`§4.4.3.4 at most ${limits.transforms} Transforms`);
  const digestUri = attributeOf(method, 'Algorithm') ?? '';
  return {
    element, id: attributeOf(element, 'Id'), uri: attributeOf(element, 'URI'), type: attributeOf(element, 'Type'), transforms,
    digest: digestByUri(digestUri), digestUri, digestValue: bytesOf(value),
  };
}

function certificatesOf(keyInfo: XmlElement): Uint8Array[] {
  return childrenOf(keyInfo, ds, 'X509Data').flatMap((each) => childrenOf(each, ds, 'X509Certificate')).slice(0, limits.references).map(bytesOf);
}
