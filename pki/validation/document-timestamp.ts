import { plain } from './basic-signature.ts';
import { blockOf, checked } from './building-block.ts';
import { noProperties, type SignatureCandidate } from './candidate.ts';
import { judgeChanges } from './changes-after-signing.ts';
import { checkFormat } from './format-checking.ts';
import type { JudgedTimestamp } from './long-term-validation.ts';
import { message } from './messages.ts';
import type { SignatureReport } from './report.ts';
import { summarizeSigner } from './signer.ts';
import { coverageOf, ordered } from './signature-report.ts';
import type { ValidationContext } from './validation-context.ts';

/** A timestamp over a whole document: `ETSI.RFC3161` in a PDF (ISO 32000-2 §12.8.5), or a token with its content beside. */
export function reportDocumentTimestamp(candidate: SignatureCandidate, judged: JudgedTimestamp | undefined, context: ValidationContext): SignatureReport {
  const { id, field, family, problems } = candidate;
  const format = checkFormat(candidate);
  const base: SignatureReport = {
    id, field, type: 'document-timestamp', format: family === 'RFC3161' ? family : `${family}-DTS`, ...format, messages: problems, signer: null,
    signingTime: { claimed: null, proven: null, provenBy: null }, coverage: coverageOf(candidate), chain: [], trustDomain: null, revocation: [], timestamps: [],
    buildingBlocks: [blockOf('format-checking', format, [checked('format', format.indication === 'TOTAL-PASSED', problems[0]?.code ?? null)])],
    counterSigns: null, stated: { signaturePolicy: null, commitmentTypes: [...noProperties.commitmentTypes], contentType: null },
    missing: format.subIndication === 'SIGNED_DATA_NOT_FOUND' ? [{ kind: 'signed-content', subject: null, tryAgainAt: null }] : [],
  };
  if (format.indication !== 'TOTAL-PASSED' || !judged) return base;

  const { validation: { entry, certificate, chain } } = judged;
  const changes = judgeChanges(candidate.changesAfter, context.policy);
  const good = entry.indication === 'TOTAL-PASSED';
  const { indication, subIndication } = good ? changes : entry;
  const failed = entry.indication === 'TOTAL-FAILED' ? [message('timestamp-failed')] : [];
  return {
    ...base, indication, subIndication, timestamps: [entry], signer: certificate ? summarizeSigner(certificate) : null,
    messages: ordered([...failed, ...entry.messages, ...changes.messages]),
    signingTime: { claimed: null, proven: good ? entry.time : null, provenBy: good ? 'document-timestamp' : null },
    chain: chain?.chain ?? [], trustDomain: chain?.anchor?.domain ?? null, revocation: chain?.revocation ?? [],
    missing: good ? [] : chain?.missing ?? [],
    buildingBlocks: [...base.buildingBlocks, ...entry.buildingBlocks, ...(candidate.coverage ? [plain(changes)] : [])],
  };
}
