import { createHash } from 'node:crypto';
import { buildSignedData } from '../../../pki/cms/build.ts';
import { addSignatureTimestamp, signatureValueOf } from '../../../pki/cms/signature-timestamp.ts';
import { oid, sequence } from '../../../pki/asn1/der-writer.ts';
import { oids } from '../../../pki/asn1/oids.ts';
import type { Digest } from '../../../pki/keys/algorithm.ts';
import { signerFrom, type SignerOptions } from '../../../pki/keys/signer.ts';
import { readPdf } from '../../../pki/pdf-file/document.ts';
import { PdfRef } from '../../../pki/pdf-file/objects.ts';
import { buildUpdate, nextNumber, printValue } from '../../../pki/pdf-file/write.ts';
import { signPdf, timestampPdf } from '../../../pki/pdf/sign.ts';
import { buildTimestampToken } from '../../../pki/timestamp/token.ts';
import { buildTstInfo } from '../../../pki/timestamp/tst-info.ts';
import type { EvidenceBytes } from '../../../pki/validation/evidence.ts';
import { publicServicePolicy, type ValidationPolicy } from '../../../pki/validation/policy.ts';
import type { SignatureReport, ValidationReport } from '../../../pki/validation/report.ts';
import { validateDocument } from '../../../pki/validation/validate.ts';
import type { ValidationAnchor } from '../../../pki/validation/validation-context.ts';
import { extension, makeCrl, makeEntity, serialOctets, type ChainOrder, type CrlWishes, type Entity } from '../../../scripts/make-chain.ts';
import { buildPdf, plainObjects } from '../pdf-file/build-pdf.ts';

export const at = (text: string): Date => new Date(text.length === 10 ? `${text}T00:00:00Z` : text);

/** An official's and a unit's certificate end here, unless a test says otherwise; the CAs' much later. */
export const end = at('2026-01-01');
const caEnd = at('2040-01-01');

const content = Buffer.from('Kết quả giải quyết thủ tục hành chính');

interface TokenWishes { unit?: Entity; digest?: Digest; unitSigning?: SignerOptions; bare?: boolean }

type Wishes = Partial<Omit<ChainOrder, 'issuer' | 'subject'>> & { subject?: string };

/** A small country whose instants the tests choose: a root, an issuing CA, a timestamping CA, people and units below them. */
export class World {
  readonly root = makeEntity({ subject: 'root', ca: true, notBefore: at('2015-01-01'), notAfter: caEnd });
  readonly issuing = makeEntity({ subject: 'issuing', issuer: this.root, ca: true, notBefore: at('2015-01-01'), notAfter: caEnd });
  readonly stamping = makeEntity({ subject: 'stamping', issuer: this.root, ca: true, notBefore: at('2015-01-01'), notAfter: caEnd });
  readonly unit = this.makeUnit();
  private serial = 1n;

  official(wishes: Wishes = {}): Entity {
    return makeEntity({ subject: 'Nguyễn Văn A', issuer: this.issuing, notBefore: at('2020-01-01'), notAfter: end, keyUsage: ['digitalSignature', 'nonRepudiation'], ...wishes });
  }

  makeUnit(wishes: Wishes = {}): Entity {
    const purpose = extension(oids.extKeyUsage, true, sequence(oid(oids.timeStamping)));
    return makeEntity({ subject: 'TSA', issuer: this.stamping, notBefore: at('2020-01-01'), notAfter: at('2032-01-01'), extensions: [purpose], ...wishes });
  }

  /** A token over these bytes. */
  token(stamped: Uint8Array, genTime: Date, { digest = 'sha256', ...rest }: TokenWishes = {}): Promise<Uint8Array> {
    return this.tokenOver(createHash(digest).update(stamped).digest(), genTime, { ...rest, digest });
  }

  tokenOver(value: Uint8Array, genTime: Date, { unit = this.unit, digest = 'sha256', unitSigning = {}, bare = false }: TokenWishes = {}): Promise<Uint8Array> {
    const tstInfo = buildTstInfo({ policy: '1.2.3', imprint: { digest, value }, serialNumber: this.serial++, genTime, accuracySeconds: 1 });
    return buildTimestampToken(tstInfo, { signer: signerFrom(unit.key, unitSigning), certificate: unit.certificate, certificates: bare ? undefined : [] });
  }

  /** An attached CMS by this signer; with a signature timestamp of then. */
  async cms({ key, certificate }: Entity, { stampedAt, signing = {}, claimed = at('2025-06-01'), ...token }: { stampedAt?: Date; signing?: SignerOptions; claimed?: Date } & TokenWishes = {}): Promise<Uint8Array> {
    const signer = signerFrom(key, signing);
    const digest = createHash(signer.scheme.replace('ecdsa-', '')).update(content).digest();
    const cms = await buildSignedData({ content, digest, signer, certificate, certificates: [], signingTime: claimed });
    return stampedAt ? addSignatureTimestamp(cms, await this.token(signatureValueOf(cms), stampedAt, token)) : cms;
  }

  /** A PDF signed by this signer; with a signature timestamp of then. */
  async pdf({ key, certificate }: Entity, { stampedAt, signing = {}, pdf = Buffer.from(buildPdf(plainObjects)), reason, ...token }: { stampedAt?: Date; signing?: SignerOptions; pdf?: Uint8Array; reason?: string } & TokenWishes = {}): Promise<Uint8Array> {
    return signPdf(pdf, {
      signer: signerFrom(key, signing), certificate, chain: [], signingTime: stampedAt ?? at('2025-06-01'), ...(reason ? { reason } : {}),
      ...(stampedAt ? { timestamp: (imprint: Uint8Array) => this.tokenOver(imprint, stampedAt, token) } : {}),
    });
  }

  /** A document timestamp over all of a PDF. */
  archive(pdf: Uint8Array, genTime: Date, options: { unit?: Entity } = {}): Promise<Uint8Array> {
    return timestampPdf(pdf, genTime, (imprint) => this.tokenOver(imprint, genTime, options));
  }

  /** Good status of all CAs and everybody below them, issued then and good for `days`. */
  status(issued: Date, { days = 30, entries = [], rootEntries = [], stampingEntries = [] }: { days?: number; entries?: CrlWishes['entries']; rootEntries?: CrlWishes['entries']; stampingEntries?: CrlWishes['entries'] } = {}): EvidenceBytes {
    const times = { thisUpdate: issued, nextUpdate: new Date(issued.getTime() + days * 86_400_000) };
    const crls = [makeCrl(this.root, { ...times, entries: rootEntries ?? [] }), makeCrl(this.issuing, { ...times, entries: entries ?? [] }), makeCrl(this.stamping, { ...times, entries: stampingEntries ?? [] })];
    return { certificates: this.authorities(), crls: crls.map(({ der }) => der), ocspResponses: [] };
  }

  authorities(): Uint8Array[] {
    return [this.issuing, this.stamping, this.unit].map(({ certificate }) => certificate.der);
  }

  revoked({ certificate }: Entity, revokedAt: Date, reason: 'superseded' | 'keyCompromise' | 'certificateHold' = 'superseded', invalidityDate?: Date): NonNullable<CrlWishes['entries']>[number] {
    return { serialNumber: serialOctets(certificate), revokedAt, reason, ...(invalidityDate ? { invalidityDate } : {}) };
  }

  anchor(change: Partial<ValidationAnchor> = {}): ValidationAnchor {
    return { certificate: this.root.certificate, domain: 'VGCA', scope: 'any', trustedFrom: at('2015-01-01'), trustedUntil: undefined, ...change };
  }

  judge(file: Uint8Array, time: Date, evidence: EvidenceBytes, { policy = publicServicePolicy, anchors = [this.anchor()], ...more }: { policy?: ValidationPolicy; anchors?: ValidationAnchor[]; knownSince?: Date; issuingBody?: string; content?: Uint8Array } = {}): ValidationReport {
    return validateDocument({ file, validationTime: time, policy, anchors, evidence, ...more }).report;
  }
}

/** Puts evidence into a PDF's DSS, as a signer does for the long term. */
export function addDss(pdf: Uint8Array, { certificates, crls }: EvidenceBytes): Uint8Array {
  const document = readPdf(pdf);
  let number = nextNumber(document);
  const streams = [...certificates, ...crls].map((der) => ({
    num: number++, gen: 0, body: Buffer.concat([Buffer.from(`<</Length ${der.length}>>\nstream\n`), der, Buffer.from('\nendstream')]),
  }));
  const refs = (from: number, count: number): string => streams.slice(from, from + count).map(({ num }) => `${num} 0 R`).join(' ');
  const dss = `<</Type /DSS /Certs [${refs(0, certificates.length)}] /CRLs [${refs(certificates.length, crls.length)}]>>`;
  const root = document.trailer.get('Root');
  if (!(root instanceof PdfRef)) throw new Error('no catalog');
  const catalog = printValue(document.dict(root)!).replace(/\/DSS \d+ 0 R/, '').replace(/>>$/, ` /DSS ${number} 0 R>>`);
  const update = buildUpdate(document, [...streams, { num: number, gen: 0, body: Buffer.from(dss) }, { num: root.num, gen: root.gen, body: Buffer.from(catalog, 'latin1') }]);
  return Buffer.concat([pdf, update.bytes]);
}

export const join = (...parts: EvidenceBytes[]): EvidenceBytes => ({
  certificates: parts.flatMap(({ certificates }) => certificates), crls: parts.flatMap(({ crls }) => crls), ocspResponses: parts.flatMap(({ ocspResponses }) => ocspResponses),
});

/** The indication and sub-indication of the first signature, as one word for tables. */
export const verdictOf = ({ signatures: [first] }: ValidationReport): string => [first?.indication, first?.subIndication].filter(Boolean).join(' ');

export const blocksOf = ({ buildingBlocks }: Pick<SignatureReport, 'buildingBlocks'>): string[] => buildingBlocks.map(({ name, subIndication }) => (subIndication ? `${name} ${subIndication}` : name));
