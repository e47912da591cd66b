import { createPrivateKey, hash, timingSafeEqual, type KeyObject } from 'node:crypto';
import { openSequence, type DerReader } from '../asn1/der-reader.ts';
import { oids } from '../asn1/oids.ts';
import { contextConstructed, contextPrimitive } from '../asn1/tags.ts';
import { PkiError } from '../error.ts';
import { digestByOid, readAlgorithm } from './algorithm.ts';
import { assemblePkcs12, pkcs12Ids as ids } from './pkcs12-build.ts';
import { checked, decrypt, encryptAes256, macOf } from './pkcs12-encryption.ts';

export interface Pkcs12 { privateKey: KeyObject; certificates: Uint8Array[] }

export interface Pkcs12Order extends Pkcs12 {
  password: string;
  /** so many octets of chance, for salts */
  salts: (octets: number) => Uint8Array;
}

/** Of the keys' derivation and of the MAC, in what we write ourselves. */
const ownIterations = 100_000;

const malformed = (rule: string): PkiError => new PkiError('pkcs12-malformed', { rule });
const maxBytes = 1_048_576;

interface Bag { id: string; value: Uint8Array }

/**
 * The key and the certificates of a PKCS #12 file (RFC 7292).
 * PBES2 with AES, and SHA-1 with triple DES as old systems write; strict DER; the MAC must be there and right.
 * @throws PkiError `pkcs12-malformed`, `pkcs12-password-wrong`, `pkcs12-unsupported`
 */
export async function parsePkcs12(der: Uint8Array, password: string): Promise<Pkcs12> {
  if (der.length > maxBytes) throw malformed(`at most ${maxBytes} bytes`);
  try {
    const bags = await bagsOf(openMac(der, password), password);
    const keys = await Promise.all(bags.map((bag) => keyOf(bag, password)));
    const privateKeys = keys.filter((key) => key !== undefined);
    if (privateKeys.length !== 1) throw malformed('one private key');
    return { privateKey: privateKeys[0]!, certificates: bags.flatMap(certificateOf) };
  } catch (error) {
    if (error instanceof PkiError && error.code.startsWith('asn1-')) throw malformed(`${error.code}: ${error.rule}`);
    throw error;
  }
}

/** A PKCS #12 file of one key and its chain, the key's own certificate first: AES-256, MAC with SHA-256. */
export async function buildPkcs12({ privateKey, certificates, password, salts }: Pkcs12Order): Promise<Uint8Array> {
  return assemblePkcs12({ pkcs8: privateKey.export({ format: 'der', type: 'pkcs8' }), certificates, password, iterations: ownIterations, macIterations: ownIterations }, {
    random: salts, encryptAes256,
    sha1: async (bytes) => hash('sha1', bytes, 'buffer'),
    macSha256: async (content, protection) => macOf('sha256', protection, content),
  });
}

/** The AuthenticatedSafe, after its MAC was found right (RFC 7292 §4). */
function openMac(der: Uint8Array, password: string): Uint8Array {
  const pfx = openSequence(der);
  if (pfx.number() !== 3) throw malformed('RFC 7292 §4 version 3');
  const authSafe = pfx.sequence();
  if (authSafe.oid() !== oids.data) throw new PkiError('pkcs12-unsupported', { rule: 'password integrity alone (RFC 7292 §3.1)' });
  const content = onlyOctets(authSafe.enter(contextConstructed(0)));
  authSafe.end();
  const macData = pfx.sequence();
  pfx.end();
  const digestInfo = macData.sequence();
  const digest = digestByOid(readAlgorithm(digestInfo).oid);
  const expected = digestInfo.octetString();
  const salt = macData.octetString();
  const iterations = checked(macData.done ? 1 : macData.number());
  if (digest === undefined || digest === 'md5' || digest.startsWith('sha3')) throw new PkiError('pkcs12-unsupported', { rule: 'the digest of the MAC' });
  const mac = macOf(digest, { password, salt, iterations }, content);
  if (mac.length !== expected.length || !timingSafeEqual(mac, expected)) throw new PkiError('pkcs12-password-wrong', { rule: 'RFC 7292 §5.2' });
  return content;
}

async function bagsOf(authenticatedSafe: Uint8Array, password: string): Promise<Bag[]> {
  const bags: Bag[] = [];
  const safes = openSequence(authenticatedSafe);
  while (!safes.done) {
    const info = safes.sequence();
    const type = info.oid();
    const value = info.enter(contextConstructed(0));
    if (type === oids.data) bags.push(...readBags(onlyOctets(value)));
    else if (type === ids.encryptedData) bags.push(...readBags(await decryptedContent(value, password)));
    else throw new PkiError('pkcs12-unsupported', { rule: `contents ${type}` });
  }
  return bags;
}

async function decryptedContent(value: DerReader, password: string): Promise<Uint8Array> {
  const encryptedData = value.sequence();
  encryptedData.number();
  const info = encryptedData.sequence();
  if (info.oid() !== oids.data) throw malformed('RFC 7292 §4.1 encrypted data');
  return decrypt(readAlgorithm(info), password, info.octetString(contextPrimitive(0)));
}

function readBags(safeContents: Uint8Array): Bag[] {
  const bags: Bag[] = [];
  const list = openSequence(safeContents);
  while (!list.done) {
    const bag = list.sequence();
    bags.push({ id: bag.oid(), value: bag.read(contextConstructed(0)).content });
  }
  return bags;
}

async function keyOf({ id, value }: Bag, password: string): Promise<KeyObject | undefined> {
  if (id === ids.keyBag) return keyFrom(value);
  if (id !== ids.shroudedKeyBag) return undefined;
  const shrouded = openSequence(value);
  return keyFrom(await decrypt(readAlgorithm(shrouded), password, shrouded.octetString()));
}

function keyFrom(pkcs8: Uint8Array): KeyObject {
  try {
    return createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' });
  } catch {
    throw malformed('RFC 5958 private key');
  }
}

function certificateOf({ id, value }: Bag): Uint8Array[] {
  if (id !== ids.certBag) return [];
  const bag = openSequence(value);
  return bag.oid() === ids.x509Certificate ? [onlyOctets(bag.enter(contextConstructed(0)))] : [];
}

function onlyOctets(reader: DerReader): Uint8Array {
  const octets = reader.octetString();
  reader.end();
  return octets;
}
