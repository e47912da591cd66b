import { messageLevels, type MessageCode } from '../../../pki/validation/messages.ts';
import type { Language } from '../../http/language.ts';
import { subIndicationWords } from '../../verification/conclusion-words.ts';
import { messageWords, showInstant } from '../../verification/message-words.ts';
import type { readReceipt } from '../../verification/receipt.ts';
import { codeOf, outcomeOf, type Line, type Outcome, type Row } from '../verify/lines.ts';
import { wordsIn } from '../text/words.ts';

type Kept = Awaited<ReturnType<typeof readReceipt>>;
type KeptSignature = Kept['signatures'][number];

export interface ReceiptSignatureView { title: string; outcome: Outcome; verdict: string; rows: Row[]; lines: Line[] }
export interface ReceiptView { outcome: Outcome; verdict: string; lead: string; reason: string; isSigned: boolean; rows: Row[]; signatures: ReceiptSignatureView[] }

/** What is kept of an answer, without names: verdicts, times, digests, and the codes with their meaning. */
export function presentReceipt(row: Kept, language: Language): ReceiptView {
  const t = wordsIn(language);
  const outcome = outcomeOf[row.indication];
  const at = showInstant(language, row.verifiedAt);
  return {
    outcome, verdict: t(`verify.${outcome}`), lead: t('receipts.answeredAt', { time: at }), isSigned: row.receipt !== null,
    reason: row.subIndication && row.signatures.length === 0 ? subIndicationWords[row.subIndication].means[language] : '',
    rows: [
      { label: t('verify.checkedAt'), value: at },
      { label: t('receipts.judgedFor'), value: row.validationTime.getTime() === row.verifiedAt.getTime() ? '' : showInstant(language, row.validationTime) },
      { label: t('verify.formatLabel'), value: row.format },
      { label: t('receipts.size'), value: t('receipts.bytes', { bytes: row.documentSize.toLocaleString(language === 'vi' ? 'vi-VN' : 'en-GB') }) },
      { label: t('verify.digest'), value: Buffer.from(row.documentDigest).toString('hex'), mono: true },
      ...(row.content ? [{ label: t('verify.contentDigest', { algorithm: row.content.algorithm }), value: row.content.value, mono: true }] : []),
      { label: t('verify.resultCode'), value: codeOf(row), mono: true },
      { label: t('receipts.number'), value: row.id, mono: true },
    ].filter(({ value }) => value !== ''),
    signatures: row.signatures.map((signature, i) => presentSignature(signature, i + 1, language)),
  };
}

function presentSignature(signature: KeptSignature, number: number, language: Language): ReceiptSignatureView {
  const t = wordsIn(language);
  const outcome = outcomeOf[signature.indication];
  return {
    title: t('verify.signature', { number }), outcome, verdict: t(`verify.${outcome}`),
    lines: signature.codes.filter(isCode).filter((code) => messageLevels[code] !== 'info' || code === 'valid-signature').map((code) => lineOf(code, language)),
    rows: [
      { label: t('verify.proven'), value: signature.proven ? showInstant(language, new Date(signature.proven)) : t('verify.notProven') },
      { label: t('receipts.signerDigest'), value: signature.signer ?? '', mono: true },
      { label: t('verify.resultCode'), value: codeOf(signature), mono: true },
    ].filter(({ value }) => value !== ''),
  };
}

const isCode = (code: string): code is MessageCode => code in messageLevels;

/** Facts that fill the places are not kept: they could name somebody. */
function lineOf(code: MessageCode, language: Language): Line {
  const { means, todo } = messageWords[code];
  const open = (text: string): string => text.replaceAll(/\{\w+\}/g, '…');
  return { code, text: open(means[language]), todo: open(todo[language]) };
}
