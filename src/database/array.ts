/**
 * Array parameters in PostgreSQL's own binary form (array_recv, and the recv function of each element type). Where hundreds of
 * rows go in at once, text form costs both sides more than storing them: quotes, escapes, two hex digits to an octet.
 */
interface Encoding<T> {
  /** of the element type, fixed for built-in types (pg_type.dat) */
  oid: number;
  /** at most so many octets */
  most: (value: T) => number;
  /** writes the value and answers how many octets it took */
  write: (buffer: Buffer, value: T, at: number) => number;
}

/** Microseconds are counted from 2000-01-01. */
const epochMs = Date.UTC(2000, 0, 1);
const jsonbVersion = 1;
/** A UTF-16 unit takes three octets of UTF-8 at most. */
const mostOctets = (text: string): number => 3 * text.length;

interface Elements { bytea: Uint8Array; integer: number; text: string; timestamptz: Date; uuid: string; jsonb: string }

const encodings: { [T in keyof Elements]: Encoding<Elements[T]> } = {
  bytea: { oid: 17, most: (bytes) => bytes.length, write: (buffer, bytes, at) => (buffer.set(bytes, at), bytes.length) },
  integer: { oid: 23, most: () => 4, write: (buffer, value, at) => buffer.writeInt32BE(value, at) - at },
  text: { oid: 25, most: mostOctets, write: (buffer, text, at) => buffer.write(text, at) },
  timestamptz: { oid: 1184, most: () => 8, write: (buffer, value, at) => buffer.writeBigInt64BE(BigInt(value.getTime() - epochMs) * 1000n, at) - at },
  uuid: { oid: 2950, most: () => 16, write: (buffer, id, at) => buffer.write(id.replaceAll('-', ''), at, 'hex') },
  /** of text that is JSON already */
  jsonb: { oid: 3802, most: (json) => 1 + mostOctets(json), write: (buffer, json, at) => 1 + buffer.write(json, buffer.writeUInt8(jsonbVersion, at)) },
};

export type ArrayType = keyof Elements;

/** A binding for `?::type[]`: it takes one dimension, nulls included. */
export function arrayOf<T extends ArrayType>(type: T, values: readonly (Elements[T] | null)[]): Buffer {
  const { oid, most, write } = encodings[type];
  let octets = 20;
  for (const value of values) octets += 4 + (value === null ? 0 : most(value));
  const buffer = Buffer.allocUnsafe(octets);
  // dimensions, whether there are nulls, the element's type, length and lower bound
  let at = 0;
  for (const head of [values.length === 0 ? 0 : 1, values.includes(null) ? 1 : 0, oid, ...(values.length === 0 ? [] : [values.length, 1])]) at = buffer.writeInt32BE(head, at);
  for (const value of values) {
    const start = at + 4;
    const length = value === null ? -1 : write(buffer, value, start);
    buffer.writeInt32BE(length, at);
    at = start + Math.max(length, 0);
  }
  return buffer.subarray(0, at);
}
