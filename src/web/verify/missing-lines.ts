import type { MissingEvidence } from '../../../pki/validation/report.ts';
import type { Language } from '../../http/language.ts';
import { showInstant } from '../../verification/message-words.ts';
import { wordsIn } from '../text/words.ts';

type Missing = Pick<MissingEvidence, 'kind' | 'subject' | 'tryAgainAt'>;

/** What an answer lacks and when to ask again, once for each thing. */
export function missingLines(missing: readonly Missing[], language: Language): string[] {
  const t = wordsIn(language);
  return [...new Set(missing.map(({ kind, subject, tryAgainAt }) => {
    const what = t(`verify.missing-${kind}`, { subject: subject ? commonNameIn(subject) : t('verify.unknownSigner') });
    return tryAgainAt ? `${what} ${t('verify.tryAgainAt', { time: showInstant(language, tryAgainAt) })}` : what;
  }))];
}

/** The common name in a printed name (RFC 4514); the whole where there is none. */
export function commonNameIn(printed: string): string {
  const found = /(?:^|,\s*)CN=((?:\\.|[^,\\])+)/.exec(printed)?.[1];
  return found ? found.replaceAll(/\\([,+"\\<>;=# ])/g, '$1') : printed;
}
