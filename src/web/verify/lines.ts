import type { Conclusion } from '../../../pki/validation/report.ts';
import type { Language } from '../../http/language.ts';
import type { AnsweredMessage } from '../../verification/answer.ts';

/** A row of a summary. */
export interface Row { label: string; value: string; mono?: boolean }
/** What is so and what to do; `code` leads to its explanation. */
export interface Line { text: string; todo: string; code: string }
export type Outcome = 'passed' | 'failed' | 'unsure';

/** The standard's three outcomes as pages name them. */
export const outcomeOf = { 'TOTAL-PASSED': 'passed', 'TOTAL-FAILED': 'failed', INDETERMINATE: 'unsure' } as const;

/** A message in one language. */
export function lineOf({ code, text, todo }: AnsweredMessage, language: Language): Line {
  return { text: text[language], todo: todo?.[language] ?? '', code };
}

/** Indication and sub-indication as the standard spells them. */
export const codeOf = ({ indication, subIndication }: Conclusion): string => (subIndication ? `${indication} / ${subIndication}` : indication);
