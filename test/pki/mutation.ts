import fc from 'fast-check';

/** Bytes with a few changes: bits flipped, octets replaced, pieces cut out, doubled or moved, the end missing. */
export function mutated(original: Uint8Array): fc.Arbitrary<Uint8Array> {
  const place = fc.nat(original.length - 1);
  const change = fc.oneof(
    fc.record({ kind: fc.constant('flip' as const), at: place, value: fc.nat(7) }),
    fc.record({ kind: fc.constant('set' as const), at: place, value: fc.nat(255) }),
    fc.record({ kind: fc.constant('cut' as const), at: place, value: fc.integer({ min: 1, max: 40 }) }),
    fc.record({ kind: fc.constant('double' as const), at: place, value: fc.integer({ min: 1, max: 200 }) }),
    fc.record({ kind: fc.constant('end' as const), at: place, value: fc.constant(0) }),
  );
  return fc.array(change, { minLength: 1, maxLength: 4 }).map((changes) => changes.reduce<Uint8Array>((bytes, { kind, at, value }) => {
    const i = Math.min(at, bytes.length);
    switch (kind) {
      case 'flip': return i < bytes.length ? bytes.with(i, bytes[i]! ^ (1 << value)) : bytes;
      case 'set': return i < bytes.length ? bytes.with(i, value) : bytes;
      case 'cut': return Buffer.concat([bytes.subarray(0, i), bytes.subarray(i + value)]);
      case 'double': return Buffer.concat([bytes.subarray(0, i + value), bytes.subarray(i)]);
      case 'end': return bytes.subarray(0, i);
    }
  }, original));
}
