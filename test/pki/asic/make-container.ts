import { createHash } from 'node:crypto';
import { oids } from '../../../pki/asn1/oids.ts';
import { sign } from '../cms/unsigned.ts';
import type { Holder } from '../certificates.ts';
import { writeZip, type Lies, type Written } from './write-zip.ts';

export type Files = Readonly<Record<string, Uint8Array | string>>;

export const mimetypes = { 'ASiC-S': 'application/vnd.etsi.asic-s+zip', 'ASiC-E': 'application/vnd.etsi.asic-e+zip' } as const;

/** A container of these entries in this order, `mimetype` first. */
export function container(kind: keyof typeof mimetypes, files: Files, lies: Lies = {}): Buffer {
  const entries = Object.entries(files).map(([name, bytes]): Written => ({ name, bytes: Buffer.from(bytes as Uint8Array), deflate: name.endsWith('.xml') }));
  return writeZip([{ name: 'mimetype', bytes: Buffer.from(mimetypes[kind]) }, ...entries], lies);
}

/** ASiCManifest over these files (EN 319 162-1 §A.4). */
export function manifest(signatureFile: string, files: Files, change: (xml: string) => string = (xml) => xml): string {
  const references = Object.entries(files).map(([name, bytes]) => `<asic:DataObjectReference URI="${encodeURI(name)}" MimeType="text/plain">`
    + '<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/>'
    + `<ds:DigestValue>${createHash('sha256').update(bytes).digest('base64')}</ds:DigestValue></asic:DataObjectReference>`);
  return change('<?xml version="1.0" encoding="UTF-8"?>\n<asic:ASiCManifest xmlns:asic="http://uri.etsi.org/02918/v1.2.1#" xmlns:ds="http://www.w3.org/2000/09/xmldsig#">'
    + `<asic:SigReference URI="${signatureFile}" MimeType="application/pkcs7-signature"/>${references.join('')}</asic:ASiCManifest>`);
}

/** The entries of an ASiC-E with one CAdES signature over its manifest. */
export async function signedFiles(by: Pick<Holder, 'signer' | 'certificate'>, files: Files, { number = '001', change = (xml: string): string => xml, attached = false } = {}): Promise<Record<string, Uint8Array | string>> {
  const name = `META-INF/signature${number}.p7s`;
  const listed = manifest(name, files, change);
  return { ...files, [`META-INF/ASiCManifest${number}.xml`]: listed, [name]: await sign(by, Buffer.from(listed), { attached, contentType: oids.data }) };
}
