import { passed } from './conclusion.ts';
import type { SignatureCandidate } from './candidate.ts';
import { judgeChanges } from './changes-after-signing.ts';
import { checkFormat } from './format-checking.ts';
import { message } from './messages.ts';
import type { SignatureReport } from './report.ts';
import { coverageOf, ordered, type Proof } from './signature-with-time.ts';
import { summarizeSigner } from './signer.ts';
import { validateTimestamp } from './timestamp-validation.ts';
import type { ValidationContext } from './validation-context.ts';

/** A timestamp over a whole document: `ETSI.RFC3161` in a PDF (ISO 32000-2 §12.8.5), or a token with its content beside. */
export function validateDocumentTimestamp(candidate: SignatureCandidate, context: ValidationContext): SignatureReport {
  const { id, field, family, timestamp, problems } = candidate;
  const format = checkFormat(candidate);
  const base: SignatureReport = {
    id, field, type: 'document-timestamp', format: family === 'RFC3161' ? family : `${family}-DTS`, ...format, messages: problems, signer: null,
    signingTime: { claimed: null, proven: null, provenBy: null }, coverage: coverageOf(candidate), chain: [], trustDomain: null, revocation: [], timestamps: [],
    buildingBlocks: [{ name: 'format-checking', ...format }],
  };
  if (format.indication !== 'TOTAL-PASSED' || !timestamp) return base;

  const { entry, certificate, chain } = validateTimestamp(timestamp, context);
  const changes = judgeChanges(candidate.changesAfter, context.policy);
  const { indication, subIndication } = entry;
  const verdict = indication !== 'TOTAL-PASSED' ? { indication, subIndication } : { indication: changes.indication, subIndication: changes.subIndication };
  const failed = indication === 'TOTAL-FAILED' ? [message('timestamp-failed')] : [];
  return {
    ...base, ...verdict, timestamps: [entry], signer: certificate ? summarizeSigner(certificate) : null,
    messages: ordered([...failed, ...entry.messages, ...changes.messages]),
    signingTime: { claimed: null, proven: indication === 'TOTAL-PASSED' ? entry.time : null, provenBy: indication === 'TOTAL-PASSED' ? 'document-timestamp' : null },
    chain: chain?.chain ?? [], trustDomain: chain?.anchor?.domain ?? null, revocation: chain?.revocation ?? [],
    buildingBlocks: [{ name: 'format-checking', ...passed }, { name: 'timestamp-validation', indication, subIndication }],
  };
}

/** What a document timestamp proves of the signatures before it: those it covers. */
export function proofsOf(timestamps: readonly { candidate: SignatureCandidate; report: SignatureReport }[], { id }: SignatureCandidate): Proof[] {
  return timestamps.filter(({ candidate, report }) => report.signingTime.proven !== null && candidate.timestamp?.covers().signatures.includes(id))
    .map(({ report }) => ({ time: report.signingTime.proven!, by: 'document-timestamp' }));
}
