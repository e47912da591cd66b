import { selectSignerCertificate } from '../cms/signer-certificate.ts';
import type { SignerInfo } from '../cms/signed-data.ts';
import { serialHex, type Certificate } from '../certificate/parse.ts';
import { message } from './messages.ts';
import type { BuildingBlock, Message } from './report.ts';
import type { ValidationContext } from './validation-context.ts';

export interface Identification extends BuildingBlock { certificate: Certificate | undefined; messages: Message[] }

/**
 * Identification of the signing certificate (EN 319 102-1 §5.2.3): by issuer and serial number or key identifier, among
 * what the signature brings and what we hold. A second certificate that fits is a conflict, not a choice.
 */
export function identifySigningCertificate(signerInfo: SignerInfo, context: ValidationContext): Identification {
  const found = selectSignerCertificate(signerInfo, context.evidence.certificates);
  if (found === 'conflict') return failed('signing-certificate-ambiguous');
  if (!found) {
    context.wanted.add(wantedOf(signerInfo));
    return failed('signing-certificate-missing');
  }
  return { name, indication: 'TOTAL-PASSED', subIndication: null, certificate: found, messages: [] };
}

const name = 'identification-of-signing-certificate';

function failed(code: 'signing-certificate-ambiguous' | 'signing-certificate-missing'): Identification {
  return { name, indication: 'INDETERMINATE', subIndication: 'NO_SIGNING_CERTIFICATE_FOUND', certificate: undefined, messages: [message(code)] };
}

function wantedOf({ sid }: SignerInfo): Parameters<ValidationContext['wanted']['add']>[0] {
  return 'issuer' in sid
    ? { kind: 'signing-certificate', issuer: sid.issuer.der, serialNumber: serialHex(sid.serialNumber), subjectKeyIdentifier: null }
    : { kind: 'signing-certificate', issuer: null, serialNumber: null, subjectKeyIdentifier: sid.subjectKeyIdentifier };
}
