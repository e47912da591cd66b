import { openSequence, readWhole, type DerReader } from '../asn1/der-reader.ts';
import { oids } from '../asn1/oids.ts';
import { contextConstructed, tags } from '../asn1/tags.ts';
import type { Extension } from '../certificate/parse.ts';
import { PkiError } from '../error.ts';
import { readAlgorithm, type AlgorithmIdentifier } from '../keys/algorithm.ts';
import { parsePem } from '../keys/pem.ts';
import { keyObjectOf, parsePublicKey, type PublicKey } from '../keys/public-key.ts';
import { verifySignature, verifySignatureOnPool, type SignatureVerdict } from '../keys/verify.ts';
import { readName, type Name } from '../name/parse.ts';

/** A PKCS#10 request (RFC 2986). What it asks for is read so that it can be shown; nothing of it is obeyed. */
export interface CertificationRequest {
  der: Uint8Array;
  /** CertificationRequestInfo, the signed bytes */
  info: Uint8Array;
  subject: Name;
  publicKey: PublicKey;
  signatureAlgorithm: AlgorithmIdentifier;
  signature: Uint8Array;
  requestedExtensions: Extension[];
}

/** An ML-DSA-87 request with a long name has under 9 kB. */
const maxBytes = 65_536;
const maxAttributes = 32;
const maxExtensions = 64;

const malformed = (rule: string, offset?: number): PkiError => new PkiError('csr-malformed', offset === undefined ? { rule } : { rule, offset });

/**
 * Takes a request apart, DER or PEM. The key must be a real key: a point lies on its curve.
 * @throws PkiError `csr-malformed`
 */
export function parseCsr(derOrPem: Uint8Array): CertificationRequest {
  if (derOrPem.length > maxBytes) throw malformed(`at most ${maxBytes} bytes`);
  try {
    return parseRequest(derOrPem[0] === tags.sequence ? derOrPem : derOfPem(derOrPem));
  } catch (error) {
    if (error instanceof PkiError) throw malformed(error.code === 'csr-malformed' ? error.rule : `${error.code}: ${error.rule}`, error.offset);
    throw error;
  }
}

type SignedInfo = Pick<CertificationRequest, 'info' | 'publicKey' | 'signatureAlgorithm' | 'signature'>;

/** Whether the requester holds the private key: the signature over the request (RFC 2986 §4.2). */
export const verifyPossession = (csr: SignedInfo): SignatureVerdict => verifySignature(csr.signatureAlgorithm, csr.publicKey, csr.info, csr.signature);

/** The same on the thread pool, for many at once. */
export const verifyPossessionOnPool = (csr: SignedInfo): Promise<SignatureVerdict> =>
  verifySignatureOnPool(csr.signatureAlgorithm, csr.publicKey, csr.info, csr.signature);

function derOfPem(pem: Uint8Array): Uint8Array {
  const blocks = parsePem(Buffer.from(pem.buffer, pem.byteOffset, pem.byteLength).toString('latin1'));
  const [block] = blocks;
  if (!block || blocks.length !== 1 || !/^(NEW )?CERTIFICATE REQUEST$/.test(block.label)) throw malformed('one CERTIFICATE REQUEST (RFC 7468 §7)');
  return block.der;
}

function parseRequest(der: Uint8Array): CertificationRequest {
  const reader = openSequence(der);
  const infoElement = reader.read(tags.sequence);
  const signatureAlgorithm = readAlgorithm(reader);
  const signature = reader.bitString();
  reader.end();
  if (signature.unusedBits !== 0) throw malformed('the signature is whole octets');

  const info = reader.inside(infoElement);
  if (info.number() !== 0) throw malformed('RFC 2986 §4.1 version 0');
  const subject = readName(info);
  const publicKey = parsePublicKey(info.read(tags.sequence).der);
  if (publicKey.type !== 'unsupported') keyObjectOf(publicKey);
  // old clients leave the empty set of attributes out; nothing hangs on it
  const attributes = info.enterOptional(contextConstructed(0));
  info.end();
  return {
    der: readWhole(der).der, info: infoElement.der, subject, publicKey, signatureAlgorithm, signature: signature.bytes,
    requestedExtensions: attributes ? readAttributes(attributes) : [],
  };
}

function readAttributes(attributes: DerReader): Extension[] {
  const seen = new Set<string>();
  let extensions: Extension[] = [];
  while (!attributes.done) {
    const attribute = attributes.sequence();
    const type = attribute.oid();
    const values = attribute.set();
    attribute.end();
    if (seen.has(type) || seen.size === maxAttributes) throw malformed('RFC 2986 §4.1 an attribute type occurs once', attributes.offset);
    seen.add(type);
    if (type !== oids.extensionRequest) continue;
    extensions = readExtensions(values.sequence());
    values.end();
  }
  return extensions;
}

function readExtensions(list: DerReader): Extension[] {
  const extensions: Extension[] = [];
  while (!list.done) {
    const fields = list.sequence();
    const oid = fields.oid();
    const critical = fields.nextTag === tags.boolean && fields.boolean();
    const value = fields.octetString();
    fields.end();
    if (extensions.length === maxExtensions || extensions.some((other) => other.oid === oid)) {
      throw malformed('RFC 5280 §4.2 an extension occurs once', list.offset);
    }
    extensions.push({ oid, critical, value });
  }
  return extensions;
}
