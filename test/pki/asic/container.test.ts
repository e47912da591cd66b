import { readContainer } from '../../../pki/asic/container.ts';
import { PkiError } from '../../../pki/error.ts';
import { container, manifest, type Files } from './make-container.ts';
import { writeZip, type Written } from './write-zip.ts';

const outcomeOf = (bytes: Uint8Array): string => {
  try {
    return readContainer(bytes).kind;
  } catch (error) {
    if (error instanceof PkiError) return error.code;
    throw error;
  }
};
const p7s = 'META-INF/signature.p7s';
const file = { 'a.txt': 'a' };
const complete: Files = { ...file, 'META-INF/ASiCManifest.xml': manifest(p7s, file), [p7s]: 'x' };
const type = (bytes: string, more: Partial<Written> = {}): Written => ({ name: 'mimetype', bytes: Buffer.from(bytes), ...more });
const rest: Written[] = Object.entries({ ...file, [p7s]: 'x' }).map(([name, bytes]) => ({ name, bytes: Buffer.from(bytes) }));
const asicS = 'application/vnd.etsi.asic-s+zip';

test.each<[string, string, () => Uint8Array]>([
  ['ASiC-S', 'one file and its signature', () => container('ASiC-S', { ...file, [p7s]: 'x' })],
  ['ASiC-E', 'files, a manifest and a signature', () => container('ASiC-E', complete)],
  ['ASiC-E', "OpenDocument's list of files beside", () => container('ASiC-E', { ...complete, 'META-INF/manifest.xml': '<x/>' })],
  ['asic-malformed', 'no mimetype', () => writeZip(rest)],
  ['asic-malformed', 'mimetype not first', () => writeZip([...rest, type(asicS)])],
  ['asic-malformed', 'mimetype compressed', () => writeZip([type(asicS, { deflate: true }), ...rest])],
  ['asic-malformed', 'mimetype with an extra field', () => writeZip([type(asicS, { localExtra: Buffer.from('5554010000', 'hex') }), ...rest])],
  ['asic-malformed', 'mimetype with a line end', () => writeZip([type(`${asicS}\n`), ...rest])],
  ['asic-malformed', 'the type of something else', () => writeZip([type('application/epub+zip'), ...rest])],
  ['asic-malformed', 'no signature', () => container('ASiC-S', file)],
  ['asic-malformed', 'ASiC-S with two files', () => container('ASiC-S', { ...file, 'b.txt': 'b', [p7s]: 'x' })],
  ['asic-malformed', 'ASiC-S with its file in a folder', () => container('ASiC-S', { 'b/a.txt': 'a', [p7s]: 'x' })],
  ['asic-malformed', 'ASiC-S without a file', () => container('ASiC-S', { [p7s]: 'x' })],
  ['asic-malformed', 'ASiC-E without a file', () => container('ASiC-E', { 'META-INF/signatures.xml': '<x/>' })],
  ['asic-malformed', 'a CAdES signature without a manifest in ASiC-E', () => container('ASiC-E', { ...file, [p7s]: 'x' })],
  ['asic-malformed', 'two manifests for one signature', () => container('ASiC-E', { ...complete, 'META-INF/ASiCManifest2.xml': manifest(p7s, file) })],
  ['asic-malformed', 'a manifest for a signature that is not there', () => container('ASiC-E', { ...complete, 'META-INF/ASiCManifest2.xml': manifest('META-INF/signature2.p7s', file) })],
  ['asic-malformed', 'a manifest for an XML signature', () => container('ASiC-E', { ...file, 'META-INF/signatures.xml': '<x/>', 'META-INF/ASiCManifest.xml': manifest('META-INF/signatures.xml', file) })],
  ['zip-name-refused', 'a way out', () => container('ASiC-E', { ...complete, '../../etc/cron.d/x': 'x' })],
  ['zip-name-refused', 'two files of one name but for case', () => container('ASiC-E', { ...complete, 'A.TXT': 'x' })],
])('%s: %s', (outcome, _what, make) => {
  expect(outcomeOf(make())).toBe(outcome);
});

test('what lies in META-INF under other names is content like any other', () => {
  const { dataFiles } = readContainer(container('ASiC-E', { ...complete, 'META-INF/hidden.txt': 'x', 'meta-inf/signature9.p7s': 'x' }));
  expect(dataFiles.map(({ name }) => name)).toEqual(['a.txt', 'META-INF/hidden.txt', 'meta-inf/signature9.p7s']);
});

test('evidence records are named, not read', () => {
  expect(readContainer(container('ASiC-E', { ...complete, 'META-INF/evidencerecord.ers': 'x' })).unread).toEqual(['META-INF/evidencerecord.ers']);
});
