import { createHash } from 'node:crypto';
import type { Digest } from '../keys/algorithm.ts';
import type { JsonValue } from './json.ts';
import { writeJson } from './write-json.ts';

/** One unsigned property of `etsiU` (ETSI TS 119 182-1 §5.3.1). */
export interface Property { name: string; value: JsonValue; /** base64url as sent; undefined in the clear form */ text: string | undefined }

/** One way to read what an arcTst covers. */
export interface ArchiveReading {
  octets: () => readonly Uint8Array[];
  /** the properties among them */
  properties: readonly Property[];
  /** whether the signature with what it signs is among them */
  signature: boolean;
}

export interface ArchivedSignature { objects: readonly Uint8Array[]; protectedText: string; signatureText: string }

/**
 * What an arcTst over everything covers (§5.3.6.3.2): the signed objects, the protected header, the signature value and the
 * properties before it: in base64url as sent, in the clear as JSON. Some writers leave out the point before these.
 */
export function readingsOfAll({ objects, protectedText, signatureText }: ArchivedSignature, before: readonly Property[]): ArchiveReading[] {
  return ['.', ''].flatMap((point) => {
    const start = [...objects, Buffer.from(`.${protectedText}.${signatureText}${point}`, 'latin1')];
    return writingsOf(before).map((write): ArchiveReading => ({ octets: () => [...start, ...before.map(write)], properties: before, signature: true }));
  });
}

/** What one with `previousArcTst` covers (§5.3.6.3.1): the last arcTst before it, and the tstVD that belongs to that where there is one. */
export function readingsOfPrevious(before: readonly Property[]): ArchiveReading[] {
  const place = before.findLastIndex(({ name }) => name === 'arcTst');
  const last = before[place];
  if (!last) return [];
  const data = before.slice(place + 1).filter(({ name }) => name === 'tstVD');
  const choices = data.length > 0 ? [[last, ...data], [...data, last], [last]] : [[last]];
  return choices.flatMap((properties) => [...writingsOf(properties), ...(last.text === undefined ? [] : clearWritings)].map((write) => ({ octets: () => properties.map(write), properties, signature: false })));
}

type Writing = (property: Property) => Uint8Array;

const inBase64url: Writing = ({ text = '' }) => Buffer.from(text, 'latin1');

/** The canonical form of RFC 8785 or the order of the signer, each with the property's name or its value alone: implementations differ. */
const clearWritings: readonly Writing[] = [true, false].flatMap((sorted): Writing[] => [
  ({ name, value }) => Buffer.from(writeJson(new Map([[name, value]]), { sorted })), ({ value }) => Buffer.from(writeJson(value, { sorted })),
]);

const writingsOf = (properties: readonly Property[]): readonly Writing[] => (properties.every(({ text }) => text !== undefined) ? [inBase64url] : clearWritings);

/** The digest of these parts one after another. */
export function digestOver(parts: readonly Uint8Array[]): (digest: Digest) => Uint8Array {
  return (digest) => {
    const running = createHash(digest);
    for (const part of parts) running.update(part);
    return running.digest();
  };
}
