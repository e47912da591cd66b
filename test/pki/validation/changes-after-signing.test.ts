import { rmSync } from 'node:fs';
import { readPdf } from '../../../pki/pdf-file/document.ts';
import { printValue } from '../../../pki/pdf-file/write.ts';
import { signPdf, timestampPdf } from '../../../pki/pdf/sign.ts';
import { noEvidence } from '../../../pki/validation/evidence.ts';
import { publicServicePolicy, strictPolicy } from '../../../pki/validation/policy.ts';
import type { SignatureReport } from '../../../pki/validation/report.ts';
import { validateDocument } from '../../../pki/validation/validate.ts';
import { wordsOf } from '../../../src/verification/message-words.ts';
import { buildPdf, plainObjects, update } from '../pdf-file/build-pdf.ts';
import { makeSigner } from '../pdf/signer.ts';

const own = makeSigner();
afterAll(() => rmSync(own.folder, { recursive: true }));
const order = { signer: own.signer, certificate: own.certificate, chain: [], signingTime: new Date('2026-11-23T08:00:00Z') };
const signed = await signPdf(buildPdf(plainObjects), order);
const [catalog, page, form, note, dictionary] = [1, 3, 6, 7, 9].map((num) => printValue(readPdf(signed).object(num))) as [string, string, string, string, string];
const ink = '<</Type /XObject /Subtype /Form /BBox [0 0 9 9] /Length 3>>\nstream\nf*\n\nendstream';
const withField = { 3: page.replace('10 0 R]', '10 0 R 11 0 R]'), 6: form.replace('10 0 R]', '10 0 R 11 0 R]') };
const sneaky = '<</Type /Annot /Subtype /Widget /FT /Sig /T (Late) /P 3 0 R /Rect [20 90 200 120] /AP <</N 12 0 R>>>>';

function judge(file: Uint8Array, policy: typeof strictPolicy = publicServicePolicy): SignatureReport {
  const { signatures } = validateDocument({ file, validationTime: order.signingTime, policy, anchors: [], evidence: noEvidence }).report;
  return signatures.find(({ field }) => field === 'Signature1')!;
}

const named = ({ messages }: SignatureReport): string[] => messages.filter(({ level, code }) => level !== 'info' && code !== 'chain-not-trusted').map(({ code }) => code);
const after = (objects: Record<number, string>): Uint8Array => update(signed, objects);

test.each<[string, Uint8Array, string]>([
  ['universal forgery: another signature dictionary', after({ 9: dictionary.replace('/Type /Sig', '/Type /Sig /Reason (x)') }), 'attack-signature-forged'],
  ['universal forgery: the signature emptied', after({ 10: printValue(readPdf(signed).object(10)).replace('/V 9 0 R', '') }), 'attack-signature-forged'],
  ['incremental saving: a page with other content', after({ 3: page.replace('/Contents 4 0 R', '/Contents 11 0 R'), 11: '<</Length 3>>\nstream\nBT \nendstream' }), 'attack-content-replaced'],
  ['incremental saving: bytes after the end', Buffer.concat([signed, Buffer.from('1 0 obj\n<<>>\nendobj\n')]), 'attack-content-appended'],
  ['shadow replace: the contents under the old number', after({ 4: '<</Length 3>>\nstream\nBT \nendstream' }), 'attack-content-replaced'],
  ['shadow replace: a font', after({ 5: '<</Type /Font /Subtype /Type3>>' }), 'attack-content-replaced'],
  ['shadow replace: the appearance of a field', after({ 8: ink }), 'attack-content-replaced'],
  ['shadow hide: the overlay taken away', after({ 3: page.replace('7 0 R ', '') }), 'attack-annotation'],
  ['shadow hide: layers switched', after({ 1: catalog.replace('/Type /Catalog', '/Type /Catalog /OCProperties <</D <</OFF [5 0 R]>>>>') }), 'attack-content-replaced'],
  ['shadow hide-and-replace: another page tree', after({ 1: catalog.replace('/Pages 2 0 R', '/Pages 11 0 R'), 11: '<</Type /Pages /Kids [3 0 R] /Count 0>>' }), 'attack-content-replaced'],
  ['a page added', after({ 2: '<</Type /Pages /Kids [3 0 R 11 0 R] /Count 2>>', 11: '<</Type /Page /Parent 2 0 R>>' }), 'attack-pages-changed'],
  ['evil annotation: a stamp', after({ 3: withField[3], 11: `<</Type /Annot /Subtype /Stamp /Rect [20 90 200 120] /AP <</N 12 0 R>>>>`, 12: ink }), 'attack-annotation'],
  ['sneaky signature: an empty field with ink', after({ ...withField, 11: sneaky, 12: ink }), 'attack-signature-field'],
  ['an action on opening', after({ 1: catalog.replace('/Type /Catalog', '/Type /Catalog /OpenAction <</S /JavaScript>>') }), 'changed-after-signing'],
])('%s is named', (_attack, file, code) => {
  const report = judge(file);
  expect(named(report)).toContain(code);
  expect(report).toMatchObject({ indication: 'INDETERMINATE' });
  const { means, todo } = wordsOf(report.messages.find((message) => message.code === code)!);
  expect([means.vi, means.en, todo.vi, todo.en].every((words) => words.length > 20 && !words.includes('{'))).toBe(true);
});

test.each<[string, Uint8Array, string[]]>([
  ['nothing', signed, []],
  ['a second signature', await signPdf(signed, order), ['signed-again-after']],
  ['a document timestamp', await timestampPdf(signed, order.signingTime, () => Promise.resolve(Uint8Array.of(0x30, 3, 2, 1, 5))), ['evidence-added-after']],
  ['a DSS', after({ 1: catalog.replace('/Type /Catalog', '/Type /Catalog /DSS <</Certs []>>') }), ['evidence-added-after']],
  ['a field filled', after({ 7: note.replace(/\/V <[^>]*>/, '/V (new)') }), ['form-filled-after-signing']],
])('clean after signing, and told as what it is: %s', (_what, file, codes) => {
  const report = judge(file);
  expect(named(report)).toEqual([]);
  expect(report.messages.map(({ code }) => code)).toEqual(expect.arrayContaining(codes));
});

test('what is permitted elsewhere is refused where a lock of the certification names the field', async () => {
  const reference = (method: string, more: string): string => `<</TransformMethod /${method} /TransformParams <<${more}>>>>`;
  const locked = await signPdf(buildPdf({
    ...plainObjects,
    1: plainObjects[1]!.replace('/Pages', '/Perms <</DocMDP 9 0 R>> /Pages'),
    9: `<</Type /Sig /Reference [${reference('DocMDP', '/P 2')} ${reference('FieldMDP', '/Action /Include /Fields [(Note)]')}]>>`,
  }), order);
  expect(named(judge(update(locked, { 7: plainObjects[7]!.replace('(old)', '(new)') })))).toContain('changed-against-permission');
});

test('the strict policy refuses a filled field as well', () => {
  expect(named(judge(after({ 7: note.replace(/\/V <[^>]*>/, '/V (new)') }), strictPolicy))).toContain('changed-against-permission');
});
