import { generateKeyPairSync } from 'node:crypto';
import { assembleSigned, buildTbsCertificate, type CertificateOrder } from '../../../pki/certificate/build.ts';
import { lintCertificate } from '../../../pki/certificate/lint.ts';
import { parseCertificate, type Certificate } from '../../../pki/certificate/parse.ts';
import type { Profile, ProfileName } from '../../../pki/certificate/profile.ts';
import { initialProfile } from '../../../pki/certificate/profiles.ts';
import { redeem } from '../../../pki/lint/to-be-signed.ts';
import { signerFrom, type Signer } from '../../../pki/keys/signer.ts';
import { buildName, type NameParts } from '../../../pki/name/build.ts';

export const start = new Date('2026-11-01T00:00:00Z');
export const urls = { ocsp: 'http://pki.example.gov.vn/ocsp', crl: 'http://pki.example.gov.vn/crl/1.crl', caIssuers: 'http://pki.example.gov.vn/ca/1.cer' };

/** A subject that fits the layout of each profile. */
const subjects: Readonly<Record<ProfileName, NameParts>> = {
  'root-ca': [['C', 'VN'], ['O', 'Ban Cơ yếu Chính phủ'], ['CN', 'RootCA thử nghiệm']],
  'issuing-ca': [['C', 'VN'], ['O', 'Ban Cơ yếu Chính phủ'], ['CN', 'CA thử nghiệm']],
  'official-signing': [
    ['C', 'VN'], ['L', 'Sơn La'], ['O', 'ỦY BAN NHÂN DÂN TỈNH SƠN LA'], ['OU', 'SỞ NỘI VỤ'], ['CN', 'Nguyễn Văn Ánh'], ['E', 'anh@sonla.gov.vn'],
  ],
  'agency-seal': [['C', 'VN'], ['L', 'Hà Nội'], ['O', 'BỘ TÀI CHÍNH'], ['CN', 'CỤC THUẾ']],
  timestamping: [['C', 'VN'], ['O', 'Ban Cơ yếu Chính phủ'], ['CN', 'TSA 1']],
  'ocsp-responder': [['C', 'VN'], ['O', 'Ban Cơ yếu Chính phủ'], ['CN', 'OCSP 1']],
  'service-tls-client': [['C', 'VN'], ['O', 'BỘ TÀI CHÍNH'], ['CN', 'Cổng dịch vụ công']],
  'receipt-signing': [['C', 'VN'], ['O', 'Ban Cơ yếu Chính phủ'], ['CN', 'Receipts 1']],
  'operator-sign-in': [['C', 'VN'], ['O', 'Ban Cơ yếu Chính phủ'], ['CN', 'Trần Thị Thẩm Tra']],
};

export interface Sample { profile: Profile; issuer: Authority | 'self'; signer: Signer; order: CertificateOrder }
export interface Authority { certificate: Certificate; signer: Signer }

export const newSigner = (curve = 'P-256'): Signer => signerFrom(generateKeyPairSync('ec', { namedCurve: curve }).privateKey);

/** An order for a certificate of this profile that keeps every rule. */
export function sampleOrder(name: ProfileName, issuer: Authority | 'self', subject: Signer): CertificateOrder {
  const profile = initialProfile(name);
  const facts = issuer === 'self' ? issuer : {
    name: issuer.certificate.subject.der, scheme: issuer.signer.scheme, keyIdentifier: issuer.certificate.subjectKeyIdentifier!,
    notBefore: issuer.certificate.notBefore, notAfter: issuer.certificate.notAfter,
  };
  return {
    profile, serialNumber: 0x4ec1a5d2037f68b9a04c5d6e7f8091a2b3c4d5e6n + BigInt(name.length), issuer: facts, subject: buildName(subjects[name]),
    scheme: issuer === 'self' ? subject.scheme : issuer.signer.scheme, publicKey: subject.publicKey, notBefore: start,
    days: profile.validityDays, urls: issuer === 'self' ? {} : urls,
    ...(name === 'official-signing' ? { subjectAltName: { email: ['anh@sonla.gov.vn'] } } : {}),
  };
}

/** Linted, redeemed, signed: the way every certificate goes. */
export async function issue(order: CertificateOrder, issuer: Authority | 'self', signer: Signer): Promise<Certificate> {
  const token = lintCertificate(buildTbsCertificate(order), {
    profile: order.profile, issuer: issuer === 'self' ? issuer : issuer.certificate, scheme: order.scheme,
  });
  return parseCertificate(assembleSigned(token.bytes, order.scheme, await signer.sign(redeem(token))));
}

export async function newRoot(signer = newSigner()): Promise<Authority> {
  return { signer, certificate: await issue(sampleOrder('root-ca', 'self', signer), 'self', signer) };
}

export async function newIssuing(root: Authority, signer = newSigner()): Promise<Authority> {
  return { signer, certificate: await issue(sampleOrder('issuing-ca', root, signer), root, root.signer) };
}
