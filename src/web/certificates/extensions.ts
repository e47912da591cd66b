import { oidName } from '../../../pki/asn1/outline.ts';
import { oids } from '../../../pki/asn1/oids.ts';
import type { Certificate, Extension, GeneralName } from '../../../pki/certificate/parse.ts';
import { printName } from '../../../pki/name/print.ts';
import { showHex } from '../frame/formats.ts';
import type { Translate, WordKey } from '../text/words.ts';
import { purposeWords, useWords } from './words.ts';

/** An extension as people read it. */
export interface ExtensionRow { label: string; oid: string; critical: boolean; values: string[]; mono: boolean }

/** The extensions of a certificate in their order, each explained. */
export function explainExtensions(certificate: Certificate, t: Translate): ExtensionRow[] {
  return [...certificate.extensions.values()].map((extension) => explain(certificate, extension, t));
}

type Explanation = [word: WordKey, values: string[], mono?: boolean];

function explain(certificate: Certificate, extension: Extension, t: Translate): ExtensionRow {
  const [word, values, mono = false] = explanationOf(certificate, extension, t);
  const name = word === 'certificate.extOther' ? oidName(extension.oid) : undefined;
  return { label: name ?? t(word), oid: extension.oid, critical: extension.critical, values, mono };
}

function explanationOf(certificate: Certificate, { oid, value }: Extension, t: Translate): Explanation {
  switch (oid) {
    case oids.basicConstraints: return ['certificate.extBasic', [basicText(certificate, t)]];
    case oids.keyUsage: return ['certificate.extKeyUsage', [...certificate.keyUsage ?? []].map((bit) => t(useWords[bit]))];
    case oids.extKeyUsage: return ['certificate.extExtKeyUsage', (certificate.extKeyUsage ?? []).map((purpose) => purposeText(purpose, t))];
    case oids.subjectKeyIdentifier: return ['certificate.extSubjectKey', [hex(certificate.subjectKeyIdentifier)], true];
    case oids.authorityKeyIdentifier: return ['certificate.extIssuerKey', [hex(certificate.authorityKeyIdentifier?.keyIdentifier)], true];
    case oids.subjectAltName: return ['certificate.extNames', (certificate.subjectAltName ?? []).map(nameText)];
    case oids.certificatePolicies: return ['certificate.extPolicies', (certificate.certificatePolicies ?? []).map((policy) => policy.oid), true];
    case oids.crlDistributionPoints: return ['certificate.extCrl', listUrls(certificate), true];
    case oids.authorityInfoAccess: return ['certificate.extAccess', [...certificate.ocspUrls, ...certificate.caIssuerUrls], true];
    case oids.ocspNoCheck: return ['certificate.extNoCheck', [t('certificate.basicYes')]];
    default: return ['certificate.extOther', [t('certificate.octets', { count: value.length })]];
  }
}

function basicText({ basicConstraints }: Certificate, t: Translate): string {
  if (!basicConstraints?.ca) return t('certificate.basicNo');
  return basicConstraints.pathLength === undefined ? t('certificate.basicYes') : t('certificate.basicYesMost', { count: basicConstraints.pathLength });
}

function purposeText(purpose: string, t: Translate): string {
  const word = purposeWords[purpose];
  return word ? t(word) : purpose;
}

const listUrls = ({ crlDistributionPoints = [] }: Certificate): string[] =>
  crlDistributionPoints.flatMap(({ distributionPoint: point }) => (point && 'fullName' in point ? point.fullName.map(nameText) : []));

const hex = (bytes: Uint8Array | undefined): string => (bytes ? showHex(Buffer.from(bytes).toString('hex')) : '–');

function nameText(name: GeneralName): string {
  switch (name.type) {
    case 'rfc822Name': case 'dNSName': case 'uniformResourceIdentifier': return name.value;
    case 'iPAddress': return name.bytes.length === 4 ? [...name.bytes].join('.') : hex(name.bytes);
    case 'directoryName': return printName(name.name);
    case 'registeredID': return name.oid;
    case 'otherName': return `${name.oid}: ${hex(name.value)}`;
    default: return hex(name.der);
  }
}
