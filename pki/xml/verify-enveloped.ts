import { PkiError } from '../error.ts';
import type { Certificate } from '../certificate/parse.ts';
import { WorkBudget } from './canonicalize.ts';
import { signatureElements, type Surroundings } from './dereference.ts';
import { parseXml } from './parse.ts';
import { readSignature } from './signature.ts';
import type { XmlDocument } from './tree.ts';
import { checkReferences, checkSignatureValue, digestsOf } from './verify.ts';

export interface VerifiedXml {
  /** the very tree that was signed, less the signature; read elements with `childrenOf`, `childOf`, `descendantOf`, `textOf`, `bytesOf` of `tree.ts` */
  document: XmlDocument;
  /** whose key it was, of those handed in */
  certificate: Certificate;
}

/** More keys than any publisher of a list has in use at a time. */
const maxCertificates = 32;

/**
 * A document signed whole by one enveloped signature under its root, as ETSI TS 119 612 §5.7 has it for trusted lists.
 * Integrity alone: dates and status of the certificate are the caller's question.
 * @param trusted certificates of those who may have signed; what the file holds itself is not looked at
 * @throws PkiError `xml-not-signed-whole`, `xml-signature-invalid`, and those of `parseXml` and `readSignature`
 */
export function verifyEnvelopedXml(bytes: Uint8Array, trusted: readonly Certificate[]): VerifiedXml {
  const document = parseXml(bytes);
  const [element, ...others] = signatureElements(document);
  if (!element || others.length > 0 || element.parent !== document.root) throw new PkiError('xml-not-signed-whole', { rule: 'ETSI TS 119 612 §5.7.1 one signature, a child of the root' });
  const signature = readSignature(element);
  const surroundings: Surroundings = { document, signature: element, resolve: () => undefined, budget: new WorkBudget() };
  const references = checkReferences(signature, surroundings);
  const failure = references.find(({ problem }) => problem)?.problem;
  if (failure) throw new PkiError('xml-signature-invalid', { rule: `${failure.code}: ${failure.rule}` });
  const isWhole = references.some(({ target, inManifest }) => !inManifest && target?.kind !== 'file' && target?.omitted === 'this-signature'
    && (target.kind === 'document' || target.element === document.root));
  if (!isWhole) throw new PkiError('xml-not-signed-whole', { rule: 'ETSI TS 119 612 §5.7.1 a reference to the whole document' });
  if (digestsOf(signature, references).some(({ digest }) => digest === 'sha1')) throw new PkiError('xml-signature-invalid', { rule: 'ETSI TS 119 312 no SHA-1' });
  const certificate = trusted.slice(0, maxCertificates).find(({ publicKey }) => !checkSignatureValue(signature, publicKey, surroundings));
  if (!certificate) throw new PkiError('xml-signature-invalid', { rule: 'no certificate handed in verifies the signature' });
  return { document, certificate };
}
