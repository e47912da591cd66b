import type { Answer, AnsweredMessage, AnsweredSignature } from '../../verification/answer.ts';
import { showInstant } from '../../verification/message-words.ts';
import { wordsIn, type Language, type WordKey } from '../text/words.ts';

export interface Row { label: string; value: string }
export interface Line { text: string; todo: string }
export interface SignatureView { title: string; outcome: Outcome; verdict: string; rows: Row[]; why: Line[]; attention: Line[]; technical: Row[] }
export interface ResultView { outcome: Outcome; verdict: string; lead: string; fileName: string; why: Line[]; signatures: SignatureView[]; technical: Row[] }
export type Outcome = 'passed' | 'failed' | 'unsure';

const outcomeOf = { 'TOTAL-PASSED': 'passed', 'TOTAL-FAILED': 'failed', INDETERMINATE: 'unsure' } as const;
const kinds: Readonly<Record<string, WordKey>> = {
  personal: 'kindPersonal', 'organisation-seal': 'kindSeal', 'electronic-copy': 'kindCopy', timestamping: 'kindTimestamp', unknown: 'kindUnknown',
};

/** An answer as the page tells it: three outcomes, plain words, claimed and proven time apart. */
export function presentAnswer(answer: Answer, language: Language): ResultView {
  const t = wordsIn(language);
  const outcome = outcomeOf[answer.conclusion.indication];
  const signatures = answer.signatures.map((signature, i) => presentSignature(signature, i + 1, language));
  const count = answer.signatures.filter(({ type }) => type === 'signature').length;
  const leads = {
    passed: count > 1 ? t('passedMany', { count }) : t('passedOne'),
    failed: t('failedLead'),
    unsure: answer.signatures.length === 0 ? t('noSignature') : t('unsureLead'),
  };
  return {
    outcome, verdict: t(outcome), lead: leads[outcome], fileName: answer.document.name, signatures,
    why: answer.messages.map((message) => lineOf(message, language)),
    technical: [
      { label: t('checkedAt'), value: showInstant(language, answer.verifiedAt) },
      { label: t('resultCode'), value: codeOf(answer.conclusion) },
      { label: t('digest'), value: answer.document.digest.value },
      { label: t('receipt'), value: answer.id },
    ],
  };
}

function presentSignature(signature: AnsweredSignature, number: number, language: Language): SignatureView {
  const t = wordsIn(language);
  const outcome = outcomeOf[signature.indication];
  const { signer } = signature;
  const of = (level: AnsweredMessage['level']): Line[] => signature.messages.filter((message) => message.level === level).map((message) => lineOf(message, language));
  const errors = of('error');
  return {
    title: signature.type === 'signature' ? t('signature', { number }) : t('documentTimestamp'), outcome, verdict: t(outcome),
    rows: rowsOf(signature, language),
    why: errors.length > 0 ? errors : signature.messages.filter(({ code }) => code === 'valid-signature').map((message) => lineOf(message, language)),
    attention: [...of('warning'), ...signature.messages.filter(({ code }) => code === 'expired-after-signing').map((message) => lineOf(message, language))],
    technical: [
      { label: t('resultCode'), value: codeOf(signature) },
      { label: t('formatLabel'), value: signature.format },
      ...(signer ? [{ label: t('issuer'), value: signer.issuer }, { label: t('serial'), value: signer.serialNumber }] : []),
    ],
  };
}

function rowsOf({ signer, signingTime, trustDomain, type }: AnsweredSignature, language: Language): Row[] {
  const t = wordsIn(language);
  const seal = signer?.kind === 'organisation-seal' || signer?.kind === 'electronic-copy';
  const agency = [...(signer?.organizationalUnits ?? []).toReversed(), signer?.organization].filter(Boolean).join(', ');
  const rows: Row[] = [{ label: t(seal ? 'seal' : 'signer'), value: signer?.commonName ?? signer?.subject ?? t('unknownSigner') }];
  if (agency) rows.push({ label: t('agency'), value: agency });
  if (signer) rows.push({ label: t('kind'), value: t(kinds[signer.kind] ?? 'kindUnknown') });
  if (type === 'signature') rows.push({ label: t('claimed'), value: signingTime.claimed ? showInstant(language, signingTime.claimed) : t('notClaimed') });
  rows.push({ label: t('proven'), value: signingTime.proven ? showInstant(language, signingTime.proven) : t('notProven') });
  if (trustDomain) rows.push({ label: t('trusted'), value: trustDomain });
  return rows;
}

function lineOf({ text, todo }: AnsweredMessage, language: Language): Line {
  return { text: text[language], todo: todo?.[language] ?? '' };
}

const codeOf = ({ indication, subIndication }: { indication: string; subIndication: string | null }): string => (subIndication ? `${indication} / ${subIndication}` : indication);
