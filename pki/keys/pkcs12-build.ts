import { derNull, explicit, integer, octetString, oid, sequence, setOf } from '../asn1/der-writer.ts';
import { contextPrimitive } from '../asn1/tags.ts';

/** RFC 7292 §4, RFC 8018: what a PKCS #12 file of ours is made of. */
export const pkcs12Ids = {
  data: '1.2.840.113549.1.7.1',
  encryptedData: '1.2.840.113549.1.7.6',
  keyBag: '1.2.840.113549.1.12.10.1.1',
  shroudedKeyBag: '1.2.840.113549.1.12.10.1.2',
  certBag: '1.2.840.113549.1.12.10.1.3',
  x509Certificate: '1.2.840.113549.1.9.22.1',
  localKeyId: '1.2.840.113549.1.9.21',
  pbes2: '1.2.840.113549.1.5.13',
  pbkdf2: '1.2.840.113549.1.5.12',
  hmacSha256: '1.2.840.113549.2.9',
  aes256: '2.16.840.1.101.3.4.1.42',
  sha256: '2.16.840.1.101.3.4.2.1',
} as const;

export interface Protection { password: string; salt: Uint8Array; iterations: number }
export interface Encryption extends Protection { iv: Uint8Array }

/** The cryptography of the side that writes: node's, or a browser's. */
export interface Pkcs12Crypto {
  random(octets: number): Uint8Array;
  sha1(bytes: Uint8Array): Promise<Uint8Array>;
  /** PBKDF2-HMAC-SHA-256 and AES-256-CBC (RFC 8018 §6.2) */
  encryptAes256(plaintext: Uint8Array, encryption: Encryption): Promise<Uint8Array>;
  /** HMAC-SHA-256 under the derivation of RFC 7292 appendix B.2 */
  macSha256(content: Uint8Array, protection: Protection): Promise<Uint8Array>;
}

export interface Pkcs12Contents { pkcs8: Uint8Array; certificates: readonly Uint8Array[]; password: string; iterations: number; macIterations: number }

/**
 * Puts a PKCS #12 file together (RFC 7292): the key shrouded, the certificates encrypted, a MAC over both. Only the structure is
 * made here, so that the server and a page write the same file.
 */
export async function assemblePkcs12({ pkcs8, certificates, password, iterations, macIterations }: Pkcs12Contents, crypto: Pkcs12Crypto): Promise<Uint8Array> {
  const ids = pkcs12Ids;
  const [own] = certificates;
  const link = own ? setOf(sequence(oid(ids.localKeyId), setOf(octetString(await crypto.sha1(own))))) : new Uint8Array(0);
  const shrouded = await encrypt(pkcs8, { password, iterations }, crypto);
  const keyBag = sequence(oid(ids.shroudedKeyBag), explicit(0, sequence(shrouded.algorithm, octetString(shrouded.ciphertext))), link);
  const certBags = certificates.map((certificate, i) => sequence(
    oid(ids.certBag), explicit(0, sequence(oid(ids.x509Certificate), explicit(0, octetString(certificate)))), i === 0 ? link : new Uint8Array(0),
  ));
  const hidden = await encrypt(sequence(...certBags), { password, iterations }, crypto);
  const content = sequence(
    sequence(oid(ids.encryptedData), explicit(0, sequence(
      integer(0), sequence(oid(ids.data), hidden.algorithm, octetString(hidden.ciphertext, contextPrimitive(0))),
    ))),
    sequence(oid(ids.data), explicit(0, octetString(sequence(keyBag)))),
  );
  const salt = crypto.random(16);
  const mac = await crypto.macSha256(content, { password, salt, iterations: macIterations });
  return sequence(
    integer(3), sequence(oid(ids.data), explicit(0, octetString(content))),
    sequence(sequence(sequence(oid(ids.sha256), derNull), octetString(mac)), octetString(salt), integer(macIterations)),
  );
}

/** EncryptedPrivateKeyInfo (RFC 5958 §3) of a key alone: what is kept while its certificate is not there yet. */
export async function assembleEncryptedKey(pkcs8: Uint8Array, protection: { password: string; iterations: number }, crypto: Pkcs12Crypto): Promise<Uint8Array> {
  const { algorithm, ciphertext } = await encrypt(pkcs8, protection, crypto);
  return sequence(algorithm, octetString(ciphertext));
}

async function encrypt(plaintext: Uint8Array, { password, iterations }: { password: string; iterations: number }, crypto: Pkcs12Crypto): Promise<{ algorithm: Uint8Array; ciphertext: Uint8Array }> {
  const ids = pkcs12Ids;
  const [salt, iv] = [crypto.random(16), crypto.random(16)];
  const ciphertext = await crypto.encryptAes256(plaintext, { password, salt, iv, iterations });
  const kdf = sequence(oid(ids.pbkdf2), sequence(octetString(salt), integer(iterations), sequence(oid(ids.hmacSha256), derNull)));
  return { algorithm: sequence(oid(ids.pbes2), sequence(kdf, sequence(oid(ids.aes256), octetString(iv)))), ciphertext };
}
