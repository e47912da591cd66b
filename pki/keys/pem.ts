import { PkiError } from '../error.ts';

export interface PemBlock { label: string; der: Uint8Array }

const block = /-----BEGIN ([A-Z0-9][A-Z0-9 ]*)-----([^-]*)-----END ([A-Z0-9][A-Z0-9 ]*)-----/g;
/** A chain and a key are four blocks; a file of thousands is none of ours. */
const maxBlocks = 1_000;

/**
 * The blocks of a PEM text (RFC 7468), with explanatory text around them allowed and none inside.
 * @throws PkiError `pem-malformed` on a block that does not end as it began, on bad base64, or when there is no block
 */
export function parsePem(text: string): PemBlock[] {
  const blocks: PemBlock[] = [];
  for (const [, label, body, end] of text.matchAll(block)) {
    if (label !== end || blocks.length === maxBlocks) throw malformed('RFC 7468 §2 labels match');
    blocks.push({ label: label!, der: decode(body!.replaceAll(/\s+/g, '')) });
  }
  if (blocks.length === 0 || text.split('-----BEGIN ').length - 1 !== blocks.length) throw malformed('RFC 7468 §3');
  return blocks;
}

/** One PEM block, 64 characters to a line. */
export function toPem(label: string, der: Uint8Array): string {
  const base64 = Buffer.from(der.buffer, der.byteOffset, der.byteLength).toString('base64');
  return `-----BEGIN ${label}-----\n${base64.replaceAll(/.{1,64}/g, '$&\n')}-----END ${label}-----\n`;
}

function decode(base64: string): Uint8Array {
  const bytes = Buffer.from(base64, 'base64');
  // Buffer skips what is not base64; writing it again shows whether it did
  if (base64 === '' || bytes.toString('base64') !== base64) throw malformed('RFC 4648 §4 base64');
  return bytes;
}

const malformed = (rule: string): PkiError => new PkiError('pem-malformed', { rule });
