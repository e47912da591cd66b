import { message } from './messages.ts';
import type { Message, SignatureReport, SignerSummary } from './report.ts';

/**
 * Compares the body that a result says it comes from with what the certificates say (domain rule: a warning, never a verdict,
 * for bodies are merged and renamed). @param expected the name on the result, as a person would write it
 */
export function compareIssuingBody(expected: string | undefined, signatures: readonly SignatureReport[]): Message[] {
  if (expected === undefined) return [];
  const wanted = normalized(expected);
  const signers = signatures.filter(({ type }) => type === 'signature').flatMap(({ signer }) => (signer ? [signer] : []));
  if (wanted === '' || signers.length === 0) return [];
  if (signers.some((signer) => namesOf(signer).includes(wanted))) return [message('issuing-body-matches', { expected: expected.trim() })];
  const found = [...new Set(signers.map(({ organization, commonName }) => organization ?? commonName ?? ''))].join('; ');
  return [message('issuing-body-differs', { expected: expected.trim(), found })];
}

/** A body stands in O, in an OU below it, or is the subject of a seal. */
function namesOf({ organization, organizationalUnits, commonName, kind }: SignerSummary): string[] {
  const own = kind === 'organisation-seal' || kind === 'electronic-copy' ? [commonName] : [];
  return [organization, ...organizationalUnits, ...own].map((name) => normalized(name ?? ''));
}

/** Upper and lower case, composed and decomposed letters, both spellings of "Uỷ ban" and the short "UBND" are one. */
function normalized(name: string): string {
  return name.normalize('NFC').toLocaleLowerCase('vi').replaceAll('uỷ ban', 'ủy ban').replace(/\bubnd\b/gu, 'ủy ban nhân dân')
    .replace(/\btp\.?\s/gu, 'thành phố ').replace(/[\s\p{P}]+/gu, ' ').trim();
}
