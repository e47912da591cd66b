import encodeQr from 'qr';
import type { Config } from '../../config.ts';

/** Where an answer can be seen again: its address, and that address as a QR code (SVG without size or colours of its own). */
export interface ReceiptLink { id: string; path: string; address: string; qr: string }

/** The permanent link of an answer. Its id has 122 random bits: knowing it is the permission. */
export function receiptLink({ publicUrl }: Pick<Config, 'publicUrl'>, id: string): ReceiptLink {
  const path = `/receipts/${id}`;
  const address = new URL(path, publicUrl).href;
  return { id, path, address, qr: encodeQr(address, 'svg', { ecc: 'medium', border: 2 }) };
}
