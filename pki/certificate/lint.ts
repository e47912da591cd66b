import { PkiError } from '../error.ts';
import { runLint, type LintFinding } from '../lint/rule.ts';
import { approveForSigning, type ToBeSigned } from '../lint/to-be-signed.ts';
import { lessonRules } from './lint-rules-lessons.ts';
import { nameRules } from './lint-rules-name.ts';
import { profileRules } from './lint-rules-profile.ts';
import { rfc5280Rules } from './lint-rules-rfc5280.ts';
import { lintSubjectOf, type CertificateLintContext, type CertificateRule } from './lint-subject.ts';
import { parseTbsCertificate, type TbsCertificate } from './parse.ts';

export type { CertificateLintContext } from './lint-subject.ts';

/** Every row a certificate of ours is held against. */
export const certificateRules: readonly CertificateRule[] = [...rfc5280Rules, ...nameRules, ...profileRules, ...lessonRules];

/**
 * Lints a TBSCertificate as it will be signed, read back from its bytes, and approves it for one signature.
 * @throws PkiError `lint-failed`: the rule names every broken row, or where the bytes do not parse
 */
export function lintCertificate(tbs: Uint8Array, context: CertificateLintContext): ToBeSigned {
  return approveForSigning('certificate', tbs, context.scheme, findingsOf(parsed(tbs), context));
}

/** The rows a parsed certificate breaks, for those who only want to know. */
export const findingsOf = (certificate: TbsCertificate, context: CertificateLintContext): LintFinding[] =>
  runLint(certificateRules, lintSubjectOf(certificate, context));

function parsed(tbs: Uint8Array): TbsCertificate {
  try {
    return parseTbsCertificate(tbs);
  } catch (error) {
    if (error instanceof PkiError) throw new PkiError('lint-failed', { rule: `does not parse: ${error.code}, ${error.rule}` });
    throw error;
  }
}
