import { hash, timingSafeEqual } from 'node:crypto';
import { PkiError } from '../error.ts';
import type { Digest } from '../keys/algorithm.ts';
import type { PublicKey } from '../keys/public-key.ts';
import { verifySignature } from '../keys/verify.ts';
import { uriSpaces } from './algorithms.ts';
import { canonicalize } from './canonicalize.ts';
import { dereference, type Surroundings, type Target } from './dereference.ts';
import { ecdsaDerOf } from './signature-method.ts';
import { readReferences, type XmlReference, type XmlSignature } from './signature.ts';
import { childrenOf, isNamed, namespaces, type XmlElement } from './tree.ts';

export type XmlProblemCode =
  | 'digest-mismatch' | 'signature-invalid' | 'algorithm-not-supported' | 'algorithm-mismatch' | 'key-not-supported'
  | 'content-missing' | 'reference-missing' | 'reference-ambiguous' | 'reference-refused' | 'reference-empty';

export interface XmlProblem { code: XmlProblemCode; rule: string }

/** What became of one reference. */
export interface ReferenceVerdict {
  reference: XmlReference;
  /** undefined when there is nothing it could mean */
  target: Target | undefined;
  /** it stands in a ds:Manifest that is signed itself */
  inManifest: boolean;
  problem: XmlProblem | undefined;
}

/** The digests of all references, judged without any key. */
export function checkReferences(signature: XmlSignature, surroundings: Surroundings): ReferenceVerdict[] {
  const verdicts = signature.references.map((reference) => checkReference(reference, surroundings, false));
  const manifests = verdicts.flatMap(({ reference: { type }, problem, target }) =>
    type === `${uriSpaces.dsig}Manifest` && !problem && target?.kind === 'element' && target.omitted === 'nothing' ? [target.element] : []);
  const listed = [...new Set(manifests)].flatMap((element) => readReferences(manifestReferences(element)));
  return [...verdicts, ...listed.map((reference) => checkReference(reference, surroundings, true))];
}

/** XMLDSig §5.1. A Manifest inside a Manifest is content like any other. */
function manifestReferences(element: XmlElement): XmlElement[] {
  return isNamed(element, namespaces.ds, 'Manifest') ? childrenOf(element) : [];
}

const problemOf: Readonly<Record<string, XmlProblemCode>> = {
  'xml-content-missing': 'content-missing', 'xml-reference-missing': 'reference-missing', 'xml-reference-ambiguous': 'reference-ambiguous',
};

function checkReference(reference: XmlReference, surroundings: Surroundings, inManifest: boolean): ReferenceVerdict {
  const fail = (code: XmlProblemCode, rule: string, target?: Target): ReferenceVerdict => ({ reference, target, inManifest, problem: { code, rule } });
  if (!reference.digest) return fail('algorithm-not-supported', 'XMLDSig §4.4.3.5 DigestMethod');
  try {
    const { target, octets } = dereference(reference, surroundings);
    if (target.kind !== 'file' && octets.length === 0) return fail('reference-empty', 'a reference to nothing', target);
    const same = isEqual(hash(reference.digest, octets, 'buffer'), reference.digestValue);
    return same ? { reference, target, inManifest, problem: undefined } : fail('digest-mismatch', 'XMLDSig §3.2.1 DigestValue', target);
  } catch (error) {
    if (!(error instanceof PkiError) || error.code === 'xml-too-complex') throw error;
    return fail(problemOf[error.code] ?? 'reference-refused', error.rule);
  }
}

/** The signature value over the canonical SignedInfo (XMLDSig §3.2.2), with the key of a certificate: none from the file. */
export function checkSignatureValue({ signedInfo, canonicalization, method, value }: XmlSignature, publicKey: PublicKey, { budget }: Pick<Surroundings, 'budget'>): XmlProblem | undefined {
  if (!canonicalization) return { code: 'algorithm-not-supported', rule: 'XMLDSig §4.4.1 CanonicalizationMethod' };
  if (!method.algorithm) return { code: 'algorithm-not-supported', rule: `XMLDSig §4.4.2 ${method.uri.slice(0, 100)}` };
  if (method.rawEcdsa && publicKey.type !== 'ec') return { code: 'algorithm-mismatch', rule: 'RFC 9231 §2.3.6' };
  const signature = method.rawEcdsa ? ecdsaDerOf(value, publicKey) : value;
  if (!signature) return { code: 'signature-invalid', rule: 'RFC 4050 §3.3 r and s of the curve’s length' };
  try {
    const signed = canonicalize({ apex: signedInfo, omits: () => false, comments: true }, canonicalization, budget);
    const verdict = verifySignature(method.algorithm, publicKey, signed, signature);
    return verdict.valid ? undefined : { code: verdict.reason, rule: 'XMLDSig §3.2.2' };
  } catch (error) {
    if (error instanceof PkiError) return { code: 'signature-invalid', rule: error.rule };
    throw error;
  }
}

/** References to what the signer wanted to sign: not the properties, keys or other parts of the signature itself. */
export function dataReferences({ element }: XmlSignature, verdicts: readonly ReferenceVerdict[]): ReferenceVerdict[] {
  return verdicts.filter(({ target }) => target?.kind !== 'element' || isData(target.element, element));
}

/** Outside of the signature, or in an Object of it that holds content: neither properties nor a list of further references. */
function isData(signed: XmlElement, signature: XmlElement): boolean {
  let inProperties = isNamed(signed, namespaces.ds, 'Manifest');
  for (let at: XmlElement | undefined = signed; at; at = at.parent) {
    if (at === signature) return false;
    if (at.parent === signature) return isNamed(at, namespaces.ds, 'Object') && !inProperties;
    inProperties ||= isNamed(at, namespaces.xades, 'QualifyingProperties');
  }
  return true;
}

/** The digests a signature stands on: those of its references and of its method; undefined for one that is not ours. */
export function digestsOf({ method }: XmlSignature, verdicts: readonly ReferenceVerdict[]): { digest: Digest | undefined; name: string }[] {
  const used = [...verdicts.map(({ reference: { digest, digestUri } }) => ({ digest, name: digest ?? digestUri.slice(0, 100) })), { digest: method.digest, name: method.digest ?? method.uri.slice(0, 100) }];
  return [...new Map(used.map((each) => [each.name, each])).values()];
}

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
