import { tolerate } from '../error.ts';
import { DerReader } from '../asn1/der-reader.ts';
import { oids } from '../asn1/oids.ts';
import { contextConstructed, tags } from '../asn1/tags.ts';
import { wrapBasicOcspResponse } from '../ocsp/build-response.ts';
import { valuesOf } from './attributes.ts';
import type { SignerInfo } from './signed-data.ts';

/** What a signature brings along for its own judgement: DER, unchecked, OCSP answers as OCSPResponse. */
export interface Evidence {
  certificates: Uint8Array[];
  crls: Uint8Array[];
  ocspResponses: Uint8Array[];
}

/** More values in one attribute than any chain needs. */
const most = 1_000;

/**
 * The certificates and status data in the SignedData and in the signer's attributes: CAdES certificate-values and
 * revocation-values (RFC 5126 §6.3.3, §6.3.4), Adobe's RevocationInfoArchival (ISO 32000-2 §12.8.3.3.2).
 * An attribute that does not parse brings nothing: evidence can be lacking, never wrong.
 */
export function listEvidence(signedData: Readonly<Record<keyof Evidence, readonly Uint8Array[]>>, { signedAttributes = [], unsignedAttributes }: Pick<SignerInfo, 'signedAttributes' | 'unsignedAttributes'>): Evidence {
  const parts: Evidence[] = [
    ...valuesOf(unsignedAttributes, oids.certificateValues).map((der) => tolerate(() => readCertificateValues(der)) ?? nothing),
    ...valuesOf(unsignedAttributes, oids.revocationValues).map((der) => tolerate(() => readRevocationValues(der)) ?? nothing),
    ...valuesOf([...signedAttributes, ...unsignedAttributes], oids.adbeRevocationInfoArchival).map((der) => tolerate(() => readRevocationArchival(der)) ?? nothing),
  ];
  return {
    certificates: [...signedData.certificates, ...parts.flatMap(({ certificates }) => certificates)],
    crls: [...signedData.crls, ...parts.flatMap(({ crls }) => crls)],
    ocspResponses: [...signedData.ocspResponses, ...parts.flatMap(({ ocspResponses }) => ocspResponses)],
  };
}

const nothing: Evidence = { certificates: [], crls: [], ocspResponses: [] };

function open(der: Uint8Array): DerReader {
  const outer = new DerReader(der);
  const reader = outer.sequence();
  outer.end();
  return reader;
}

function readCertificateValues(der: Uint8Array): Evidence {
  return { ...nothing, certificates: open(der).all(most).filter(({ tag }) => tag === tags.sequence).map((element) => element.der) };
}

/** crlVals [0], ocspVals [1] of BasicOCSPResponse, otherRevVals [2]. */
function readRevocationValues(der: Uint8Array): Evidence {
  const reader = open(der);
  const crls = listIn(reader, 0);
  return { ...nothing, crls, ocspResponses: listIn(reader, 1).map(wrapBasicOcspResponse) };
}

/** crl [0], ocsp [1] of OCSPResponse, otherRevInfo [2]. */
function readRevocationArchival(der: Uint8Array): Evidence {
  const reader = open(der);
  const crls = listIn(reader, 0);
  return { ...nothing, crls, ocspResponses: listIn(reader, 1) };
}

function listIn(reader: DerReader, tag: number): Uint8Array[] {
  const wrapped = reader.enterOptional(contextConstructed(tag));
  if (!wrapped) return [];
  const list = wrapped.sequence();
  wrapped.end();
  return list.all(most).map(({ der }) => der);
}
