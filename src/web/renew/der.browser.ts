/** An element of DER that this page or our own server wrote; nothing of strangers is read with this. */
export interface Element { tag: number; content: Uint8Array; whole: Uint8Array }

/** The elements one after another. @throws Error where one is longer than what is there */
export function children(bytes: Uint8Array): Element[] {
  const found: Element[] = [];
  for (let at = 0; at < bytes.length;) {
    let length = bytes[at + 1] ?? 0;
    let from = at + 2;
    if (length >= 0x80) {
      const octets = length & 0x7f;
      length = 0;
      for (let i = 0; i < octets; i++) length = length * 256 + (bytes[from + i] ?? 0);
      from += octets;
    }
    if (from + length > bytes.length || from === at) throw new Error('the file is cut off');
    found.push({ tag: bytes[at]!, content: bytes.subarray(from, from + length), whole: bytes.subarray(at, from + length) });
    at = from + length;
  }
  return found;
}

/** A small non-negative INTEGER. */
export function integerOf({ content }: Element): number {
  return content.reduce((value, byte) => value * 256 + byte, 0);
}
