import type { Answer, AnsweredMessage, AnsweredSignature } from '../../verification/answer.ts';
import { showInstant } from '../../verification/message-words.ts';
import type { Language } from '../../http/language.ts';
import { wordsIn, type WordOf } from '../text/words.ts';

export interface Row { label: string; value: string }
export interface Line { text: string; todo: string }
export interface SignatureView { title: string; outcome: Outcome; verdict: string; rows: Row[]; why: Line[]; attention: Line[]; technical: Row[] }
export interface ResultView { outcome: Outcome; verdict: string; lead: string; fileName: string; why: Line[]; signatures: SignatureView[]; technical: Row[] }
export type Outcome = 'passed' | 'failed' | 'unsure';

const outcomeOf = { 'TOTAL-PASSED': 'passed', 'TOTAL-FAILED': 'failed', INDETERMINATE: 'unsure' } as const;
const kinds: Readonly<Record<string, WordOf<'verify'>>> = {
  personal: 'kindPersonal', 'organisation-seal': 'kindSeal', 'electronic-copy': 'kindCopy', timestamping: 'kindTimestamp', unknown: 'kindUnknown',
};

/** An answer as the page tells it: three outcomes, plain words, claimed and proven time apart. */
export function presentAnswer(answer: Answer, language: Language): ResultView {
  const t = wordsIn(language);
  const outcome = outcomeOf[answer.conclusion.indication];
  const signatures = answer.signatures.map((signature, i) => presentSignature(signature, i + 1, language));
  const count = answer.signatures.filter(({ type }) => type === 'signature').length;
  const leads = {
    passed: count > 1 ? t('verify.passedMany', { count }) : t('verify.passedOne'),
    failed: t('verify.failedLead'),
    unsure: answer.signatures.length === 0 ? t('verify.noSignature') : t('verify.unsureLead'),
  };
  return {
    outcome, verdict: t(`verify.${outcome}`), lead: leads[outcome], fileName: answer.document.name, signatures,
    why: answer.messages.map((message) => lineOf(message, language)),
    technical: [
      { label: t('verify.checkedAt'), value: showInstant(language, answer.verifiedAt) },
      { label: t('verify.resultCode'), value: codeOf(answer.conclusion) },
      { label: t('verify.digest'), value: answer.document.digest.value },
      { label: t('verify.receipt'), value: answer.id },
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
    title: signature.type === 'signature' ? t('verify.signature', { number }) : t('verify.documentTimestamp'), outcome, verdict: t(`verify.${outcome}`),
    rows: rowsOf(signature, language),
    why: errors.length > 0 ? errors : signature.messages.filter(({ code }) => code === 'valid-signature').map((message) => lineOf(message, language)),
    attention: [...of('warning'), ...signature.messages.filter(({ code }) => code === 'expired-after-signing').map((message) => lineOf(message, language))],
    technical: [
      { label: t('verify.resultCode'), value: codeOf(signature) },
      { label: t('verify.formatLabel'), value: signature.format },
      ...(signer ? [{ label: t('verify.issuer'), value: signer.issuer }, { label: t('verify.serial'), value: signer.serialNumber }] : []),
    ],
  };
}

function rowsOf({ signer, signingTime, trustDomain, type }: AnsweredSignature, language: Language): Row[] {
  const t = wordsIn(language);
  const seal = signer?.kind === 'organisation-seal' || signer?.kind === 'electronic-copy';
  const agency = [...(signer?.organizationalUnits ?? []).toReversed(), signer?.organization].filter(Boolean).join(', ');
  const rows: Row[] = [{ label: t(seal ? 'verify.seal' : 'verify.signer'), value: signer?.commonName ?? signer?.subject ?? t('verify.unknownSigner') }];
  if (agency) rows.push({ label: t('verify.agency'), value: agency });
  if (signer) rows.push({ label: t('verify.kind'), value: t(`verify.${kinds[signer.kind] ?? 'kindUnknown'}`) });
  if (type === 'signature') rows.push({ label: t('verify.claimed'), value: signingTime.claimed ? showInstant(language, signingTime.claimed) : t('verify.notClaimed') });
  rows.push({ label: t('verify.proven'), value: signingTime.proven ? showInstant(language, signingTime.proven) : t('verify.notProven') });
  if (trustDomain) rows.push({ label: t('verify.trusted'), value: trustDomain });
  return rows;
}

function lineOf({ text, todo }: AnsweredMessage, language: Language): Line {
  return { text: text[language], todo: todo?.[language] ?? '' };
}

const codeOf = ({ indication, subIndication }: { indication: string; subIndication: string | null }): string => (subIndication ? `${indication} / ${subIndication}` : indication);
