import { PkiError } from '../error.ts';
import type { Certificate } from '../certificate/parse.ts';
import { WorkBudget } from './canonicalize.ts';
import { isOf } from './certificate-reference.ts';
import { coverageOf, type XmlCoverage } from './coverage.ts';
import { parseDateTime } from './date-time.ts';
import { signatureElements, type Surroundings } from './dereference.ts';
import { parseXml } from './parse.ts';
import { readSignature, type XmlSignature } from './signature.ts';
import { attributeOf, elementsOf, isNamed, isWithin, limits, namespaces, tokenOf, type XmlDocument, type XmlElement } from './tree.ts';
import { checkReferences, checkSignatureValue, dataReferences, type ReferenceVerdict, type XmlProblem } from './verify.ts';
import { readXades, type XadesProperties } from './xades.ts';
import { readTimestamps, type XadesTimestamp } from './xades-timestamps.ts';

/** One ds:Signature of a file: what it is, what it protects, and what is wrong with it before any key is asked. */
export interface SignatureFound {
  element: XmlElement;
  id: string | undefined;
  /** the signature this one counter-signs: it stands in its CounterSignature */
  counterSigns: XmlElement | undefined;
  /** either it could not be read, or `read` holds it */
  problem: PkiError | undefined;
  read: SignatureRead | undefined;
}

export interface SignatureRead {
  signature: XmlSignature;
  references: readonly ReferenceVerdict[];
  /** undefined for a plain XML signature */
  properties: XadesProperties | undefined;
  timestamps: readonly XadesTimestamp[];
  coverage: XmlCoverage;
  /** what the signer says, in XAdES or in a signed Object; proves nothing */
  claimedTime: Date | undefined;
  surroundings: Surroundings;
}

/**
 * Every signature of an XML file, also those inside another, with the references digested.
 * @param resolve content beside the file by the name a reference gives it, percent-decoded; undefined for what is not there
 * @throws PkiError those of `parseXml`, `xml-too-complex` for more signatures or work than any file needs
 */
export function readSignedXml(bytes: Uint8Array, resolve: Surroundings['resolve']): { document: XmlDocument; signatures: SignatureFound[] } {
  const document = parseXml(bytes);
  const elements = signatureElements(document);
  if (elements.length > limits.signatures) throw new PkiError('xml-too-complex', { rule: `at most ${limits.signatures} signatures` });
  const budget = new WorkBudget();
  const found = elements.map((element) => attempt(element, { document, signature: element, resolve, budget }));
  const coverages = coverageOf(document, found.flatMap(({ read }) => read ?? [])).values();
  return { document, signatures: found.map(({ read, ...rest }) => ({ ...rest, read: read && { ...read, coverage: coverages.next().value! } })) };
}

type Attempt = Omit<SignatureFound, 'read'> & { read: Omit<SignatureRead, 'coverage'> | undefined };

function attempt(element: XmlElement, surroundings: Surroundings): Attempt {
  const frame = { element, id: attributeOf(element, 'Id'), counterSigns: outerOf(element) };
  try {
    const signature = readSignature(element);
    const references = checkReferences(signature, surroundings);
    const data = dataReferences(signature, references);
    if (data.length === 0) throw new PkiError('xml-nothing-signed', { rule: 'XMLDSig §3.2.1 a reference to more than the signature itself' });
    const properties = readXades(signature, references);
    const timestamps = properties ? readTimestamps(signature, properties, surroundings) : [];
    if (frame.counterSigns && !references.some(({ target }) => target?.kind === 'element' && target.element.parent === frame.counterSigns && isNamed(target.element, namespaces.ds, 'SignatureValue'))) {
      throw new PkiError('xml-xades-malformed', { rule: 'EN 319 132-1 §5.2.7 a counter-signature is over the SignatureValue' });
    }
    const claimedTime = properties ? properties.signingTime : claimedIn(signature, data);
    return { ...frame, problem: undefined, read: { signature, references, properties, timestamps, claimedTime, surroundings } };
  } catch (error) {
    if (!(error instanceof PkiError) || error.code === 'xml-too-complex') throw error;
    return { ...frame, problem: error, read: undefined };
  }
}

/** The signature in whose CounterSignature an element stands. */
function outerOf(element: XmlElement): XmlElement | undefined {
  if (!element.parent || !isNamed(element.parent, namespaces.xades, 'CounterSignature')) return undefined;
  for (let at: XmlElement | undefined = element.parent; at; at = at.parent) if (isNamed(at, namespaces.ds, 'Signature')) return at;
  return undefined;
}

/** Invoices of Vietnam have a SigningTime in an Object that is signed, in a namespace of each programmer's own. */
function claimedIn({ element }: XmlSignature, data: readonly ReferenceVerdict[]): Date | undefined {
  for (const { target } of data) {
    if (target?.kind !== 'element' || !isWithin(target.element, element)) continue;
    const time = [...elementsOf(target.element)].find(({ local, children }) => local === 'SigningTime' && children.every(({ kind }) => kind === 'text'));
    if (time) return parseDateTime(tokenOf(time));
  }
  return undefined;
}

/** Whether the reference to the signing certificate is under the signature: by digest, or KeyInfo as a whole. */
export function namesCertificate({ properties, references, signature: { keyInfo, certificates } }: SignatureRead): boolean {
  if (properties && properties.certificates.length > 0) return true;
  return certificates.length > 0 && references.some(({ target }) => target?.kind === 'element' && target.element === keyInfo && target.omitted === 'nothing');
}

/**
 * The signing certificate: of those at hand the one the signer named by digest; of a plain signature the one in KeyInfo.
 * Of several, the one that is no CA's; two that could be are a conflict, for choosing is what an attacker would want.
 */
export function selectSigner({ properties, signature }: SignatureRead, certificates: readonly Certificate[]): Certificate | undefined | 'conflict' {
  const named = properties && properties.certificates.length > 0
    ? certificates.filter((each) => properties.certificates.some((reference) => isOf(reference, each)))
    : certificates.filter(({ der }) => signature.certificates.some((own) => Buffer.compare(own, der) === 0));
  const once = [...new Map(named.map((each) => [Buffer.from(each.der).toString('latin1'), each])).values()];
  if (once.length < 2) return once[0];
  const [leaf, ...others] = once.filter(({ basicConstraints }) => !basicConstraints?.ca);
  return leaf && others.length === 0 ? leaf : 'conflict';
}

/** All that is wrong with a signature by this certificate: digests, value, binding. Empty for an intact one. Never throws. */
export function checkSignature(read: SignatureRead, certificate: Certificate): (XmlProblem | { code: 'signing-certificate-mismatch'; rule: string })[] {
  const { signature, references, properties, surroundings } = read;
  const value = checkSignatureValue(signature, certificate.publicKey, surroundings);
  const isNamed = !properties || properties.certificates.length === 0 || properties.certificates.some((each) => isOf(each, certificate));
  return [
    ...references.flatMap(({ problem }) => problem ?? []), ...(value ? [value] : []),
    ...(isNamed ? [] : [{ code: 'signing-certificate-mismatch' as const, rule: 'EN 319 132-1 §5.2.2' }]),
  ];
}
