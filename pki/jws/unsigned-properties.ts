import { PkiError, tolerate } from '../error.ts';
import { DerReader } from '../asn1/der-reader.ts';
import { tags } from '../asn1/tags.ts';
import type { Evidence } from '../cms/evidence.ts';
import type { Digest } from '../keys/algorithm.ts';
import { wrapBasicOcspResponse } from '../ocsp/build-response.ts';
import { fittingReading } from '../timestamp/fitting-reading.ts';
import { digestOver, readingsOfAll, readingsOfPrevious, type ArchivedSignature, type ArchiveReading, type Property } from './archive-timestamp.ts';
import { decodeBase64, decodeBase64url } from './base64.ts';
import { listOf, objectOf, textOf, tokensOf } from './header.ts';
import { parseJsonObject, type JsonObject, type JsonValue } from './json.ts';
import type { Jws, JwsSignature } from './parse.ts';
import { signedObjects, type ResolveObject } from './verify.ts';

/** A token, and the digest of what it must have stamped; undefined where that cannot be said. */
export interface JwsTimestamp {
  token: Uint8Array;
  imprint: (digest: Digest) => Uint8Array | undefined;
  /** what is under one that holds */
  covered: () => CoveredProperties;
}

interface CoveredProperties { signature: boolean; evidence: Evidence; tokens: readonly Uint8Array[] }

/** What stands beside a JAdES signature (ETSI TS 119 182-1 §5.3); nothing of it is signed. */
export interface UnsignedProperties {
  signatureTimestamps: JwsTimestamp[];
  archiveTimestamps: JwsTimestamp[];
  evidence: Evidence;
  /** names of properties that are not read here */
  unread: string[];
}

/** Archives renewed each year for a century, with their certificates and status data each time. */
const maxProperties = 1_000;
const limits = { maxBytes: 48 * 1024 * 1024, maxDepth: 12, maxValues: 20_000 };

/** Readings cost as much as the properties before them are long. */
const maxArchives = 16;

const valueAlone: CoveredProperties = { signature: true, evidence: { certificates: [], crls: [], ocspResponses: [] }, tokens: [] };

/**
 * The unsigned properties of `etsiU`, in the clear or in base64url, and not in both (§5.3.1). One that does not parse
 * brings nothing: evidence can be lacking, never wrong.
 */
export function readUnsignedProperties(jws: Jws, signature: JwsSignature, resolve: ResolveObject): UnsignedProperties {
  const properties = tolerate(() => propertiesOf(signature.unprotected?.get('etsiU'))) ?? [];
  const read = emptyProperties();
  const objects = signature.header && signedObjects(jws, signature.header, resolve);
  properties.forEach((property, index) => {
    if (property.name === 'arcTst') tolerate(() => readArchive(property, read, { before: properties.slice(0, index), archived: objects && { ...signature, objects } }));
    else tolerate(() => readProperty(property, read, signature));
  });
  return read;
}

const emptyProperties = (): UnsignedProperties => ({ signatureTimestamps: [], archiveTimestamps: [], evidence: { certificates: [], crls: [], ocspResponses: [] }, unread: [] });

interface ArchivePlace { before: readonly Property[]; archived: ArchivedSignature | undefined }

function readArchive({ value }: Property, into: UnsignedProperties, { before, archived }: ArchivePlace): void {
  const object = objectOf(value, 'arcTst');
  if (into.archiveTimestamps.length >= maxArchives) return;
  const readings = (): ArchiveReading[] => (object.get('timeStamped') === 'previousArcTst' ? readingsOfPrevious(before) : archived ? readingsOfAll(archived, before) : []);
  into.archiveTimestamps.push(...tokensOf(object).slice(0, maxArchives).map((token): JwsTimestamp => {
    let fitting: ArchiveReading | undefined;
    const chosen = (): ArchiveReading | undefined => (fitting ??= fittingReading(token, readings(), ({ octets }, digest) => digestOver(octets())(digest)));
    return {
      token, covered: () => coveredBy(chosen()),
      imprint: (digest) => {
        const reading = chosen();
        return reading && digestOver(reading.octets())(digest);
      },
    };
  }));
}

function coveredBy(reading: ArchiveReading | undefined): CoveredProperties {
  const under = emptyProperties();
  const tokens = (reading?.properties ?? []).filter(({ name }) => name === 'sigTst' || name === 'arcTst').flatMap(({ name, value }) => tolerate(() => tokensOf(objectOf(value, name))) ?? []);
  for (const property of reading?.properties ?? []) tolerate(() => readProperty(property, under, { signatureText: '' }));
  return { signature: reading?.signature ?? false, evidence: under.evidence, tokens };
}

function propertiesOf(etsiU: JsonValue | undefined): Property[] {
  const list = listOf(etsiU, '§5.3.1 etsiU', maxProperties);
  if (new Set(list.map((each) => typeof each)).size > 1) throw new PkiError('jws-header-malformed', { rule: '§5.3.1 all in base64url or all in the clear' });
  return list.map((each) => {
    const object = typeof each === 'string' ? parseJsonObject(decodeBase64url(each), limits) : objectOf(each, '§5.3.1 etsiU');
    const [only, ...more] = object;
    if (!only || more.length > 0) throw new PkiError('jws-header-malformed', { rule: '§5.3.1 one property each' });
    return { name: only[0], value: only[1], text: typeof each === 'string' ? each : undefined };
  });
}

function readProperty({ name, value }: Property, into: UnsignedProperties, { signatureText }: Pick<JwsSignature, 'signatureText'>): void {
  const { evidence } = into;
  switch (name) {
    case 'sigTst':
      // §5.3.4: the text of the signature value, not its octets
      into.signatureTimestamps.push(...tokensOf(objectOf(value, name)).map((token) => ({ token, imprint: digestOver([Buffer.from(signatureText, 'latin1')]), covered: () => valueAlone })));
      return;
    case 'xVals':
    case 'axVals': return void evidence.certificates.push(...certificatesOf(value));
    case 'rVals':
    case 'arVals': return takeRevocations(objectOf(value, name), evidence);
    case 'tstVD': {
      const object = objectOf(value, name);
      if (object.has('xVals')) evidence.certificates.push(...certificatesOf(object.get('xVals')));
      if (object.has('rVals')) takeRevocations(objectOf(object.get('rVals'), 'rVals'), evidence);
      return;
    }
    default: into.unread.push(name.slice(0, 40));
  }
}

function certificatesOf(value: JsonValue | undefined): Uint8Array[] {
  return listOf(value, '§5.3.5.2 xVals', maxProperties).flatMap((each) => {
    const wrapped = objectOf(each, '§5.3.5.2 xVals').get('x509Cert');
    return wrapped === undefined ? [] : [valueOf(wrapped)];
  });
}

function takeRevocations(object: JsonObject, evidence: Evidence): void {
  evidence.crls.push(...listOf(object.get('crlVals'), '§5.3.5.4 crlVals', maxProperties).map(valueOf));
  evidence.ocspResponses.push(...listOf(object.get('ocspVals'), '§5.3.5.4 ocspVals', maxProperties).map(valueOf).map(wholeResponse));
}

/** A pkiOb (§5.4.2): base64 of DER unless it says another encoding. */
function valueOf(value: JsonValue): Uint8Array {
  return decodeBase64(textOf(objectOf(value, '§5.4.2 pkiOb').get('val'), '§5.4.2 val'));
}

/** Both OCSPResponse and BasicOCSPResponse are found; the first begins with its status. */
function wholeResponse(der: Uint8Array): Uint8Array {
  const reader = new DerReader(der).sequence();
  return reader.nextTag === tags.sequence ? wrapBasicOcspResponse(der) : der;
}
