import { createHash, timingSafeEqual } from 'node:crypto';
import { PkiError } from '../error.ts';
import { oids } from '../asn1/oids.ts';
import type { Certificate } from '../certificate/parse.ts';
import { buildSignedData } from '../cms/build.ts';
import { parseSignedData, type SignedData, type SignerInfo } from '../cms/signed-data.ts';
import { verifySigner, type SignerProblem } from '../cms/verify.ts';
import { schemeDigest, type Digest } from '../keys/algorithm.ts';
import type { Signer } from '../keys/signer.ts';
import { parseTstInfo, type TstInfo } from './tst-info.ts';

/** TimeStampToken of RFC 3161 §2.4.2: SignedData around a TSTInfo, by one signer. */
export interface TimestampToken {
  signedData: SignedData;
  signerInfo: SignerInfo;
  tstInfo: TstInfo;
}

export interface TimestampIssuer {
  signer: Signer;
  certificate: Certificate;
  /** DER of what else to send along; undefined sends no certificate at all, as without certReq */
  certificates: readonly Uint8Array[] | undefined;
}

/** The token over a TSTInfo, signed by the unit, with ESS signing-certificate-v2 (RFC 5816). */
export function buildTimestampToken(tstInfo: Uint8Array, { signer, certificate, certificates }: TimestampIssuer): Promise<Uint8Array> {
  return buildSignedData({
    content: tstInfo,
    digest: createHash(schemeDigest(signer.scheme)).update(tstInfo).digest(),
    contentType: oids.tstInfo,
    signer,
    certificate,
    certificates: certificates ?? [],
    bare: certificates === undefined,
  });
}

/**
 * @param options zeros after the token are allowed where a PDF's Contents holds it
 * @throws PkiError `timestamp-malformed`, `cms-malformed`, `asn1-…`
 */
export function parseTimestampToken(der: Uint8Array, options: { allowTrailingZeros?: boolean } = {}): TimestampToken {
  const signedData = parseSignedData(der, options);
  const { contentType, content, signerInfos: [signerInfo, ...others] } = signedData;
  if (contentType !== oids.tstInfo || content === undefined) throw new PkiError('timestamp-malformed', { rule: 'RFC 3161 §2.4.2 attached TSTInfo' });
  if (!signerInfo || others.length > 0) throw new PkiError('timestamp-malformed', { rule: 'RFC 3161 §2.4.2 the signature of the unit alone' });
  return { signedData, signerInfo, tstInfo: parseTstInfo(content) };
}

export interface TimestampVerdict {
  /** imprint, signature and signer's binding hold; trust in the unit is the path's question */
  intact: boolean;
  problems: { code: SignerProblem | 'imprint-mismatch'; rule: string }[];
  genTime: Date;
}

/**
 * Checks a token against what it should have stamped and the unit's certificate.
 * @param stamped the very bytes, or a function that digests them
 */
export function verifyTimestampToken(
  token: TimestampToken, stamped: Uint8Array | ((digest: Digest) => Uint8Array), certificate: Certificate,
): TimestampVerdict {
  const { signedData, signerInfo, tstInfo: { imprint, genTime } } = token;
  const problems: TimestampVerdict['problems'] = [];
  const expected = typeof stamped === 'function' ? stamped(imprint.digest) : createHash(imprint.digest).update(stamped).digest();
  const same = expected.length === imprint.value.length && timingSafeEqual(expected, imprint.value);
  if (!same) problems.push({ code: 'imprint-mismatch', rule: 'RFC 3161 §2.4.2 messageImprint' });
  const verdict = verifySigner(signedData, signerInfo, 'attached', certificate);
  problems.push(...verdict.problems);
  // RFC 3161 §2.4.2 with RFC 5816: the unit's certificate is always bound
  if (verdict.signingCertificate === 'absent') problems.push({ code: 'attribute-missing', rule: 'RFC 5816 §2.2.1 signing certificate' });
  return { intact: problems.length === 0, problems, genTime };
}

/** Whether a certificate is a timestamping unit's: that one purpose, and critical (RFC 3161 §2.3). */
export function isTimestampingCertificate({ extKeyUsage, extensions }: Pick<Certificate, 'extKeyUsage' | 'extensions'>): boolean {
  return extKeyUsage?.length === 1 && extKeyUsage[0] === oids.timeStamping && extensions.get(oids.extKeyUsage)?.critical === true;
}
