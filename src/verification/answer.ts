import type { ChainEntry, Conclusion, Message, RevocationEntry, SignatureReport, TimestampEntry, ValidationReport } from '../../pki/validation/report.ts';
import type { NamedDigest } from './digest-names.ts';
import type { MissingEvidence } from './missing.ts';
import { natureWords, outcomeWords, wordsOf, type Words } from './message-words.ts';

export interface AnsweredMessage { code: string; level: Message['level']; text: Words; todo: Words | null }
export type AnsweredTimestamp = Omit<TimestampEntry, 'messages'> & { messages: AnsweredMessage[] };
export type AnsweredSignature = Omit<SignatureReport, 'messages' | 'timestamps'> & { messages: AnsweredMessage[]; timestamps: AnsweredTimestamp[] };

/** The answer of the HTTP contract; the page is drawn from the same. */
export interface Answer {
  id: string;
  verifiedAt: Date;
  validationTime: Date;
  policy: string;
  document: { name: string; format: ValidationReport['format']; size: number; digest: { algorithm: 'SHA-256'; value: string }; /** what a detached signature was checked against */ content: NamedDigest | null };
  conclusion: Conclusion;
  /** the law's three outcomes, in words */
  outcome: { code: ValidationReport['outcome']; text: Words };
  /** what the signatures make of the document */
  nature: { code: ValidationReport['nature']; text: Words };
  messages: AnsweredMessage[];
  signatures: AnsweredSignature[];
  /** the files of a container, and which signatures are over each */
  files: ValidationReport['files'];
  /** evidence that could settle an INDETERMINATE answer; empty for the others */
  missing: MissingEvidence[];
  /** CMS in Base64: proof of what was answered; null where no key of ours is certified for it */
  receipt: string | null;
}

export type { ChainEntry, RevocationEntry };

interface Frame { id: string; verifiedAt: Date; name: string; size: number; digest: Uint8Array; content: NamedDigest | null; receipt: Uint8Array | null; missing: MissingEvidence[] }

/** Puts the words to a report. */
export function answerOf(report: ValidationReport, { id, verifiedAt, name, size, digest, content, receipt, missing }: Frame): Answer {
  const { validationTime, policy, format, conclusion, outcome, nature } = report;
  return {
    id, verifiedAt, validationTime, policy,
    document: { name, format, size, digest: { algorithm: 'SHA-256', value: Buffer.from(digest).toString('hex') }, content },
    conclusion,
    outcome: { code: outcome, text: outcomeWords[outcome] },
    nature: { code: nature, text: natureWords[nature] },
    messages: report.messages.map(answeredMessage),
    files: report.files,
    signatures: report.signatures.map((signature) => ({
      ...signature,
      messages: signature.messages.map(answeredMessage),
      timestamps: signature.timestamps.map((timestamp) => ({ ...timestamp, messages: timestamp.messages.map(answeredMessage) })),
    })),
    missing,
    receipt: receipt && Buffer.from(receipt).toString('base64'),
  };
}

function answeredMessage(message: Message): AnsweredMessage {
  const { means, todo } = wordsOf(message);
  return { code: message.code, level: message.level, text: means, todo: todo.vi === '' ? null : todo };
}
