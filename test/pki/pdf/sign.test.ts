import { createHash } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readPdfSignatures } from '../../../pki/pdf/signatures.ts';
import { embedPdfSignature, preparePdfSignature, signPdf, timestampPdf, type PdfSigningOrder } from '../../../pki/pdf/sign.ts';
import { makeResultPdf } from '../../../scripts/make-result-pdf.ts';
import { buildPdf, codeOf, compressedPdf, hybridPdf, plainObjects, update } from '../pdf-file/build-pdf.ts';
import { isIntact, makeSigner } from './signer.ts';

const own = makeSigner();
afterAll(() => rmSync(own.folder, { recursive: true }));
const order: PdfSigningOrder = { signer: own.signer, certificate: own.certificate, chain: [], signingTime: new Date('2026-11-23T08:00:00Z'), reason: 'Ký ban hành' };
const poppler = spawnSync('pdfsig', ['-v']).error === undefined;

const files: [string, () => Promise<Uint8Array>][] = [
  ['a result of two pages', () => makeResultPdf()],
  ['a page without a form', async () => buildPdf({ ...plainObjects, 1: '<</Type /Catalog /Pages 2 0 R>>', 3: '<</Type /Page /Parent 2 0 R /MediaBox [0 0 300 200]>>' })],
  ['a form by reference', async () => buildPdf(plainObjects)],
  ['cross-reference streams and an object stream', async () => compressedPdf()],
  ['a hybrid file', async () => hybridPdf(5)],
  ['fields and annotations by reference', async () => buildPdf({ ...plainObjects, 3: plainObjects[3]!.replace('[7 0 R]', '9 0 R'), 6: '<</Fields 10 0 R>>', 9: '[7 0 R]', 10: '[7 0 R]' })],
];

test.each(files)('%s: signed twice, the first signature stays', async (_what, make) => {
  const pdf = await make();
  const once = await signPdf(pdf, order);
  const twice = await signPdf(once, order);
  expect(Buffer.compare(twice.subarray(0, once.length), once)).toBe(0);
  const [alone] = readPdfSignatures(once);
  expect(alone).toMatchObject({ field: 'Signature1', subFilter: 'ETSI.CAdES.detached', reason: 'Ký ban hành', problems: [], changesAfter: [], coverage: { wholeDocument: true } });
  expect(alone!.claimedTime).toEqual(order.signingTime);
  const [first, second] = readPdfSignatures(twice);
  expect([first!.coverage.wholeDocument, second!.coverage.wholeDocument]).toEqual([false, true]);
  expect(first!.changesAfter).toMatchObject([{ code: 'signature-added', field: 'Signature2', allowed: true, warning: false }]);
  expect([first, second].every((signature) => isIntact(signature!, own.certificate))).toBe(true);
});

(poppler ? test : test.skip)('poppler finds both signatures valid', async () => {
  const path = join(own.folder, 'twice.pdf');
  writeFileSync(path, await signPdf(await signPdf(await makeResultPdf(), order), order));
  const { stdout } = spawnSync('pdfsig', ['-nocert', path], { encoding: 'utf8' });
  expect(stdout.match(/Signature is Valid/g)).toHaveLength(2);
  expect(stdout).toContain('Total document signed');
});

test('one byte changed is one byte too many', async () => {
  const signed = await signPdf(buildPdf(plainObjects), order);
  signed[signed.indexOf(0x44, signed.indexOf(0x42))]! ^= 1;
  expect(isIntact(readPdfSignatures(signed)[0]!, own.certificate)).toBe(false);
});

test('an empty signature field is used, a signed one is not', async () => {
  const field = '<</Type /Annot /Subtype /Widget /FT /Sig /T (Sign here) /Rect [0 0 0 0] /P 3 0 R>>';
  const pdf = buildPdf({ ...plainObjects, 6: '<</Fields [7 0 R 9 0 R]>>', 9: field });
  const signed = await signPdf(pdf, { ...order, field: 'Sign here' });
  expect(readPdfSignatures(signed)).toMatchObject([{ field: 'Sign here', problems: [], coverage: { wholeDocument: true } }]);
  expect(codeOf(() => preparePdfSignature(signed, { ...order, field: 'Sign here' }))).toBe('field-already-signed');
  expect(codeOf(() => preparePdfSignature(pdf, { ...order, field: 'Note' }))).toBe('field-not-usable');
});

test('a signature too large for its room is refused', () => {
  const prepared = preparePdfSignature(buildPdf(plainObjects), { ...order, contentsBytes: 64 });
  expect(codeOf(() => embedPdfSignature(prepared, new Uint8Array(65)))).toBe('contents-too-small');
});

test('a certification that permits nothing permits no signature', () => {
  const certified = update(buildPdf(plainObjects), {
    1: '<</Type /Catalog /Pages 2 0 R /AcroForm 6 0 R /Perms <</DocMDP 9 0 R>>>>',
    9: '<</Type /Sig /Reference [<</TransformMethod /DocMDP /TransformParams <</P 1>>>>]>>',
  });
  expect(codeOf(() => preparePdfSignature(certified, order))).toBe('signing-not-permitted');
});

test('with a timestamp the token is asked for over the signature value and found again', async () => {
  let asked: Uint8Array | undefined;
  const signed = await signPdf(buildPdf(plainObjects), { ...order, timestamp: async (imprint) => {
    asked = imprint;
    return Uint8Array.of(0x30, 0x03, 0x02, 0x01, 0x05);
  } });
  expect(asked).toHaveLength(32);
  expect(Buffer.from(readPdfSignatures(signed)[0]!.contents).includes(Buffer.of(0x30, 0x03, 0x02, 0x01, 0x05))).toBe(true);
});

test('a document timestamp over a signature leaves it as it is', async () => {
  let asked: Uint8Array | undefined;
  const stamped = await timestampPdf(await signPdf(buildPdf(plainObjects), order), order.signingTime, async (imprint) => {
    asked = imprint;
    return Uint8Array.of(0x30, 0x03, 0x02, 0x01, 0x05);
  });
  const [signature, timestamp] = readPdfSignatures(stamped);
  expect(signature!.changesAfter).toMatchObject([{ code: 'document-timestamp-added', kind: 'document-timestamp', allowed: true }]);
  expect(timestamp).toMatchObject({ type: 'timestamp', subFilter: 'ETSI.RFC3161', problems: [], coverage: { wholeDocument: true } });
  const hash = createHash('sha256');
  for (const part of timestamp!.signedBytes) hash.update(part);
  expect(Buffer.from(asked!).equals(hash.digest())).toBe(true);
});
