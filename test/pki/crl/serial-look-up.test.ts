import { readWhole } from '../../../pki/asn1/der-reader.ts';
import { integer, sequence, time } from '../../../pki/asn1/der-writer.ts';
import { indexEntries } from '../../../pki/crl/entries.ts';
import { SerialLookUp } from '../../../pki/crl/serial-look-up.ts';

const day = time(new Date('2030-01-01T00:00:00Z'));
const lookUpIn = (serials: readonly bigint[]): SerialLookUp =>
  new SerialLookUp(indexEntries(readWhole(sequence(...serials.map((serial) => sequence(integer(serial), day))))));
const placesIn = (serials: readonly bigint[], wanted: bigint): number[] => serials.flatMap((serial, n) => (serial === wanted ? [n] : []));

test.each([
  ['different', Array.from({ length: 500 }, (_, i) => (BigInt(i) * 0x9e3779b97f4a7c15n) & ((1n << 152n) - 1n))],
  ['of every length and sign', [0n, 1n, 127n, 128n, 255n, 256n, -1n, -128n, -129n, 1n << 158n, -(1n << 159n)]],
  ['some twice', [5n, 7n, 5n, 300n, 7n, 5n]],
  // all fall on one slot: the table is given up
  ['all the same', Array.from({ length: 500 }, () => 1n)],
  ['none', []],
])('the table of those who come again finds what walking finds: serial numbers %s', (_name, serials) => {
  const lookUp = lookUpIn(serials);
  for (let round = 0; round < 3; round++) {
    for (const serial of [...serials, 2n, 129n, -2n, 1n << 100n]) expect(lookUp.entriesWith(serial)).toEqual(placesIn(serials, serial));
  }
});
