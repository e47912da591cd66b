import { createHash } from 'node:crypto';
import { tolerate } from '../error.ts';
import { oids } from '../asn1/oids.ts';
import { parseMessageDigest, singleValue } from '../cms/attributes.ts';
import type { SignedData } from '../cms/signed-data.ts';
import { parseTstInfo } from '../timestamp/tst-info.ts';
import type { SignatureCandidate, SignedDocument } from './candidate.ts';
import { judgeCoverage, shown } from './file-coverage.ts';
import { message } from './messages.ts';
import type { ReportedFile } from './report.ts';

/** A file handed in beside a signature, with the name it came under. */
export interface GivenFile { name: string; bytes: Uint8Array }

/** What a detached signature signs: one file that stands for whatever the signature means, or several told apart by name. */
export type GivenContent = Uint8Array | readonly GivenFile[];

export const isSeveral = (content: GivenContent | undefined): content is readonly GivenFile[] => Array.isArray(content);

/**
 * The file that a reference means: the one of this very name, else the only one whose name is the last part of the path or
 * address. A wrong guess is no danger: what is signed is a digest.
 */
export function fileNamed(files: readonly GivenFile[], reference: string | undefined): GivenFile | undefined {
  if (reference === undefined) return undefined;
  const exact = files.filter(({ name }) => name === reference);
  if (exact.length > 0) return exact.length === 1 ? exact[0] : undefined;
  const last = lastPart(reference);
  const alike = files.filter(({ name }) => lastPart(name) === last);
  return alike.length === 1 ? alike[0] : undefined;
}

function lastPart(reference: string): string {
  const path = reference.replace(/[?#].*$/, '');
  const part = path.slice(path.lastIndexOf('/') + 1);
  try {
    return decodeURIComponent(part).normalize('NFC');
  } catch {
    return part.normalize('NFC');
  }
}

/** Of several files the one that a CMS is over, as it says itself by its digest (RFC 5652 §11.2) or its imprint. */
export function fileSignedBy(files: readonly GivenFile[], { signerInfos: [signerInfo], contentType, content }: SignedData): GivenFile | undefined {
  const imprint = contentType === oids.tstInfo && content ? tolerate(() => parseTstInfo(content).imprint) : undefined;
  const single = signerInfo?.signedAttributes && singleValue(signerInfo.signedAttributes, oids.messageDigest);
  const value = imprint?.value ?? (single && 'value' in single ? tolerate(() => parseMessageDigest(single.value)) : undefined);
  const digest = imprint?.digest ?? signerInfo?.digestAlgorithm;
  return value && digest && files.find(({ bytes }) => createHash(digest).update(bytes).digest().equals(value));
}

/**
 * A document with the files that came beside it, and which signatures are over each. A file that none is over is not signed.
 * @param coveredBy ids of the candidates that have the right digest of a file
 */
export function withGivenFiles(document: SignedDocument, files: readonly GivenFile[], coveredBy: (file: GivenFile) => readonly string[]): SignedDocument {
  const reported = files.map((file): ReportedFile => ({
    name: file.name, sha256: createHash('sha256').update(file.bytes).digest('hex'), octets: file.bytes.length, coveredBy: [...coveredBy(file)],
  }));
  const twice = files.filter(({ name }, i) => files.findIndex((other) => other.name === name) !== i);
  const problems = [...judgeCoverage(reported, document.candidates), ...twice.map(({ name }) => message('file-name-twice', { name: shown(name) }))];
  return { ...document, files: reported, problems: [...document.problems, ...problems] };
}

/** Of these the ones that stand for content; a counter-signature is over a signature. */
export const idsOver = (candidates: readonly SignatureCandidate[]): string[] => candidates.filter(({ counterSigns }) => counterSigns === undefined).map(({ id }) => id);
