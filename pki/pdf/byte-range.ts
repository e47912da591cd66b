import { PkiError } from '../error.ts';
import type { PdfDocument } from '../pdf-file/document.ts';
import { type PdfDict, PdfString, wholeNumber } from '../pdf-file/objects.ts';

export type ByteRange = [number, number, number, number];

/** A rule of the format that a signature breaks. */
export interface PdfProblem { code: string; rule: string }

/**
 * The ByteRange of a signature dictionary: four whole numbers, from the first byte, both parts inside the file,
 * and between them exactly the Contents of this very dictionary (ISO 32000-2 §12.8.1).
 */
export function readByteRange(document: PdfDocument, signature: PdfDict, problems: PdfProblem[]): ByteRange | undefined {
  const problem = (code: string, rule: string): undefined => void problems.push({ code, rule: `ISO 32000-2 §12.8.1 ${rule}` });
  const array = document.array(signature.get('ByteRange'));
  if (!array) return problem('byte-range-missing', 'ByteRange');
  const numbers = array.map((item) => wholeNumber(document.resolve(item)));
  if (numbers.length !== 4 || numbers.includes(undefined)) return problem('byte-range-malformed', 'four whole numbers');
  const range = numbers as ByteRange;
  const [start, length, second, secondLength] = range;
  if (start !== 0) return problem('byte-range-malformed', 'from the first byte');
  if (second <= length) return problem('byte-range-malformed', 'two parts that do not overlap');
  if (second + secondLength > document.bytes.length) return problem('byte-range-outside-file', 'inside the file');
  const contents = document.resolve(signature.get('Contents'));
  const exact = contents instanceof PdfString && contents.form !== 'literal' && contents.start === length && contents.end === second;
  if (!exact) problem('byte-range-not-contents', 'the gap is exactly the Contents of this dictionary');
  else if (contents.form !== 'hex') problem('contents-malformed', 'hexadecimal digits alone');
  return range;
}

/**
 * The CMS in Contents without its padding.
 * @returns padded: whether the padding is zeros and nothing else. Other bytes there are not signed and can carry
 *   anything; some producers leave noise, so it is told apart from a broken format.
 */
export function readContents(document: PdfDocument, signature: PdfDict, problems: PdfProblem[]): { cms: Uint8Array; padded: boolean } {
  const problem = (code: string, rule: string): { cms: Uint8Array; padded: boolean } => {
    problems.push({ code, rule: `ISO 32000-2 §12.8.1 ${rule}` });
    return { cms: new Uint8Array(0), padded: true };
  };
  const contents = document.resolve(signature.get('Contents'));
  if (!(contents instanceof PdfString)) return problem('contents-missing', 'Contents is a string');
  const { bytes } = contents;
  if (isZeros(bytes)) return problem('contents-empty', 'Contents holds a signature');
  // SignedData is a SEQUENCE; adbe.x509.rsa_sha1 holds an OCTET STRING
  if (bytes[0] !== 0x30 && bytes[0] !== 0x04) return problem('contents-malformed', 'Contents is one DER or BER element');
  let end: number;
  try {
    end = endOfElement(bytes, 0, 0);
  } catch {
    return problem('contents-malformed', 'Contents is one DER or BER element');
  }
  return { cms: bytes.subarray(0, end), padded: isZeros(bytes.subarray(end)) };
}

const zeros = Buffer.alloc(65_536);

/** A large block at a time: signatures reserve far more than they need. */
function isZeros(bytes: Uint8Array): boolean {
  for (let at = 0; at < bytes.length; at += zeros.length) {
    const part = bytes.subarray(at, at + zeros.length);
    if (Buffer.compare(part, part.length === zeros.length ? zeros : zeros.subarray(0, part.length)) !== 0) return false;
  }
  return true;
}

/** Where a BER element ends, indefinite lengths included (X.690 §8.1.3.6). */
function endOfElement(bytes: Uint8Array, start: number, depth: number): number {
  const truncated = (): PkiError => new PkiError('asn1-truncated', { rule: 'X.690 §8.1', offset: start });
  const first = bytes[start + 1];
  if (first === undefined || depth > 64 || (bytes[start]! & 0x1f) === 0x1f) throw truncated();
  if (first === 0x80) {
    if ((bytes[start]! & 0x20) === 0) throw truncated();
    let at = start + 2;
    while (bytes[at] !== 0 || bytes[at + 1] !== 0) at = endOfElement(bytes, at, depth + 1);
    return at + 2;
  }
  let length = first;
  let header = 2;
  if (first > 0x80) {
    header += first & 0x7f;
    if (header > 6) throw truncated();
    length = 0;
    for (let i = 2; i < header; i++) length = length * 256 + (bytes[start + i] ?? 0);
  }
  if (start + header + length > bytes.length) throw truncated();
  return start + header + length;
}
