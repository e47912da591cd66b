import { createHash } from 'node:crypto';
import { oids } from '../../../pki/asn1/oids.ts';
import { attribute } from '../../../pki/cms/build.ts';
import { signPdf, timestampPdf } from '../../../pki/pdf/sign.ts';
import type { EvidenceBytes } from '../../../pki/validation/evidence.ts';
import type { Holder } from '../certificates.ts';
import { firstSigner, hashIndex, sign, withUnsigned } from '../cms/unsigned.ts';
import { encode, flattened, jadesHeader } from '../jws/sign.ts';
import { buildPdf, plainObjects } from '../pdf-file/build-pdf.ts';
import { canonicalPart, invoice, partOf, signed } from '../xml/signed-xml.ts';
import { addDss } from './world.ts';

export interface LongTermOrder {
  by: Holder;
  signedAt: Date;
  /** of the signature's own time: the certificates and CRLs that go in */
  evidence: EvidenceBytes;
  /** a token over an imprint by SHA-256; of the signature's time, or of the archive's */
  stamp: (imprint: Uint8Array, at: 'signature' | 'archive') => Promise<Uint8Array>;
}

/** The same signature as it grows old: with its timestamp, with the evidence beside, with an archive timestamp over all. */
export interface LongTermDocuments { t: Uint8Array; lt: Uint8Array; lta: Uint8Array }

const sha256 = (...parts: readonly (Uint8Array | string)[]): Buffer => parts.reduce((running, part) => running.update(part), createHash('sha256')).digest();
const base64 = (der: Uint8Array): string => Buffer.from(der).toString('base64');
const content = Buffer.from('Giấy phép xây dựng số 15');

async function pades({ by: { signer, certificate }, signedAt, evidence, stamp }: LongTermOrder): Promise<LongTermDocuments> {
  const pdf = Buffer.from(buildPdf(plainObjects));
  const t = await signPdf(pdf, { signer, certificate, chain: [], signingTime: signedAt, timestamp: (imprint) => stamp(imprint, 'signature') });
  const lt = addDss(t, evidence);
  return { t, lt, lta: await timestampPdf(lt, signedAt, (imprint) => stamp(imprint, 'archive')) };
}

/** The values stand in the SignedData (EN 319 122-1 §6.3), named one by one in the index of the archive-time-stamp-v3. */
async function cades({ by, signedAt, evidence: { certificates, crls }, stamp }: LongTermOrder): Promise<LongTermDocuments> {
  const plain = await sign(by, content, { attached: true, signingTime: signedAt });
  const token = await stamp(sha256(firstSigner(plain).signature), 'signature');
  const stamped = attribute(oids.timeStampToken, token);
  const t = withUnsigned(plain, stamped);
  const all = [by.certificate.der, ...certificates];
  const lt = withUnsigned(plain, stamped, { certificates: all, revocations: crls });
  const { index, stamped: octets } = hashIndex(lt, content, { certificates: all, revocations: crls, attributeValues: [[oids.timeStampToken, token]] });
  const archive = withUnsigned(await stamp(sha256(octets), 'archive'), attribute(oids.atsHashIndexV3, index));
  return { t, lt, lta: withUnsigned(lt, attribute(oids.archiveTimestampV3, archive)) };
}

async function xades({ by, signedAt, evidence: { certificates, crls }, stamp }: LongTermOrder): Promise<LongTermDocuments> {
  const t = await signed(invoice, by, { references: [{ uri: '#data' }], signingTime: signedAt, timestamp: (imprint) => stamp(imprint, 'signature') });
  const grown = (xml: string, property: string): string => xml.replace('</xades:UnsignedSignatureProperties>', () => `${property}</xades:UnsignedSignatureProperties>`);
  const values = (name: string, ders: readonly Uint8Array[]): string => ders.map((der) => `<xades:${name}>${base64(der)}</xades:${name}>`).join('');
  const lt = grown(t, `<xades:CertificateValues>${values('EncapsulatedX509Certificate', certificates)}</xades:CertificateValues>`
    + `<xades:RevocationValues><xades:CRLValues>${values('EncapsulatedCRLValue', crls)}</xades:CRLValues></xades:RevocationValues>`);
  const covered = ['DLHDon', 'xades:SignedProperties', 'ds:SignedInfo', 'ds:SignatureValue', 'ds:KeyInfo', 'xades:SignatureTimeStamp', 'xades:CertificateValues', 'xades:RevocationValues'];
  const token = await stamp(sha256(...covered.map((name) => canonicalPart(partOf(lt, name)))), 'archive');
  const lta = grown(lt, '<x141:ArchiveTimeStamp xmlns:x141="http://uri.etsi.org/01903/v1.4.1#"><ds:CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/>'
    + `<xades:EncapsulatedTimeStamp>${base64(token)}</xades:EncapsulatedTimeStamp></x141:ArchiveTimeStamp>`);
  return { t: Buffer.from(t), lt: Buffer.from(lt), lta: Buffer.from(lta) };
}

async function jades({ by, signedAt, evidence: { certificates, crls }, stamp }: LongTermOrder): Promise<LongTermDocuments> {
  const made = await flattened(by, jadesHeader(by, 'ES256', { sigT: signedAt.toISOString().replace(/\.\d+/, '') }), content);
  const file = (properties: readonly string[]): Uint8Array => Buffer.from(JSON.stringify({ ...made, header: { etsiU: properties } }));
  const tokens = (token: Uint8Array): object => ({ tstTokens: [{ val: base64(token) }] });
  const t = [encode({ sigTst: tokens(await stamp(sha256(String(made['signature'])), 'signature')) })];
  const lt = [...t, encode({ xVals: certificates.map((der) => ({ x509Cert: { val: base64(der) } })) }), encode({ rVals: { crlVals: crls.map((der) => ({ val: base64(der) })) } })];
  const octets = [made['payload'], made['protected'], made['signature'], lt.join('')].map(String).join('.');
  return { t: file(t), lt: file(lt), lta: file([...lt, encode({ arcTst: tokens(await stamp(sha256(octets), 'archive')) })]) };
}

/** Each format as it is kept for decades. */
export const longTermDocuments = { PAdES: pades, CAdES: cades, XAdES: xades, JAdES: jades } as const satisfies Record<string, (order: LongTermOrder) => Promise<LongTermDocuments>>;
