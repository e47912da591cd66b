import { PkiError } from '../error.ts';

/** Serial numbers as places in the bytes, in an open-addressing table: a Set of strings costs ten times as much. */
export class SerialSet {
  /** header, a serial of one octet, a UTCTime */
  static readonly shortestEntry = 20;
  private readonly bytes: Uint8Array;
  private readonly slots: Int32Array;
  private readonly mask: number;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    // twice the number of entries at least, so that there is always an empty slot
    const size = 2 ** Math.max(4, Math.ceil(Math.log2(2 * bytes.length / SerialSet.shortestEntry + 1)));
    if (bytes.length > 0x7fffffff) throw new PkiError('asn1-too-large', { rule: 'at most 2^31-1 octets' });
    this.slots = new Int32Array(size);
    this.mask = size - 1;
  }

  /** False if the same octets are there already. */
  add(start: number, end: number): boolean {
    const { bytes, slots, mask } = this;
    let hash = 0x811c9dc5;
    for (let i = start; i < end; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
    let slot = (hash ^ (hash >>> 15)) & mask;
    for (; slots[slot] !== 0; slot = (slot + 1) & mask) if (this.same(slots[slot]! - 1, start, end)) return false;
    slots[slot] = start + 1;
    return true;
  }

  private same(other: number, start: number, end: number): boolean {
    const { bytes } = this;
    // the octet before the contents is the length
    if (bytes[other - 1] !== bytes[start - 1]) return false;
    for (let i = start; i < end; i++) if (bytes[other + i - start] !== bytes[i]) return false;
    return true;
  }
}
