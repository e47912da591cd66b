import type { Certificate } from '../certificate/parse.ts';
import type { CheckableSignature, SignatureProblem } from './candidate.ts';
import { blockOf, checked } from './building-block.ts';
import { passed } from './conclusion.ts';
import { message } from './messages.ts';
import type { BlockCheck, BuildingBlock, Message, SubIndication } from './report.ts';

export interface CryptographicVerification extends BuildingBlock { messages: Message[] }

type Judgement = Pick<BuildingBlock, 'indication' | 'subIndication'> & { message: Message };

/**
 * Cryptographic verification (EN 319 102-1 §5.2.7): the digest of the content, then the signature over the attributes.
 * A changed byte is HASH_FAILURE, a wrong signature value SIG_CRYPTO_FAILURE; both are TOTAL-FAILED.
 */
export function verifyCryptography(signature: CheckableSignature, certificate: Certificate): CryptographicVerification {
  const problems = signature.check(certificate);
  const judged = problems.map(({ code }) => judgementOf(code));
  const checks = constraints.map(([constraint, concerns]): BlockCheck => {
    const broken = problems.find(({ code }) => concerns(judgementOf(code).subIndication));
    return checked(constraint, !broken, broken ? `${broken.code}: ${broken.rule}` : null);
  });
  const worst = judged.find(({ subIndication }) => subIndication === 'HASH_FAILURE')
    ?? judged.find(({ indication }) => indication === 'TOTAL-FAILED') ?? judged[0];
  return { ...blockOf(name, worst ?? passed, checks), messages: judged.map((judgement) => judgement.message) };
}

const name = 'cryptographic-verification';

/** What the block looks at, and which outcomes tell that it is broken. */
const constraints: readonly (readonly [string, (why: SubIndication | null) => boolean])[] = [
  ['signed-data-found', (why) => why === 'SIGNED_DATA_NOT_FOUND'],
  ['digest-matches', (why) => why === 'HASH_FAILURE'],
  ['certificate-bound', (why) => why === 'NO_SIGNING_CERTIFICATE_FOUND'],
  ['signature-value', (why) => why === 'SIG_CRYPTO_FAILURE' || why === 'CRYPTO_CONSTRAINTS_FAILURE'],
  ['signed-attributes', (why) => why === 'FORMAT_FAILURE'],
];

const failed = (subIndication: SubIndication, why: Message): Judgement => ({ indication: 'TOTAL-FAILED', subIndication, message: why });
const unsure = (subIndication: SubIndication, why: Message): Judgement => ({ indication: 'INDETERMINATE', subIndication, message: why });

function judgementOf(code: SignatureProblem): Judgement {
  switch (code) {
    case 'message-digest-mismatch': return failed('HASH_FAILURE', message('content-changed'));
    case 'signature-invalid': return failed('SIG_CRYPTO_FAILURE', message('signature-broken'));
    case 'algorithm-not-supported':
    case 'key-not-supported': return unsure('CRYPTO_CONSTRAINTS_FAILURE', message('algorithm-not-known', { algorithm: code }));
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
