import { createHash } from 'node:crypto';
import { buildSignedData } from '../../../pki/cms/build.ts';
import { signerFrom } from '../../../pki/keys/signer.ts';
import type { ByteRange } from '../../../pki/pdf/byte-range.ts';
import { embedPdfSignature } from '../../../pki/pdf/sign.ts';
import { readPdf } from '../../../pki/pdf-file/document.ts';
import { buildUpdate, nextNumber } from '../../../pki/pdf-file/write.ts';
import { publicServicePolicy } from '../../../pki/validation/policy.ts';
import type { Message, SignatureReport } from '../../../pki/validation/report.ts';
import { validateDocument } from '../../../pki/validation/validate.ts';
import { makeCrl, makeEntity } from '../../../scripts/make-chain.ts';
import { buildPdf } from '../pdf-file/build-pdf.ts';

export type Objects = Readonly<Record<number, string>>;

/** What the signature permits: an approval, a certification of level P, or a lock of fields. */
export type Permits = 'approval' | 'P1' | 'P2' | 'P3' | 'all locked' | 'Note locked' | 'all but Note locked';

const signingTime = new Date('2030-01-02T00:00:00Z');
const [root, other] = [makeEntity({ subject: 'root', ca: true }), makeEntity({ subject: 'other' })];
const holder = makeEntity({ subject: 'signer', issuer: root });
const evidence = { certificates: [], crls: [makeCrl(root).der], ocspResponses: [] };
const anchors = [{ certificate: root.certificate, domain: 'Test', scope: 'any', trustedFrom: new Date(0), trustedUntil: undefined }] as const;

/** Orders of `signPdf`: one that every test here trusts, and one of somebody nobody knows. */
export const orderOf = (who: 'holder' | 'stranger') => {
  const { key, certificate } = who === 'holder' ? holder : other;
  return { signer: signerFrom(key), certificate, chain: [], signingTime, contentsBytes: 2_048 };
};

/** A stream object. */
export const stream = (dictionary: string, text: string): string => `<<${dictionary} /Length ${text.length}>>\nstream\n${text}\nendstream`;
/** A form XObject that paints. */
export const ink = (text: string): string => stream('/Type /XObject /Subtype /Form /BBox [0 0 300 200]', text);

/**
 * Two pages with nearly everything that a result in use holds: fields of each type, a group, signature fields that
 * wait, links, bookmarks, layers, names, tags and metadata.
 */
export const richObjects: Objects = {
  1: '<</Type /Catalog /Pages 2 0 R /AcroForm 6 0 R /Names 31 0 R /OCProperties 32 0 R /Outlines 34 0 R /Metadata 36 0 R /StructTreeRoot 37 0 R /OpenAction [3 0 R /Fit] /PageMode /UseNone>>',
  2: '<</Type /Pages /Kids [3 0 R 30 0 R] /Count 2>>',
  3: '<</Type /Page /Parent 2 0 R /MediaBox [0 0 300 200] /Contents 4 0 R /Resources <</Font <</F1 5 0 R>> /XObject <</X 38 0 R>> /Properties <</OC 33 0 R>>>> /Annots [7 0 R 20 0 R 21 0 R 23 0 R 24 0 R 25 0 R 26 0 R 27 0 R 29 0 R]>>',
  4: stream('', 'BT /F1 12 Tf 20 100 Td (Ket qua: DAT) Tj ET /X Do'),
  5: '<</Type /Font /Subtype /Type1 /BaseFont /Helvetica>>',
  6: '<</Fields [7 0 R 20 0 R 21 0 R 22 0 R 25 0 R 26 0 R 27 0 R] /DR <</Font <</Helv 5 0 R>>>> /DA (/Helv 0 Tf 0 g) /SigFlags 1>>',
  7: '<</Type /Annot /Subtype /Widget /FT /Tx /T (Note) /V (old) /F 4 /Rect [20 20 120 40] /P 3 0 R /AP <</N 8 0 R>>>>',
  8: ink('BT (old) Tj ET'),
  20: '<</Type /Annot /Subtype /Widget /FT /Btn /T (Agree) /V /Off /AS /Off /F 4 /Rect [130 20 140 30] /P 3 0 R /AP <</N <</Yes 9 0 R /Off 10 0 R>>>>>>',
  9: ink('0 0 9 9 re f'), 10: ink('0 0 9 9 re s'),
  21: '<</Type /Annot /Subtype /Widget /FT /Ch /T (Choice) /Opt [(a) (b)] /V (a) /F 4 /Rect [150 20 180 30] /P 3 0 R /AP <</N 8 0 R>>>>',
  22: '<</T (Group) /FT /Tx /Kids [23 0 R 24 0 R]>>',
  23: '<</Type /Annot /Subtype /Widget /Parent 22 0 R /T (One) /V (1) /F 4 /Rect [190 20 200 30] /P 3 0 R /AP <</N 8 0 R>>>>',
  24: '<</Type /Annot /Subtype /Widget /Parent 22 0 R /T (Two) /V (2) /F 4 /Rect [210 20 220 30] /P 3 0 R /AP <</N 8 0 R>>>>',
  25: '<</Type /Annot /Subtype /Widget /FT /Tx /T (Sheet) /F 4 /Rect [0 0 300 200] /P 3 0 R>>',
  26: '<</Type /Annot /Subtype /Widget /FT /Sig /T (Leader) /F 4 /Rect [200 60 280 90] /P 3 0 R>>',
  27: '<</Type /Annot /Subtype /Widget /FT /Sig /T (Whole) /F 4 /Rect [0 0 300 200] /P 3 0 R>>',
  29: '<</Type /Annot /Subtype /Link /F 4 /Rect [20 150 90 160] /Border [0 0 0] /A <</S /URI /URI (https://dichvucong.gov.vn)>>>>',
  30: '<</Type /Page /Parent 2 0 R /MediaBox [0 0 300 200] /Contents 39 0 R /Resources <</Font <</F1 5 0 R>>>>>>',
  31: '<</Dests <</Names [(one) [3 0 R /Fit]]>>>>',
  32: '<</OCGs [33 0 R] /D <</ON [33 0 R] /Order [33 0 R]>>>>',
  33: '<</Type /OCG /Name (Layer)>>',
  34: '<</Type /Outlines /First 35 0 R /Last 35 0 R /Count 1>>',
  35: '<</Title (Page one) /Parent 34 0 R /Dest [3 0 R /Fit]>>',
  36: stream('/Type /Metadata /Subtype /XML', '<x/>'),
  37: '<</Type /StructTreeRoot /K [<</Type /StructElem /S /P /Pg 3 0 R>>]>>',
  38: ink('/OC /OC BDC 0 0 5 5 re f EMC'),
  39: stream('', 'BT /F1 12 Tf 20 100 Td (Trang 2) Tj ET'),
  40: '<</Title (Ket qua) /Producer (antin)>>',
};

const signatureField = (num: number): string => `<</Type /Annot /Subtype /Widget /FT /Sig /T (First) /F 132 /Rect [0 0 0 0] /P 3 0 R /V ${num} 0 R>>`;

/** Numbers of the objects that signing adds: the dictionary, its field, and the first that is free. */
export const numbers = { signature: 41, field: 42, free: 43 } as const;

/** The objects as they stand once signed. */
export function signedObjects(base: Objects, permits: Permits): Objects {
  const level = /^P(\d)$/.exec(permits)?.[1];
  return {
    ...base,
    1: level ? base[1]!.replace('/Type /Catalog', `/Type /Catalog /Perms <</DocMDP ${numbers.signature} 0 R>>`) : base[1]!,
    3: base[3]!.replace('/Annots [', `/Annots [${numbers.field} 0 R `), 6: base[6]!.replace('/Fields [', `/Fields [${numbers.field} 0 R `).replace('/SigFlags 1', '/SigFlags 3'),
    [numbers.field]: signatureField(numbers.signature),
  };
}

const reference = (method: string, parameters: string): string => `/Reference [<</Type /SigRef /TransformMethod /${method} /TransformParams <</Type /TransformParams /V /1.2 ${parameters}>>>>]`;

function referenceOf(permits: Permits): string {
  switch (permits) {
    case 'approval': return '';
    case 'all locked': return reference('FieldMDP', '/Action /All');
    case 'Note locked': return reference('FieldMDP', '/Action /Include /Fields [(Note) (Group)]');
    case 'all but Note locked': return reference('FieldMDP', '/Action /Exclude /Fields [(Note) (Group)]');
    default: return reference('DocMDP', `/P ${permits[1]}`);
  }
}

/** A document of these objects, signed by somebody trusted in the field `First`. */
export async function certify(base: Objects, permits: Permits): Promise<Buffer> {
  const pdf = buildPdf(base, '/Root 1 0 R /Info 40 0 R');
  if (nextNumber(readPdf(pdf)) !== numbers.signature) throw new Error('the numbers are not those of the rich document');
  return signUpdate(pdf, changesOf(base, signedObjects(base, permits)), { num: numbers.signature, entries: referenceOf(permits) });
}

/** What of these objects is new or another. */
function changesOf(before: Objects, after: Objects): Objects {
  return Object.fromEntries(Object.entries(after).filter(([num, body]) => before[Number(num)] !== body));
}

const placeholder = '[0 ########## ########## ##########]';
const room = 4_096;

/** One more revision with these objects and a signature dictionary, signed by somebody trusted. */
export async function signUpdate(pdf: Uint8Array, objects: Objects, { num: dictionary, entries }: { num: number; entries: string }): Promise<Buffer> {
  const body = `<</Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached /M (D:20300102000000Z) ${entries} /ByteRange ${placeholder} /Contents <${'0'.repeat(room)}>>>`;
  const news = Object.entries({ ...objects, [dictionary]: body }).map(([num, text]) => ({ num: Number(num), gen: 0, body: Buffer.from(text, 'latin1') }));
  const { bytes, offsets } = buildUpdate(readPdf(pdf), news);
  const whole = Buffer.concat([pdf, bytes]);
  const from = offsets.get(dictionary)!;
  const start = whole.indexOf('/Contents <', from) + '/Contents '.length;
  const end = start + room + 2;
  whole.write(`[0 ${start} ${end} ${whole.length - end}]`.padEnd(placeholder.length), whole.indexOf(placeholder, from), 'latin1');
  return sealed(whole, [0, start, end, whole.length - end]);
}

/** The file with a signature of somebody trusted over this range, in its gap. */
export async function sealed(pdf: Buffer, byteRange: ByteRange): Promise<Buffer> {
  const { signer, certificate } = orderOf('holder');
  const digestInput: [Uint8Array, Uint8Array] = [pdf.subarray(0, byteRange[1]), pdf.subarray(byteRange[2], byteRange[2] + byteRange[3])];
  const digest = createHash('sha256').update(digestInput[0]).update(digestInput[1]).digest();
  const cms = await buildSignedData({ digest, signer, certificate, certificates: [], pades: true });
  return Buffer.from(embedPdfSignature({ pdf, byteRange, digestInput }, cms));
}

/** How a file is judged: `passed`, `told` (passed with a warning beside it) or `refused`, for the field `First`. */
export function judge(file: Uint8Array): { end: 'passed' | 'told' | 'refused'; signature: SignatureReport | undefined; said: string[] } {
  const { report } = validateDocument({ file, validationTime: signingTime, policy: publicServicePolicy, anchors, evidence });
  const signature = report.signatures.find(({ field }) => field === 'First');
  const grave = (messages: readonly Message[]): string[] => messages.filter(({ level }) => level !== 'info').map(({ code, facts }) => `${code} ${JSON.stringify(facts ?? {})}`);
  const said = [...grave(report.messages), ...grave(signature?.messages ?? [])];
  if (signature?.indication !== 'TOTAL-PASSED') return { end: 'refused', signature, said };
  return { end: said.length === 0 ? 'passed' : 'told', signature, said };
}
