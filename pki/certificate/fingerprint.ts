import { createHash } from 'node:crypto';

/** SHA-256 of the whole encoding in lower-case hex: the name a certificate, CRL or response goes by in reports and stores. */
export function sha256Fingerprint(der: Uint8Array): string {
  return createHash('sha256').update(der).digest('hex');
}
