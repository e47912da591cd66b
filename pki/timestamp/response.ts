import { PkiError } from '../error.ts';
import { DerReader } from '../asn1/der-reader.ts';
import { integer, namedBits, sequence, utf8String } from '../asn1/der-writer.ts';
import { tags } from '../asn1/tags.ts';

/** PKIFailureInfo as RFC 3161 §2.4.2 uses it: bit numbers. */
export const failInfos = {
  badAlg: 0,
  badRequest: 2,
  badDataFormat: 5,
  timeNotAvailable: 14,
  unacceptedPolicy: 15,
  unacceptedExtension: 16,
  addInfoNotAvailable: 17,
  systemFailure: 25,
} as const;

export type FailInfo = keyof typeof failInfos;

const failInfoByCode: Readonly<Record<string, FailInfo>> = {
  'timestamp-digest-unknown': 'badAlg',
  'timestamp-digest-refused': 'badAlg',
  'timestamp-extension': 'unacceptedExtension',
  'timestamp-version': 'badRequest',
};

/** What to answer a request that `parseTimestampRequest` refused. */
export function failInfoOf(error: PkiError): FailInfo {
  return failInfoByCode[error.code] ?? 'badDataFormat';
}

export type TimestampAnswer = { token: Uint8Array } | { failInfo: FailInfo; text: string };

/** TimeStampResp of RFC 3161 §2.4.2: granted with the token, or rejected with the reason. */
export function timestampResponse(answer: TimestampAnswer): Uint8Array {
  if ('token' in answer) return sequence(sequence(integer(0)), answer.token);
  return sequence(sequence(integer(2), sequence(utf8String(answer.text)), namedBits([failInfos[answer.failInfo]])));
}

export interface TimestampResponse {
  /** 0 granted, 1 granted with modifications, 2 and more: no token */
  status: number;
  text: string[];
  failInfo: FailInfo[];
  /** TimeStampToken, a ContentInfo, unchecked */
  token: Uint8Array | undefined;
}

/** A token with a chain of post-quantum certificates stays far below. */
export const maxResponseBytes = 1024 * 1024;

/** @throws PkiError `timestamp-malformed` if the status and the token do not go together, `asn1-…` */
export function parseTimestampResponse(der: Uint8Array): TimestampResponse {
  if (der.length > maxResponseBytes) throw new PkiError('timestamp-malformed', { rule: `at most ${maxResponseBytes} octets` });
  const outer = new DerReader(der);
  const reader = outer.sequence();
  outer.end();
  const info = reader.sequence();
  const status = info.number();
  const texts = info.enterOptional(tags.sequence);
  const text: string[] = [];
  while (texts && !texts.done && text.length < 16) text.push(texts.text());
  texts?.end();
  const failInfo = info.nextTag === tags.bitString ? namesOf(info.bitString().bytes) : [];
  info.end();
  const token = reader.done ? undefined : reader.read(tags.sequence).der;
  reader.end();
  if ((status <= 1) !== (token !== undefined)) throw new PkiError('timestamp-malformed', { rule: 'RFC 3161 §2.4.2 a token exactly when granted' });
  return { status, text, failInfo, token };
}

function namesOf(bits: Uint8Array): FailInfo[] {
  return (Object.keys(failInfos) as FailInfo[]).filter((name) => {
    const bit = failInfos[name];
    return ((bits[bit >> 3] ?? 0) & (0x80 >> (bit & 7))) !== 0;
  });
}
