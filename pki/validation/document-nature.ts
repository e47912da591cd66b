import type { DocumentNature, Indication, Outcome, SignatureReport, SignerKind } from './report.ts';

/** The law's word for an indication of the standard. */
export const outcomeOf: Readonly<Record<Indication, Outcome>> = { 'TOTAL-PASSED': 'valid', 'TOTAL-FAILED': 'invalid', INDETERMINATE: 'insufficient' };

/**
 * What the signatures make of a document (Decree 30/2020): an issued one bears a leader's and the organisation's signature,
 * an electronic copy the organisation's alone. Only signatures that have not failed count.
 */
export function natureOf(signatures: readonly SignatureReport[]): DocumentNature {
  const kinds = new Set<SignerKind>(signatures.filter(({ type, indication, counterSigns }) => type === 'signature' && indication !== 'TOTAL-FAILED' && counterSigns === null)
    .flatMap(({ signer }) => (signer ? [signer.kind] : [])));
  if (kinds.has('electronic-copy')) return 'organisation-copy';
  if (kinds.has('personal')) return kinds.has('organisation-seal') ? 'leader-and-organisation' : 'personal-only';
  return kinds.has('organisation-seal') ? 'organisation-only' : 'unknown';
}
