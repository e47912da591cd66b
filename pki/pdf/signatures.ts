import { PkiError } from '../error.ts';
import { type ByteRange, type PdfProblem, readByteRange, readContents } from './byte-range.ts';
import { compareRevisions } from './changes.ts';
import type { RawChange } from './comparison.ts';
import { isCoveredField } from './covered-field.ts';
import { type DocumentEvidence, readDss } from './dss.ts';
import { readEnclosedCertificates } from './enclosed-certificates.ts';
import { type PdfDocument, readPdf } from '../pdf-file/document.ts';
import { listFields } from './fields.ts';
import { findOverlappingAnnotations } from './overlapping-annotations.ts';
import { limits, PdfDict, PdfName, PdfRef, PdfString, textOf, type PdfValue } from '../pdf-file/objects.ts';
import { isAllowed, type Permissions, permissionsOf } from './permissions.ts';
import { findRepeatedObjects } from '../pdf-file/repeated-objects.ts';
import { type Revision, revisionsOf, revisionWithin } from '../pdf-file/revisions.ts';

/** What happened to the document in a revision after the signed one. */
export interface PdfChange extends RawChange {
  /** the revision that brought it, counted from 1; 0 for bytes that belong to none */
  revision: number;
  /** within what DocMDP, FieldMDP and the rules for approval signatures permit */
  allowed: boolean;
}

/** A signature or document timestamp as the file holds it; nothing cryptographic is judged here. */
export interface PdfSignature {
  field: string;
  subFilter: string;
  type: 'signature' | 'timestamp';
  byteRange: ByteRange;
  /** the CMS, padding cut */
  contents: Uint8Array;
  /** what the dictionary itself encloses: DER, the signer's first; those in the CMS are not here */
  certificates: Uint8Array[];
  claimedTime?: Date;
  name?: string;
  reason?: string;
  location?: string;
  coverage: { wholeDocument: boolean; revision: number; revisions: number };
  /** views of the file's bytes, never copies */
  signedBytes: [Uint8Array, Uint8Array];
  /** not empty means FORMAT_FAILURE */
  problems: PdfProblem[];
  /** lists that deceive a reader although the format permits them show `warning` */
  changesAfter: PdfChange[];
  docMdp?: 1 | 2 | 3;
  /** this is the certification signature */
  certifies: boolean;
  /** its picture lies under another one in the very revision it signs */
  covered: boolean;
  /** the first page on which annotations lie over each other, of a document that went on after this signature with more than evidence */
  overlapsOnPage?: number;
}

const subFilters = new Set(['adbe.pkcs7.detached', 'adbe.pkcs7.sha1', 'adbe.x509.rsa_sha1', 'ETSI.CAdES.detached', 'ETSI.RFC3161']);

/**
 * Every signature of a PDF, in the order of the revisions they sign.
 * @throws PkiError `document-unreadable`, `pdf-…` if the file itself cannot be read by one reading
 */
export function readPdfSignatures(bytes: Uint8Array): PdfSignature[] {
  return signaturesOf(readPdf(bytes));
}

export interface SignedPdf {
  signatures: PdfSignature[];
  evidence: DocumentEvidence;
  /** the validation material as a revision holds it, which is what a timestamp over that revision covers */
  evidenceAt: (revision: number) => DocumentEvidence;
}

/** The signatures of a PDF and the validation material it keeps, in one reading. @throws PkiError as `readPdfSignatures` */
export function readSignedPdf(bytes: Uint8Array): SignedPdf {
  const document = readPdf(bytes);
  return {
    signatures: signaturesOf(document), evidence: readDss(document),
    evidenceAt: (revision) => readDss(revisionsOf(document)[revision - 1]?.document ?? document),
  };
}

/** The signatures of an open document. */
export function signaturesOf(document: PdfDocument): PdfSignature[] {
  const revisions = revisionsOf(document);
  const steps = new Map<Revision, RawChange[]>();
  const changesIn = (revision: Revision): RawChange[] => {
    let changes = steps.get(revision);
    if (!changes) steps.set(revision, changes = compareRevisions(revisions[revision.number - 2]!.document, revision.document));
    return changes;
  };
  const found = findSignatures(revisions);
  const signatures = found.map((candidate) => describe(candidate, revisions, changesIn));
  const signedBytes = signatures.reduce((sum, { byteRange: [, first, , second] }) => sum + first + second, 0);
  if (signedBytes > limits.signedBytes) throw new PkiError('pdf-too-complex', { rule: `signatures over at most ${limits.signedBytes} bytes in all` });
  refuseLateCertification(signatures);
  refuseRepeatedObjects(signatures, revisions);
  tellOverlaps(signatures, document);
  return signatures.toSorted((a, b) => a.coverage.revision - b.coverage.revision || a.byteRange[2] - b.byteRange[2]);
}

interface Candidate { field: string; ref: PdfRef | undefined; value: PdfValue; document: PdfDocument; replaced: boolean }

/**
 * The signed fields of all revisions. A field whose dictionary a later revision redefines or empties is taken
 * from the revision that its own ByteRange signs, so a forged replacement cannot stand in for it.
 */
function findSignatures(revisions: readonly Revision[]): Candidate[] {
  const found = new Map<string, Candidate & { sound: boolean; at: string }>();
  for (const { document } of revisions.toReversed()) {
    const times = new Map<string, number>();
    for (const { name, type, value, ref } of listFields(document)) {
      if (type !== 'Sig' || value === undefined || value === null) continue;
      // fields that share their name in one revision are told apart by their order: none hides another
      const nth = times.get(name) ?? 0;
      times.set(name, nth + 1);
      const key = `${name} ${nth}`;
      const known = found.get(key);
      const at = placeOf(document, value);
      if (known && (known.at === at || known.sound)) continue;
      if (found.size === limits.signatures) throw new PkiError('pdf-too-complex', { rule: `at most ${limits.signatures} signatures` });
      const sound = isSound(document, value);
      if (known && !sound) continue;
      found.set(key, { field: name, ref, value, document, sound, at, replaced: known !== undefined || document !== revisions.at(-1)!.document && !stillThere(revisions, name) });
    }
  }
  return [...found.values()];
}

const stillThere = (revisions: readonly Revision[], name: string): boolean =>
  listFields(revisions.at(-1)!.document).some((field) => field.name === name && field.value !== undefined && field.value !== null);

function placeOf(document: PdfDocument, value: PdfValue): string {
  return value instanceof PdfRef ? JSON.stringify([value.num, document.entry(value.num)]) : 'direct';
}

function isSound(document: PdfDocument, value: PdfValue): boolean {
  const problems: PdfProblem[] = [];
  const dict = dictOf(document, value, problems);
  return dict !== undefined && readByteRange(document, dict, problems) !== undefined && problems.length === 0;
}

function dictOf(document: PdfDocument, value: PdfValue, problems: PdfProblem[]): PdfDict | undefined {
  try {
    const dict = document.resolve(value);
    if (dict instanceof PdfDict) return dict;
    problems.push({ code: 'signature-missing', rule: 'ISO 32000-2 §12.8.1 V is a signature dictionary' });
  } catch (error) {
    if (!(error instanceof PkiError)) throw error;
    problems.push({ code: error.code, rule: error.rule });
  }
  return undefined;
}

function describe(candidate: Candidate, revisions: readonly Revision[], changesIn: (revision: Revision) => RawChange[]): PdfSignature {
  const { document, value, field } = candidate;
  const problems: PdfProblem[] = [];
  const dict = dictOf(document, value, problems) ?? new PdfDict();
  const readable = problems.length === 0;
  const range = readable ? readByteRange(document, dict, problems) : undefined;
  const { cms: contents, padded } = readable ? readContents(document, dict, problems) : { cms: new Uint8Array(0), padded: true };
  const subFilter = document.resolve(dict.get('SubFilter'));
  const named = subFilter instanceof PdfName ? subFilter.value : '';
  if (readable && !subFilters.has(named)) problems.push({ code: 'sub-filter-not-supported', rule: 'ISO 32000-2 Table 255 SubFilter' });
  const end = range ? range[2] + range[3] : 0;
  const signed = revisionWithin(revisions, end);
  if (range && !signed) problems.push({ code: 'revision-not-covered', rule: 'ISO 32000-2 §12.8.1 the cross-references of the signed revision' });
  const permissions = permissionsOf(signed?.document ?? document, dict);
  const covered = range && !problems.some(({ code }) => code.startsWith('byte-range'));
  const { bytes } = document;
  return {
    field, subFilter: named, type: named === 'ETSI.RFC3161' ? 'timestamp' : 'signature', contents, problems,
    certificates: named === 'adbe.x509.rsa_sha1' ? readEnclosedCertificates(document, dict) : [],
    byteRange: range ?? [0, 0, 0, 0],
    ...claims(document, dict),
    coverage: { wholeDocument: end === bytes.length && problems.length === 0, revision: signed?.number ?? 0, revisions: revisions.length },
    signedBytes: range ? [bytes.subarray(range[0], range[0] + range[1]), bytes.subarray(range[2], end)] : [new Uint8Array(0), new Uint8Array(0)],
    changesAfter: covered && signed ? changesAfter({ candidate, end, signed, permissions, padded }, revisions, changesIn) : [forbidden('coverage-unknown', 0)],
    ...(permissions.docMdp === undefined ? {} : { docMdp: permissions.docMdp }),
    certifies: permissions.certifies, covered: signed !== undefined && candidate.ref !== undefined && ifReadable(() => isCoveredField(signed.document, candidate.ref!)) === true,
  };
}

/** What cannot be read shows nothing that could lie over anything. */
function ifReadable<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    if (error instanceof PkiError && error.code !== 'pdf-too-complex') return undefined;
    throw error;
  }
}

/**
 * A document that others went on with is compared by eye with what was signed; where annotations lie over each other
 * the eye cannot tell which of them that is. Evidence added for the long term changes nothing that is seen.
 */
function tellOverlaps(signatures: PdfSignature[], document: PdfDocument): void {
  const wentOn = signatures.filter(({ changesAfter }) => changesAfter.some(({ level }) => level !== 'archive') && !changesAfter.some(({ code }) => code === 'annotation-overlap'));
  const page = wentOn.length > 0 ? ifReadable(() => findOverlappingAnnotations(document)) : undefined;
  if (page !== undefined) for (const signature of wentOn) signature.overlapsOnPage = page;
}

interface Judged { candidate: Candidate; end: number; signed: Revision; permissions: Permissions; padded: boolean }

function changesAfter({ candidate, end, signed, permissions, padded }: Judged, revisions: readonly Revision[], changesIn: (revision: Revision) => RawChange[]): PdfChange[] {
  const changes: PdfChange[] = [];
  const { bytes } = candidate.document;
  if (signed.end === undefined || end < signed.end) changes.push(forbidden('signed-revision-not-closed', signed.number));
  // more than line ends before the end of what is signed: the signed revision is there, but later ones do not build on it
  else if (bytes.subarray(signed.end, end).some((octet) => octet > 0x20)) changes.push(forbidden('signed-revision-skipped', signed.number));
  if (!padded) changes.push(forbidden('contents-padding', signed.number));
  if (candidate.replaced) changes.push(forbidden('signature-replaced', revisions.length));
  for (const revision of revisions.slice(signed.number)) {
    if (changes.length > limits.changes) break;
    for (const change of changesIn(revision)) changes.push({ ...change, revision: revision.number, allowed: isAllowed(change, permissions) });
  }
  if (changes.length > limits.changes) changes.splice(limits.changes, changes.length, forbidden('too-many-changes', revisions.length));
  // the file ends with the %%EOF of its last revision; what follows belongs to none
  const last = revisions.at(-1)!.end;
  const tail = bytes.subarray(Math.max(end, last ?? 0));
  if (last === undefined && revisions.at(-1) !== signed) changes.push(forbidden('revision-not-closed', revisions.length));
  if (tail.some((octet) => octet > 0x20)) changes.push(forbidden('bytes-after-end', 0));
  return changes;
}

/** What the signer wrote about the signature; proves nothing. */
function claims(document: PdfDocument, dict: PdfDict): Pick<PdfSignature, 'claimedTime' | 'name' | 'reason' | 'location'> {
  const text = (key: string): string | undefined => {
    const value = document.resolve(dict.get(key));
    return value instanceof PdfString ? textOf(value) : undefined;
  };
  const [claimedTime, name, reason, location] = [parsePdfDate(text('M')), text('Name'), text('Reason'), text('Location')];
  return {
    ...(claimedTime && { claimedTime }), ...(name !== undefined && { name }),
    ...(reason !== undefined && { reason }), ...(location !== undefined && { location }),
  };
}

/** ISO 32000-2 §7.9.4; undefined if it is no date. */
export function parsePdfDate(text: string | undefined): Date | undefined {
  const match = /^(?:D:)?(\d{4})(\d{2})?(\d{2})?(\d{2})?(\d{2})?(\d{2})?(?:Z(?:00'?00'?)?|([+-])(\d{2})'?(?:(\d{2})'?)?)?$/.exec(text?.trim() ?? '');
  if (!match) return undefined;
  const [year, month = '01', day = '01', hour = '00', minute = '00', second = '00', sign, hours = '00', minutes = '00'] = match.slice(1);
  const zone = sign === undefined ? 'Z' : `${sign}${hours}:${minutes}`;
  const date = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}${zone}`);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

/** A certification signature is the first of the document (ISO 32000-2 §12.8.2.2.1). */
function refuseLateCertification(signatures: PdfSignature[]): void {
  for (const { certifies, coverage, changesAfter } of signatures) {
    const earlier = signatures.some((other) => other.coverage.revision < coverage.revision && other.type === 'signature');
    if (certifies && earlier) changesAfter.push(forbidden('certification-not-first', coverage.revision));
  }
}

/** Not a change of objects, but as little a clean document. */
const forbidden = (code: string, revision: number): PdfChange => ({ kind: 'forbidden', level: 'forbidden', code, revision, allowed: false, warning: true });

function refuseRepeatedObjects(signatures: PdfSignature[], revisions: readonly Revision[]): void {
  const [first] = signatures.length > 0 ? findRepeatedObjects(revisions) : [];
  if (!first) return;
  for (const { problems } of signatures) problems.push({ code: 'object-repeated', rule: `ISO 32000-2 §7.5.4 object ${first.num} at ${first.offset}` });
}
