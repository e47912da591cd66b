import { canonicalize, WorkBudget } from '../../../pki/xml/canonicalize.ts';
import { parseXml } from '../../../pki/xml/parse.ts';
import { signXml, type XmlSigningOptions } from '../../../pki/xml/sign.ts';
import { signatureTemplate, type TemplateOrder } from '../../../pki/xml/signature-template.ts';
import { buildTimestampToken } from '../../../pki/timestamp/token.ts';
import { buildTstInfo } from '../../../pki/timestamp/tst-info.ts';
import { makeHolder, now, type Holder } from '../certificates.ts';

/** The markup of an empty signature of a holder; whole document, enveloped, unless told. */
export function template(holder: Pick<Holder, 'signer' | 'certificate'>, change: Partial<TemplateOrder> = {}): string {
  return signatureTemplate({
    id: 'S', scheme: holder.signer.scheme, certificate: holder.certificate, chain: [], signingTime: now, references: [{ uri: '', enveloped: true }], ...change,
  });
}

/** A document with an enveloped signature before the end of its root, or where `<!--here-->` stands. */
export async function signed(xml: string, holder: Pick<Holder, 'signer' | 'certificate'>, change: Partial<Omit<TemplateOrder, 'timestamp'>> & Omit<XmlSigningOptions, 'signer'> = {}): Promise<string> {
  const { timestamp, resolve, ...rest } = change;
  const order: Partial<TemplateOrder> = { ...rest, ...(timestamp ? { timestamp: true } : {}) };
  return signXml(placed(xml, template(holder, order)), { signer: holder.signer, ...(resolve && { resolve }), ...(timestamp && { timestamp }) });
}

export function placed(xml: string, signature: string): string {
  return xml.includes('<!--here-->') ? xml.replace('<!--here-->', () => signature) : xml.replace(/<\/[^<]*>\s*$/, (end) => signature + end);
}

/** A token of a timestamping unit for an imprint that is ready. */
export async function tokenFor(issuer: Holder, imprint: Uint8Array, genTime = now): Promise<Uint8Array> {
  const { signer, certificate } = await makeHolder({ profile: 'timestamping', name: 'Dấu thời gian', issuer });
  const tstInfo = buildTstInfo({ policy: '1.3.6.1.4.1.32473.1.4', imprint: { digest: 'sha256', value: imprint }, serialNumber: 7n, genTime, accuracySeconds: 1 });
  return buildTimestampToken(tstInfo, { signer, certificate, certificates: [] });
}

/** An invoice as Vietnamese taxpayers send it: the data by its ID, the signatures beside it. */
export const invoice = '<?xml version="1.0" encoding="UTF-8"?>\n<HDon><DLHDon Id="data"><TTChung><SHDon>1</SHDon></TTChung><NDHDon><NBan><Ten>Công ty Thử Nghiệm</Ten></NBan>'
  + '<TToan><TgTTTBSo>1100000</TgTTTBSo></TToan></NDHDon></DLHDon><DSCKS><NBan><!--here--></NBan></DSCKS></HDon>';

/** The first element of this name, as it stands in the text. */
export const partOf = (xml: string, name: string): string => new RegExp(`<${name}[ >][^]*?</${name}>`).exec(xml)![0];

/** A part as Exclusive C14N writes it in its place, where these prefixes are declared. */
export const canonicalPart = (xml: string): Uint8Array => canonicalize({
  apex: parseXml(Buffer.from(xml.replace(/^<([\w:]+)/, '<$1 xmlns:ds="http://www.w3.org/2000/09/xmldsig#" xmlns:xades="http://uri.etsi.org/01903/v1.3.2#" xmlns:x141="http://uri.etsi.org/01903/v1.4.1#"').replace(/( xmlns:(\w+)="[^"]*")([^>]*) xmlns:\2="[^"]*"/, '$1$3'))),
  omits: () => false, comments: true,
}, { form: 'exclusive', comments: false, prefixes: [] }, new WorkBudget());
