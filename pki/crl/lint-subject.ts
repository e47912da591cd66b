import { DerReader, openSequence } from '../asn1/der-reader.ts';
import { contextConstructed, contextPrimitive, tags } from '../asn1/tags.ts';
import { integerOf, integerOctets } from '../asn1/values.ts';
import type { Certificate } from '../certificate/parse.ts';
import { readAlgorithm, signatureAlgorithmDer, type SignatureScheme } from '../keys/algorithm.ts';
import { collectEntryFacts, type EntryFacts } from './lint-entries.ts';

export interface CrlLintContext {
  issuer: Certificate;
  scheme: SignatureScheme;
  /** number of the CRL before; undefined for the first */
  previousNumber?: bigint;
}

export interface CrlExtension { critical: boolean; value: Uint8Array }
export interface CrlTime { tag: number; at: Date }

/** A TBSCertList as the rules look at it: parsed apart from the builder, so that one's mistake is not the other's. */
export interface CrlLintSubject extends CrlLintContext {
  version: number | undefined;
  algorithm: Uint8Array;
  expectedAlgorithm: Uint8Array;
  issuerName: Uint8Array;
  thisUpdate: CrlTime;
  nextUpdate: CrlTime | undefined;
  entries: EntryFacts;
  extensions: ReadonlyMap<string, CrlExtension>;
  repeatedExtensions: number;
}

/** @throws PkiError `asn1-…` where the outer structure is not that of RFC 5280 §5.1 */
export function readLintSubject(tbs: Uint8Array, context: CrlLintContext): CrlLintSubject {
  const reader = openSequence(tbs);
  const version = reader.nextTag === tags.integer ? reader.number() : undefined;
  const algorithm = readAlgorithm(reader).der;
  const issuerName = reader.read(tags.sequence).der;
  const thisUpdate = readTime(reader);
  const nextUpdate = reader.nextTag === tags.utcTime || reader.nextTag === tags.generalizedTime ? readTime(reader) : undefined;
  const entries = collectEntryFacts(reader.optional(tags.sequence)?.content);
  const extensions = new Map<string, CrlExtension>();
  const repeatedExtensions = readExtensions(reader, extensions);
  reader.end();
  return {
    ...context, version, algorithm, expectedAlgorithm: signatureAlgorithmDer(context.scheme), issuerName,
    thisUpdate, nextUpdate, entries, extensions, repeatedExtensions,
  };
}

function readTime(reader: DerReader): CrlTime {
  return { tag: reader.nextTag ?? 0, at: reader.time() };
}

function readExtensions(reader: DerReader, extensions: Map<string, CrlExtension>): number {
  const wrapped = reader.enterOptional(contextConstructed(0));
  if (!wrapped) return 0;
  let repeated = 0;
  const list = wrapped.sequence();
  wrapped.end();
  while (!list.done) {
    const item = list.sequence();
    const id = item.oid();
    const critical = item.nextTag === tags.boolean && item.boolean();
    if (extensions.has(id)) repeated++;
    extensions.set(id, { critical, value: item.octetString() });
    item.end();
  }
  return repeated;
}

/** The number in a CRLNumber or BaseCRLNumber with its length in octets. */
export function numberIn(value: Uint8Array): { number: bigint; octets: number } {
  const reader = new DerReader(value);
  const element = reader.read(tags.integer);
  reader.end();
  return { number: integerOf(element), octets: integerOctets(element).length };
}

/** keyIdentifier of an AuthorityKeyIdentifier that has nothing else. */
export function keyIdentifierIn(value: Uint8Array): Uint8Array {
  const reader = openSequence(value);
  const key = reader.read(contextPrimitive(0)).content;
  reader.end();
  return key;
}

/** Whether an IssuingDistributionPoint is well formed and narrows the scope in one way (RFC 5280 §5.2.5). */
export function isScope(value: Uint8Array): boolean {
  const reader = openSequence(value);
  if (reader.done) return false;
  const point = reader.enterOptional(contextConstructed(0));
  if (point) {
    const names = point.enter(contextConstructed(0));
    point.end();
    if (names.done || !names.all(100).every(({ tag, content }) => tag === contextPrimitive(6) && content.length > 0)) return false;
  }
  const isTrue = (n: number): boolean => {
    const flag = reader.optional(contextPrimitive(n));
    // FALSE is the default and DER leaves it out
    if (flag && (flag.content.length !== 1 || flag.content[0] !== 0xff)) reader.fail('asn1-not-der', 'X.690 §11.5');
    return flag !== undefined;
  };
  const kinds = [isTrue(1), isTrue(2)];
  reader.optional(contextPrimitive(3));
  isTrue(4);
  kinds.push(isTrue(5));
  reader.end();
  return kinds.filter(Boolean).length <= 1 && kinds[2] === false;
}
