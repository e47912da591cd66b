import { hash, sign } from 'node:crypto';
import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { buildSignedData } from '../../pki/cms/build.ts';
import { signerFrom } from '../../pki/keys/signer.ts';
import { signPdf, type PdfSigningOrder } from '../../pki/pdf/sign.ts';
import type { EvidenceBytes } from '../../pki/validation/evidence.ts';
import { signXml } from '../../pki/xml/sign.ts';
import { signatureTemplate } from '../../pki/xml/signature-template.ts';
import { makeCrl, makeEntity, type Entity } from '../make-chain.ts';
import { makeResultPdf } from '../make-result-pdf.ts';
import { zipOf } from './zip-sample.ts';

export type SampleKind = 'pdf' | 'cms' | 'jws' | 'xml' | 'zip';

/** A file to bend, and what of it a good signature still has to be over. */
export interface Sample {
  name: string;
  kind: SampleKind;
  file: Uint8Array;
  content?: Uint8Array;
  /** the signed bytes of each field as [start, end) pairs; a field that passes must still have them, in their places */
  covered: Readonly<Record<string, readonly (readonly [number, number])[]>>;
  /** octets without which nothing of this file may pass: the signature value, and what is signed where it stands open */
  needed?: readonly Uint8Array[];
}

/** The moment of every judgement, so that a case can be repeated. */
export const fuzzTime = new Date('2030-01-02T00:00:00Z');

export interface Trust { anchor: Uint8Array; evidence: EvidenceBytes }

/** Files that pass with the trust beside them, and those of the public suites that are small, which nobody trusts. */
export async function makeSamples(corpora?: string): Promise<{ own: Sample[]; others: Sample[]; trust: Trust; order: PdfSigningOrder }> {
  const root = makeEntity({ subject: 'root', ca: true });
  const issuing = makeEntity({ subject: 'issuing', issuer: root, ca: true });
  const holder = makeEntity({ subject: 'signer', issuer: issuing });
  const own = [...await pdfSamples(holder), ...await cmsSamples(holder), jwsSample(holder), await xmlSample(holder), await asicSample(holder)];
  const evidence = { certificates: [issuing.certificate.der], crls: [makeCrl(root).der, makeCrl(issuing).der], ocspResponses: [] };
  return {
    own, others: corpora === undefined ? [] : publicSamples(corpora), order: pdfOrderOf(holder), trust: { anchor: root.certificate.der, evidence },
  };
}

const orderOf = ({ key, certificate }: Entity) => ({ signer: signerFrom(key), certificate, chain: [], signingTime: fuzzTime });

/** Room for one P-256 signature with its certificate. */
const pdfOrderOf = (holder: Entity): PdfSigningOrder => ({ ...orderOf(holder), contentsBytes: 2_048 });

async function pdfSamples(holder: Entity): Promise<Sample[]> {
  const order = pdfOrderOf(holder);
  const once = await signPdf(await makeResultPdf({ date: fuzzTime }), order);
  const twice = await signPdf(once, order);
  const covered = { Signature1: rangesOf(once, 0), Signature2: rangesOf(twice, once.length) };
  return [{ name: 'result.pdf', kind: 'pdf', file: once, covered: { Signature1: covered.Signature1 } }, { name: 'result-twice.pdf', kind: 'pdf', file: twice, covered }];
}

/** What the ByteRange that stands after this place says. */
function rangesOf(pdf: Uint8Array, after: number): [number, number][] {
  const found = /ByteRange \[0 (\d+) (\d+) (\d+)/.exec(Buffer.from(pdf.subarray(after)).toString('latin1'))!;
  const [length, start, rest] = found.slice(1).map(Number) as [number, number, number];
  return [[0, length], [start, start + rest]];
}

async function cmsSamples(holder: Entity): Promise<Sample[]> {
  const content = Buffer.from('Kết quả giải quyết thủ tục hành chính');
  const [attached, detached] = [await signedOver(holder, content, true), await signedOver(holder, content, false)];
  return [
    { name: 'attached.p7m', kind: 'cms', file: attached, covered: {}, needed: [signatureValueOf(attached), content] },
    { name: 'detached.p7s', kind: 'cms', file: detached, content, covered: {}, needed: [signatureValueOf(detached)] },
  ];
}

function signedOver(holder: Entity, content: Uint8Array, attached: boolean): Promise<Uint8Array> {
  return buildSignedData({ ...orderOf(holder), certificates: [], digest: hash('sha256', content, 'buffer'), ...(attached && { content }) });
}

/** The last thing of a SignerInfo without unsigned attributes. */
const signatureValueOf = (cms: Uint8Array): Uint8Array => cms.subarray(-64);

function jwsSample({ key, certificate }: Entity): Sample {
  const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const der = Buffer.from(certificate.der);
  const header = { alg: 'ES256', x5c: [der.toString('base64')], 'x5t#S256': hash('sha256', der, 'buffer').toString('base64url') };
  const input = `${encode(header)}.${encode({ result: 'Đạt' })}`;
  const signature = sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url');
  return { name: 'result.jws', kind: 'jws', file: Buffer.from(`${input}.${signature}`), covered: {}, needed: [Buffer.from(input)] };
}

async function xmlSample(holder: Entity): Promise<Sample> {
  const signer = signerFrom(holder.key);
  const template = signatureTemplate({ id: 'S', scheme: signer.scheme, certificate: holder.certificate, chain: [], signingTime: fuzzTime, references: [{ uri: '', enveloped: true }] });
  const xml = await signXml(`<?xml version="1.0" encoding="UTF-8"?>\n<result a="1"><name>Kết quả</name><value x="y">10</value>${template}</result>`, { signer });
  const value = /<ds:SignatureValue[^>]*>([^<]+)</.exec(xml)![1]!;
  return { name: 'result.xml', kind: 'xml', file: Buffer.from(xml), covered: {}, needed: [Buffer.from(value.slice(0, 40)), Buffer.from('<name>Kết quả</name>')] };
}

/** ASiC-S: one file and its CAdES signature. */
async function asicSample(holder: Entity): Promise<Sample> {
  const content = Buffer.from('Kết quả '.repeat(20));
  const signature = await signedOver(holder, content, false);
  const file = zipOf([['mimetype', Buffer.from('application/vnd.etsi.asic-s+zip')], ['ket-qua.txt', content], ['META-INF/signature.p7s', Buffer.from(signature)]]);
  return { name: 'container.asics', kind: 'zip', file, covered: {}, needed: [content] };
}

/** Signed documents of others, as long as they are small enough for many cases. */
function publicSamples(corpora: string): Sample[] {
  if (!existsSync(corpora)) return [];
  return globSync('pdf-{integrity,attacks}/files/*.pdf', { cwd: corpora }).toSorted().map((file) => join(corpora, file))
    .filter((file) => statSync(file).size < 120_000).filter((_file, i) => i % 3 === 0)
    .map((file) => ({ name: file.split('/').at(-1)!, kind: 'pdf' as const, file: readFileSync(file), covered: {} }));
}
