import { DerReader, openSequence } from '../asn1/der-reader.ts';
import { oids } from '../asn1/oids.ts';
import { contextConstructed, contextPrimitive, tags } from '../asn1/tags.ts';
import { PkiError } from '../error.ts';
import { readAlgorithm, type AlgorithmIdentifier } from '../keys/algorithm.ts';
import { readName, type Name } from '../name/parse.ts';
import { compareNames } from '../name/compare.ts';
import {
  parseDistributionPoints, readDistributionPointName, reasonMask, type DistributionPoint, type DistributionPointName, type ReasonMask,
} from '../certificate/distribution-point.ts';
import { readExtensions, readTime, type Extension } from '../certificate/extensions.ts';
import { parseAuthorityKeyIdentifier, type AuthorityKeyIdentifier } from '../certificate/extension-values.ts';
import type { GeneralName } from '../certificate/general-name.ts';
import { entryAt, indexEntries, type EntryIndex, type RevokedEntry } from './entries.ts';
import { SerialLookUp } from './serial-look-up.ts';

export type { RevokedEntry } from './entries.ts';
export type { RevocationReason } from './reason.ts';

/** IssuingDistributionPoint of RFC 5280 §5.2.5. */
export interface IssuingDistributionPoint {
  distributionPoint: DistributionPointName | undefined;
  onlyContainsUserCerts: boolean;
  onlyContainsCACerts: boolean;
  onlySomeReasons: ReasonMask | undefined;
  indirectCrl: boolean;
  onlyContainsAttributeCerts: boolean;
}

/** TBSCertList of RFC 5280 §5.1 with its extensions decoded. */
export interface TbsCrl {
  tbs: Uint8Array;
  version: 1 | 2;
  tbsSignatureAlgorithm: AlgorithmIdentifier;
  issuer: Name;
  thisUpdate: Date;
  nextUpdate: Date | undefined;
  extensions: ReadonlyMap<string, Extension>;
  irregularities: ReadonlySet<string>;
  crlNumber: bigint | undefined;
  /** BaseCRLNumber of a delta (§5.2.4) */
  baseCrlNumber: bigint | undefined;
  authorityKeyIdentifier: AuthorityKeyIdentifier | undefined;
  issuingDistributionPoint: IssuingDistributionPoint | undefined;
  freshestCrl: readonly DistributionPoint[] | undefined;
  expiredCertsOnCrl: Date | undefined;
  entryCount: number;
  /** an entry has a critical extension that is not understood: the list proves nothing (§5.3) */
  hasUnknownCriticalEntry: boolean;
  /** Entries are read when they are asked for. @throws PkiError `crl-entry-malformed`, `asn1-…` on the way, at one whose values cannot be read */
  entries(): Iterable<RevokedEntry>;
  /**
   * The entry of a certificate; the last one if it is listed twice.
   * @param issuer the certificate's issuer, needed where an indirect CRL lists several (§5.3.3); the CRL's own by default
   * @throws PkiError `crl-entry-malformed`, `asn1-…` if the entry is there but cannot be read: never a reason to call it good
   */
  find(serial: bigint, issuer?: Name): RevokedEntry | undefined;
}

export interface Crl extends TbsCrl {
  der: Uint8Array;
  signatureAlgorithm: AlgorithmIdentifier;
  signature: Uint8Array;
}

/** @throws PkiError `crl-malformed`, `crl-entry-malformed`, `extension-malformed`, `extension-repeated`, `asn1-…` */
export function parseCrl(der: Uint8Array): Crl {
  const reader = openSequence(der);
  const tbs = reader.read(tags.sequence);
  const signatureAlgorithm = readAlgorithm(reader);
  const { bytes: signature, unusedBits } = reader.bitString();
  if (unusedBits !== 0) reader.fail('crl-malformed', 'RFC 5280 §5.1.1.3 whole octets');
  reader.end();
  return { ...parseTbsCrl(tbs.der), der, signatureAlgorithm, signature };
}

/** Parses a TBSCertList alone, before it is signed. @throws PkiError as `parseCrl` */
export function parseTbsCrl(tbs: Uint8Array): TbsCrl {
  const irregularities = new Set<string>();
  const reader = openSequence(tbs);
  const version = reader.nextTag === tags.integer ? versionTwo(reader) : 1;
  const tbsSignatureAlgorithm = readAlgorithm(reader);
  const issuer = readName(reader);
  const thisUpdate = readTime(reader, irregularities);
  const nextUpdate = reader.nextTag === tags.utcTime || reader.nextTag === tags.generalizedTime ? readTime(reader, irregularities) : undefined;
  const revoked = reader.optional(tags.sequence);
  if (revoked && revoked.from === revoked.to) irregularities.add('empty-revoked-certificates');
  const wrapped = reader.enterOptional(contextConstructed(0));
  if (wrapped && version === 1) reader.fail('crl-malformed', 'RFC 5280 §5.1.2.1 extensions need version 2');
  const extensions = wrapped ? readExtensions(wrapped.sequence(), irregularities) : new Map<string, Extension>();
  wrapped?.end();
  reader.end();
  const index = indexEntries(revoked ?? noEntries);
  const lookUp = new SerialLookUp(index);
  return {
    ...decodeExtensions(extensions),
    tbs, version, tbsSignatureAlgorithm, issuer, thisUpdate, nextUpdate, extensions, irregularities,
    entryCount: index.count,
    hasUnknownCriticalEntry: index.hasUnknownCritical,
    entries: () => entriesOf(index),
    find: (serial, of) => findEntry(index, lookUp.entriesWith(serial), issuer, of ?? issuer),
  };
}

const noEntries = { source: new Uint8Array(), from: 0, to: 0 };

function versionTwo(reader: DerReader): 2 {
  if (reader.number() !== 1) reader.fail('crl-malformed', 'RFC 5280 §5.1.2.1 version 2');
  return 2;
}

function* entriesOf(index: EntryIndex): Generator<RevokedEntry> {
  for (let n = 0; n < index.count; n++) yield entryAt(index, n);
}

/** §5.3.3: an entry without certificateIssuer has that of the entry before it, the first ones the CRL issuer's. */
function findEntry(index: EntryIndex, places: readonly number[], crlIssuer: Name, issuer: Name): RevokedEntry | undefined {
  const found = places.findLast((n) => {
    const names = index.issuers.findLast(({ from }) => from <= n)?.names;
    if (!names) return compareNames(crlIssuer, issuer);
    return names.some((name: GeneralName) => name.type === 'directoryName' && compareNames(name.name, issuer));
  });
  return found === undefined ? undefined : entryAt(index, found);
}

function decodeExtensions(extensions: ReadonlyMap<string, Extension>): Pick<TbsCrl, 'crlNumber' | 'baseCrlNumber'
  | 'authorityKeyIdentifier' | 'issuingDistributionPoint' | 'freshestCrl' | 'expiredCertsOnCrl'> {
  const decode = <T>(oid: string, parse: (value: Uint8Array) => T): T | undefined => {
    const extension = extensions.get(oid);
    return extension && parse(extension.value);
  };
  return {
    crlNumber: decode(oids.crlNumber, parseNumber),
    baseCrlNumber: decode(oids.deltaCrlIndicator, parseNumber),
    authorityKeyIdentifier: decode(oids.authorityKeyIdentifier, parseAuthorityKeyIdentifier),
    issuingDistributionPoint: decode(oids.issuingDistributionPoint, parseIssuingDistributionPoint),
    freshestCrl: decode(oids.freshestCrl, parseDistributionPoints),
    expiredCertsOnCrl: decode(oids.expiredCertsOnCrl, (value) => {
      const reader = new DerReader(value);
      const since = reader.generalizedTime();
      reader.end();
      return since;
    }),
  };
}

/** CRLNumber and BaseCRLNumber: 0 to 20 octets, never negative (§5.2.3). */
function parseNumber(value: Uint8Array): bigint {
  const reader = new DerReader(value);
  const number = reader.integer();
  reader.end();
  if (number < 0n) throw new PkiError('crl-malformed', { rule: 'RFC 5280 §5.2.3 CRL number not negative' });
  return number;
}

/** §5.2.5: never an empty SEQUENCE, at most one of the three `only…Certs`. @throws PkiError `crl-malformed` */
function parseIssuingDistributionPoint(value: Uint8Array): IssuingDistributionPoint {
  const reader = openSequence(value);
  if (reader.done) reader.fail('crl-malformed', 'RFC 5280 §5.2.5 never empty');
  const named = reader.enterOptional(contextConstructed(0));
  const distributionPoint = named && readDistributionPointName(named);
  const flag = (n: number): boolean => {
    const element = reader.optional(contextPrimitive(n));
    if (!element) return false;
    if (element.content.length !== 1 || (element.content[0] !== 0xff && element.content[0] !== 0)) reader.fail('asn1-not-der', 'X.690 §11.1 boolean');
    return element.content[0] === 0xff;
  };
  const onlyContainsUserCerts = flag(1);
  const onlyContainsCACerts = flag(2);
  const onlySomeReasons = reader.nextTag === contextPrimitive(3) ? reasonMask(reader.bitString(contextPrimitive(3))) : undefined;
  const indirectCrl = flag(4);
  const onlyContainsAttributeCerts = flag(5);
  reader.end();
  if (Number(onlyContainsUserCerts) + Number(onlyContainsCACerts) + Number(onlyContainsAttributeCerts) > 1) {
    reader.fail('crl-malformed', 'RFC 5280 §5.2.5 at most one kind of certificate');
  }
  return { distributionPoint, onlyContainsUserCerts, onlyContainsCACerts, onlySomeReasons, indirectCrl, onlyContainsAttributeCerts };
}
