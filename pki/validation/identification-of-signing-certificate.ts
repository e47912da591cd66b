import type { Certificate } from '../certificate/parse.ts';
import type { SignerReference } from './candidate.ts';
import { blockOf, checked } from './building-block.ts';
import { passed } from './conclusion.ts';
import { message } from './messages.ts';
import type { BuildingBlock, Message } from './report.ts';
import type { ValidationContext } from './validation-context.ts';

export interface Identification extends BuildingBlock { certificate: Certificate | undefined; messages: Message[] }

/**
 * Identification of the signing certificate (EN 319 102-1 §5.2.3): by the reference it makes, among
 * what the signature brings and what we hold. A second certificate that fits is a conflict, not a choice.
 */
export function identifySigningCertificate(signer: SignerReference, context: ValidationContext): Identification {
  const found = signer.select(context.evidence.certificates);
  if (found === 'conflict') return failed('signing-certificate-ambiguous');
  if (!found) {
    if (signer.wanted) context.wanted.add(signer.wanted);
    return failed('signing-certificate-missing');
  }
  return { ...blockOf(name, passed, [checked('signing-certificate-found', true)]), certificate: found, messages: [] };
}

const name = 'identification-of-signing-certificate';

function failed(code: 'signing-certificate-ambiguous' | 'signing-certificate-missing'): Identification {
  const conclusion = { indication: 'INDETERMINATE', subIndication: 'NO_SIGNING_CERTIFICATE_FOUND' } as const;
  return { ...blockOf(name, conclusion, [checked('signing-certificate-found', false, code)]), certificate: undefined, messages: [message(code)] };
}
