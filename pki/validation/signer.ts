import { hash } from 'node:crypto';
import { oids } from '../asn1/oids.ts';
import { placeholderPolicies } from '../certificate/profiles.ts';
import { serialHex, type Certificate } from '../certificate/parse.ts';
import { nameAttribute, type Name } from '../name/parse.ts';
import { printName } from '../name/print.ts';
import type { ChainEntry, SignerKind, SignerSummary } from './report.ts';

/** How copies are named on their face (Decree 30/2020): sao y, sao lục, trích sao. */
const copyWords = /(sao\s*y|sao\s*lục|trích\s*sao|bản\s*sao)/iu;

/** Words an organisation's name begins with, where no policy of ours tells a seal from a person. */
const organisationWords = /^(ủy ban|uỷ ban|sở|bộ|cục|chi cục|tổng cục|văn phòng|phòng|ban|trung tâm|trường|viện|công an|hội đồng|tòa án|viện kiểm sát|kho bạc|bảo hiểm|thanh tra|công ty|ngân hàng)(\s|$)/iu;

/** Who signed, as the certificate names them. @param reason the signature's own words, which can only mark a copy */
export function summarizeSigner(certificate: Certificate, reason = ''): SignerSummary {
  const { subject } = certificate;
  return {
    subject: printName(subject),
    commonName: nameAttribute(subject, oids.commonName) ?? null,
    organization: nameAttribute(subject, oids.organizationName) ?? null,
    organizationalUnits: everyAttribute(subject, oids.organizationalUnitName),
    serialNumber: serialHex(certificate.serialNumber),
    issuer: printName(certificate.issuer),
    fingerprint: hash('sha256', certificate.der),
    kind: signerKindOf(certificate, reason),
  };
}

/** A leader's own signature, an organisation's seal, or the seal on a copy. By policy of ours first, then by the subject. */
export function signerKindOf(certificate: Certificate, reason: string): SignerKind {
  if (certificate.extKeyUsage?.includes(oids.timeStamping)) return 'timestamping';
  const policies = new Set(certificate.certificatePolicies?.map(({ oid }) => oid));
  const seal = policies.has(placeholderPolicies.agency) || (!policies.has(placeholderPolicies.official) && looksLikeOrganisation(certificate.subject));
  if (seal) return copyWords.test(reason.normalize('NFC')) ? 'electronic-copy' : 'organisation-seal';
  if (policies.has(placeholderPolicies.official)) return 'personal';
  return nameAttribute(certificate.subject, oids.commonName) ? 'personal' : 'unknown';
}

function looksLikeOrganisation(subject: Name): boolean {
  return organisationWords.test((nameAttribute(subject, oids.commonName) ?? '').normalize('NFC'));
}

function everyAttribute({ rdns }: Name, oid: string): string[] {
  return rdns.flat().filter((attribute) => attribute.oid === oid).map(({ value }) => value);
}

/** One certificate of a path as the report lists it. */
export function chainEntryOf(certificate: Certificate, trustAnchor: boolean): ChainEntry {
  return {
    subject: printName(certificate.subject),
    issuer: printName(certificate.issuer),
    serialNumber: serialHex(certificate.serialNumber),
    notBefore: certificate.notBefore,
    notAfter: certificate.notAfter,
    fingerprint: hash('sha256', certificate.der),
    trustAnchor,
  };
}
