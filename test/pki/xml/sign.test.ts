import { WorkBudget } from '../../../pki/xml/canonicalize.ts';
import { signatureElements } from '../../../pki/xml/dereference.ts';
import { parseXml } from '../../../pki/xml/parse.ts';
import { signXml } from '../../../pki/xml/sign.ts';
import { readSignature } from '../../../pki/xml/signature.ts';
import { checkReferences, checkSignatureValue } from '../../../pki/xml/verify.ts';
import { certificatePem, keyPem, makeHolder, type KeyKind } from '../certificates.ts';
import { isInstalled, Libxml } from './libxml.ts';
import { invoice, signed, template } from './signed-xml.ts';

/** What is wrong with the first signature, by our own check; empty for nothing. */
function problems(xml: string, holder: Awaited<ReturnType<typeof makeHolder>>, files: Readonly<Record<string, string>> = {}): string[] {
  const document = parseXml(Buffer.from(xml));
  const element = signatureElements(document)[0]!;
  const signature = readSignature(element);
  const surroundings = { document, signature: element, resolve: (name: string | undefined) => (files[name ?? ''] === undefined ? undefined : Buffer.from(files[name ?? '']!)), budget: new WorkBudget() };
  const value = checkSignatureValue(signature, holder.certificate.publicKey, surroundings);
  return [...checkReferences(signature, surroundings).map(({ problem }) => problem?.code), value?.code].filter((code) => code !== undefined);
}

const kinds: KeyKind[] = ['rsa', 'rsa-pss', 'p256', 'p384', 'ed25519'];
const references = [{ uri: '#data' }];

test.each(kinds)('what is signed with a key of kind %s verifies, and with another key or content does not', async (kind) => {
  const holder = await makeHolder({ profile: 'root-ca', name: 'Signer', kind });
  const other = await makeHolder({ profile: 'root-ca', name: 'Other', kind: kind === 'rsa' ? 'p256' : kind });
  const xml = await signed(invoice, holder, { references });
  expect(problems(xml, holder)).toEqual([]);
  expect(problems(xml.replace('1100000', '9100000'), holder)).toEqual(['digest-mismatch']);
  expect(problems(xml.replace(/<ds:DigestValue>./, '<ds:DigestValue>0'), holder)).toEqual(['digest-mismatch', 'signature-invalid']);
  if (!kind.startsWith('rsa-')) expect(problems(xml, other)).toEqual([kind === 'rsa' ? 'algorithm-mismatch' : 'signature-invalid']);
});

test('a document enclosed in its signature, and files beside it, verify by name alone', async () => {
  const holder = await makeHolder({ profile: 'root-ca', name: 'Signer' });
  const enveloping = await signXml(template(holder, { references: [{ uri: '#o' }], objects: [{ id: 'o', xml: '<a>Nội dung</a>' }] }), { signer: holder.signer });
  expect(problems(enveloping, holder)).toEqual([]);
  const files: Record<string, string> = { 'kết quả.pdf': '%PDF-', 'b.txt': 'b' };
  const detached = await signXml(template(holder, { references: [{ uri: encodeURIComponent('kết quả.pdf'), mimeType: 'application/pdf' }, { uri: 'b.txt' }] }), { signer: holder.signer, resolve: (name) => Buffer.from(files[name ?? '']!) });
  expect(problems(detached, holder, files)).toEqual([]);
  expect(problems(detached, holder, { ...files, 'b.txt': 'c' })).toEqual(['digest-mismatch']);
  expect(problems(detached, holder, { 'b.txt': 'b' })).toEqual(['content-missing']);
});

test('a template needs its empty places', async () => {
  const holder = await makeHolder({ profile: 'root-ca', name: 'Signer' });
  await expect(signXml('<a/>', { signer: holder.signer })).rejects.toThrow('xml-template');
  await expect(signXml(await signed('<a></a>', holder), { signer: holder.signer })).rejects.toThrow('xml-template');
});

const whereXmlsec = isInstalled('xmlsec1') ? describe : describe.skip;

whereXmlsec('xmlsec1', () => {
  let libxml: Libxml;
  beforeAll(() => void (libxml = new Libxml()));
  afterAll(() => libxml.close());
  const ids = ['--id-attr:Id', 'http://uri.etsi.org/01903/v1.3.2#:SignedProperties', '--id-attr:Id', 'DLHDon'];

  test.each<[KeyKind, string]>([['rsa', 'by ID'], ['rsa', 'whole'], ['p256', 'by ID'], ['p384', 'whole']])('accepts what we sign: %s, %s', async (kind, what) => {
    const holder = await makeHolder({ profile: 'root-ca', name: 'Signer', kind });
    libxml.file('certificate.pem', certificatePem(holder));
    libxml.file('signed.xml', await signed(invoice, holder, what === 'whole' ? {} : { references }));
    const said = libxml.run('xmlsec1', '--verify', '--pubkey-cert-pem', 'certificate.pem', ...ids, 'signed.xml');
    expect(`${said.code} ${said.stderr}`).toMatch(/^0 /);
  });

  test.each([
    ['exclusive', 'http://www.w3.org/2001/10/xml-exc-c14n#', 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256'],
    ['inclusive', 'http://www.w3.org/TR/2001/REC-xml-c14n-20010315', 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha512'],
    ['inclusive with comments', 'http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments', 'http://www.w3.org/2000/09/xmldsig#rsa-sha1'],
    ['C14N 1.1', 'http://www.w3.org/2006/12/xml-c14n11', 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256'],
  ])('signs what we accept: %s', async (_form, canonicalization, method) => {
    const holder = await makeHolder({ profile: 'root-ca', name: 'Signer', kind: 'rsa' });
    const bare = '<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"><!-- c --><SignedInfo>\n'
      + `<CanonicalizationMethod Algorithm="${canonicalization}"/><!-- comment --><SignatureMethod Algorithm="${method}"/>`
      + `<Reference URI="#data"><Transforms><Transform Algorithm="${canonicalization}"/></Transforms><DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><DigestValue/></Reference>\n`
      + '<Reference URI=""><Transforms><Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/></Transforms><DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha512"/><DigestValue/></Reference>'
      + '<Reference URI=""><Transforms><Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116"><XPath xmlns:d="http://www.w3.org/2000/09/xmldsig#">not(ancestor-or-self::d:Signature)</XPath></Transform></Transforms><DigestMethod Algorithm="http://www.w3.org/2000/09/xmldsig#sha1"/><DigestValue/></Reference>'
      + '<Reference URI=""><Transforms><Transform Algorithm="http://www.w3.org/2002/06/xmldsig-filter2"><XPath xmlns="http://www.w3.org/2002/06/xmldsig-filter2" xmlns:d="http://www.w3.org/2000/09/xmldsig#" Filter="subtract">/descendant::d:Signature</XPath></Transform></Transforms><DigestMethod Algorithm="http://www.w3.org/2000/09/xmldsig#sha1"/><DigestValue/></Reference>'
      + '</SignedInfo><SignatureValue/><KeyInfo><X509Data/></KeyInfo></Signature>';
    libxml.file('key.pem', keyPem(holder));
    libxml.file('certificate.pem', certificatePem(holder));
    libxml.file('template.xml', invoice.replace('<HDon>', '<HDon xmlns:x="urn:x" xml:lang="vi">').replace('<TTChung>', '<!-- comment --><TTChung x:a="1" b="&#9;">').replace('<!--here-->', bare));
    const said = libxml.run('xmlsec1', '--sign', '--privkey-pem', 'key.pem,certificate.pem', ...ids, '--output', 'out.xml', 'template.xml');
    expect(`${said.code} ${said.stderr}`).toMatch(/^0 /);
    const xml = libxml.run('xmllint', '--nonet', 'out.xml').stdout.toString('utf8');
    expect(problems(xml, holder)).toEqual([]);
    expect(problems(xml.replace('1100000', '1'), holder)).toEqual(Array.from({ length: 4 }, () => 'digest-mismatch'));
  });
});
