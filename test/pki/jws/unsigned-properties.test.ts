import { createHash } from 'node:crypto';
import { explicit, integer, octetString, oid, sequence } from '../../../pki/asn1/der-writer.ts';
import { oids } from '../../../pki/asn1/oids.ts';
import { parseJws } from '../../../pki/jws/parse.ts';
import { readUnsignedProperties, type UnsignedProperties } from '../../../pki/jws/unsigned-properties.ts';
import { encode, flattened, jadesHeader, signerNamed } from './sign.ts';

const content = Buffer.from('nội dung');
const [token, later, certificate, crl] = [1, 2, 3, 4].map((n) => sequence(integer(n))) as [Uint8Array, Uint8Array, Uint8Array, Uint8Array];
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
const basicResponse = sequence(sequence(integer(5)));
const response = sequence(Uint8Array.of(0x0a, 1, 0), explicit(0, sequence(oid(oids.ocspBasic), octetString(basicResponse))));
const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();

let made: Record<string, unknown>;
beforeAll(async () => {
  const holder = await signerNamed('Người ký', 'p256');
  made = await flattened(holder, jadesHeader(holder, 'ES256'), content);
});

function read(etsiU: unknown, more: Record<string, unknown> = {}): UnsignedProperties {
  const jws = parseJws(Buffer.from(JSON.stringify({ ...made, ...more, header: { etsiU } })));
  return readUnsignedProperties(jws, jws.signatures[0]!, () => content);
}

const properties = [
  { sigTst: { tstTokens: [{ val: base64(token) }] } },
  { xVals: [{ x509Cert: { val: base64(certificate) } }, { otherCert: { val: 'AA==' } }] },
  { rVals: { crlVals: [{ val: base64(crl) }], ocspVals: [{ val: base64(response) }, { val: base64(basicResponse) }] } },
  { arcTst: { tstTokens: [{ val: base64(later) }] } },
  { cSig: 'x' },
];

describe.each([['in the clear', properties], ['in base64url', properties.map((each) => encode(each))]])('etsiU %s', (_form, etsiU) => {
  test('timestamps and evidence are found, the rest is named', () => {
    const found = read(etsiU);
    expect(found.signatureTimestamps.map((each) => each.token)).toEqual([Buffer.from(token)]);
    expect(found.evidence).toEqual({ certificates: [Buffer.from(certificate)], crls: [Buffer.from(crl)], ocspResponses: [Buffer.from(response), response] });
    expect(found.unread).toEqual(['cSig']);
  });

  test('a signature timestamp stamps the text of the signature value', () => {
    expect(read(etsiU).signatureTimestamps[0]!.imprint('sha256')).toEqual(sha256(String(made['signature'])));
  });
});

test('an archive timestamp stamps content, header, signature value and the properties before it', () => {
  const texts = properties.map((each) => encode(each));
  const expected = sha256(`${encode(content.toString())}.${String(made['protected'])}.${String(made['signature'])}.${texts.slice(0, 3).join('')}`);
  const [archive] = read(texts).archiveTimestamps;
  expect(archive!.token).toEqual(Buffer.from(later));
  expect(archive!.imprint('sha256')).toEqual(expected);
  expect(archive!.covered()).toEqual({ signature: true, evidence: read(texts.slice(0, 3)).evidence, tokens: [Buffer.from(token)] });
  // evidence that came later is not under it
  expect(read([...texts.slice(3), ...texts.slice(0, 3)]).archiveTimestamps[0]!.covered()).toEqual({ signature: true, evidence: { certificates: [], crls: [], ocspResponses: [] }, tokens: [] });
  // the same where the content is handed in
  expect(read(texts, { payload: undefined }).archiveTimestamps[0]!.imprint('sha256')).toEqual(expected);
});

test.each<[string, unknown]>([
  ['both forms at once', [properties[0], encode(properties[1])]],
  ['a word', 'x'],
  ['two properties in one', [{ ...properties[0], ...properties[1] }]],
  ['very many', Array.from({ length: 1_001 }, () => ({ x: 1 }))],
  ['tokens that are no base64', [{ sigTst: { tstTokens: [{ val: '!' }] } }, { xVals: 1 }, { rVals: { crlVals: [1] } }]],
  ['only the archive before the last is stamped', [{ arcTst: { timeStamped: 'previousArcTst', tstTokens: 1 } }]],
])('%s brings nothing', (_what, etsiU) => {
  const found = read(etsiU);
  expect([found.signatureTimestamps, found.archiveTimestamps, found.evidence.certificates, found.evidence.crls]).toEqual([[], [], [], []]);
});
