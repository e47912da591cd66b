import { compareIndications, type Conclusion, type Message, type SignatureReport } from './report.ts';

export const passed: Conclusion = { indication: 'TOTAL-PASSED', subIndication: null };

/** The first of the worst outcomes; nothing judged is nothing passed. */
export function worstOf(conclusions: readonly Conclusion[]): Conclusion {
  let worst: Conclusion | undefined;
  for (const { indication, subIndication } of conclusions) {
    if (!worst || compareIndications(indication, worst.indication) > 0) worst = { indication, subIndication };
  }
  return worst ?? { indication: 'INDETERMINATE', subIndication: 'NO_SIGNATURE_FOUND' };
}

/**
 * The conclusion over a whole document: its worst signature decides. A document timestamp that merely lacks trust takes
 * nothing from the signatures beside it, one that is broken shows a changed document. A counter-signature speaks for itself alone.
 * @param problems about the document as a whole: with an error such as a file that nobody signed, the rest is no plain pass
 */
export function concludeDocument(reports: readonly SignatureReport[], problems: readonly Message[] = []): Conclusion {
  const incomplete: Conclusion[] = problems.some(({ level }) => level === 'error') ? [{ indication: 'INDETERMINATE', subIndication: 'SIG_CONSTRAINTS_FAILURE' }] : [];
  const signatures = reports.filter(({ type, counterSigns }) => type === 'signature' && counterSigns === null);
  if (signatures.length === 0) return worstOf([...reports, ...incomplete]);
  const brokenTimestamps = reports.filter(({ type, indication }) => type === 'document-timestamp' && indication === 'TOTAL-FAILED');
  return worstOf([...signatures, ...brokenTimestamps, ...incomplete]);
}
