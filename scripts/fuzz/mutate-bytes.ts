/** Picks by a seeded source, the same for the same seed. */
export class Chance {
  private readonly random: () => number;
  constructor(random: () => number) {
    this.random = random;
  }
  below = (limit: number): number => Math.floor(this.random() * limit);
  pick = <T>(list: readonly T[]): T => list[this.below(list.length)]!;
  /** from 0 to 1, as `mutate` of scripts/mutate-chain.ts wants it */
  next = (): number => this.random();
}

/** What readers of any format stumble over: limits of integers, ends of things, nesting, bytes of no encoding. */
const words = ['0', '-1', '4294967296', '999999999999', '\0', '\xff\xfe', '<<', '>>', '[', ']', '(', '<', '>', '"', '{', '}', '&amp;', '<!DOCTYPE a []>', '%%EOF',
  'endobj', 'endstream', 'startxref\n9\n', '/Prev 9', '/Length 99999999', '/Kids [3 0 R]', '/N 999999', '/W [9 9 9]', ' 1 0 R', 'PK\x03\x04', 'PK\x01\x02', '\x30\x80', '\x30\x84\xff\xff\xff\xff'];

/** Cuts, flips, overwrites, puts in, doubles and moves pieces, up to four times. */
export function mutateBytes(original: Uint8Array, chance: Chance): Uint8Array {
  let bytes = Buffer.from(original);
  for (let times = 1 + chance.below(4); times > 0 && bytes.length > 0; times--) {
    const at = chance.below(bytes.length);
    const piece = Buffer.from(bytes.subarray(at, at + chance.below(400)));
    const word = Buffer.from(chance.pick(words), 'latin1');
    switch (chance.below(7)) {
      case 0: bytes[at]! ^= 1 << chance.below(8); break;
      case 1: bytes = Buffer.concat([bytes.subarray(0, at), word, bytes.subarray(at)]); break;
      case 2: word.copy(bytes, at); break;
      case 3: bytes = Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(at)]); break;
      case 4: bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + piece.length)]); break;
      case 5: piece.copy(bytes, chance.below(bytes.length)); break;
      default: bytes = Buffer.from(bytes.subarray(0, at));
    }
  }
  return bytes;
}

/** Changes one token between delimiters of a text format, so that what is around it still parses. */
export function mutateTokens(original: Uint8Array, chance: Chance): Uint8Array {
  const text = Buffer.from(original).toString('latin1');
  const tokens = [...text.matchAll(/[^\s<>"'={}[\],:;./&]+|<[^<>]{0,200}>|"[^"]{0,200}"/g)];
  if (tokens.length === 0) return mutateBytes(original, chance);
  const [a, b] = [chance.pick(tokens), chance.pick(tokens)];
  const replaced = chance.pick([b[0], '', a[0] + a[0], a[0].slice(1), `${a[0]}${b[0]}`, chance.pick(words), a[0].toUpperCase()]);
  return Buffer.from(text.slice(0, a.index) + replaced + text.slice(a.index + a[0].length), 'latin1');
}
