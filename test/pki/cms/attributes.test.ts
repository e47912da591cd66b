import { element, oid, sequence } from '../../../pki/asn1/der-writer.ts';
import { oids } from '../../../pki/asn1/oids.ts';
import { tags } from '../../../pki/asn1/tags.ts';
import { parseContentKind } from '../../../pki/cms/attributes.ts';

const utf8 = (text: string): Uint8Array => element(tags.utf8String, Buffer.from(text));
const mime = { oid: oids.mimeType, values: [utf8('application/pdf')] };
const hint = { oid: oids.contentHint, values: [sequence(utf8('giay.pdf'), oid(oids.data))] };

test.each([
  ['the MIME type', [mime], 'application/pdf'],
  ['the MIME type before a hint', [hint, mime], 'application/pdf'],
  ['a hint with its description', [hint], oids.data],
  ['a hint without', [{ ...hint, values: [sequence(oid(oids.tstInfo))] }], oids.tstInfo],
  ['neither', [], undefined],
])('what the content is said to be: %s', (_what, attributes, kind) => {
  expect(parseContentKind(attributes)).toBe(kind);
});

test('a hint that is malformed is refused', () => {
  expect(() => parseContentKind([{ ...hint, values: [sequence(utf8('x'))] }])).toThrow('asn1-unexpected-tag');
});
