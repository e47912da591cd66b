import { rmSync } from 'node:fs';
import { PkiError } from '../../../pki/error.ts';
import { readSignedPdf } from '../../../pki/pdf/signatures.ts';
import { signPdf, type PdfSigningOrder } from '../../../pki/pdf/sign.ts';
import { makeResultPdf } from '../../../scripts/make-result-pdf.ts';
import { buildPdf, plainObjects, update } from '../pdf-file/build-pdf.ts';
import { makeSigner } from './signer.ts';

const own = makeSigner();
afterAll(() => rmSync(own.folder, { recursive: true }));
const order: PdfSigningOrder = { signer: own.signer, certificate: own.certificate, chain: [], signingTime: new Date('2026-11-23T08:00:00Z'), contentsBytes: 2_048 };
const seed = Number(process.env['MUTATION_SEED'] ?? 20261123);
const cases = Number(process.env['MUTATION_CASES'] ?? 1_000);
const words = ['/Prev 9', '/Length 99999999', '/Kids [3 0 R]', '/Parent 3 0 R', ' 1 0 R', '<<', '>>', '[', 'endobj', 'stream\n', '%%EOF', 'startxref\n9\n', '/N 999999', '/W [9 9 9]', '(', '\0'];

/** Small and repeatable (mulberry32). */
function random(state: number): (below: number) => number {
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4_294_967_296) * below);
  };
}

/** Cuts, flips bits, puts in words of the format, and moves pieces, up to four times. */
function mutate(pdf: Uint8Array, next: (below: number) => number): Uint8Array {
  let bytes = Buffer.from(pdf);
  for (let times = 1 + next(4); times > 0; times--) {
    const at = next(bytes.length);
    const piece = (): Buffer => Buffer.from(bytes.subarray(at, at + next(400)));
    switch (next(5)) {
      case 0: bytes = Buffer.from(bytes.subarray(0, at)); break;
      case 1: bytes[at]! ^= 1 << next(8); break;
      case 2: bytes.write(words[next(words.length)]!, at, 'latin1'); break;
      case 3: bytes = Buffer.concat([bytes, piece(), bytes.subarray(-60)]); break;
      default: piece().copy(bytes, next(bytes.length));
    }
    if (bytes.length === 0) break;
  }
  return bytes;
}

test(`${cases} spoilt files from seed ${seed} each end in a PkiError or a result`, async () => {
  const plain = await signPdf(buildPdf(plainObjects), order);
  const result = await signPdf(await signPdf(await makeResultPdf({ date: new Date('2026-11-23T08:00:00Z') }), order), order);
  const files = [plain, update(plain, { 4: '<</Length 0>>\nstream\n\nendstream' }), result];
  const next = random(seed);
  const ends = new Map<string, number>();
  for (let i = 0; i < cases; i++) {
    const file = mutate(files[next(files.length)]!, next);
    let end: string;
    try {
      end = `${readSignedPdf(file).signatures.length} signatures`;
    } catch (error) {
      // anything but a PkiError ends the test with the case that did it
      if (!(error instanceof PkiError)) throw new Error(`case ${i} of seed ${seed}`, { cause: error });
      end = error.code;
    }
    ends.set(end, (ends.get(end) ?? 0) + 1);
  }
  expect(ends.values().reduce((sum, count) => sum + count, 0)).toBe(cases);
  expect(ends.size).toBeGreaterThan(5);
}, 60_000);
