import { passed } from './conclusion.ts';
import type { Candidate } from './format-checking.ts';
import { judgeChanges } from './changes-after-signing.ts';
import { message } from './messages.ts';
import type { Conclusion, SignatureReport } from './report.ts';
import { coverageOf, ordered, type Proof } from './signature-with-time.ts';
import { summarizeSigner } from './signer.ts';
import { validateTimestamp } from './timestamp-validation.ts';
import type { ValidationContext } from './validation-context.ts';

const formatFailure: Conclusion = { indication: 'TOTAL-FAILED', subIndication: 'FORMAT_FAILURE' };

/** A timestamp over a whole document: `ETSI.RFC3161` in a PDF (ISO 32000-2 §12.8.5), or a token with its content beside. */
export function validateDocumentTimestamp(candidate: Candidate, context: ValidationContext): SignatureReport {
  const { id, pdf, content, signedData, problems } = candidate;
  const base: SignatureReport = {
    id, field: pdf?.field ?? null, type: 'document-timestamp', format: pdf ? 'PAdES-DTS' : 'RFC3161', ...formatFailure, messages: problems, signer: null,
    signingTime: { claimed: null, proven: null, provenBy: null }, coverage: coverageOf(candidate), chain: [], trustDomain: null, revocation: [], timestamps: [],
    buildingBlocks: [{ name: 'format-checking', ...formatFailure }],
  };
  if (problems.length > 0 || !signedData) return base;
  if (!content) return { ...base, indication: 'INDETERMINATE', subIndication: 'SIGNED_DATA_NOT_FOUND', messages: [message('signed-content-missing')] };

  const { entry, certificate, chain } = validateTimestamp(signedData.der, 'document-timestamp', (digest) => content.digest(digest), context);
  const changes = judgeChanges(pdf?.changesAfter ?? [], context.policy);
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

/** What a document timestamp proves of the signatures before it: those its bytes contain whole. */
export function proofsOf(timestamps: readonly { candidate: Candidate; report: SignatureReport }[], signature: Candidate): Proof[] {
  const { pdf } = signature;
  if (!pdf) return [];
  return timestamps.filter(({ candidate, report }) => report.signingTime.proven !== null && candidate.pdf && endOf(candidate.pdf.byteRange) > endOf(pdf.byteRange))
    .map(({ report }) => ({ time: report.signingTime.proven!, by: 'document-timestamp' }));
}

const endOf = ([, , start, length]: readonly [number, number, number, number]): number => start + length;
