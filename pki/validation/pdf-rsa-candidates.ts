import { tolerate } from '../error.ts';
import { DerReader } from '../asn1/der-reader.ts';
import { derNull, oid, sequence } from '../asn1/der-writer.ts';
import { oids } from '../asn1/oids.ts';
import { parseCertificate, type Certificate } from '../certificate/parse.ts';
import { readAlgorithm, type AlgorithmIdentifier, type Digest } from '../keys/algorithm.ts';
import { verifySignature } from '../keys/verify.ts';
import type { PdfSignature } from '../pdf/signatures.ts';
import type { SignatureCandidate } from './candidate.ts';
import { noEvidence } from './evidence.ts';
import { message } from './messages.ts';

const withDigest = (dotted: string): AlgorithmIdentifier => readAlgorithm(new DerReader(sequence(oid(dotted), derNull)));

/** ISO 32000-2 Table 260: the name says SHA-1, and since PDF 1.6 others are allowed. */
const algorithms: readonly { digest: Digest; identifier: AlgorithmIdentifier }[] = [
  { digest: 'sha1', identifier: withDigest(oids.sha1WithRSAEncryption) }, { digest: 'sha256', identifier: withDigest(oids.sha256WithRSAEncryption) },
  { digest: 'sha384', identifier: withDigest(oids.sha384WithRSAEncryption) }, { digest: 'sha512', identifier: withDigest(oids.sha512WithRSAEncryption) },
];

const broken = (detail: string, rule: string): SignatureCandidate['problems'] => [message('format-broken', { detail, rule: `ISO 32000-2 ${rule}` })];

/**
 * `adbe.x509.rsa_sha1` (ISO 32000-2 §12.8.3.2): a bare PKCS #1 signature over the bytes of the file, with its certificates
 * beside it in the dictionary. Nothing under the signature names the signer's; that it fits by its key is all there is.
 */
export function rsaCandidate(frame: SignatureCandidate, { contents, certificates, signedBytes }: PdfSignature): SignatureCandidate {
  const value = tolerate(() => octetsOf(contents));
  if (!value) return { ...frame, problems: broken('contents-no-octet-string', '§12.8.3.2 Contents is an OCTET STRING') };
  const [own] = certificates;
  const signer = own && tolerate(() => parseCertificate(own));
  if (!signer) return { ...frame, problems: broken('certificate-missing', 'Table 255 Cert') };
  const digest = digestOf(signer, signedBytes, value);
  return {
    ...frame, evidence: { ...noEvidence, certificates },
    signature: {
      signer: { select: (held) => held.find(({ der }) => Buffer.compare(der, signer.der) === 0), wanted: undefined },
      digests: [{ digest: digest ?? 'sha1', name: digest ?? 'sha1' }],
      check: () => (digest ? [] : [{ code: 'signature-invalid', rule: 'ISO 32000-2 §12.8.3.2 adbe.x509.rsa_sha1' }]),
    },
  };
}

/** The digest with which the value is this signer's; only the value itself tells which it is. */
function digestOf({ publicKey }: Certificate, parts: PdfSignature['signedBytes'], value: Uint8Array): Digest | undefined {
  const signed = Buffer.concat(parts);
  return algorithms.find(({ identifier }) => verifySignature(identifier, publicKey, signed, value).valid)?.digest;
}

function octetsOf(der: Uint8Array): Uint8Array {
  const reader = new DerReader(der);
  const octets = reader.octetString();
  reader.end();
  return octets;
}
