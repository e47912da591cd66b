import { createHash } from 'node:crypto';
import { xmlCandidates } from '../../../pki/validation/xml-candidates.ts';
import type { CandidateTimestamp } from '../../../pki/validation/candidate.ts';
import { now, type Holder } from '../certificates.ts';
import { Country } from '../validation/country.ts';
import { canonicalPart, invoice, partOf, signed, tokenFor } from './signed-xml.ts';

const exclusive = '<ds:CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/>';
const base64 = (der: Uint8Array): string => Buffer.from(der).toString('base64');
const sha256 = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest();
const grown = (xml: string, property: string): string => xml.replace('</xades:UnsignedSignatureProperties>', () => `${property}</xades:UnsignedSignatureProperties>`);
const octets = (xml: string, ...names: string[]): Buffer => Buffer.concat(names.map((name) => canonicalPart(name.startsWith('<') ? name : partOf(xml, name))));

let country: Country;
let holder: Holder;
/** Signed, with a timestamp, references and values whose IDs a list can name. */
let long: string;
beforeAll(async () => {
  country = await Country.found();
  holder = await country.official('Người ký');
  const named = (await signed(invoice, holder, { references: [{ uri: '#data' }, { uri: '#o' }], objects: [{ id: 'o', xml: 'x' }] }))
    .replace('<ds:SignatureValue>', '<ds:SignatureValue Id="value">')
    .replace('</xades:QualifyingProperties>', '<xades:UnsignedProperties><xades:UnsignedSignatureProperties></xades:UnsignedSignatureProperties></xades:UnsignedProperties></xades:QualifyingProperties>');
  const token = await tokenFor(country.root, sha256(octets(named, 'ds:SignatureValue')), new Date(now.getTime() + 10_000));
  const stamped = grown(named, `<xades:SignatureTimeStamp Id="stamp">${exclusive}<xades:EncapsulatedTimeStamp>${base64(token)}</xades:EncapsulatedTimeStamp></xades:SignatureTimeStamp>`);
  const properties = '<xades:CompleteCertificateRefs Id="refs"><xades:CertRefs/></xades:CompleteCertificateRefs><xades:CompleteRevocationRefs Id="status-refs"></xades:CompleteRevocationRefs>'
    + `<xades:CertificateValues Id="values"><xades:EncapsulatedX509Certificate>${base64(country.root.certificate.der)}</xades:EncapsulatedX509Certificate></xades:CertificateValues>`;
  long = grown(stamped, properties);
});

const namespaceOf = { '1.3.2': 'xades', '1.4.1': 'x141' } as const;

async function withTimestamp(name: string, over: Uint8Array, { version = '1.3.2', includes = [], from = long }: { version?: keyof typeof namespaceOf; includes?: readonly string[]; from?: string } = {}): Promise<string> {
  const prefix = namespaceOf[version];
  const token = await tokenFor(country.root, sha256(over), new Date(now.getTime() + 20_000));
  const list = includes.map((uri) => (uri.startsWith('#S-reference') ? `<xades:Include URI="${uri}" referencedData="true"/>` : `<xades:Include URI="${uri}"/>`)).join('');
  return grown(from, `<${prefix}:${name} xmlns:x141="http://uri.etsi.org/01903/v1.4.1#">${list}${exclusive}<xades:EncapsulatedTimeStamp>${base64(token)}</xades:EncapsulatedTimeStamp></${prefix}:${name}>`);
}

const lastOf = (xml: string): CandidateTimestamp => xmlCandidates(Buffer.from(xml), () => undefined)[0]!.timestamps.at(-1)!;
const verdicts = (xml: string): string[] => country.validate(Buffer.from(xml)).signatures.flatMap(({ indication, timestamps }) => [indication, ...timestamps.map((each) => `${each.kind} ${each.indication}`)]);
const core = ['DLHDon', '<ds:Object Id="o">x</ds:Object>', 'xades:SignedProperties', 'ds:SignedInfo', 'ds:SignatureValue', 'ds:KeyInfo'];
const properties = ['xades:SignatureTimeStamp', 'xades:CompleteCertificateRefs', 'xades:CompleteRevocationRefs', 'xades:CertificateValues'];
const object = '<ds:Object Id="o">x</ds:Object>';

describe.each(['1.3.2', '1.4.1'] as const)('an ArchiveTimeStamp of the namespace %s', (version) => {
  test.each([
    ['leaves out objects that a reference leads to', [...core, ...properties]],
    ['has them once more, as the first editions had it', [...core, ...properties, object]],
  ])('%s', async (_edition, parts) => {
    const xml = await withTimestamp('ArchiveTimeStamp', octets(long, ...parts), { version });
    expect(verdicts(xml)).toEqual(['TOTAL-PASSED', 'signature-timestamp TOTAL-PASSED', 'archive-timestamp TOTAL-PASSED']);
    const { signatures, tokens, evidence } = lastOf(xml).covers();
    expect([signatures, tokens.length, evidence.certificates.length]).toEqual([['S-1'], 1, 2]);
  });

  test('lists the properties that it covers, and no others', async () => {
    const parts = octets(long, ...core, 'xades:CertificateValues', 'xades:SignatureTimeStamp');
    const xml = await withTimestamp('ArchiveTimeStamp', parts, { version, includes: ['#values', '#stamp'] });
    expect(verdicts(xml).at(-1)).toBe('archive-timestamp TOTAL-PASSED');
    const fewer = lastOf(await withTimestamp('ArchiveTimeStamp', octets(long, ...core, 'xades:SignatureTimeStamp'), { version, includes: ['#stamp'] })).covers();
    expect([fewer.tokens.length, fewer.evidence.certificates.length]).toEqual([1, 1]);
  });

  test('lists all that it covers', async () => {
    const parts = octets(long, 'DLHDon', object, 'ds:SignatureValue', 'xades:SignatureTimeStamp');
    const xml = await withTimestamp('ArchiveTimeStamp', parts, { version, includes: ['#S-reference-0', '#S-reference-1', '#value', '#stamp'] });
    expect(verdicts(xml).at(-1)).toBe('archive-timestamp TOTAL-PASSED');
    expect(lastOf(xml).covers()).toMatchObject({ signatures: ['S-1'], evidence: { certificates: [] } });
    const without = await withTimestamp('ArchiveTimeStamp', octets(long, 'xades:SignatureTimeStamp', 'xades:CertificateValues'), { version, includes: ['#stamp', '#values'] });
    expect(lastOf(without).covers()).toMatchObject({ signatures: [], tokens: [expect.anything()], evidence: { certificates: [expect.anything()] } });
  });

  test.each([
    ['an ID that is not there', ['#nothing']],
    ['another document', ['other.xml']],
  ])('one that lists %s proves nothing', async (_what, includes) => {
    expect(verdicts(await withTimestamp('ArchiveTimeStamp', octets(long, ...core), { version, includes })).at(-1)).toBe('archive-timestamp TOTAL-FAILED');
  });

  test.each<[string, string, string]>([
    ['the data', '1100000', '1100001'],
    ['the certificate values', 'Id="values"', 'Id="valuez"'],
    ['the references to certificates', '<xades:CertRefs/>', '<xades:CertRefs></xades:CertRefs>!'],
    ['an object', '>x</ds:Object>', '>z</ds:Object>'],
    ['the digest of the signing certificate', '<xades:CertDigest>', '<xades:CertDigest Id="x">'],
  ])('whoever changes %s has a broken archive, and where it is signed a broken signature', async (_what, found, put) => {
    const xml = await withTimestamp('ArchiveTimeStamp', octets(long, ...core, ...properties), { version });
    expect(xml).toContain(found);
    const after = verdicts(xml.replace(found, put));
    expect(after.at(-1)).not.toBe('archive-timestamp TOTAL-PASSED');
  });
});

describe.each([['SigAndRefsTimeStamp', '1.3.2'], ['SigAndRefsTimeStampV2', '1.4.1']] as const)('%s', (name, version) => {
  test('is over the signature value, its timestamps and the references', async () => {
    const xml = await withTimestamp(name, octets(long, 'ds:SignatureValue', ...properties.slice(0, 3)), { version });
    expect(verdicts(xml).at(-1)).toBe('validation-data-timestamp TOTAL-PASSED');
    expect(lastOf(xml).covers()).toMatchObject({ signatures: ['S-1'], tokens: [expect.anything()] });
  });

  test('lists what it is over besides the value', async () => {
    const xml = await withTimestamp(name, octets(long, 'ds:SignatureValue', 'xades:CompleteRevocationRefs', 'xades:CompleteCertificateRefs'), { version, includes: ['#status-refs', '#refs'] });
    expect(verdicts(xml).at(-1)).toBe('validation-data-timestamp TOTAL-PASSED');
  });
});

test('RefsOnlyTimeStamp is over the references, and proves nothing of the signature', async () => {
  const xml = await withTimestamp('RefsOnlyTimeStamp', octets(long, 'xades:CompleteCertificateRefs', 'xades:CompleteRevocationRefs'));
  expect(verdicts(xml).at(-1)).toBe('validation-data-timestamp TOTAL-PASSED');
  expect(lastOf(xml).covers().signatures).toEqual([]);
});
