import { PkiError } from '../../../pki/error.ts';
import { signXml } from '../../../pki/xml/sign.ts';
import { readSignedXml } from '../../../pki/xml/signed-document.ts';
import type { Holder } from '../certificates.ts';
import { codesOf, Country, summaryOf } from '../validation/country.ts';
import { random } from './random.ts';
import { invoice, placed, signed, template } from './signed-xml.ts';

const references = [{ uri: '#data' }];
const data = /<DLHDon [^]*<\/DLHDon>/;
const signatureXml = /<ds:Signature [^]*<\/ds:Signature>/;
const falseData = '<DLHDon Id="data"><TTChung><SHDon>1</SHDon></TTChung><NDHDon><TToan><TgTTTBSo>999999999</TgTTTBSo></TToan></NDHDon></DLHDon>';

let country: Country;
let official: Holder;
let byId: string;
let whole: string;

beforeAll(async () => {
  country = await Country.found();
  official = await country.official('Người bán');
  byId = await signed(invoice, official, { references });
  whole = await signed(invoice, official);
});

function verdict(xml: string | Uint8Array): { summary: string; codes: string[]; indication: string } {
  try {
    const report = country.validate(typeof xml === 'string' ? Buffer.from(xml) : xml);
    return { summary: report.signatures.map(summaryOf).join(', '), codes: codesOf(report), indication: report.conclusion.indication };
  } catch (error) {
    if (error instanceof PkiError) return { summary: `${error.code} ${error.rule}`, codes: [], indication: 'refused' };
    throw error;
  }
}

const data1 = (xml: string): string => data.exec(xml)![0];
const signature1 = (xml: string): string => signatureXml.exec(xml)![0];
/** Signs a template that was changed by hand: all digests and the value are right, for what the change makes of it. */
const crafted = (change: (signature: string) => string, xml = invoice, more: Parameters<typeof template>[1] = { references }): Promise<string> =>
  signXml(placed(xml, change(template(official, more))), { signer: official.signer });

/** Good signatures of something beside the file, which is then not handed in. */
const beside = (uri: string): Promise<string> => signed(invoice, official, { references: [{ uri }], resolve: () => Buffer.from('secret') });

test('the untouched ones pass', () => {
  expect(verdict(byId)).toMatchObject({ summary: 'S-1 XAdES-B-B TOTAL-PASSED', indication: 'TOTAL-PASSED' });
  expect(verdict(byId).codes).toEqual(expect.arrayContaining(['not-whole-document', 'signed-part']));
  expect(verdict(whole)).toMatchObject({ summary: 'S-1 XAdES-B-B TOTAL-PASSED', indication: 'TOTAL-PASSED' });
  expect(verdict(whole).codes).not.toContain('not-whole-document');
});

test.each<[string, () => string | Promise<string>, RegExp, string | undefined]>([
  // wrapping: the signed part is moved, another stands where programs look
  ['the original moved into the signature, a false one with the same Id', () => byId.replace(data, () => falseData).replace('</ds:Signature>', () => `<ds:Object>${data1(byId)}</ds:Object></ds:Signature>`), /FORMAT_FAILURE/, 'document-structure-ambiguous'],
  ['the original moved away, a false one with another Id', () => byId.replace(data, () => `${falseData.replace('"data"', '"other"')}<Extra>${data1(byId)}</Extra>`), /SIG_CONSTRAINTS_FAILURE/, 'attack-wrapping'],
  ['the original inside the signature, a false one without Id', () => byId.replace(data, () => falseData.replace(' Id="data"', '')).replace('</ds:Signature>', () => `<ds:Object>${data1(byId)}</ds:Object></ds:Signature>`), /SIG_CONSTRAINTS_FAILURE/, 'attack-wrapping'],
  ['a false one around the original', () => byId.replace(data, () => falseData.replace('"data"', '"other"').replace('</DLHDon>', () => `${data1(byId)}</DLHDon>`)), /SIG_CONSTRAINTS_FAILURE/, 'attack-wrapping'],
  ['the whole signed document inside another', () => `<HDon>${falseData.replace('"data"', '"other"')}<Extra>${byId.replace(/^<\?xml[^>]*>\n/, '')}</Extra></HDon>`, /SIG_CONSTRAINTS_FAILURE/, 'attack-wrapping'],
  ['the same Id in another spelling', () => byId.replace('<DSCKS>', '<Extra ID="data"/><DSCKS>'), /FORMAT_FAILURE/, 'document-structure-ambiguous'],
  ['the same Id as xml:id', () => byId.replace('<DSCKS>', '<Extra xml:id="data"/><DSCKS>'), /FORMAT_FAILURE/, 'document-structure-ambiguous'],
  ['two SignedProperties of one Id', () => byId.replace('<DSCKS>', '<Extra Id="S-properties"/><DSCKS>'), /FORMAT_FAILURE/, 'format-broken'],
  ['something more beside what is signed', () => byId.replace('<DSCKS>', '<TTKhac>x</TTKhac><DSCKS>'), /TOTAL-PASSED/, 'not-whole-document'],
  ['something more in the signature itself', () => whole.replace('</ds:Signature>', '<ds:Object><DLHDon/></ds:Object></ds:Signature>'), /TOTAL-PASSED/, 'not-whole-document'],
  ['a signature moved out of what it encloses', () => `<A>${signature1(whole)}${whole.replace(/^<\?xml[^>]*>\n/, '').replace(signatureXml, '')}</A>`, /HASH_FAILURE/, 'content-changed'],
  // the signature itself
  ['content changed', () => byId.replace('1100000', '9100000'), /HASH_FAILURE/, 'content-changed'],
  ['content changed in a signature over all', () => whole.replace('1100000', '9100000'), /HASH_FAILURE/, 'content-changed'],
  ['a second SignedInfo before the signed one', () => byId.replace('<ds:SignedInfo>', '<ds:SignedInfo></ds:SignedInfo><ds:SignedInfo>'), /FORMAT_FAILURE/, 'format-broken'],
  ['a second SignedInfo after the value', () => byId.replace('<ds:KeyInfo>', '<ds:SignedInfo></ds:SignedInfo><ds:KeyInfo>'), /FORMAT_FAILURE/, 'format-broken'],
  ['a comment in a DigestValue, cutting it', () => byId.replace('<ds:DigestValue>', '<ds:DigestValue>AAAA<!-- -->'), /FORMAT_FAILURE/, 'format-broken'],
  ['an element in a SignatureValue', () => byId.replace('<ds:SignatureValue>', '<ds:SignatureValue><a/>'), /FORMAT_FAILURE/, 'format-broken'],
  ['another namespace for SignedInfo', () => byId.replace('<ds:SignedInfo>', '<ds:SignedInfo xmlns:ds="urn:x">'), /FORMAT_FAILURE/, 'format-broken'],
  ['a prefix of a signed element bound to something else', () => whole.replace('<HDon>', '<HDon xmlns="urn:other">'), /HASH_FAILURE/, 'content-changed'],
  ['a property changed', () => byId.replace(/<xades:SigningTime>2026/, '<xades:SigningTime>2025'), /HASH_FAILURE/, 'content-changed'],
  ['the properties of another signature', () => byId.replace('Target="#S"', 'Target="#T"'), /FORMAT_FAILURE/, 'format-broken'],
  ['properties that no reference binds', () => crafted((s) => s.replace(/<ds:Reference Id="S-reference-properties"[^]*?<\/ds:Reference>/, '')), /FORMAT_FAILURE/, 'format-broken'],
  ['properties bound by a reference without their type', () => crafted((s) => s.replace(/ Type="[^"]*"/, '')), /FORMAT_FAILURE/, 'format-broken'],
  ['properties emptied by a transform', () => crafted((s) => s.replace(/(#S-properties"[^>]*>.*?<ds:Transforms>)/, '$1<ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"></ds:Transform>')), /FORMAT_FAILURE|NO_SIGN|SIGNED_DATA/, undefined],
  ['two references of the type of the properties', () => crafted((s) => s.replace('URI="#data"', 'URI="#data" Type="http://uri.etsi.org/01903#SignedProperties"')), /FORMAT_FAILURE/, 'format-broken'],
  ['a format of a reference that is none', () => crafted((s) => s.replace('</xades:SignedProperties>', '<xades:SignedDataObjectProperties><xades:DataObjectFormat ObjectReference="#x"/></xades:SignedDataObjectProperties></xades:SignedProperties>')), /FORMAT_FAILURE/, 'format-broken'],
  // references and transforms
  ['XSLT', () => byId.replace('<ds:Transforms>', '<ds:Transforms><ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116"><x/></ds:Transform>'), /SIGNED_DATA_NOT_FOUND/, 'unsupported-signature-format'],
  ['an XPath that picks', () => byId.replace('<ds:Transforms>', '<ds:Transforms><ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116"><ds:XPath>ancestor-or-self::SHDon</ds:XPath></ds:Transform>'), /SIGNED_DATA_NOT_FOUND/, 'unsupported-signature-format'],
  ['the allowed XPath with its prefix bound to something else', () => byId.replace('<ds:Transforms>', '<ds:Transforms><ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116"><ds:XPath xmlns:d="urn:x">not(ancestor-or-self::d:Signature)</ds:XPath></ds:Transform>'), /SIGNED_DATA_NOT_FOUND/, 'unsupported-signature-format'],
  ['six transforms', () => byId.replace('<ds:Transforms>', () => `<ds:Transforms>${'<ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/>'.repeat(6)}`), /FORMAT_FAILURE/, 'format-broken'],
  ['an address in the network', () => beside('http://127.0.0.1:9/secret'), /SIGNED_DATA_NOT_FOUND/, 'signed-content-missing'],
  ['a file of the machine', () => beside('file:///etc/passwd'), /SIGNED_DATA_NOT_FOUND/, 'signed-content-missing'],
  ['an XPointer', () => byId.replace('URI="#data"', 'URI="#xpointer(//DLHDon)"'), /SIGNED_DATA_NOT_FOUND/, 'unsupported-signature-format'],
  ['an Id that is not there', () => byId.replace('URI="#data"', 'URI="#nothing"'), /SIGNED_DATA_NOT_FOUND/, 'signed-content-missing'],
  ['no reference at all', () => byId.replace(/<ds:Reference [^]*<\/ds:Reference>/, ''), /FORMAT_FAILURE/, 'format-broken'],
  ['a signature over nothing but itself', () => signXml(template(official), { signer: official.signer }), /FORMAT_FAILURE/, 'format-broken'],
  ['a signature over its own properties alone', () => crafted((s) => s, invoice, { references: [] }), /FORMAT_FAILURE/, 'format-broken'],
  ['content hidden in something that calls itself a signature', () => crafted((s) => s.replace(/<ds:Transform Algorithm="[^"]*enveloped-signature"><\/ds:Transform>/, '<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116"><ds:XPath>not(ancestor-or-self::ds:Signature)</ds:XPath></ds:Transform>'), invoice, {})
    .then((xml) => xml.replace('<DSCKS>', '<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><DLHDon/></ds:Signature><DSCKS>')), /S-1 XMLDSig TOTAL-FAILED\/FORMAT_FAILURE, S-2 XAdES-B-B TOTAL-PASSED/, 'format-broken'],
  ['properties of which only the text is signed', () => byId.replace(/(#S-properties"[^>]*><ds:Transforms>)/, '$1<ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#base64"/>'), /FORMAT_FAILURE|SIGNED_DATA_NOT_FOUND/, undefined],
  ['300 references', () => byId.replace(/(<ds:Reference Id="S-reference-0"[^]*?<\/ds:Reference>)/, (one: string) => one.repeat(300)), /xml-too-complex/, undefined],
  ['300 signatures', () => byId.replace(signatureXml, (one: string) => one.repeat(300)), /xml-too-complex/, undefined],
  // keys and algorithms
  ['an HMAC under the public key', () => byId.replace(/<ds:SignatureMethod Algorithm="[^"]*">/, '<ds:SignatureMethod Algorithm="http://www.w3.org/2000/09/xmldsig#hmac-sha1">'), /CRYPTO_CONSTRAINTS_FAILURE/, 'algorithm-not-known'],
  ['an HMAC of no length', () => byId.replace(/<ds:SignatureMethod Algorithm="[^"]*">/, '<ds:SignatureMethod Algorithm="http://www.w3.org/2000/09/xmldsig#hmac-sha1"><ds:HMACOutputLength>0</ds:HMACOutputLength>'), /FORMAT_FAILURE/, 'format-broken'],
  ['no certificate but a bare key', () => byId.replace(/<ds:KeyInfo>[^]*<\/ds:KeyInfo>/, '<ds:KeyInfo><ds:KeyValue><ds:RSAKeyValue><ds:Modulus>AQAB</ds:Modulus><ds:Exponent>AQAB</ds:Exponent></ds:RSAKeyValue></ds:KeyValue></ds:KeyInfo>'), /NO_SIGNING_CERTIFICATE_FOUND/, 'signing-certificate-missing'],
  ['MD5', () => byId.replace('http://www.w3.org/2001/04/xmlenc#sha256', 'http://www.w3.org/2001/04/xmldsig-more#md5'), /SIG_CRYPTO_FAILURE/, 'algorithm-not-known'],
  ['an unknown canonicalisation', () => byId.replace('<ds:CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#">', '<ds:CanonicalizationMethod Algorithm="urn:x">'), /CRYPTO_CONSTRAINTS_FAILURE/, 'algorithm-not-known'],
  // the parser
  ['a document type with entities', () => byId.replace('?>\n', '?>\n<!DOCTYPE HDon [<!ENTITY x SYSTEM "file:///etc/passwd">]>'), /document-unreadable xml-doctype/, undefined],
  ['a document type that names IDs', () => byId.replace('?>\n', '?>\n<!DOCTYPE HDon [<!ATTLIST Extra x ID #IMPLIED>]>'), /document-unreadable xml-doctype/, undefined],
])('%s', async (_attack, make, expected, code) => {
  const { summary, codes } = verdict(await make());
  expect(summary).toMatch(expected);
  if (code) expect(codes).toContain(code);
});

test('certificate, key and value of a stranger do not pass with the name of an official', async () => {
  const stranger = await (await Country.found('Gốc khác')).official('Người bán');
  expect(verdict(await signed(invoice, stranger, { references })).summary).toBe('S-1 XAdES-B-B INDETERMINATE/NO_CERTIFICATE_CHAIN_FOUND');
  // the official's certificate in KeyInfo and the properties, the stranger's signature
  const forged = await signXml(placed(invoice, template(official, { references })), { signer: stranger.signer });
  expect(verdict(forged).summary).toBe('S-1 XAdES-B-B TOTAL-FAILED/SIG_CRYPTO_FAILURE');
  // KeyInfo of the official, properties of the stranger
  const swapped = byId.replace(/<ds:X509Certificate>[^<]*/, `<ds:X509Certificate>${Buffer.from(stranger.certificate.der).toString('base64')}`);
  expect(verdict(swapped).summary).toBe('S-1 XAdES-B-B INDETERMINATE/NO_SIGNING_CERTIFICATE_FOUND');
});

test('a comment put into a signed value does not break the signature, but it is told', async () => {
  const cut = byId.replace('>1100000<', '>1<!-- -->100000<');
  expect(verdict(cut)).toMatchObject({ summary: 'S-1 XAdES-B-B TOTAL-PASSED' });
  expect(verdict(cut).codes).toContain('text-cut-by-comment');
  expect(verdict(byId.replace('<TTChung>', '<TTChung><!-- a remark between elements -->')).codes).not.toContain('text-cut-by-comment');
});

test('work is bounded: 200 references to a document of megabytes', async () => {
  const large = invoice.replace('<TTChung>', `<TTChung><X>${'x'.repeat(3_000_000)}</X>`);
  const many = (await signed(large, official, { references })).replace(/(<ds:Reference Id="S-reference-0"[^]*?<\/ds:Reference>)/, (one: string) => one.repeat(200));
  expect(verdict(many).summary).toContain('xml-too-complex');
});

test.each<[string, () => string]>([
  ['200,000 elements of one Id', () => byId.replace('<DSCKS>', () => `${'<X Id="data"/>'.repeat(200_000)}<DSCKS>`)],
  ['200,000 elements that look like the signed one', () => byId.replace('<DSCKS>', () => `${'<DLHDon/>'.repeat(200_000)}<DSCKS>`)],
  ['100,000 texts that comments cut', () => byId.replace('<TTChung>', () => `<TTChung>${'<X>a<!---->b</X>'.repeat(100_000)}`)],
  ['a hundred signatures beside them', () => byId.replace('<DSCKS>', () => `${'<DLHDon/>'.repeat(100_000)}<DSCKS>`).replace(signatureXml, (one: string) => one.repeat(100))],
  ['a list of references, listed 250 times', () => byId.replace(/(<ds:Reference Id="S-reference-0"[^]*?<\/ds:Reference>)/, (one: string) => one.replace('#data', '#m').replace('URI', 'Type="http://www.w3.org/2000/09/xmldsig#Manifest" URI').repeat(250))
    .replace('</ds:Signature>', () => `<ds:Object><ds:Manifest Id="m">${/<ds:Reference Id="S-reference-0"[^]*?<\/ds:Reference>/.exec(byId)![0].repeat(250)}</ds:Manifest></ds:Object></ds:Signature>`)],
])('%s end in a verdict that is not good', (_what, make) => {
  expect(verdict(make()).indication).not.toBe('TOTAL-PASSED');
}, 15_000);

const seed = Number(process.env['MUTATION_SEED'] ?? 20261125);
const cases = Number(process.env['MUTATION_CASES'] ?? 1_500);
const words = ['<ds:Object>', '</ds:Signature>', 'Id="data"', 'URI=""', '<!--', '-->', '<![CDATA[', '&#0;', '&amp;', 'xmlns="urn:x"', '<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#">', '\0', '=', '<xades:', '#S', '</'];

function mutate(xml: Uint8Array, next: (below: number) => number): Uint8Array {
  let bytes = Buffer.from(xml);
  for (let times = 1 + next(3); times > 0 && bytes.length > 0; times--) {
    const at = next(bytes.length);
    const [head, tail] = [bytes.subarray(0, at), bytes.subarray(at)];
    switch (next(5)) {
      case 0: bytes = Buffer.concat([head, Buffer.from(words[next(words.length)]!), tail]); break;
      case 1: bytes[at]! ^= 1 << next(7); break;
      case 2: bytes = Buffer.concat([head, tail.subarray(next(200))]); break;
      case 3: bytes = Buffer.concat([head, tail.subarray(0, next(600)), tail]); break;
      default: bytes[at] = 0x20 + next(95);
    }
  }
  return bytes;
}

test(`${cases} spoilt files from seed ${seed} end in a PkiError or a verdict; none passes with other content`, () => {
  const next = random(seed);
  const files = [byId, whole].map((xml) => Buffer.from(xml));
  const ends = new Map<string, number>();
  for (let i = 0; i < cases; i++) {
    const file = mutate(files[next(2)]!, next);
    let end: string;
    try {
      const { summary, indication } = verdict(file);
      end = summary.split(', ')[0]!.split(' ').slice(0, 4).join(' ');
      // what passes says the very content: its text was not touched
      if (indication === 'TOTAL-PASSED' && !Buffer.from(file).toString('utf8').replace(/<!--[^]*?-->/g, '').includes('<TToan><TgTTTBSo>1100000</TgTTTBSo></TToan>')) end = `forged ${i}`;
    } catch (error) {
      throw new Error(`case ${i} of seed ${seed}`, { cause: error });
    }
    ends.set(end, (ends.get(end) ?? 0) + 1);
  }
  expect([...ends.keys()].filter((end) => end.startsWith('forged'))).toEqual([]);
  expect(ends.values().reduce((sum, count) => sum + count, 0)).toBe(cases);
  expect(ends.size).toBeGreaterThan(5);
}, 120_000);

test('signatures are found wherever they stand, and what each protects is named', async () => {
  const { signatures } = readSignedXml(Buffer.from(byId), () => undefined);
  expect(signatures.map(({ id, read }) => [id, read?.coverage.parts, read?.coverage.wholeDocument])).toEqual([['S', ['/HDon/DLHDon'], false]]);
});
