import { createCipheriv, createDecipheriv, createHmac, hash, pbkdf2 } from 'node:crypto';
import { openSequence } from '../asn1/der-reader.ts';
import { tags } from '../asn1/tags.ts';
import { PkiError } from '../error.ts';
import { readAlgorithm, type AlgorithmIdentifier, type Digest } from './algorithm.ts';
import type { Encryption } from './pkcs12-build.ts';
import { isNull } from './public-key.ts';

/** PBKDF2 on the thread pool (RFC 8018 §5.2). */
const derive = (password: string, salt: Uint8Array, rounds: number, { octets, digest }: { octets: number; digest: string }): Promise<Uint8Array> =>
  new Promise((resolve, reject) => {
    pbkdf2(password, salt, rounds, octets, digest, (error, key) => (error ? reject(error) : resolve(key)));
  });

/** RFC 8018, RFC 7292 appendix C: what is used here alone. */
const ids = {
  pbes2: '1.2.840.113549.1.5.13',
  pbkdf2: '1.2.840.113549.1.5.12',
  sha1And3Des: '1.2.840.113549.1.12.1.3',
  hmacSha256: '1.2.840.113549.2.9',
  aes256: '2.16.840.1.101.3.4.1.42',
} as const;

const prfs: Readonly<Record<string, string>> = {
  '1.2.840.113549.2.7': 'sha1', [ids.hmacSha256]: 'sha256', '1.2.840.113549.2.10': 'sha384', '1.2.840.113549.2.11': 'sha512',
};
const ciphers: Readonly<Record<string, { name: string; octets: number }>> = {
  '2.16.840.1.101.3.4.1.2': { name: 'aes-128-cbc', octets: 16 },
  '2.16.840.1.101.3.4.1.22': { name: 'aes-192-cbc', octets: 24 },
  [ids.aes256]: { name: 'aes-256-cbc', octets: 32 },
};

/** A file that asks for more would hold the process for seconds. */
const maxIterations = 1_000_000;
const unsupported = (rule: string): PkiError => new PkiError('pkcs12-unsupported', { rule });

/** @throws PkiError `pkcs12-unsupported`, `pkcs12-password-wrong` */
export async function decrypt(algorithm: AlgorithmIdentifier, password: string, ciphertext: Uint8Array): Promise<Uint8Array> {
  const { cipher, key, iv } = await cipherOf(algorithm, password);
  try {
    const decipher = createDecipheriv(cipher, key, iv);
    return Buffer.concat([decipher.update(ciphertext), decipher.final()]);
  } catch {
    throw new PkiError('pkcs12-password-wrong', { rule: 'RFC 7292 §5.1' });
  }
}

/** PBKDF2-HMAC-SHA-256 and AES-256-CBC (RFC 8018 §6.2). */
export async function encryptAes256(plaintext: Uint8Array, { password, salt, iv, iterations }: Encryption): Promise<Uint8Array> {
  const cipher = createCipheriv('aes-256-cbc', await derive(password, salt, iterations, { octets: 32, digest: 'sha256' }), iv);
  return Buffer.concat([cipher.update(plaintext), cipher.final()]);
}
/** HMAC over the contents under a key of the PKCS #12 derivation (RFC 7292 appendix A, id 3). */
export function macOf(digest: Digest, input: { password: string; salt: Uint8Array; iterations: number }, content: Uint8Array): Uint8Array {
  const octets = hash(digest, '', 'buffer').length;
  const key = deriveOld({ digest, ...input, id: 3, octets });
  return createHmac(digest, key).update(content).digest();
}

async function cipherOf({ oid: dotted, parameters }: AlgorithmIdentifier, password: string): Promise<{ cipher: string; key: Uint8Array; iv: Uint8Array }> {
  if (parameters === undefined) throw unsupported('encryption without parameters');
  const reader = openSequence(parameters);
  if (dotted === ids.sha1And3Des) {
    const input = { digest: 'sha1' as const, password, salt: reader.octetString(), iterations: checked(reader.number()) };
    return { cipher: 'des-ede3-cbc', key: deriveOld({ ...input, id: 1, octets: 24 }), iv: deriveOld({ ...input, id: 2, octets: 8 }) };
  }
  if (dotted !== ids.pbes2) throw unsupported(`encryption ${dotted}`);
  const [kdf, scheme] = [readAlgorithm(reader), readAlgorithm(reader)];
  reader.end();
  const cipher = ciphers[scheme.oid];
  if (!cipher || kdf.oid !== ids.pbkdf2 || !kdf.parameters || !scheme.parameters) throw unsupported(`encryption ${scheme.oid} with ${kdf.oid}`);
  const key = await pbkdf2Key(kdf.parameters, password, cipher.octets);
  return { cipher: cipher.name, key, iv: octetsOf(scheme.parameters) };
}

async function pbkdf2Key(parameters: Uint8Array, password: string, octets: number): Promise<Uint8Array> {
  const reader = openSequence(parameters);
  const salt = reader.octetString();
  const rounds = checked(reader.number());
  if (reader.nextTag === tags.integer && reader.number() !== octets) throw unsupported('a key length that is not the cipher\'s');
  const prf = reader.done ? undefined : readAlgorithm(reader);
  reader.end();
  const digest = prf ? prfs[prf.oid] : 'sha1';
  if (digest === undefined || (prf?.parameters !== undefined && !isNull(prf.parameters))) throw unsupported(`PBKDF2 with ${prf?.oid ?? ''}`);
  return derive(password, salt, rounds, { octets, digest });
}

function octetsOf(der: Uint8Array): Uint8Array {
  if (der[0] !== tags.octetString || der[1] !== der.length - 2) throw unsupported('an initial vector that is no OCTET STRING');
  return der.subarray(2);
}

/** @throws PkiError `pkcs12-unsupported` for an iteration count nobody needs */
export function checked(rounds: number): number {
  if (rounds < 1 || rounds > maxIterations) throw unsupported(`1 to ${maxIterations} iterations`);
  return rounds;
}

interface Derivation { digest: Digest; password: string; salt: Uint8Array; iterations: number; id: 1 | 2 | 3; octets: number }

/** The key derivation of RFC 7292 appendix B.2; the password is a BMPString with its terminator. */
function deriveOld({ digest, password, salt, iterations: rounds, id, octets }: Derivation): Uint8Array {
  const block = digest === 'sha384' || digest === 'sha512' ? 128 : 64;
  const secret = Buffer.from(`${password}\0`, 'utf16le').swap16();
  const input = Buffer.concat([filled(salt, block), filled(secret, block)]);
  const diversifier = Buffer.alloc(block, id);
  const parts: Buffer[] = [];
  for (let made = 0; made < octets;) {
    let part = hash(digest, Buffer.concat([diversifier, input]), 'buffer');
    for (let i = 1; i < rounds; i++) part = hash(digest, part, 'buffer');
    parts.push(part);
    made += part.length;
    addToBlocks(input, filled(part, block).subarray(0, block), block);
  }
  return Buffer.concat(parts).subarray(0, octets);
}

/** The bytes over and over, to the next whole block. */
function filled(bytes: Uint8Array, block: number): Buffer {
  const length = block * Math.ceil(bytes.length / block);
  return Buffer.from(Uint8Array.from({ length }, (_, i) => bytes[i % bytes.length]!));
}

/** Each block of the input becomes itself plus the summand plus 1, modulo its size (appendix B.2 step 6C). */
function addToBlocks(input: Buffer, summand: Uint8Array, block: number): void {
  for (let start = 0; start < input.length; start += block) {
    let carry = 1;
    for (let i = block - 1; i >= 0; i--) {
      carry += input[start + i]! + summand[i]!;
      input[start + i] = carry & 0xff;
      carry >>= 8;
    }
  }
}
