import { PkiError } from '../error.ts';
import { catalogOf, type PdfDocument } from '../pdf-file/document.ts';
import { type PdfDict, PdfStream } from '../pdf-file/objects.ts';

/** Validation material kept in the document, as found: hints to be judged, nothing is trusted for standing here. */
export interface DocumentEvidence {
  /** DER */
  certificates: Uint8Array[];
  crls: Uint8Array[];
  ocspResponses: Uint8Array[];
  /** tokens kept in the VRI dictionaries, by the SHA-1 of the signature they belong to, upper-case hex */
  timestamps: Map<string, Uint8Array>;
}

/** A document signed a hundred times keeps fewer; each is tried on the chains, so the count costs time. */
const maxItems = 1_000;
/** All of it, out of its filters; lists beyond are not looked at by any validation, and a bomb would stay in memory. */
const maxBytes = 48 * 1024 * 1024;

/**
 * The document security store with what its VRI dictionaries add (ISO 32000-2 §12.8.4.3, EN 319 142-1 §5.4.2).
 * An item that cannot be read is left out: missing evidence can only make the verdict weaker.
 */
export function readDss(document: PdfDocument): DocumentEvidence {
  const evidence: DocumentEvidence = { certificates: [], crls: [], ocspResponses: [], timestamps: new Map() };
  const dss = document.dict(catalogOf(document).get('DSS'));
  if (!dss) return evidence;
  const seen = new Set<PdfStream>();
  let size = 0;
  const collect = (list: Uint8Array[], owner: PdfDict, key: string): void => {
    for (const item of document.array(owner.get(key)) ?? []) {
      const stream = safely(() => document.resolve(item));
      if (!(stream instanceof PdfStream) || seen.has(stream) || seen.size === maxItems) continue;
      seen.add(stream);
      const bytes = safely(() => document.decode(stream));
      if (!bytes || size + bytes.length > maxBytes) continue;
      size += bytes.length;
      list.push(bytes);
    }
  };
  collect(evidence.certificates, dss, 'Certs');
  collect(evidence.crls, dss, 'CRLs');
  collect(evidence.ocspResponses, dss, 'OCSPs');
  for (const [key, value] of document.dict(dss.get('VRI'))?.entries ?? []) {
    const vri = safely(() => document.dict(value));
    if (!vri) continue;
    collect(evidence.certificates, vri, 'Cert');
    collect(evidence.crls, vri, 'CRL');
    collect(evidence.ocspResponses, vri, 'OCSP');
    const token = safely(() => document.resolve(vri.get('TS')));
    const bytes = token instanceof PdfStream && evidence.timestamps.size < maxItems ? safely(() => document.decode(token)) : undefined;
    if (bytes) evidence.timestamps.set(key.toUpperCase(), bytes);
  }
  return evidence;
}

function safely<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof PkiError && error.code !== 'pdf-too-complex') return undefined;
    throw error;
  }
}
