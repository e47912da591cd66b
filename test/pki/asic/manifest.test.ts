import { checkReferences, parseManifest } from '../../../pki/asic/manifest.ts';
import { manifest } from './make-container.ts';

const files = { 'Giấy chứng nhận.txt': 'a', 'b/c.txt': 'b' };
const made = (change: (xml: string) => string = (xml) => xml): Uint8Array => Buffer.from(manifest('META-INF/signature.p7s', files, change));

test('names, algorithms and digests are read', () => {
  const { signatureFile, references } = parseManifest(made());
  expect(signatureFile).toBe('META-INF/signature.p7s');
  expect(references.map(({ name, digest }) => [name, digest])).toEqual([['Giấy chứng nhận.txt', 'sha256'], ['b/c.txt', 'sha256']]);
});

test.each<[string, string | undefined, string[]]>([
  ['right', 'b', []], ['changed', 'c', ['b/c.txt message-digest-mismatch']], ['missing', undefined, ['b/c.txt content-missing']],
])('a file that is %s', (_what, second, expected) => {
  const found = checkReferences(parseManifest(made()), (name) => (name === 'b/c.txt' ? second && Buffer.from(second) : Buffer.from('a')) || undefined);
  expect(found.map(({ name, code }) => `${name} ${code}`)).toEqual(expected);
});

test('a digest that is not known is told, and no pass', () => {
  const md5 = parseManifest(made((xml) => xml.replaceAll('xmlenc#sha256', 'xmldsig-more#md5')));
  expect(checkReferences(md5, () => Buffer.from('a')).map(({ code }) => code)).toEqual(['algorithm-not-supported', 'algorithm-not-supported']);
});

test.each<[string, (xml: string) => string]>([
  ['another root', (xml) => xml.replaceAll('ASiCManifest', 'Manifest')],
  ['another namespace', (xml) => xml.replace('02918/v1.2.1#', '02918/v9#')],
  ['no signature', (xml) => xml.replace(/<asic:SigReference[^>]*>/, '')],
  ['no file', (xml) => xml.replace(/<asic:DataObjectReference.*DataObjectReference>/, '')],
  ['a file twice', (xml) => xml.replace(/(<asic:DataObjectReference.*?DataObjectReference>)/, '$1$1')],
  ['a file twice, once percent-encoded', (xml) => xml.replace(/(<asic:DataObjectReference.*?DataObjectReference>)<asic:DataObjectReference URI="b\/c.txt"(.*?DataObjectReference>)/, '$1<asic:DataObjectReference URI="b/c.txt"$2<asic:DataObjectReference URI="b%2Fc.txt"$2')],
  ['no digest', (xml) => xml.replace(/<ds:DigestValue>[^<]*<\/ds:DigestValue>/, '')],
  ['a document type', (xml) => xml.replace('?>', '?><!DOCTYPE x [<!ENTITY a "b">]>')],
  ['a broken escape', (xml) => xml.replace('b/c.txt', '%E0%A4%A')],
])('%s is refused', (_what, change) => {
  expect(() => parseManifest(made(change))).toThrow(expect.objectContaining({ name: 'PkiError' }));
});

test('a manifest is bounded', () => {
  expect(() => parseManifest(new Uint8Array(1_048_577))).toThrow('asic-manifest-malformed');
});
