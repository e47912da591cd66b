import type { PdfDocument } from '../pdf-file/document.ts';
import { type PdfDict, PdfString } from '../pdf-file/objects.ts';

/** A chain is a handful. */
const most = 32;

/** Cert of a signature dictionary (ISO 32000-2 Table 255): one certificate or several, the signer's first. DER, unchecked. */
export function readEnclosedCertificates(document: PdfDocument, signature: PdfDict): Uint8Array[] {
  const value = document.resolve(signature.get('Cert'));
  const listed = value instanceof PdfString ? [value] : (document.array(value) ?? []).slice(0, most).map((each) => document.resolve(each));
  return listed.flatMap((each) => (each instanceof PdfString ? [each.bytes] : []));
}
