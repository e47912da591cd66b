import { createHash } from 'node:crypto';
import type { Certificate } from '../certificate/parse.ts';
import { buildSignedData } from '../cms/build.ts';
import { addSignatureTimestamp, signatureValueOf } from '../cms/signature-timestamp.ts';
import { PkiError } from '../error.ts';
import { schemeDigest } from '../keys/algorithm.ts';
import type { Signer } from '../keys/signer.ts';
import { catalogOf, type PdfDocument, readPdf } from '../pdf-file/document.ts';
import { PdfDict, PdfName, PdfRef, type PdfValue, wholeNumber } from '../pdf-file/objects.ts';
import { buildUpdate, dateString, nextNumber, type NewObject, printValue, textString } from '../pdf-file/write.ts';
import type { ByteRange } from './byte-range.ts';
import { listFields } from './fields.ts';
import { permissionsOf } from './permissions.ts';

export interface PdfSigningOptions {
  /** the full name of an empty signature field to use, or of a new one; `Signature1`, `Signature2`, … unless told */
  field?: string;
  subFilter?: 'ETSI.CAdES.detached' | 'ETSI.RFC3161';
  /** claimed in /M */
  signingTime: Date;
  reason?: string;
  location?: string;
  name?: string;
  /** room for the CMS in octets */
  contentsBytes?: number;
}

/** A file with room for its signature. */
export interface PreparedPdf {
  pdf: Uint8Array;
  byteRange: ByteRange;
  /** what is to be hashed: views of `pdf` around the room */
  digestInput: [Uint8Array, Uint8Array];
}

const defaultContentsBytes = 16 * 1024;
/** Ten digits reach every offset that a cross-reference table can name. */
const placeholder = '[0 ########## ########## ##########]';

/**
 * Adds an invisible signature field with an empty signature dictionary as an incremental update: the bytes of the
 * file stay as they are and come first (ISO 32000-2 §7.5.6, §12.8.1).
 * @throws PkiError `signing-not-permitted`, `field-already-signed`, `pdf-encrypted` and those of `readPdf`
 */
export function preparePdfSignature(pdf: Uint8Array, options: PdfSigningOptions): PreparedPdf {
  const document = readPdf(pdf);
  refuseForbidden(document, options.subFilter === 'ETSI.RFC3161');
  const signatureNumber = nextNumber(document);
  const room = options.contentsBytes ?? defaultContentsBytes;
  const signature: NewObject = { num: signatureNumber, gen: 0, body: signatureBody(options, room) };
  const update = buildUpdate(document, [signature, ...fieldObjects(document, options, signatureNumber)]);

  const whole = Buffer.alloc(pdf.length + update.bytes.length);
  whole.set(pdf);
  whole.set(update.bytes, pdf.length);
  const from = update.offsets.get(signatureNumber)!;
  const start = whole.indexOf('/Contents <', from) + '/Contents '.length;
  const end = start + room * 2 + 2;
  const byteRange: ByteRange = [0, start, end, whole.length - end];
  const range = whole.indexOf(placeholder, from);
  whole.write(`[${byteRange.join(' ')}]`.padEnd(placeholder.length), range, 'latin1');
  return { pdf: whole, byteRange, digestInput: [whole.subarray(0, start), whole.subarray(end)] };
}

/**
 * Writes the signature into its room, in place. @returns the signed file
 * @throws PkiError `contents-too-small`
 */
export function embedPdfSignature({ pdf, byteRange }: PreparedPdf, cms: Uint8Array): Uint8Array {
  const [, start, end] = byteRange;
  const hex = Buffer.from(cms).toString('hex');
  if (hex.length > end - start - 2) throw new PkiError('contents-too-small', { rule: `${cms.length} octets into ${(end - start - 2) / 2}`, offset: start });
  Buffer.from(pdf.buffer, pdf.byteOffset, pdf.byteLength).write(hex, start + 1, 'latin1');
  return pdf;
}

export interface PdfSigningOrder extends PdfSigningOptions {
  signer: Signer;
  certificate: Certificate;
  /** DER of the certificates above the signer's */
  chain: readonly Uint8Array[];
  /** asks for a token over this SHA-256 value; makes the signature PAdES-B-T */
  timestamp?: (imprint: Uint8Array) => Promise<Uint8Array>;
}

/** Signs as PAdES-B-B, or B-T with a timestamp (EN 319 142-1 §6). @throws PkiError as `preparePdfSignature` */
export async function signPdf(pdf: Uint8Array, order: PdfSigningOrder): Promise<Uint8Array> {
  const { signer, certificate, chain, timestamp } = order;
  const certificateBytes = chain.reduce((sum, { length }) => sum + length, certificate.der.length);
  // a signature of ML-DSA-87 takes 4,627 octets, a token with its chain up to about 10,000
  const contentsBytes = order.contentsBytes ?? 8_192 + certificateBytes + (timestamp ? 16_384 : 0);
  const prepared = preparePdfSignature(pdf, { ...order, contentsBytes });
  const hash = createHash(schemeDigest(signer.scheme));
  for (const part of prepared.digestInput) hash.update(part);
  let cms = await buildSignedData({ digest: hash.digest(), signer, certificate, certificates: chain, pades: true });
  if (timestamp) cms = addSignatureTimestamp(cms, await timestamp(createHash('sha256').update(signatureValueOf(cms)).digest()));
  return embedPdfSignature(prepared, cms);
}

/**
 * Adds a document timestamp over everything before it (EN 319 142-1 §5.4.3): keeps older evidence provable.
 * @param timestamp asks for a token over this SHA-256 value
 */
export async function timestampPdf(pdf: Uint8Array, signingTime: Date, timestamp: (imprint: Uint8Array) => Promise<Uint8Array>): Promise<Uint8Array> {
  const prepared = preparePdfSignature(pdf, { signingTime, subFilter: 'ETSI.RFC3161' });
  const hash = createHash('sha256');
  for (const part of prepared.digestInput) hash.update(part);
  return embedPdfSignature(prepared, await timestamp(hash.digest()));
}

function refuseForbidden(document: PdfDocument, timestamp: boolean): void {
  if (document.trailer.has('Encrypt')) throw new PkiError('pdf-encrypted', { rule: 'an encrypted file is not signed' });
  if (!timestamp && permissionsOf(document, new PdfDict()).docMdp === 1) throw new PkiError('signing-not-permitted', { rule: 'ISO 32000-2 §12.8.2.2 P 1' });
}

function signatureBody({ subFilter = 'ETSI.CAdES.detached', signingTime, reason, location, name }: PdfSigningOptions, room: number): Uint8Array {
  const timestamp = subFilter === 'ETSI.RFC3161';
  const entries = new Map<string, PdfValue>([['Type', new PdfName(timestamp ? 'DocTimeStamp' : 'Sig')],
    ['Filter', new PdfName('Adobe.PPKLite')], ['SubFilter', new PdfName(subFilter)]]);
  // a document timestamp says when by its token alone (EN 319 142-1 §5.4.3)
  if (!timestamp) entries.set('M', dateString(signingTime));
  for (const [key, text] of [['Reason', reason], ['Location', location], ['Name', name]] as const) if (text) entries.set(key, textString(text));
  const open = printValue(new PdfDict(entries)).slice(0, -2);
  return Buffer.from(`${open}\n/ByteRange ${placeholder}\n/Contents <${'0'.repeat(room * 2)}>>>`, 'latin1');
}

/** The objects besides the signature: its field, and whatever must name the field. */
function fieldObjects(document: PdfDocument, { field }: PdfSigningOptions, signatureNumber: number): NewObject[] {
  const fields = listFields(document);
  const existing = fields.find(({ name }) => name === field);
  const changed = new Map<number, NewObject>();
  const put = ({ num, gen }: PdfRef, value: PdfValue): void => void changed.set(num, { num, gen, body: Buffer.from(printValue(value), 'latin1') });
  const value = new PdfRef(signatureNumber, 0);
  if (existing) {
    if (existing.type !== 'Sig' || !existing.ref) throw new PkiError('field-not-usable', { rule: 'ISO 32000-2 §12.7.5.5' });
    if (existing.value !== undefined && document.resolve(existing.value) !== null) throw new PkiError('field-already-signed', { rule: 'ISO 32000-2 §12.7.5.5' });
    put(existing.ref, withEntries(existing.dict, [['V', value]]));
    updateForm(document, undefined, put);
    return [...changed.values()];
  }
  const name = field ?? freeName(new Set(fields.map((other) => other.name)));
  if (name.includes('.')) throw new PkiError('field-not-usable', { rule: 'ISO 32000-2 §12.7.4.2 a new field stands at the top' });
  const page = firstPage(document);
  const widget = new PdfRef(signatureNumber + 1, 0);
  put(widget, new PdfDict(new Map<string, PdfValue>([['Type', new PdfName('Annot')], ['Subtype', new PdfName('Widget')], ['FT', new PdfName('Sig')],
    ['T', textString(name)], ['Rect', [0, 0, 0, 0]], ['F', 132], ['P', page], ['V', value]])));
  appendTo(document, page, 'Annots', widget, put);
  updateForm(document, widget, put);
  return [...changed.values()];
}

type Put = (ref: PdfRef, value: PdfValue) => void;

const withEntries = (dict: PdfDict, entries: readonly (readonly [string, PdfValue])[]): PdfDict => new PdfDict(new Map([...dict.entries, ...entries]));

function freeName(taken: ReadonlySet<string>): string {
  let i = 1;
  while (taken.has(`Signature${i}`)) i++;
  return `Signature${i}`;
}

/** Names the widget in the AcroForm and sets SigFlags 3: signatures exist, only append (Table 225). */
function updateForm(document: PdfDocument, widget: PdfRef | undefined, put: Put): void {
  const root = document.trailer.get('Root');
  const catalog = catalogOf(document);
  if (!(root instanceof PdfRef)) throw new PkiError('pdf-malformed', { rule: 'ISO 32000-2 Table 15 Root' });
  const stands = catalog.get('AcroForm');
  const form = document.dict(stands) ?? new PdfDict();
  const flags = ['SigFlags', (wholeNumber(document.resolve(form.get('SigFlags'))) ?? 0) | 3] as const;
  const fields = form.get('Fields');
  if (widget && fields instanceof PdfRef) put(fields, [...document.array(fields) ?? [], widget]);
  const entries: (readonly [string, PdfValue])[] = [flags];
  if (widget && !(fields instanceof PdfRef)) entries.push(['Fields', [...document.array(fields) ?? [], widget]]);
  const next = withEntries(form, entries);
  if (stands instanceof PdfRef) put(stands, next);
  else put(root, withEntries(catalog, [['AcroForm', next]]));
}

function appendTo(document: PdfDocument, owner: PdfRef, key: string, ...[item, put]: [PdfRef, Put]): void {
  const dict = document.dict(owner)!;
  const stands = dict.get(key);
  const list = [...document.array(stands) ?? [], item];
  if (stands instanceof PdfRef) put(stands, list);
  else put(owner, withEntries(dict, [[key, list]]));
}

function firstPage(document: PdfDocument): PdfRef {
  let ref = catalogOf(document).get('Pages');
  for (let depth = 0; depth < 64 && ref instanceof PdfRef; depth++) {
    const kids: PdfValue[] | undefined = document.array(document.dict(ref)?.get('Kids'));
    if (!kids) return ref;
    ref = kids[0];
  }
  throw new PkiError('pdf-malformed', { rule: 'ISO 32000-2 §7.7.3.2 a first page' });
}
