import { signXml } from '../../../pki/xml/sign.ts';
import { publicServicePolicy } from '../../../pki/validation/policy.ts';
import { noEvidence } from '../../../pki/validation/evidence.ts';
import { fileNamed, type GivenFile } from '../../../pki/validation/given-content.ts';
import type { ValidationReport } from '../../../pki/validation/report.ts';
import { validateDocument } from '../../../pki/validation/validate.ts';
import { now, type Holder } from '../certificates.ts';
import { sign } from '../cms/unsigned.ts';
import { digestOf, encode, forged, jadesHeader } from '../jws/sign.ts';
import { template } from '../xml/signed-xml.ts';
import { codesOf, Country, summaryOf } from './country.ts';

const file = (name: string, text: string): GivenFile => ({ name, bytes: Buffer.from(text) });
const [decision, map] = [file('quyet-dinh.txt', 'Quyết định số 7'), file('so-do.svg', '<svg/>')];
let country: Country;
let holder: Holder;
beforeAll(async () => {
  country = await Country.found();
  holder = await country.official('Chủ tịch');
});

const judge = (signature: Uint8Array | string, content: readonly GivenFile[]): ValidationReport => validateDocument({
  file: Buffer.from(signature), content, validationTime: new Date(now.getTime() + 60_000), policy: { ...publicServicePolicy, revocation: 'if-available' },
  anchors: [{ certificate: country.root.certificate, domain: 'Antin', scope: 'any', trustedFrom: country.root.certificate.notBefore, trustedUntil: undefined }], evidence: noEvidence,
}).report;

const uris = ['quyet-dinh.txt', 'https://example.org/ban-ve/so-do.svg?v=2'];
const resolve = (name: string | undefined): Uint8Array | undefined => fileNamed([decision, map], name)?.bytes;

const makers: Record<string, () => Promise<string>> = {
  'XAdES, two files beside': () => signXml(template(holder, { references: uris.map((uri) => ({ uri })) }), { signer: holder.signer, resolve }),
  'JAdES, objects by URI': () => forged(holder, JSON.stringify(jadesHeader(holder, 'ES256', { sigD: { mId: 'http://uri.etsi.org/19182/ObjectIdByURI', pars: uris } })), undefined, encode('Quyết định số 7') + encode('<svg/>')),
  'JAdES, objects by URI and hash': () => forged(holder, JSON.stringify(jadesHeader(holder, 'ES256', {
    sigD: { mId: 'http://uri.etsi.org/19182/ObjectIdByURIHash', pars: uris, hashM: 'S256', hashV: [decision, map].map(({ bytes }) => digestOf('sha256', encode(Buffer.from(bytes).toString()))) },
  })), undefined),
};

describe.each(Object.entries(makers))('%s', (_what, make) => {
  let signature: string;
  beforeAll(async () => {
    signature = await make();
  });

  test('in any order, found by name or by the last part of an address', () => {
    for (const given of [[decision, map], [map, decision]]) {
      const report = judge(signature, given);
      expect(report.signatures.map(({ indication }) => indication)).toEqual(['TOTAL-PASSED']);
      expect([report.conclusion.indication, report.files.map(({ coveredBy }) => coveredBy)]).toEqual(['TOTAL-PASSED', [['S-1'], ['S-1']]]);
    }
  });

  test.each<[string, readonly GivenFile[], string, string]>([
    ['one that is changed', [decision, file('so-do.svg', '<svg>')], 'TOTAL-FAILED', ''],
    ['each under the other’s name', [{ ...decision, name: map.name }, { ...map, name: decision.name }], 'TOTAL-FAILED', ''],
    ['one that is missing', [decision, file('khac.svg', '<svg/>')], 'INDETERMINATE', 'file-not-signed'],
    ['one more that nobody signed', [decision, map, file('them.txt', 'x')], 'INDETERMINATE', 'file-not-signed'],
    ['two of one name', [decision, map, file('so-do.svg', '<svg/>')], 'INDETERMINATE', 'file-name-twice'],
  ])('%s', (_case, given, indication, code) => {
    const report = judge(signature, given);
    expect(report.conclusion.indication).toBe(indication);
    if (code) expect(codesOf(report)).toContain(code);
  });

  test('a single file stands for one name, not for two', () => {
    expect(country.validate(Buffer.from(signature), decision.bytes).conclusion.indication).toBe('INDETERMINATE');
  });
});

test('a detached CMS says itself which of several files it is over; the others are not signed', async () => {
  const cms = await sign(holder, decision.bytes);
  const report = judge(cms, [map, decision]);
  expect(report.signatures.map(summaryOf)).toEqual(['S-1 CAdES-B-B TOTAL-PASSED']);
  expect([report.conclusion.indication, report.files.map(({ coveredBy }) => coveredBy)]).toEqual(['INDETERMINATE', [[], ['S-1']]]);
  expect(judge(cms, [map, file('quyet-dinh.txt', 'khác')]).signatures.map(summaryOf)).toEqual(['S-1 CAdES-B-B INDETERMINATE/SIGNED_DATA_NOT_FOUND']);
  expect(judge(await country.token(decision.bytes), [map, decision]).signatures.map(summaryOf)).toEqual(['S-1 RFC3161 TOTAL-PASSED']);
});

test.each<[string, string, readonly string[], string | undefined]>([
  ['the whole name before a part of it', 'a/b.txt', ['b.txt', 'a/b.txt'], 'a/b.txt'],
  ['percent-encoded, in another normal form', 'x/Quy%E1%BA%BFt.txt', ['Quyết.txt'.normalize('NFD'), 'b'], 'Quyết.txt'.normalize('NFD')],
  ['not where two could be meant', 'c/b.txt', ['a/b.txt', 'd/b.txt'], undefined],
  ['encoded as nobody can decode', 'a/%zz', ['%zz'], '%zz'],
])('a file is found by %s', (_rule, reference, names, found) => {
  expect(fileNamed(names.map((name) => file(name, name)), reference)?.name).toBe(found);
});
