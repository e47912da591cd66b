import type { RawChange } from '../../../pki/pdf/comparison.ts';
import { isAllowed, permissionsOf, type Permissions } from '../../../pki/pdf/permissions.ts';
import { readPdf } from '../../../pki/pdf-file/document.ts';
import { PdfDict } from '../../../pki/pdf-file/objects.ts';
import { buildPdf, plainObjects } from '../pdf-file/build-pdf.ts';

const filled = (field: string): RawChange => ({ kind: 'form-filling', level: 'form', code: 'field-filled', warning: false, field, fills: field });
const change = (level: RawChange['level']): RawChange => ({ kind: 'forbidden', level, code: 'x', warning: false });
const p = (docMdp: Permissions['docMdp'], locks: Permissions['locks'] = []): Permissions => ({ docMdp, locks, certifies: false });

test.each<[string, RawChange['level'], boolean[]]>([
  //                                                           P 1    P 2    P 3   none
  ['a DSS or document timestamp is no change (Table 257)', 'archive', [true, true, true, true]],
  ['metadata', 'metadata', [false, true, true, true]],
  ['filling and signing from P 2', 'form', [false, true, true, true]],
  ['annotations with P 3 alone', 'annotation', [false, false, true, false]],
  ['anything else never', 'forbidden', [false, false, false, false]],
])('%s', (_rule, level, allowed) => {
  expect([1, 2, 3, undefined].map((docMdp) => isAllowed(change(level), p(docMdp as 1)))).toEqual(allowed);
});

test.each<[string, Permissions['locks'][number], boolean[]]>([
  ['All', { action: 'All', fields: new Set() }, [false, false, false]],
  ['Include names fields and what is below them', { action: 'Include', fields: new Set(['a']) }, [false, false, true]],
  ['Exclude names those that stay free', { action: 'Exclude', fields: new Set(['a']) }, [true, true, false]],
])('FieldMDP %s (Table 259)', (_action, lock, allowed) => {
  expect(['a', 'a.b', 'ab'].map((name) => isAllowed(filled(name), p(2, [lock])))).toEqual(allowed);
});

test('the certification of the signed revision and its locks hold for a later signature too', () => {
  const reference = (method: string, more: string): string => `<</TransformMethod /${method} /TransformParams <<${more}>>>>`;
  const document = readPdf(buildPdf({
    ...plainObjects,
    1: '<</Type /Catalog /Pages 2 0 R /Perms <</DocMDP 9 0 R>>>>',
    9: `<</Type /Sig /Reference [${reference('DocMDP', '/P 3')} ${reference('FieldMDP', '/Action /Include /Fields [(Note)]')}]>>`,
  }));
  const permissions = permissionsOf(document, new PdfDict());
  expect(permissions).toMatchObject({ docMdp: 3, certifies: false });
  expect([filled('Note'), filled('Other')].map((one) => isAllowed(one, permissions))).toEqual([false, true]);
});
