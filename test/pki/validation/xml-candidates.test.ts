import { canonicalize, WorkBudget } from '../../../pki/xml/canonicalize.ts';
import { parseXml } from '../../../pki/xml/parse.ts';
import { signXml } from '../../../pki/xml/sign.ts';
import { looksLikeXml, xmlCandidates } from '../../../pki/validation/xml-candidates.ts';
import { createHash } from 'node:crypto';
import { now, type Holder, type KeyKind } from '../certificates.ts';
import { canonicalPart, invoice, partOf, placed, signed, template, tokenFor } from '../xml/signed-xml.ts';
import { codesOf, Country, summaryOf } from './country.ts';

let country: Country;
let holder: Holder;
beforeAll(async () => {
  country = await Country.found();
  holder = await country.official('Người ký');
});

const bytes = (xml: string): Uint8Array => Buffer.from(xml);
const stamp = (imprint: Uint8Array): Promise<Uint8Array> => tokenFor(country.root, imprint, new Date(now.getTime() + 10_000));

test.each<KeyKind>(['rsa', 'rsa-pss', 'p256', 'p384', 'ed25519'])('XAdES with a key of kind %s passes, and says who signed and when', async (kind) => {
  const by = await country.official('Trần Thị B', kind);
  const report = country.validate(bytes(await signed(invoice, by)));
  expect(report).toMatchObject({ format: 'XML', conclusion: { indication: 'TOTAL-PASSED' } });
  expect(report.signatures[0]).toMatchObject({
    format: 'XAdES-B-B', field: 'S', signer: { commonName: 'Trần Thị B', kind: 'personal' }, signingTime: { claimed: now, proven: null }, coverage: { wholeDocument: true },
  });
});

test('an enveloping signature covers what it holds', async () => {
  const xml = await signXml(template(holder, { references: [{ uri: '#o', mimeType: 'text/xml' }], objects: [{ id: 'o', xml: '<KetQua>Đạt</KetQua>' }] }), { signer: holder.signer });
  const report = country.validate(bytes(xml));
  expect(report.signatures.map(summaryOf)).toEqual(['S-1 XAdES-B-B TOTAL-PASSED']);
  expect(report.signatures[0]!.coverage!.wholeDocument).toBe(true);
  expect(country.validate(bytes(xml.replace('Đạt', 'Trượt'))).signatures.map(summaryOf)).toEqual(['S-1 XAdES-B-B TOTAL-FAILED/HASH_FAILURE']);
});

describe('a signature beside its content', () => {
  const content = Buffer.from('%PDF-1.7 nội dung');
  const make = (...uris: string[]): Promise<string> => signXml(template(holder, { references: uris.map((uri) => ({ uri })) }), { signer: holder.signer, resolve: () => content });

  test.each<[string, string[], Uint8Array | undefined, string]>([
    ['passes with it', ['ket-qua.pdf'], content, 'TOTAL-PASSED'],
    ['fails with another', ['ket-qua.pdf'], Buffer.from('khác'), 'TOTAL-FAILED/HASH_FAILURE'],
    ['is not judged without it', ['ket-qua.pdf'], undefined, 'INDETERMINATE/SIGNED_DATA_NOT_FOUND'],
    ['of two files is not judged with one', ['a.pdf', 'b.pdf'], content, 'INDETERMINATE/SIGNED_DATA_NOT_FOUND'],
  ])('%s', async (_what, uris, given, verdict) => {
    expect(country.validate(bytes(await make(...uris)), given).signatures.map(summaryOf)).toEqual([`S-1 XAdES-B-B ${verdict}`]);
  });

  test('a file is no content of a signature that has its own', async () => {
    expect(codesOf(country.validate(bytes(await signed(invoice, holder)), content))).toContain('content-given-twice');
  });

  test('a container hands its files in by name', async () => {
    const xml = bytes(await make('hồ sơ.pdf'));
    const [candidate] = xmlCandidates(xml, (name) => (name === 'hồ sơ.pdf' ? content : undefined));
    expect(candidate!.signature!.check(holder.certificate)).toEqual([]);
    expect(xmlCandidates(xml, () => undefined)[0]!.signature!.check(holder.certificate)).toMatchObject([{ code: 'content-missing' }]);
  });
});

test('an invoice with the signatures of seller and tax office, each over its own part, passes twice', async () => {
  const taxOffice = await country.official('Cục Thuế');
  const withCode = invoice.replace('<DSCKS>', '<MCCQT Id="code">M1-23</MCCQT><DSCKS>').replace('</NBan></DSCKS>', '</NBan><CQT><!--there--></CQT></DSCKS>');
  const seller = await signed(withCode, holder, { references: [{ uri: '#data' }] });
  const both = await signed(seller.replace('<!--there-->', '<!--here-->'), taxOffice, { id: 'T', references: [{ uri: '#data' }, { uri: '#code' }] });
  const report = country.validate(bytes(both));
  expect(report.signatures.map(summaryOf)).toEqual(['S-1 XAdES-B-B TOTAL-PASSED', 'S-2 XAdES-B-B TOTAL-PASSED']);
  expect(codesOf(report)).not.toContain('attack-wrapping');
});

test('a batch of invoices, each signed by its ID, passes; one more that nobody signed is told', async () => {
  const one = (i: number): string => `<HDon><DLHDon Id="d${i}"><SHDon>${i}</SHDon></DLHDon><DSCKS><!--here--></DSCKS></HDon>`;
  let batch = '<TDiep></TDiep>';
  for (let i = 0; i < 5; i++) batch = await signed(batch.replace('</TDiep>', () => `${one(i)}</TDiep>`), holder, { id: `S${i}`, references: [{ uri: `#d${i}` }] });
  expect(country.validate(bytes(batch)).conclusion.indication).toBe('TOTAL-PASSED');
  const more = country.validate(bytes(batch.replace('</TDiep>', () => `${one(9).replace('<!--here-->', '')}</TDiep>`)));
  expect(more.conclusion).toEqual({ indication: 'INDETERMINATE', subIndication: 'SIG_CONSTRAINTS_FAILURE' });
  expect(codesOf(more)).toContain('attack-wrapping');
});

describe('a plain XML signature', () => {
  const plain = (certificate: string, more = ''): string => invoice.replace('<!--here-->', () => '<Signature Id="seller" xmlns="http://www.w3.org/2000/09/xmldsig#" xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><SignedInfo>'
    + '<CanonicalizationMethod Algorithm="http://www.w3.org/TR/2001/REC-xml-c14n-20010315"/><SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"/>'
    + '<Reference URI="#data"><Transforms><Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/></Transforms><DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><ds:DigestValue></ds:DigestValue></Reference>'
    + '<Reference URI="#time"><DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><ds:DigestValue></ds:DigestValue></Reference>'
    + `</SignedInfo><ds:SignatureValue></ds:SignatureValue><KeyInfo><X509Data><X509SubjectName>CN=x</X509SubjectName>${certificate}</X509Data>${more}</KeyInfo>`
    + '<Object Id="time"><SignatureProperties xmlns=""><SignatureProperty Target="seller"><SigningTime xmlns="http://example.org/#signatureProperties">2026-06-01T15:00:00</SigningTime></SignatureProperty></SignatureProperties></Object></Signature>');
  const x509 = (...holders: Holder[]): string => holders.map(({ certificate }) => `<X509Certificate>${Buffer.from(certificate.der).toString('base64')}</X509Certificate>`).join('');

  test('as invoices of Vietnam have it: by ID beside the data, local time as if it were UTC', async () => {
    const report = country.validate(bytes(await signXml(plain(x509(holder)), { signer: holder.signer })));
    expect(report.signatures.map(summaryOf)).toEqual(['S-1 XMLDSig TOTAL-PASSED']);
    expect(report.signatures[0]).toMatchObject({ field: 'seller', signer: { commonName: 'Người ký' }, signingTime: { claimed: new Date('2026-06-01T15:00:00Z') } });
    expect(codesOf(report)).toEqual(expect.arrayContaining(['signing-certificate-unbound', 'signed-part', 'claimed-time-local-as-utc']));
  });

  test('with its issuer along passes; with two that could be the signer it is a conflict', async () => {
    const other = await country.official('Người khác');
    const verdictOf = async (...holders: Holder[]): Promise<string> => summaryOf(country.validate(bytes(await signXml(plain(x509(...holders)), { signer: holder.signer }))).signatures[0]!);
    expect(await verdictOf(country.root, holder)).toBe('S-1 XMLDSig TOTAL-PASSED');
    expect(await verdictOf(other, holder)).toBe('S-1 XMLDSig INDETERMINATE/NO_SIGNING_CERTIFICATE_FOUND');
  });

  test('SHA-1 is judged by the time it was used', async () => {
    const xml = plain(x509(holder)).replaceAll('http://www.w3.org/2001/04/xmlenc#sha256', 'http://www.w3.org/2000/09/xmldsig#sha1');
    expect(summaryOf(country.validate(bytes(await signXml(xml, { signer: holder.signer }))).signatures[0]!)).toBe('S-1 XMLDSig INDETERMINATE/CRYPTO_CONSTRAINTS_FAILURE_NO_POE');
  });

  test('a Manifest that is signed is judged with all it lists', async () => {
    const manifest = (value: string): string => `<ds:Manifest Id="m"><ds:Reference URI="#data"><ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><ds:DigestValue>${value}</ds:DigestValue></ds:Reference></ds:Manifest>`;
    const inner = createHash('sha256').update(canonicalize({ apex: parseXml(bytes(/<DLHDon[^]*<\/DLHDon>/.exec(invoice)![0])), omits: () => false, comments: false }, { form: 'inclusive', comments: false, prefixes: [] }, new WorkBudget())).digest('base64');
    const make = (value: string): Promise<string> => signXml(placed(invoice, template(holder, { references: [{ uri: '#m' }] }).replace('URI="#m"', 'URI="#m" Type="http://www.w3.org/2000/09/xmldsig#Manifest"')
      .replace('<ds:Object>', () => `<ds:Object>${manifest(value)}</ds:Object><ds:Object>`)), { signer: holder.signer });
    const good = country.validate(bytes(await make(inner)));
    expect(good.signatures.map(summaryOf)).toEqual(['S-1 XAdES-B-B TOTAL-PASSED']);
    expect(good.signatures[0]!.messages.filter(({ code }) => code === 'signed-part').map(({ facts }) => facts['part'])).toEqual(['/HDon/DLHDon']);
    expect(country.validate(bytes((await make(inner)).replace('1100000', '1'))).signatures.map(summaryOf)).toEqual(['S-1 XAdES-B-B TOTAL-FAILED/HASH_FAILURE']);
  });
});

const exclusiveXml = '<ds:CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/>';
const base64 = (der: Uint8Array): string => Buffer.from(der).toString('base64');

describe('timestamps', () => {
  test('one over the SignatureValue proves the time: B-T', async () => {
    const xml = await signed(invoice, holder, { timestamp: stamp });
    expect(country.validate(bytes(xml)).signatures[0]).toMatchObject({ format: 'XAdES-B-T', indication: 'TOTAL-PASSED', signingTime: { proven: new Date(now.getTime() + 10_000), provenBy: 'signature-timestamp' } });
    const other = await signed(invoice, holder, { timestamp: () => stamp(new Uint8Array(32)) });
    expect(country.validate(bytes(other)).signatures[0]).toMatchObject({ signingTime: { proven: null }, timestamps: [{ indication: 'TOTAL-FAILED', subIndication: 'HASH_FAILURE' }] });
  });

  test.each([
    ['AllDataObjectsTimeStamp', ''],
    ['IndividualDataObjectsTimeStamp', '<xades:Include URI="#S-reference-0" referencedData="true"/>'],
  ])('%s is over what is signed', async (name, include) => {
    const data = partOf(invoice, 'DLHDon');
    const token = await stamp(createHash('sha256').update(canonicalPart(data)).digest());
    const property = `<xades:SignedDataObjectProperties><xades:${name}>${include}${exclusiveXml}<xades:EncapsulatedTimeStamp>${base64(token)}</xades:EncapsulatedTimeStamp></xades:${name}></xades:SignedDataObjectProperties>`;
    const xml = await signXml(placed(invoice, template(holder, { references: [{ uri: '#data' }] }).replace('</xades:SignedProperties>', () => `${property}</xades:SignedProperties>`)), { signer: holder.signer });
    expect(country.validate(bytes(xml)).signatures.map(summaryOf)).toEqual(['S-1 XAdES-B-B TOTAL-PASSED']);
    const [candidate] = xmlCandidates(bytes(xml), () => undefined);
    expect(candidate!.timestamps.map(({ kind }) => kind)).toEqual(['content-timestamp']);
    expect(base64(candidate!.timestamps[0]!.stamped('sha256')!)).toBe(createHash('sha256').update(canonicalPart(data)).digest('base64'));
  });

  test('an archive timestamp covers references, signature, keys, properties before it and other objects: B-LTA', async () => {
    const values = `<xades:CertificateValues><xades:EncapsulatedX509Certificate>${base64(country.root.certificate.der)}</xades:EncapsulatedX509Certificate></xades:CertificateValues><xades:RevocationValues><xades:CRLValues><xades:EncapsulatedCRLValue>MAA=</xades:EncapsulatedCRLValue></xades:CRLValues><xades:OCSPValues><xades:EncapsulatedOCSPValue>MAA=</xades:EncapsulatedOCSPValue></xades:OCSPValues></xades:RevocationValues>`;
    const lt = (await signed(invoice, holder, { references: [{ uri: '#data' }, { uri: '#o' }], objects: [{ id: 'o', xml: 'x' }, { id: 'free', xml: 'y' }], timestamp: stamp }))
      .replace('</xades:UnsignedSignatureProperties>', () => `${values}</xades:UnsignedSignatureProperties>`);
    const stamped = Buffer.concat([
      partOf(lt, 'DLHDon'), '<ds:Object Id="o">x</ds:Object>', partOf(lt, 'xades:SignedProperties'), partOf(lt, 'ds:SignedInfo'), partOf(lt, 'ds:SignatureValue'), partOf(lt, 'ds:KeyInfo'),
      partOf(lt, 'xades:SignatureTimeStamp'), partOf(lt, 'xades:CertificateValues'), partOf(lt, 'xades:RevocationValues'), '<ds:Object Id="free">y</ds:Object>',
    ].map(canonicalPart));
    const token = await stamp(createHash('sha256').update(stamped).digest());
    const archive = `<x141:ArchiveTimeStamp xmlns:x141="http://uri.etsi.org/01903/v1.4.1#">${exclusiveXml}<xades:EncapsulatedTimeStamp>${base64(token)}</xades:EncapsulatedTimeStamp></x141:ArchiveTimeStamp>`;
    const lta = lt.replace('</xades:UnsignedSignatureProperties>', () => `${archive}</xades:UnsignedSignatureProperties>`);
    const [candidate] = xmlCandidates(bytes(lta), () => undefined);
    const found = candidate!.timestamps.find(({ kind }) => kind === 'archive-timestamp')!;
    expect(base64(found.stamped('sha256')!)).toBe(createHash('sha256').update(stamped).digest('base64'));
    expect(found.covers()).toMatchObject({ signatures: ['S-1'], evidence: { crls: [Buffer.from('3000', 'hex')], ocspResponses: [Buffer.from('3000', 'hex')] }, tokens: [expect.anything()] });
    expect(found.covers().evidence.certificates).toHaveLength(2);
    expect(candidate!.evidence.certificates).toHaveLength(2);
    expect(country.validate(bytes(lta)).signatures[0]).toMatchObject({ indication: 'TOTAL-PASSED' });
    // what comes later, such as the data of a further archive, is not under it
    const later = xmlCandidates(bytes(lta.replace('</xades:UnsignedSignatureProperties>', '<xades:Later/></xades:UnsignedSignatureProperties>')), () => undefined)[0]!;
    expect(base64(later.timestamps.find(({ kind }) => kind === 'archive-timestamp')!.stamped('sha256')!)).toBe(createHash('sha256').update(stamped).digest('base64'));
  });
});

test('a counter-signature is over the value of the signature it stands in, and says so', async () => {
  const witness = await country.official('Người chứng');
  const first = (await signed(invoice, holder)).replace('<ds:SignatureValue>', '<ds:SignatureValue Id="v">').replace('</xades:QualifyingProperties>', '<xades:UnsignedProperties><xades:UnsignedSignatureProperties><xades:CounterSignature><!--here--></xades:CounterSignature></xades:UnsignedSignatureProperties></xades:UnsignedProperties></xades:QualifyingProperties>');
  const both = await signXml(placed(first, template(witness, { id: 'C', references: [{ uri: '#v' }] })), { signer: witness.signer });
  expect(country.validate(bytes(both)).signatures.map(summaryOf)).toEqual(['S-1 XAdES-B-B TOTAL-PASSED', 'S-1-C-1 XAdES-B-B TOTAL-PASSED']);
  expect(xmlCandidates(bytes(both), () => undefined)[1]).toMatchObject({ counterSigns: 'S-1', coverage: null });
  const stray = await signXml(placed(first.replace('<DLHDon ', '<DLHDon '), template(witness, { id: 'C', references: [{ uri: '#data' }] })), { signer: witness.signer });
  expect(country.validate(bytes(stray)).signatures.map(summaryOf)[1]).toBe('S-1-C-1 XMLDSig TOTAL-FAILED/FORMAT_FAILURE');
});

test('policy, commitment and role are read from under the signature', async () => {
  const policy = '<xades:SignaturePolicyIdentifier><xades:SignaturePolicyId><xades:SigPolicyId><xades:Identifier>urn:oid:1.2.3</xades:Identifier></xades:SigPolicyId><xades:SigPolicyHash><ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><ds:DigestValue>AAAA</ds:DigestValue></xades:SigPolicyHash></xades:SignaturePolicyId></xades:SignaturePolicyIdentifier>';
  const commitment = '<xades:SignedDataObjectProperties><xades:DataObjectFormat ObjectReference="#S-reference-0"><xades:MimeType>application/xml</xades:MimeType></xades:DataObjectFormat><xades:CommitmentTypeIndication><xades:CommitmentTypeId><xades:Identifier>http://uri.etsi.org/01903/v1.2.2#ProofOfApproval</xades:Identifier></xades:CommitmentTypeId><xades:AllSignedDataObjects/></xades:CommitmentTypeIndication></xades:SignedDataObjectProperties>';
  const xml = await signXml(placed(invoice, template(holder).replace('</xades:SignedSignatureProperties>', () => `${policy}</xades:SignedSignatureProperties>${commitment}`)), { signer: holder.signer });
  expect(xmlCandidates(bytes(xml), () => undefined)[0]!.properties).toEqual({
    claimedTime: now, signingCertificate: 'v2', signaturePolicy: 'urn:oid:1.2.3', commitmentTypes: ['http://uri.etsi.org/01903/v1.2.2#ProofOfApproval'], contentType: 'application/xml',
  });
});

test('a document without signatures says so; what is no XML is not read', () => {
  expect(codesOf(country.validate(bytes('<a/>')))).toEqual(['no-signature-found']);
  expect(() => country.validate(bytes('<a>'))).toThrow('document-unreadable');
});

test.each<[string, Buffer, boolean]>([
  ['a declaration', Buffer.from('<?xml version="1.0"?><a/>'), true],
  ['a root at once', Buffer.from('<a/>'), true],
  ['white space before', Buffer.from('\r\n  <a/>'), true],
  ['the mark of UTF-8', Buffer.from('\ufeff<a/>'), true],
  ['UTF-16', Buffer.concat([Buffer.of(0xff, 0xfe), Buffer.from('<a/>', 'utf16le')]), true],
  ['JSON', Buffer.from('{"payload":"<a/>"}'), false],
  ['a compact JWS', Buffer.from('eyJhbGciOiJFUzI1NiJ9.e30.AA'), false],
  ['a PDF', Buffer.from('%PDF-1.7'), false],
])('%s is recognised as what it is', (_what, start, isXml) => {
  expect(looksLikeXml(start)).toBe(isXml);
});
