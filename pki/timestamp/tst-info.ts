import { DerReader } from '../asn1/der-reader.ts';
import { generalizedTime, integer, oid, sequence } from '../asn1/der-writer.ts';
import { contextConstructed, contextPrimitive, tags } from '../asn1/tags.ts';
import { readGeneralName, type GeneralName } from '../certificate/general-name.ts';
import { imprintDer, readImprint, type MessageImprint } from './imprint.ts';
import { readNonce } from './request.ts';

/** Accuracy of RFC 3161 §2.4.2: genTime is at most this far from the true time, either way. */
export interface Accuracy { seconds: number; millis: number; micros: number }

/** TSTInfo of RFC 3161 §2.4.2. */
export interface TstInfo {
  policy: string;
  imprint: MessageImprint;
  serialNumber: bigint;
  /** to the millisecond; finer fractions are cut */
  genTime: Date;
  accuracy: Accuracy | undefined;
  ordering: boolean;
  nonce: bigint | undefined;
  /** a hint only */
  tsa: GeneralName | undefined;
}

/** @throws PkiError `timestamp-malformed`, `timestamp-extension` for a critical extension, `asn1-…` */
export function parseTstInfo(der: Uint8Array): TstInfo {
  const outer = new DerReader(der);
  const reader = outer.sequence();
  outer.end();
  if (reader.number() !== 1) reader.fail('timestamp-malformed', 'RFC 3161 §2.4.2 version 1');
  const policy = reader.oid();
  const imprint = readImprint(reader);
  const serialNumber = reader.integer();
  const genTime = reader.generalizedTime(true);
  const accuracy = readAccuracy(reader.enterOptional(tags.sequence));
  const ordering = reader.nextTag === tags.boolean && reader.boolean();
  const nonce = readNonce(reader);
  const wrapped = reader.enterOptional(contextConstructed(0));
  const tsa = wrapped && readGeneralName(wrapped);
  wrapped?.end();
  refuseCritical(reader.enterOptional(contextConstructed(1)));
  reader.end();
  return { policy, imprint, serialNumber, genTime, accuracy, ordering, nonce, tsa };
}

function readAccuracy(reader: DerReader | undefined): Accuracy | undefined {
  if (!reader) return undefined;
  const seconds = reader.nextTag === tags.integer ? reader.number() : 0;
  const part = (n: number): number => {
    if (reader.nextTag !== contextPrimitive(n)) return 0;
    const value = reader.number(contextPrimitive(n));
    if (value < 1 || value > 999) reader.fail('timestamp-malformed', 'RFC 3161 §2.4.2 1 to 999');
    return value;
  };
  const accuracy = { seconds, millis: part(0), micros: part(1) };
  reader.end();
  return accuracy;
}

function refuseCritical(list: DerReader | undefined): void {
  while (list && !list.done) {
    const item = list.sequence();
    item.oid();
    if (item.nextTag === tags.boolean && item.boolean()) item.fail('timestamp-extension', 'RFC 3161 §2.4.2 unknown critical extension');
    item.octetString();
    item.end();
  }
}

export interface TstInfoOrder {
  policy: string;
  imprint: MessageImprint;
  /** never used before, at most 160 bits */
  serialNumber: bigint;
  /** fractions are dropped: the stated accuracy covers them */
  genTime: Date;
  accuracySeconds: number;
  nonce?: bigint;
}

export function buildTstInfo(order: TstInfoOrder): Uint8Array {
  return sequence(
    integer(1),
    oid(order.policy),
    imprintDer(order.imprint),
    integer(order.serialNumber),
    generalizedTime(order.genTime),
    sequence(integer(order.accuracySeconds)),
    ...(order.nonce === undefined ? [] : [integer(order.nonce)]),
  );
}
