import { tolerate } from '../error.ts';
import type { Digest } from '../keys/algorithm.ts';
import { parseTimestampToken } from './token.ts';

/**
 * Of several readings of what a token covers, where editions of a standard differ, the one that the token itself says it
 * stamped; the first where it fits none.
 * @param digestOf a reading's octets; undefined where they cannot be had
 */
export function fittingReading<T>(token: Uint8Array, readings: readonly T[], digestOf: (reading: T, digest: Digest) => Uint8Array | undefined): T | undefined {
  const [first, ...others] = readings;
  const imprint = others.length > 0 ? tolerate(() => parseTimestampToken(token))?.tstInfo.imprint : undefined;
  const fits = imprint && readings.find((reading) => {
    const found = digestOf(reading, imprint.digest);
    return found !== undefined && Buffer.compare(found, imprint.value) === 0;
  });
  return fits ?? first;
}
