import { createPublicKey, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import {
  bitString, boolean, element, explicit, ia5String, integer, namedBits, octetString, oid, sequence, time,
} from '../pki/asn1/der-writer.ts';
import { oids } from '../pki/asn1/oids.ts';
import { contextPrimitive } from '../pki/asn1/tags.ts';
import { parseCertificate, serialHex, type Certificate } from '../pki/certificate/parse.ts';
import { keyUsageBits, type KeyUsageBit } from '../pki/certificate/extension-values.ts';
import { buildTbsCrl, packCrlEntries, type CrlEntry } from '../pki/crl/build.ts';
import { parseCrl, type Crl } from '../pki/crl/parse.ts';
import { signatureAlgorithmDer } from '../pki/keys/algorithm.ts';
import { keyIdentifier, parsePublicKey } from '../pki/keys/public-key.ts';
import { buildName } from '../pki/name/build.ts';
import { assembleOcspResponse, buildTbsResponseData, type CertStatus } from '../pki/ocsp/build-response.ts';
import { buildCertId } from '../pki/ocsp/cert-id.ts';
import { parseOcspResponse, type OcspResponse } from '../pki/ocsp/response.ts';

/** A P-256 key and the certificate that goes with it: what issues the next. */
export interface Entity { certificate: Certificate; key: KeyObject }

export interface ChainOrder {
  subject: string;
  /** who signs; absent is self-signed */
  issuer?: Entity;
  key?: KeyObject;
  serial?: bigint;
  ca?: boolean;
  pathLength?: number;
  keyUsage?: readonly KeyUsageBit[];
  extKeyUsage?: readonly string[];
  notBefore?: Date;
  notAfter?: Date;
  ocspNoCheck?: boolean;
  /** further extensions as DER */
  extensions?: readonly Uint8Array[];
}

const scheme = 'ecdsa-sha256';
let nextSerial = 1n;

export function newKey(): KeyObject {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
}

export function extension(id: string, critical: boolean, value: Uint8Array): Uint8Array {
  return sequence(oid(id), ...(critical ? [boolean(true)] : []), octetString(value));
}

/** DNS names as a subjectAltName extension. */
export function dnsNames(...names: readonly string[]): Uint8Array {
  return extension(oids.subjectAltName, false, sequence(...names.map((name) => ia5String(name, contextPrimitive(2)))));
}

/** A certificate for tests and benchmarks, valid through 2020 to 2039, of a shape the order can bend at every place. */
export function makeEntity(order: ChainOrder): Entity {
  const key = order.key ?? newKey();
  const publicKey = parsePublicKey(createPublicKey(key).export({ format: 'der', type: 'spki' }));
  const subject = buildName([['CN', order.subject]]);
  const signer = order.issuer ?? { key, certificate: undefined };
  const issuerKey = signer.certificate?.publicKey ?? publicKey;
  const ca = order.ca ?? false;
  const bits = order.keyUsage ?? (ca ? ['keyCertSign', 'cRLSign'] : ['digitalSignature']);
  const extensions = [
    ...(ca ? [extension(oids.basicConstraints, true, sequence(boolean(true), ...(order.pathLength === undefined ? [] : [integer(order.pathLength)])))] : []),
    ...(bits.length > 0 ? [extension(oids.keyUsage, true, namedBits(bits.map((bit) => keyUsageBits.indexOf(bit))))] : []),
    ...(order.extKeyUsage ? [extension(oids.extKeyUsage, false, sequence(...order.extKeyUsage.map((purpose) => oid(purpose))))] : []),
    extension(oids.subjectKeyIdentifier, false, octetString(keyIdentifier(publicKey))),
    extension(oids.authorityKeyIdentifier, false, sequence(octetString(keyIdentifier(issuerKey), contextPrimitive(0)))),
    ...(order.ocspNoCheck ? [extension(oids.ocspNoCheck, false, Uint8Array.of(5, 0))] : []),
    ...order.extensions ?? [],
  ];
  const tbs = sequence(
    explicit(0, integer(2)), integer(order.serial ?? nextSerial++), signatureAlgorithmDer(scheme), signer.certificate?.subject.der ?? subject,
    sequence(time(order.notBefore ?? new Date('2020-01-01T00:00:00Z')), time(order.notAfter ?? new Date('2039-12-31T23:59:59Z'))),
    subject, publicKey.der, explicit(3, sequence(...extensions)),
  );
  return { key, certificate: parseCertificate(signed(tbs, signer.key)) };
}

function signed(tbs: Uint8Array, key: KeyObject): Uint8Array {
  return element(0x30, tbs, signatureAlgorithmDer(scheme), bitString(sign('sha256', tbs, key)));
}

export interface CrlWishes { thisUpdate?: Date; nextUpdate?: Date; crlNumber?: bigint; baseCrlNumber?: bigint; entries?: readonly CrlEntry[] }

export function makeCrl(issuer: Entity, wishes: CrlWishes = {}): Crl {
  const { certificate, key } = issuer;
  const tbs = buildTbsCrl({
    scheme, issuer: certificate.subject.der, thisUpdate: wishes.thisUpdate ?? new Date('2030-01-01T00:00:00Z'),
    nextUpdate: wishes.nextUpdate ?? new Date('2030-01-08T00:00:00Z'), crlNumber: wishes.crlNumber ?? 1n,
    authorityKeyIdentifier: keyIdentifier(certificate.publicKey), entries: packCrlEntries(wishes.entries ?? []),
    ...(wishes.baseCrlNumber === undefined ? {} : { baseCrlNumber: wishes.baseCrlNumber }),
  });
  return parseCrl(signed(tbs, key));
}

/** The serial number as CRL entries and certificate ids want it. */
export function serialOctets({ serialNumber }: Certificate): Uint8Array {
  return Buffer.from(serialHex(serialNumber), 'hex');
}

export interface OcspWishes { status?: CertStatus; thisUpdate?: Date; nextUpdate?: Date; producedAt?: Date; embed?: readonly Certificate[] }

/** An answer about one certificate, signed by the responder: its issuer or whom that named. */
export function makeOcspResponse(certificate: Certificate, issuer: Entity, responder: Entity, wishes: OcspWishes = {}): OcspResponse {
  const thisUpdate = wishes.thisUpdate ?? new Date('2030-01-01T00:00:00Z');
  const tbs = buildTbsResponseData({
    responderKeyHash: keyIdentifier(responder.certificate.publicKey), producedAt: wishes.producedAt ?? thisUpdate,
    responses: [{
      certId: buildCertId({ issuer: issuer.certificate, serialNumber: serialOctets(certificate), digest: 'sha1' }),
      status: wishes.status ?? { status: 'good' }, thisUpdate, nextUpdate: wishes.nextUpdate ?? new Date('2030-01-08T00:00:00Z'),
    }],
  });
  const embedded = wishes.embed ?? (responder === issuer ? [] : [responder.certificate]);
  return parseOcspResponse(assembleOcspResponse(tbs, scheme, sign('sha256', tbs, responder.key), embedded.map(({ der }) => der)));
}
