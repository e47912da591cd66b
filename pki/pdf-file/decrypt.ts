import { createCipheriv, createDecipheriv, createHash } from 'node:crypto';
import { PkiError } from '../error.ts';
import { isName, PdfDict, PdfName, PdfStream, PdfString, type PdfValue, wholeNumber } from './objects.ts';

type Method = 'none' | 'rc4' | 'aes-128' | 'aes-256';

/** Undoes the encryption of the standard security handler for whoever opens the file without a password. */
export interface Decryptor {
  /** the object with its strings readable and its stream prepared */
  object(value: PdfValue, num: number, gen: number): PdfValue;
}

/** ISO 32000-2 §7.6.4.3.2, algorithm 2 (a): what fills up a short password; alone, the empty one. */
const padding = Buffer.from('28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a', 'hex');

const unsupported = (rule: string): PkiError => new PkiError('pdf-encryption-not-supported', { rule: `ISO 32000-2 §7.6 ${rule}` });
const md5 = (...parts: Uint8Array[]): Buffer => parts.reduce((hash, part) => hash.update(part), createHash('md5')).digest();
const sha256 = (...parts: Uint8Array[]): Buffer => parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();

/**
 * The decryptor of a file that opens with the empty user password (ISO 32000-2 §7.6.4).
 * @param id the first element of the trailer's ID
 * @throws PkiError `pdf-password-needed`, `pdf-encryption-not-supported`
 */
export function openEncryption(encrypt: PdfDict, id: Uint8Array): Decryptor {
  if (!isName(encrypt.get('Filter'), 'Standard')) throw unsupported('the standard security handler');
  const version = wholeNumber(encrypt.get('V')) ?? 0;
  const revision = wholeNumber(encrypt.get('R')) ?? 0;
  const strings = version >= 4 ? methodOf(encrypt, 'StrF') : 'rc4';
  const streams = version >= 4 ? methodOf(encrypt, 'StmF') : 'rc4';
  if (![1, 2, 4, 5].includes(version)) throw unsupported(`V ${version}`);
  const key = version === 5 ? key256(encrypt, revision) : keyMd5(encrypt, revision, version, id);
  const plainMetadata = encrypt.get('EncryptMetadata') === false;
  return { object: (value, num, gen) => decryptObject(value, { strings: cipher(strings, key, num, gen), streams: cipher(streams, key, num, gen), plainMetadata }) };
}

function methodOf(encrypt: PdfDict, which: 'StrF' | 'StmF'): Method {
  const name = encrypt.get(which);
  if (name === undefined || isName(name, 'Identity')) return 'none';
  const filters = encrypt.get('CF');
  const filter = filters instanceof PdfDict && name instanceof PdfName ? filters.get(name.value) : undefined;
  const method = filter instanceof PdfDict ? filter.get('CFM') : undefined;
  const found = method instanceof PdfName ? { None: 'none', V2: 'rc4', AESV2: 'aes-128', AESV3: 'aes-256' }[method.value] : undefined;
  if (!found) throw unsupported(which);
  return found as Method;
}

function bytesOf(encrypt: PdfDict, key: string, length: number): Uint8Array {
  const value = encrypt.get(key);
  if (!(value instanceof PdfString) || value.bytes.length < length) throw unsupported(key);
  return value.bytes.subarray(0, length);
}

/** Algorithms 2, 4 and 5: the key from MD5, checked against U. */
function keyMd5(encrypt: PdfDict, revision: number, version: number, id: Uint8Array): Uint8Array {
  const bits = version === 1 ? 40 : version === 4 ? 128 : wholeNumber(encrypt.get('Length')) ?? 40;
  const permissions = encrypt.get('P');
  if (revision < 2 || revision > 4 || bits % 8 !== 0 || bits < 40 || bits > 128 || typeof permissions !== 'number') throw unsupported(`R ${revision}`);
  const p = Buffer.alloc(4);
  p.writeInt32LE(permissions | 0);
  const hidden = revision >= 4 && encrypt.get('EncryptMetadata') === false ? Buffer.alloc(4, 0xff) : Buffer.alloc(0);
  let key = md5(padding, bytesOf(encrypt, 'O', 32), p, id, hidden).subarray(0, bits / 8);
  if (revision >= 3) for (let i = 0; i < 50; i++) key = md5(key).subarray(0, bits / 8);
  let expected: Uint8Array = padding;
  if (revision === 2) expected = rc4(key, padding);
  else {
    expected = md5(padding, id);
    for (let i = 0; i < 20; i++) expected = rc4(key.map((octet) => octet ^ i), expected);
  }
  if (Buffer.compare(bytesOf(encrypt, 'U', expected.length), expected) !== 0) throw new PkiError('pdf-password-needed', { rule: 'ISO 32000-2 §7.6.4.4' });
  return key;
}

/** Algorithm 2.A for the empty password. */
function key256(encrypt: PdfDict, revision: number): Uint8Array {
  if (revision !== 5 && revision !== 6) throw unsupported(`R ${revision}`);
  const u = bytesOf(encrypt, 'U', 48);
  const hash = revision === 5 ? sha256 : hardened;
  if (Buffer.compare(hash(u.subarray(32, 40)), u.subarray(0, 32)) !== 0) throw new PkiError('pdf-password-needed', { rule: 'ISO 32000-2 §7.6.4.4.10' });
  const decipher = createDecipheriv('aes-256-cbc', hash(u.subarray(40, 48)), Buffer.alloc(16)).setAutoPadding(false);
  return Buffer.concat([decipher.update(bytesOf(encrypt, 'UE', 32)), decipher.final()]);
}

/** Algorithm 2.B with the empty password. */
function hardened(salt: Uint8Array): Buffer {
  let k = sha256(salt);
  for (let round = 0, last = 0; round < 64 || last > round - 32; round++) {
    const once = Buffer.concat(Array.from({ length: 64 }, () => k));
    const aes = createCipheriv('aes-128-cbc', k.subarray(0, 16), k.subarray(16, 32)).setAutoPadding(false);
    const e = aes.update(once);
    const sum = e.subarray(0, 16).reduce((total, octet) => total + octet, 0);
    k = createHash(['sha256', 'sha384', 'sha512'][sum % 3]!).update(e).digest();
    last = e[e.length - 1]!;
  }
  return k.subarray(0, 32);
}

/** Algorithm 1 and 1.A: how one object's bytes are decrypted. */
function cipher(method: Method, key: Uint8Array, num: number, gen: number): (bytes: Uint8Array) => Uint8Array {
  if (method === 'none') return (bytes) => bytes;
  if (method === 'aes-256') return (bytes) => aes('aes-256-cbc', key, bytes);
  const place = Uint8Array.of(num, num >> 8, num >> 16, gen, gen >> 8);
  const own = md5(key, place, method === 'aes-128' ? Buffer.from('sAlT') : Buffer.alloc(0)).subarray(0, Math.min(16, key.length + 5));
  return method === 'rc4' ? (bytes) => rc4(own, bytes) : (bytes) => aes('aes-128-cbc', own, bytes);
}

function aes(name: 'aes-128-cbc' | 'aes-256-cbc', key: Uint8Array, bytes: Uint8Array): Uint8Array {
  if (bytes.length < 32 || bytes.length % 16 !== 0) return new Uint8Array(0);
  const decipher = createDecipheriv(name, key, bytes.subarray(0, 16)).setAutoPadding(false);
  const plain = Buffer.concat([decipher.update(bytes.subarray(16)), decipher.final()]);
  const pad = plain[plain.length - 1]!;
  return pad >= 1 && pad <= 16 ? plain.subarray(0, plain.length - pad) : plain;
}

/** RC4, which OpenSSL 3 no longer offers. */
function rc4(key: Uint8Array, bytes: Uint8Array): Uint8Array {
  const s = Uint8Array.from({ length: 256 }, (_none, i) => i);
  const swap = (a: number, b: number): void => {
    [s[a], s[b]] = [s[b]!, s[a]!];
  };
  for (let i = 0, j = 0; i < 256; i++) {
    j = (j + s[i]! + key[i % key.length]!) & 0xff;
    swap(i, j);
  }
  let i = 0;
  let j = 0;
  return bytes.map((octet) => {
    i = (i + 1) & 0xff;
    j = (j + s[i]!) & 0xff;
    swap(i, j);
    return octet ^ s[(s[i]! + s[j]!) & 0xff]!;
  });
}

interface Ciphers { strings: (bytes: Uint8Array) => Uint8Array; streams: (bytes: Uint8Array) => Uint8Array; plainMetadata: boolean }

function decryptObject(value: PdfValue, ciphers: Ciphers): PdfValue {
  if (value instanceof PdfString) return new PdfString(ciphers.strings(value.bytes), value.start, value.end, value.form);
  if (Array.isArray(value)) return value.map((item) => decryptObject(item, ciphers));
  if (value instanceof PdfDict) return decryptDict(value, ciphers);
  if (!(value instanceof PdfStream)) return value;
  const type = value.dict.get('Type');
  const plain = isName(type, 'XRef') || (ciphers.plainMetadata && isName(type, 'Metadata'));
  return new PdfStream(decryptDict(value.dict, ciphers), value.raw, plain ? undefined : ciphers.streams);
}

/** ISO 32000-2 §7.6.2: the Contents of a signature dictionary are never encrypted. */
function decryptDict(dict: PdfDict, ciphers: Ciphers): PdfDict {
  const signature = dict.entries.has('ByteRange');
  return new PdfDict(new Map(Array.from(dict.entries, ([key, value]) => [key, signature && key === 'Contents' ? value : decryptObject(value, ciphers)])));
}
