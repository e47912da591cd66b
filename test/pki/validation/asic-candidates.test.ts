import fc from 'fast-check';
import { PkiError } from '../../../pki/error.ts';
import { signXml } from '../../../pki/xml/sign.ts';
import { container, manifest, signedFiles, type Files } from '../asic/make-container.ts';
import type { Holder } from '../certificates.ts';
import { now } from '../certificates.ts';
import { sign } from '../cms/unsigned.ts';
import { mutated } from '../mutation.ts';
import { template } from '../xml/signed-xml.ts';
import { codesOf, Country, summaryOf } from './country.ts';

const files: Files = { 'Giấy chứng nhận.txt': 'Số 42', 'phu-luc/1.txt': 'Phụ lục' };
let country: Country;
let leader: Holder;
let clerk: Holder;
beforeAll(async () => {
  country = await Country.found();
  leader = await country.official('Chủ tịch');
  clerk = await country.official('Văn thư');
});

const verdictOf = (zip: Uint8Array): string[] => {
  const report = country.validate(zip);
  return [report.conclusion.indication, ...report.signatures.map(summaryOf)];
};

describe('ASiC-S', () => {
  const pdf = Buffer.from('%PDF-1.7 a stored PDF within the first kilobyte');

  test('one file, even a PDF, with a CAdES signature', async () => {
    const report = country.validate(container('ASiC-S', { 'ket-qua.pdf': pdf, 'META-INF/signature.p7s': await sign(leader, pdf) }));
    expect(report).toMatchObject({ format: 'ASiC-S', conclusion: { indication: 'TOTAL-PASSED' } });
    expect(report.files).toEqual([{ name: 'ket-qua.pdf', sha256: expect.stringMatching(/^[0-9a-f]{64}$/), octets: pdf.length, coveredBy: ['S-1'] }]);
    expect(report.signatures[0]).toMatchObject({ field: 'META-INF/signature.p7s', signer: { commonName: 'Chủ tịch' } });
  });

  test('a timestamp proves the file, and signs nothing', async () => {
    const report = country.validate(container('ASiC-S', { 'a.txt': 'x', 'META-INF/timestamp.tst': await country.token('x') }));
    expect(report.signatures.map(summaryOf)).toEqual(['S-1 RFC3161 TOTAL-PASSED']);
    expect(report.files[0]!.coveredBy).toEqual(['S-1']);
  });

  test.each<[string, () => Promise<Uint8Array>, string]>([
    ['another file', async () => sign(leader, Buffer.from('khác')), 'TOTAL-FAILED/HASH_FAILURE'],
    ['a signature that holds another content inside', async () => sign(leader, Buffer.from('khác'), { attached: true }), 'TOTAL-FAILED/FORMAT_FAILURE'],
    ['no CMS', () => Promise.resolve(Buffer.from('x')), 'TOTAL-FAILED/FORMAT_FAILURE'],
    ['a token in place of a signature', async () => country.token(pdf), 'TOTAL-FAILED/FORMAT_FAILURE'],
  ])('%s fails', async (_what, make, verdict) => {
    expect(verdictOf(container('ASiC-S', { 'a.pdf': pdf, 'META-INF/signature.p7s': await make() }))[1]).toContain(verdict);
  });
});

describe('ASiC-E with CAdES', () => {
  test('all files by one', async () => {
    const report = country.validate(container('ASiC-E', await signedFiles(leader, files)));
    expect(report.conclusion.indication).toBe('TOTAL-PASSED');
    expect(report.files.map(({ name, coveredBy }) => [name, coveredBy])).toEqual([['Giấy chứng nhận.txt', ['S-1']], ['phu-luc/1.txt', ['S-1']]]);
  });

  test('two signers, one of whom signed one file alone', async () => {
    const report = country.validate(container('ASiC-E', { ...await signedFiles(leader, files), ...await signedFiles(clerk, { 'phu-luc/1.txt': 'Phụ lục' }, { number: '002' }) }));
    expect([report.conclusion.indication, ...report.files.map(({ coveredBy }) => coveredBy.join())]).toEqual(['TOTAL-PASSED', 'S-1', 'S-1,S-2']);
    expect(report.messages.map(({ code, facts }) => [code, facts['name']])).toEqual([['file-not-signed-by-all', 'Giấy chứng nhận.txt']]);
  });

  test('a file that nobody signed is named, and takes the pass away', async () => {
    const report = country.validate(container('ASiC-E', { ...await signedFiles(leader, files), 'them.txt': 'Không ai ký' }));
    expect(report.conclusion).toEqual({ indication: 'INDETERMINATE', subIndication: 'SIG_CONSTRAINTS_FAILURE' });
    expect(report.messages).toMatchObject([{ code: 'file-not-signed', facts: { name: 'them.txt' } }]);
    expect(report.signatures[0]!.indication).toBe('TOTAL-PASSED');
  });

  test('a timestamp over a file is no signature of it', async () => {
    const [tst, list] = ['META-INF/timestamp.tst', manifest('META-INF/timestamp.tst', { 'them.txt': 'x' })];
    const report = country.validate(container('ASiC-E', { ...await signedFiles(leader, files), 'them.txt': 'x', 'META-INF/ASiCManifest9.xml': list, [tst]: await country.token(list) }));
    expect(codesOf(report)).toContain('file-not-signed');
    expect(report.conclusion.indication).toBe('INDETERMINATE');
  });

  test.each<[string, (made: Record<string, Uint8Array | string>) => Files, string]>([
    ['a changed file', (made) => ({ ...made, 'phu-luc/1.txt': 'khác' }), 'TOTAL-FAILED/HASH_FAILURE'],
    ['a missing file', (made) => Object.fromEntries(Object.entries(made).filter(([name]) => name !== 'phu-luc/1.txt')), 'INDETERMINATE/SIGNED_DATA_NOT_FOUND'],
    ['a changed manifest', (made) => ({ ...made, 'META-INF/ASiCManifest001.xml': String(made['META-INF/ASiCManifest001.xml']).replace('text/plain', 'text/html') }), 'TOTAL-FAILED/HASH_FAILURE'],
  ])('%s', async (_what, change, verdict) => {
    const report = country.validate(container('ASiC-E', change(await signedFiles(leader, files))));
    expect(summaryOf(report.signatures[0]!)).toContain(verdict);
    expect(report.conclusion.indication).not.toBe('TOTAL-PASSED');
  });

  test('an archive timestamp proves the signatures it lists, and no others', async () => {
    const first = await signedFiles(leader, files);
    const second = await signedFiles(clerk, files, { number: '002' });
    const covered = Object.fromEntries(Object.entries(first).filter(([name]) => name.startsWith('META-INF/')));
    const list = manifest('META-INF/timestamp001.tst', covered);
    const report = country.validate(container('ASiC-E', { ...first, ...second, 'META-INF/ASiCArchiveManifest001.xml': list, 'META-INF/timestamp001.tst': await country.token(list) }));
    expect(report.conclusion.indication).toBe('TOTAL-PASSED');
    const proven = Object.fromEntries(report.signatures.map(({ field, signingTime }) => [field, signingTime.proven]));
    expect(proven).toEqual({ 'META-INF/signature001.p7s': now, 'META-INF/signature002.p7s': null, 'META-INF/timestamp001.tst': now });
  });

  test('an archive timestamp over a signature that was replaced is broken', async () => {
    const made = await signedFiles(leader, files);
    const list = manifest('META-INF/timestamp001.tst', { 'META-INF/signature001.p7s': 'the old one' });
    const report = country.validate(container('ASiC-E', { ...made, 'META-INF/ASiCArchiveManifest001.xml': list, 'META-INF/timestamp001.tst': await country.token(list) }));
    expect(report.conclusion.indication).toBe('TOTAL-FAILED');
    expect(report.signatures[0]!.signingTime.proven).toBeNull();
  });
});

describe('ASiC-E with XAdES', () => {
  const sealed = (by: Holder, names: readonly string[], given: Files = files): Promise<string> => signXml(
    `<asic:XAdESSignatures xmlns:asic="http://uri.etsi.org/02918/v1.2.1#">${template(by, { references: names.map((name) => ({ uri: encodeURI(name), mimeType: 'text/plain' })) })}</asic:XAdESSignatures>`,
    { signer: by.signer, resolve: (name) => Buffer.from(given[name ?? ''] as string) });

  test('files named by the signature itself, percent-encoded', async () => {
    const report = country.validate(container('ASiC-E', { ...files, 'META-INF/signatures.xml': await sealed(leader, Object.keys(files)) }));
    expect([report.conclusion.indication, ...report.signatures.map(summaryOf)]).toEqual(['TOTAL-PASSED', 'S-1 XAdES-B-B TOTAL-PASSED']);
    expect(report.files.map(({ coveredBy }) => coveredBy)).toEqual([['S-1'], ['S-1']]);
    expect(codesOf(report)).not.toContain('not-whole-document');
  });

  test('two entries with signatures are numbered through, each with its own files', async () => {
    const report = country.validate(container('ASiC-E', {
      ...files, 'META-INF/signatures001.xml': await sealed(leader, Object.keys(files)), 'META-INF/signatures002.xml': await sealed(clerk, ['phu-luc/1.txt']),
    }));
    expect(report.signatures.map(({ id, field, signer }) => [id, field, signer?.commonName])).toEqual([['S-1', 'META-INF/signatures001.xml', 'Chủ tịch'], ['S-2', 'META-INF/signatures002.xml', 'Văn thư']]);
    expect(report.files.map(({ coveredBy }) => coveredBy)).toEqual([['S-1'], ['S-1', 'S-2']]);
  });

  test.each<[string, (xml: string) => Files, string]>([
    ['a changed file', (xml) => ({ ...files, 'phu-luc/1.txt': 'khác', 'META-INF/signatures.xml': xml }), 'TOTAL-FAILED/HASH_FAILURE'],
    ['a missing file', (xml) => ({ 'phu-luc/1.txt': 'Phụ lục', 'META-INF/signatures.xml': xml }), 'INDETERMINATE/SIGNED_DATA_NOT_FOUND'],
    ['XML that is none', () => ({ ...files, 'META-INF/signatures.xml': '<x' }), 'TOTAL-FAILED/FORMAT_FAILURE'],
    ['XML without a signature', () => ({ ...files, 'META-INF/signatures.xml': '<x/>' }), 'TOTAL-FAILED/FORMAT_FAILURE'],
    ['a document type', (xml) => ({ ...files, 'META-INF/signatures.xml': `<!DOCTYPE a [<!ENTITY b "c">]>${xml}` }), 'TOTAL-FAILED/FORMAT_FAILURE'],
  ])('%s', async (_what, make, verdict) => {
    const report = country.validate(container('ASiC-E', make(await sealed(leader, Object.keys(files)))));
    expect(summaryOf(report.signatures[0]!)).toContain(verdict);
  });

  test('a file the signature does not name is not signed', async () => {
    const report = country.validate(container('ASiC-E', { ...files, 'META-INF/signatures.xml': await sealed(leader, ['phu-luc/1.txt']) }));
    expect(report.messages).toMatchObject([{ code: 'file-not-signed', facts: { name: 'Giấy chứng nhận.txt' } }]);
    expect(report.conclusion.indication).toBe('INDETERMINATE');
  });
});

test.each<[string, () => Promise<Uint8Array> | Uint8Array]>([
  ['a ZIP that is no container', () => container('ASiC-E', {})],
  ['a container with bytes before it', async () => Buffer.concat([Buffer.from('PK\u0003\u0004'), container('ASiC-E', await signedFiles(leader, files))])],
  ['a container with bytes after it', async () => Buffer.concat([container('ASiC-E', await signedFiles(leader, files)), Buffer.from('%PDF-1.7')])],
])('%s is unreadable', async (_what, make) => {
  const zip = await make();
  expect(() => country.validate(zip)).toThrow(expect.objectContaining({ code: 'document-unreadable' }));
});

test('content beside a container is refused: which would count?', async () => {
  const report = country.validate(container('ASiC-E', await signedFiles(leader, files)), Buffer.from('x'));
  expect([report.conclusion.indication, ...codesOf(report)]).toEqual(expect.arrayContaining(['INDETERMINATE', 'content-given-twice']));
});

test('whatever is changed in a container: no pass but for the same files', async () => {
  const original = container('ASiC-E', await signedFiles(leader, files));
  const digests = country.validate(original).files.map(({ sha256 }) => sha256).toSorted();
  fc.assert(fc.property(mutated(original), (bytes) => {
    try {
      const report = country.validate(bytes);
      return report.conclusion.indication !== 'TOTAL-PASSED' || JSON.stringify(report.files.map(({ sha256 }) => sha256).toSorted()) === JSON.stringify(digests);
    } catch (error) {
      return error instanceof PkiError;
    }
  }), { numRuns: 800, seed: 162 });
});
