/** FIPS 180-4 §4.2.2 and §5.3.3. */
const constants = Uint32Array.from([
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
]);
const start = Uint32Array.from([
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
]);

/**
 * SHA-256 of 32 octets, again and again: what each round of an older derivation is. WebCrypto answers each call later, which
 * costs a hundred times the hash itself.
 * @param rounds how often; 0 gives the digest back
 */
export function rehash(digest: Uint8Array, rounds: number): Uint8Array<ArrayBuffer> {
  const octets = new DataView(new ArrayBuffer(32));
  for (let i = 0; i < 32; i++) octets.setUint8(i, digest[i]!);
  const words = Uint32Array.from({ length: 8 }, (_, i) => octets.getUint32(i * 4));
  const schedule = new Uint32Array(64);
  for (let round = 0; round < rounds; round++) compress(words, schedule);
  for (let i = 0; i < 8; i++) octets.setUint32(i * 4, words[i]!);
  return new Uint8Array(octets.buffer);
}

const turned = (word: number, by: number): number => (word >>> by) | (word << (32 - by));

/** One block: the 32 octets, the bit that ends them, and their length (FIPS 180-4 §6.2.2). The digest takes the place of the words. */
function compress(words: Uint32Array, w: Uint32Array): void {
  w.set(words);
  w.fill(0, 8, 16);
  w[8] = 0x80000000;
  w[15] = 256;
  for (let t = 16; t < 64; t++) {
    const [x, y] = [w[t - 15]!, w[t - 2]!];
    w[t] = w[t - 16]! + (turned(x, 7) ^ turned(x, 18) ^ (x >>> 3)) + w[t - 7]! + (turned(y, 17) ^ turned(y, 19) ^ (y >>> 10));
  }
  let [a, b, c, d, e, f, g, h] = start as unknown as [number, number, number, number, number, number, number, number];
  for (let t = 0; t < 64; t++) {
    const first = (h + (turned(e, 6) ^ turned(e, 11) ^ turned(e, 25)) + ((e & f) ^ (~e & g)) + constants[t]! + w[t]!) | 0;
    const second = ((turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g; g = f; f = e; e = (d + first) | 0; d = c; c = b; b = a; a = (first + second) | 0;
  }
  [a, b, c, d, e, f, g, h].forEach((word, i) => { words[i] = start[i]! + word; });
}
