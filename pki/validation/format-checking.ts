import { PkiError } from '../error.ts';
import { oid } from '../asn1/der-writer.ts';
import { oids } from '../asn1/oids.ts';
import { looksLikeJws } from '../jws/parse.ts';
import { readAsicDocument } from './asic-candidates.ts';
import type { SignatureCandidate, SignedDocument } from './candidate.ts';
import { readCmsDocument } from './cms-candidates.ts';
import { passed } from './conclusion.ts';
import type { GivenContent } from './given-content.ts';
import { readJwsDocument } from './jws-candidates.ts';
import { readPdfDocument } from './pdf-candidates.ts';
import type { Conclusion } from './report.ts';
import { looksLikeXml, readXmlDocument } from './xml-candidates.ts';

/** A kind of file: how its first kilobyte is recognised, and how it is taken apart. */
interface FormatReader {
  recognises: (start: Buffer) => boolean;
  read: (file: Uint8Array, content: GivenContent | undefined) => SignedDocument;
}

const signedDataOid = Buffer.from(oid(oids.signedData));

/** In this order; a further format is one row, and one file beside this that makes its candidates. */
const formats: readonly FormatReader[] = [
  // a stored PDF may begin within the first kilobyte of a container, or of an attached CMS
  { recognises: (start) => start.toString('latin1', 0, 4) === 'PK\u0003\u0004', read: readAsicDocument },
  { recognises: (start) => start[0] === 0x30 && start.subarray(0, 24).includes(signedDataOid), read: readCmsDocument },
  { recognises: (start) => start.includes('%PDF-'), read: readPdfDocument },
  { recognises: (start) => start.toString('latin1', 0, 11) === '-----BEGIN ', read: (file, content) => readCmsDocument(bytesOfPem(file), content) },
  { recognises: (start) => start[0] === 0x30, read: readCmsDocument },
  { recognises: looksLikeXml, read: readXmlDocument },
  { recognises: looksLikeJws, read: readJwsDocument },
];

/**
 * Takes a file apart into its signatures (EN 319 102-1 §5.2.2).
 * @param content what a detached signature signs
 * @throws PkiError `document-unreadable` for what is of no known kind
 */
export function readSignedDocument(file: Uint8Array, content?: GivenContent): SignedDocument {
  const start = Buffer.from(file.buffer, file.byteOffset, Math.min(file.length, 1024));
  const format = formats.find(({ recognises }) => recognises(start));
  if (!format) throw new PkiError('document-unreadable', { rule: 'a PDF, a CMS signature, an XML document, an ASiC container or a JWS' });
  return format.read(file, content);
}

/** Format checking (EN 319 102-1 §5.2.2). A format nobody here reads is no failure of the signature: it is only not judged. */
export function checkFormat({ problems }: SignatureCandidate): Conclusion {
  if (problems.length === 0) return passed;
  const unread = problems.every(({ code }) => code === 'unsupported-signature-format' || code === 'signed-content-missing');
  return unread ? { indication: 'INDETERMINATE', subIndication: 'SIGNED_DATA_NOT_FOUND' } : { indication: 'TOTAL-FAILED', subIndication: 'FORMAT_FAILURE' };
}

function bytesOfPem(file: Uint8Array): Uint8Array {
  const text = Buffer.from(file.buffer, file.byteOffset, file.byteLength).toString('latin1');
  const found = /^-----BEGIN (PKCS7|CMS)-----\r?\n([A-Za-z0-9+/=\r\n]+)-----END \1-----\s*$/.exec(text);
  if (!found) throw new PkiError('document-unreadable', { rule: 'RFC 7468 §8, §9' });
  return Buffer.from(found[2]!, 'base64');
}
