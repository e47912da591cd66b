import type { SerialRange } from './store.ts';

/** Shorter beginnings say too little: a three-octet one is shared by one in sixteen million. */
const fewestDigits = 6;
const mostOctets = 20;

/**
 * What was typed read as the serial number of a certificate: hex as people write it (colons, spaces, dashes, a leading 0x),
 * whole or only its beginning, or a decimal number. Several where it can be both; none where it is neither.
 */
export function readSerial(typed: string): SerialRange[] {
  const text = typed.trim().toLowerCase();
  const hex = text.replace(/^0x/, '').replaceAll(/[\s:.-]/g, '');
  const ranges: SerialRange[] = [];
  if (/^[0-9a-f]+$/.test(hex) && hex.length >= fewestDigits && hex.length <= 2 * mostOctets) ranges.push(beginningWith(hex));
  if (/^\d+$/.test(text) && text.length >= fewestDigits && text.length <= 49) ranges.push(exactly(BigInt(text)));
  return ranges;
}

/** All that begin with these digits, an odd number of them too; a whole number is the only one that begins so. */
function beginningWith(hex: string): SerialRange {
  const from = Buffer.from(hex.length % 2 === 0 ? hex : `${hex}0`, 'hex');
  const next = (BigInt(`0x${hex}`) + 1n).toString(16).padStart(hex.length, '0');
  // beyond ff…ff nothing follows that is as long: one octet more stands above all of them
  const below = next.length > hex.length ? Buffer.alloc(mostOctets + 1, 0xff) : Buffer.from(hex.length % 2 === 0 ? next : `${next}0`, 'hex');
  return { from, below };
}

/** A number in its possible lengths: as short as can be, or filled up to the length we issue. */
function exactly(serial: bigint): SerialRange {
  const hex = serial.toString(16);
  const even = hex.length % 2 === 0 ? hex : `0${hex}`;
  return { exactly: [...new Set([even, even.padStart(2 * mostOctets, '0')])].map((one) => Buffer.from(one, 'hex')) };
}
