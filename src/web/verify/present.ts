import type { Language } from '../../http/language.ts';
import type { Answer } from '../../verification/answer.ts';
import { showInstant } from '../../verification/message-words.ts';
import { wordsIn } from '../text/words.ts';
import { codeOf, lineOf, outcomeOf, type Line, type Outcome, type Row } from './lines.ts';
import { missingLines } from './missing-lines.ts';
import { presentSignature, type SignatureView } from './present-signature.ts';

export interface FileView { name: string; covered: string; isCovered: boolean }
export interface ResultView {
  outcome: Outcome; verdict: string; lead: string; todo: string; nature: string; fileName: string; isSigned: boolean;
  why: Line[]; missing: string[]; signatures: SignatureView[]; files: FileView[]; technical: Row[];
}

/** An answer as the page tells it: three outcomes, plain words, claimed and proven time apart. */
export function presentAnswer(answer: Answer, language: Language): ResultView {
  const t = wordsIn(language);
  const outcome = outcomeOf[answer.conclusion.indication];
  const titles = titlesOf(answer, language);
  const none = answer.signatures.length === 0;
  return {
    outcome, verdict: t(`verify.${outcome}`), lead: none ? t('verify.noSignature') : leadOf(answer, outcome, language),
    todo: none ? t('verify.noSignatureTodo') : t(`verify.${outcome}Todo`),
    nature: outcome === 'failed' || answer.nature.code === 'unknown' ? '' : answer.nature.text[language], fileName: answer.document.name, isSigned: answer.receipt !== null,
    signatures: answer.signatures.map((signature) => presentSignature(signature, { title: titles.get(signature.id)!, files: answer.files, titles, language })),
    why: answer.messages.map((message) => lineOf(message, language)),
    missing: missingLines(answer.missing, language),
    files: answer.files.map(({ name, coveredBy }) => ({
      name, isCovered: coveredBy.length > 0, covered: coveredBy.map((id) => titles.get(id) ?? id).join(', ') || t('verify.notCovered'),
    })),
    technical: [
      { label: t('verify.checkedAt'), value: showInstant(language, answer.verifiedAt) },
      { label: t('verify.formatLabel'), value: answer.document.format },
      { label: t('verify.resultCode'), value: codeOf(answer.conclusion), mono: true },
      { label: t('verify.digest'), value: answer.document.digest.value, mono: true },
      ...(answer.document.content ? [{ label: t('verify.contentDigest', { algorithm: answer.document.content.algorithm }), value: answer.document.content.value, mono: true }] : []),
    ],
  };
}

/** Signatures are counted, timestamps on the document are not. */
function titlesOf({ signatures }: Answer, language: Language): ReadonlyMap<string, string> {
  const t = wordsIn(language);
  let number = 0;
  return new Map(signatures.map(({ id, type }) => [id, type === 'signature' ? t('verify.signature', { number: (number += 1) }) : t('verify.documentTimestamp')]));
}

/** The first reason of the signature that decides; who reads no further has read the most important. */
function leadOf({ signatures, conclusion }: Answer, outcome: Outcome, language: Language): string {
  const t = wordsIn(language);
  const signed = signatures.filter(({ type }) => type === 'signature');
  if (outcome === 'passed') return signed.length > 1 ? t('verify.passedMany', { count: signed.length }) : t('verify.passedOne');
  const reason = signatures.find(({ indication }) => indication === conclusion.indication)?.messages.find(({ level }) => level === 'error');
  return reason?.text[language] ?? t(`verify.${outcome}Lead`);
}
