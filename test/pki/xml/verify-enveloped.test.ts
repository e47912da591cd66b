import { PkiError } from '../../../pki/error.ts';
import { childOf, textOf } from '../../../pki/xml/tree.ts';
import { verifyEnvelopedXml } from '../../../pki/xml/verify-enveloped.ts';
import { makeHolder, type Holder } from '../certificates.ts';
import { signed } from './signed-xml.ts';

const list = '<?xml version="1.0" encoding="UTF-8"?>\n<TrustServiceStatusList xmlns="http://uri.etsi.org/02231/v2#" Id="list"><SchemeInformation><TSLSequenceNumber>7</TSLSequenceNumber></SchemeInformation></TrustServiceStatusList>\n';

let publisher: Holder;
let stranger: Holder;
let good: string;

beforeAll(async () => {
  [publisher, stranger] = [await makeHolder({ profile: 'root-ca', name: 'Publisher' }), await makeHolder({ profile: 'root-ca', name: 'Stranger' })];
  good = await signed(list, publisher);
});

function outcome(xml: string, trusted: Holder[] = [stranger, publisher]): string {
  try {
    const { document, certificate } = verifyEnvelopedXml(Buffer.from(xml), trusted.map((holder) => holder.certificate));
    const scheme = childOf(document.root, 'http://uri.etsi.org/02231/v2#', 'SchemeInformation')!;
    return `${textOf(childOf(scheme, scheme.namespace, 'TSLSequenceNumber')!)} by ${certificate === publisher.certificate ? 'publisher' : 'stranger'}`;
  } catch (error) {
    if (error instanceof PkiError) return error.code;
    throw error;
  }
}

test('a list signed whole is read from the tree that was verified', async () => {
  expect(outcome(good)).toBe('7 by publisher');
  expect(outcome(await signed(list, publisher, { references: [{ uri: '#list', enveloped: true }] }))).toBe('7 by publisher');
});

test.each<[string, () => string | Promise<string>, string]>([
  ['changed', () => good.replace('>7<', '>8<'), 'xml-signature-invalid'],
  ['signed by one who is not trusted, whatever KeyInfo holds', () => signed(list, stranger), 'xml-signature-invalid'],
  ['without a signature', () => list, 'xml-not-signed-whole'],
  ['with two signatures', () => signed(good, stranger, { id: 'T' }), 'xml-not-signed-whole'],
  ['inside another list', () => good.replace('<TrustServiceStatusList', '<TrustServiceStatusList xmlns="http://uri.etsi.org/02231/v2#"><TrustServiceStatusList').replace(/\s*$/, '</TrustServiceStatusList>'), 'xml-not-signed-whole'],
  ['with a signature further down', () => signed(list.replace('</SchemeInformation>', '<!--here--></SchemeInformation>'), publisher), 'xml-not-signed-whole'],
  ['signed in part', () => signed(list.replace('<SchemeInformation>', '<SchemeInformation Id="part">'), publisher, { references: [{ uri: '#part' }] }), 'xml-not-signed-whole'],
  ['with an algorithm of shared keys', () => good.replace(/<ds:SignatureMethod Algorithm="[^"]*">/, '<ds:SignatureMethod Algorithm="http://www.w3.org/2000/09/xmldsig#hmac-sha1">'), 'xml-signature-invalid'],
  ['with a document type', () => good.replace('?>\n', '?>\n<!DOCTYPE a>'), 'xml-doctype'],
])('a list %s is refused', async (_what, make, code) => {
  expect(outcome(await make(), [publisher])).toBe(code);
});
