import { PkiError } from '../../pki/error.ts';
import { DerReader } from '../../pki/asn1/der-reader.ts';
import { derNull, explicit, integer, oid, sequence } from '../../pki/asn1/der-writer.ts';
import { oids } from '../../pki/asn1/oids.ts';
import { digestOid, readAlgorithm, type AlgorithmIdentifier, type Digest } from '../../pki/keys/algorithm.ts';
import { parsePublicKey, type PublicKey } from '../../pki/keys/public-key.ts';
import { verifySignature, type SignatureVerdict } from '../../pki/keys/verify.ts';
import { readCaseFile, type Case, type Manifest, type Outcome } from './manifest.ts';

interface Vector { tcId: number; comment: string; msg: string; sig: string; ctx?: string; result: 'valid' | 'invalid' | 'acceptable' }
interface Group { type: string; publicKeyDer?: string | null; sha?: string; mgf?: string; mgfSha?: string; sLen?: number; tests: Vector[] }

const digests: Readonly<Record<string, Digest>> = {
  'SHA-1': 'sha1', 'SHA-224': 'sha224', 'SHA-256': 'sha256', 'SHA-384': 'sha384', 'SHA-512': 'sha512',
  'SHA3-256': 'sha3-256', 'SHA3-384': 'sha3-384', 'SHA3-512': 'sha3-512',
};

const rsaOids: Readonly<Record<string, string>> = {
  'SHA-1': oids.sha1WithRSAEncryption, 'SHA-224': oids.sha224WithRSAEncryption, 'SHA-256': oids.sha256WithRSAEncryption,
  'SHA-384': oids.sha384WithRSAEncryption, 'SHA-512': oids.sha512WithRSAEncryption,
  'SHA3-256': oids.rsaWithSha3_256, 'SHA3-384': oids.rsaWithSha3_384, 'SHA3-512': oids.rsaWithSha3_512,
};

const ecdsaOids: Readonly<Record<string, string>> = {
  'SHA-1': oids.ecdsaWithSha1, 'SHA-224': oids.ecdsaWithSha224, 'SHA-256': oids.ecdsaWithSha256,
  'SHA-384': oids.ecdsaWithSha384, 'SHA-512': oids.ecdsaWithSha512,
  'SHA3-256': oids.ecdsaWithSha3_256, 'SHA3-384': oids.ecdsaWithSha3_384, 'SHA3-512': oids.ecdsaWithSha3_512,
};

/** Kind `wycheproof`: each vector of the file is an outcome of its own. */
export function runWycheproofCase(test: Case, manifest: Manifest): Outcome[] {
  const { testGroups } = JSON.parse(readCaseFile(manifest, test.file!).toString('utf8')) as { testGroups: Group[] };
  return testGroups.flatMap((group) => group.tests.map((vector) => {
    const actual = judge(group, vector);
    return { id: `${test.id}#${vector.tcId}`, status: statusOf(vector.result, actual), expected: vector.result, actual };
  }));
}

/** A valid vector of what X.509 has no name for, or what we do not accept, is skipped; it must never pass as valid wrongly. */
function statusOf(expected: Vector['result'], actual: string): Outcome['status'] {
  if (expected === 'acceptable') return 'passed';
  if (expected === 'invalid') return actual === 'valid' ? 'failed' : 'passed';
  if (actual === 'valid') return 'passed';
  return /not-supported|not used/.test(actual) ? 'skipped' : 'failed';
}

function judge(group: Group, vector: Vector): string {
  const key = keyOf(group);
  if (typeof key === 'string') return key;
  const algorithm = algorithmOf(group, key);
  if (typeof algorithm === 'string') return algorithm;
  if (vector.ctx) return 'a context string, not used in certificates (RFC 9881 §3)';
  const verdict: SignatureVerdict = verifySignature(algorithm, key, Buffer.from(vector.msg, 'hex'), Buffer.from(vector.sig, 'hex'));
  return verdict.valid ? 'valid' : verdict.reason;
}

function keyOf({ publicKeyDer }: Group): PublicKey | string {
  if (!publicKeyDer) return 'key malformed';
  try {
    return parsePublicKey(Buffer.from(publicKeyDer, 'hex'));
  } catch (error) {
    if (error instanceof PkiError) return `key refused: ${error.message}`;
    throw error;
  }
}

function algorithmOf(group: Group, key: PublicKey): AlgorithmIdentifier | string {
  const sha = group.sha ?? '';
  switch (group.type) {
    case 'RsassaPkcs1Verify': return named(rsaOids[sha], derNull);
    case 'EcdsaVerify': return named(ecdsaOids[sha]);
    case 'RsassaPssVerify': return pss(group);
    case 'EddsaVerify':
    case 'MlDsaVerify': return named(key.algorithm.oid);
    default: return `form not used in certificates: ${group.type}`;
  }
}

function named(dotted: string | undefined, ...parameters: Uint8Array[]): AlgorithmIdentifier | string {
  return dotted === undefined ? 'algorithm-not-supported' : readAlgorithm(new DerReader(sequence(oid(dotted), ...parameters)));
}

/** RSASSA-PSS-params with every field written out unless it is the default (RFC 4055 §3.1). */
function pss({ sha = '', mgf, mgfSha = '', sLen = 20 }: Group): AlgorithmIdentifier | string {
  const [hash, mask] = [digests[sha], digests[mgfSha]];
  if (!hash || !mask || mgf !== 'MGF1') return 'algorithm-not-supported';
  const hashDer = (digest: Digest): Uint8Array => sequence(oid(digestOid(digest)), derNull);
  return named(oids.rsassaPss, sequence(
    ...(hash === 'sha1' ? [] : [explicit(0, hashDer(hash))]),
    ...(mask === 'sha1' ? [] : [explicit(1, sequence(oid(oids.mgf1), hashDer(mask)))]),
    ...(sLen === 20 ? [] : [explicit(2, integer(sLen))]),
  ));
}
