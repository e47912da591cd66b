import type { Certificate } from '../certificate/parse.ts';
import type { CheckableSignature, SignatureProblem } from './candidate.ts';
import { message } from './messages.ts';
import type { BuildingBlock, Message, SubIndication } from './report.ts';

export interface CryptographicVerification extends BuildingBlock { messages: Message[] }

type Judgement = Pick<BuildingBlock, 'indication' | 'subIndication'> & { message: Message };

/**
 * Cryptographic verification (EN 319 102-1 §5.2.7): the digest of the content, then the signature over the attributes.
 * A changed byte is HASH_FAILURE, a wrong signature value SIG_CRYPTO_FAILURE; both are TOTAL-FAILED.
 */
export function verifyCryptography(signature: CheckableSignature, certificate: Certificate): CryptographicVerification {
  const judged = signature.check(certificate).map(({ code }) => judgementOf(code));
  const worst = judged.find(({ subIndication }) => subIndication === 'HASH_FAILURE')
    ?? judged.find(({ indication }) => indication === 'TOTAL-FAILED') ?? judged[0];
  if (!worst) return { name, indication: 'TOTAL-PASSED', subIndication: null, messages: [] };
  const { indication, subIndication } = worst;
  return { name, indication, subIndication, messages: judged.map((judgement) => judgement.message) };
}

const name = 'cryptographic-verification';

const failed = (subIndication: SubIndication, why: Message): Judgement => ({ indication: 'TOTAL-FAILED', subIndication, message: why });
const unsure = (subIndication: SubIndication, why: Message): Judgement => ({ indication: 'INDETERMINATE', subIndication, message: why });

function judgementOf(code: SignatureProblem): Judgement {
  switch (code) {
    case 'message-digest-mismatch': return failed('HASH_FAILURE', message('content-changed'));
    case 'signature-invalid': return failed('SIG_CRYPTO_FAILURE', message('signature-broken'));
    case 'algorithm-not-supported':
    case 'key-not-supported': return unsure('CRYPTO_CONSTRAINTS_FAILURE', message('algorithm-not-allowed', { algorithm: code }));
    case 'algorithm-mismatch': return failed('SIG_CRYPTO_FAILURE', message('attribute-wrong', { attribute: 'signatureAlgorithm' }));
    case 'signing-certificate-mismatch': return unsure('NO_SIGNING_CERTIFICATE_FOUND', message('signing-certificate-mismatch'));
    case 'signer-mismatch': return unsure('NO_SIGNING_CERTIFICATE_FOUND', message('signing-certificate-mismatch'));
    case 'content-missing':
    case 'content-unavailable': return unsure('SIGNED_DATA_NOT_FOUND', message('signed-content-missing'));
    case 'attribute-missing':
    case 'attribute-repeated':
    case 'attribute-malformed':
    case 'content-type-mismatch': return failed('FORMAT_FAILURE', message('attribute-wrong', { attribute: code }));
    default: return failed('SIG_CRYPTO_FAILURE', message('attribute-wrong', { attribute: code }));
  }
}
