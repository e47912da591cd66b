import { contentStart, type EntryIndex } from './entries.ts';

/** Walking 100,000 entries takes about a millisecond, which the table costs several times: it is made for those who come again. */
const walksBeforeTable = 2;
/** Serial numbers can be chosen to fall on one slot: a table that takes more steps for an entry than this is given up. */
const maxMeanProbes = 16;

/** Finds entries by serial number, in the octets of the list as they are. */
export class SerialLookUp {
  private readonly index: EntryIndex;
  private walks = 0;
  /** entry number + 1 by the hash of its serial number, open addressing; null when given up */
  private table: Int32Array | null | undefined;

  constructor(index: EntryIndex) {
    this.index = index;
  }

  /** The numbers of the entries with this serial number, ascending. */
  entriesWith(serial: bigint): number[] {
    const { count } = this.index;
    if (count === 0) return [];
    const wanted = serialOctets(serial);
    if (this.table === undefined && this.walks++ >= walksBeforeTable) this.table = tableOf(this.index);
    return this.table ? this.probe(this.table, wanted) : this.walk(wanted);
  }

  private walk(wanted: Uint8Array): number[] {
    const found: number[] = [];
    for (let n = 0; n < this.index.count; n++) if (hasSerial(this.index, n, wanted)) found.push(n);
    return found;
  }

  private probe(table: Int32Array, wanted: Uint8Array): number[] {
    const mask = table.length - 1;
    const found: number[] = [];
    for (let slot = hashOf(wanted, 0, wanted.length) & mask; table[slot] !== 0; slot = (slot + 1) & mask) {
      if (hasSerial(this.index, table[slot]! - 1, wanted)) found.push(table[slot]! - 1);
    }
    return found;
  }
}

function tableOf({ bytes, starts, count }: EntryIndex): Int32Array | null {
  const table = new Int32Array(2 ** Math.ceil(Math.log2(2 * count + 1)));
  const mask = table.length - 1;
  let probes = 0;
  for (let n = 0; n < count; n++) {
    const at = contentStart(bytes, starts[n]!);
    const from = contentStart(bytes, at);
    let slot = hashOf(bytes, from, from + bytes[at + 1]!) & mask;
    for (; table[slot] !== 0; slot = (slot + 1) & mask) if (++probes > maxMeanProbes * count) return null;
    table[slot] = n + 1;
  }
  return table;
}

/** A serial of 128 octets and more has a long length and matches no certificate we read. */
function hasSerial({ bytes, starts }: EntryIndex, n: number, wanted: Uint8Array): boolean {
  const at = contentStart(bytes, starts[n]!);
  // neighbours differ at the end
  if (bytes[at + 1] !== wanted.length || bytes[at + 1 + wanted.length] !== wanted[wanted.length - 1]) return false;
  for (let i = 0; i < wanted.length; i++) if (bytes[at + 2 + i] !== wanted[i]) return false;
  return true;
}

/** FNV-1a. */
function hashOf(bytes: Uint8Array, from: number, to: number): number {
  let hash = 0x811c9dc5;
  for (let i = from; i < to; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
  return hash ^ (hash >>> 15);
}

/** The contents octets of a serial number's INTEGER. */
function serialOctets(serial: bigint): Uint8Array {
  let octets = 1;
  if (serial < 0n) while (BigInt.asIntN(octets * 8, serial) !== serial) octets++;
  const hex = (serial < 0n ? BigInt.asUintN(octets * 8, serial) : serial).toString(16);
  const even = hex.length % 2 === 0 ? hex : `0${hex}`;
  // a first bit that is one would say negative
  return Buffer.from(serial >= 0n && even >= '8' ? `00${even}` : even, 'hex');
}
