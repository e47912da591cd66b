const primes = primesBelow(752);

/** Odd primes of the ROCA fingerprint: a vulnerable modulus is a power of 65537 modulo each (CVE-2017-15361, Nemec et al., CCS 2017). */
const fingerprints = primes.filter((p) => p > 2 && p <= 167).map((p) => ({ p, powers: powersOf(65_537 % p, p) }));

const primorial = primes.reduce((product, p) => product * BigInt(p), 1n);

/** The smallest prime factor under 752, which no honest key has. */
export function smallFactorOf(modulus: bigint): number | undefined {
  const rest = modulus % primorial;
  return primes.find((p) => rest % BigInt(p) === 0n);
}

/** Whether the modulus bears the fingerprint of the Infineon library. By chance less than one in 2^100 does. */
export function hasRocaFingerprint(modulus: bigint): boolean {
  const rest = modulus % primorial;
  return fingerprints.every(({ p, powers }) => powers.has(Number(rest % BigInt(p))));
}

/**
 * Whether Fermat's method factors the modulus within some rounds: its primes are close together (CVE-2022-26320).
 * @param rounds 100 find every key of the libraries known to fail; an honest key needs more than 2^500
 */
export function hasClosePrimes(modulus: bigint, rounds = 100): boolean {
  let a = integerRoot(modulus);
  if (a * a < modulus) a += 1n;
  let square = a * a - modulus;
  for (let i = 0; i < rounds; i++) {
    if (isSquare(square)) return true;
    square += 2n * a + 1n;
    a += 1n;
  }
  return false;
}

/** Squares modulo 64, 63 and 65: one in 60 numbers passes all three, so that roots are seldom taken. */
const filters = [64, 63, 65].map((m) => ({ m: BigInt(m), squares: new Set(Array.from({ length: m }, (_, x) => (x * x) % m)) }));

function isSquare(n: bigint): boolean {
  if (!filters.every(({ m, squares }) => squares.has(Number(n % m)))) return false;
  const root = integerRoot(n);
  return root * root === n;
}

/** The integer part of the square root, by Newton from above. */
function integerRoot(n: bigint): bigint {
  if (n < 2n) return n;
  let x = 1n << BigInt(Math.ceil((n.toString(16).length * 4) / 2));
  for (;;) {
    const next = (x + n / x) >> 1n;
    if (next >= x) return x;
    x = next;
  }
}

function primesBelow(limit: number): number[] {
  const found: number[] = [];
  for (let n = 2; n < limit; n++) if (found.every((p) => n % p !== 0)) found.push(n);
  return found;
}

function powersOf(base: number, modulus: number): ReadonlySet<number> {
  const powers = new Set<number>();
  for (let power = 1; !powers.has(power); power = (power * base) % modulus) powers.add(power);
  return powers;
}
