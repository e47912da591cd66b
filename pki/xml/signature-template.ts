import { hash } from 'node:crypto';
import { element, integer, sequence } from '../asn1/der-writer.ts';
import { contextConstructed } from '../asn1/tags.ts';
import type { Certificate } from '../certificate/parse.ts';
import type { SignatureScheme } from '../keys/algorithm.ts';
import { canonicalUri, digestUri, transformUris, uriSpaces } from './algorithms.ts';
import { places } from './sign.ts';
import { signatureUriOf } from './signature-method.ts';
import { namespaces } from './tree.ts';
import { signedPropertiesType } from './xades.ts';

export interface TemplateOrder {
  /** of the ds:Signature; the IDs of its parts begin with it */
  id: string;
  scheme: SignatureScheme;
  certificate: Certificate;
  /** more certificates to send along, DER */
  chain: readonly Uint8Array[];
  signingTime: Date;
  references: readonly TemplateReference[];
  /** what an enveloping signature holds: the content of its ds:Object, with the ID that a reference names */
  objects?: readonly { id: string; xml: string }[];
  /** leaves room for a signature timestamp */
  timestamp?: boolean;
}

export interface TemplateReference {
  /** `''` the document, `#id` an element, else the name of a file beside */
  uri: string;
  /** the signature stands inside what is signed */
  enveloped?: boolean;
  /** of a file; tells the reader what it is */
  mimeType?: string;
}

const exclusive = { form: 'exclusive', comments: false } as const;

/**
 * A ds:Signature with empty places for `signXml`: XAdES baseline (EN 319 132-1 §6.3 B-B), Exclusive C14N, SHA-256.
 * Goes where the signature shall stand: inside the root, or alone as a document.
 */
export function signatureTemplate(order: TemplateOrder): string {
  const { id, scheme, certificate, chain, references, objects = [] } = order;
  const certificates = [certificate.der, ...chain].map((der) => `<ds:X509Certificate>${base64(der)}</ds:X509Certificate>`).join('');
  return `<ds:Signature xmlns:ds="${namespaces.ds}" Id="${id}"><ds:SignedInfo>`
    + `<ds:CanonicalizationMethod Algorithm="${canonicalUri(exclusive)}"></ds:CanonicalizationMethod><ds:SignatureMethod Algorithm="${signatureUriOf(scheme)}"></ds:SignatureMethod>`
    + references.map((reference, i) => referenceXml(reference, `${id}-reference-${i}`)).join('')
    + referenceXml({ uri: `#${id}-properties` }, `${id}-reference-properties`, ` Type="${signedPropertiesType}"`)
    + `</ds:SignedInfo>${places.signature}<ds:KeyInfo><ds:X509Data>${certificates}</ds:X509Data></ds:KeyInfo>`
    + objects.map((each) => `<ds:Object Id="${each.id}">${each.xml}</ds:Object>`).join('')
    + `<ds:Object>${qualifyingProperties(order)}</ds:Object></ds:Signature>`;
}

function referenceXml({ uri, enveloped }: TemplateReference, id: string, type = ''): string {
  const transforms = [...(enveloped ? [transformUris.enveloped] : []), ...(uri === '' || uri.startsWith('#') ? [canonicalUri(exclusive)] : [])];
  const list = transforms.map((each) => `<ds:Transform Algorithm="${each}"></ds:Transform>`).join('');
  return `<ds:Reference Id="${id}" URI="${escaped(uri)}"${type}>${list && `<ds:Transforms>${list}</ds:Transforms>`}`
    + `<ds:DigestMethod Algorithm="${digestUri('sha256')}"></ds:DigestMethod>${places.digest}</ds:Reference>`;
}

/** EN 319 132-1 §5.2.1, §5.2.2, §5.2.4; SigningCertificateV2 with the issuer and serial number in DER. */
function qualifyingProperties({ id, certificate, signingTime, references, timestamp }: TemplateOrder): string {
  const { der, issuer, serialNumber } = certificate;
  const issuerSerial = sequence(sequence(element(contextConstructed(4), issuer.der)), integer(serialNumber));
  const formats = references.map(({ mimeType }, i) => mimeType === undefined ? ''
    : `<xades:DataObjectFormat ObjectReference="#${id}-reference-${i}"><xades:MimeType>${escaped(mimeType)}</xades:MimeType></xades:DataObjectFormat>`).join('');
  return `<xades:QualifyingProperties xmlns:xades="${namespaces.xades}" Target="#${id}"><xades:SignedProperties Id="${id}-properties"><xades:SignedSignatureProperties>`
    + `<xades:SigningTime>${signingTime.toISOString().replace(/\.\d+/, '')}</xades:SigningTime>`
    + `<xades:SigningCertificateV2><xades:Cert><xades:CertDigest><ds:DigestMethod Algorithm="${uriSpaces.enc}sha256"></ds:DigestMethod><ds:DigestValue>${hash('sha256', der, 'base64')}</ds:DigestValue></xades:CertDigest>`
    + `<xades:IssuerSerialV2>${base64(issuerSerial)}</xades:IssuerSerialV2></xades:Cert></xades:SigningCertificateV2></xades:SignedSignatureProperties>`
    + (formats && `<xades:SignedDataObjectProperties>${formats}</xades:SignedDataObjectProperties>`)
    + `</xades:SignedProperties>${timestamp ? timestampRoom : ''}</xades:QualifyingProperties>`;
}

const timestampRoom = `<xades:UnsignedProperties><xades:UnsignedSignatureProperties><xades:SignatureTimeStamp>${places.timestamp}</xades:SignatureTimeStamp>`
  + '</xades:UnsignedSignatureProperties></xades:UnsignedProperties>';

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
const escaped = (text: string): string => text.replace(/[&<"]/g, (character) => `&#${character.charCodeAt(0)};`);
