import { PdfLexer } from '../../../pki/pdf-file/lexer.ts';
import { Budget, limits, PdfDict } from '../../../pki/pdf-file/objects.ts';
import { printValue } from '../../../pki/pdf-file/write.ts';
import { codeOf } from './build-pdf.ts';

const read = (text: string): PdfLexer => new PdfLexer(Buffer.from(text, 'latin1'), new Budget());

test.each([
  ['a name with an escape (§7.3.5)', '/A#42C', '/ABC'],
  ['a reference among numbers (§7.3.10)', '[1 2 0 R 3 4]', '[1 2 0 R 3 4]'],
  ['numbers (§7.3.3)', '[+1 -.5 4. 007]', '[1 -0.5 4 7]'],
  ['escapes in a string (§7.3.4.2)', '(a\\(b\\)\\101\\\n(c))', '<612862294128632 9>'.replace(' ', '')],
  ['an odd digit is followed by 0 (§7.3.4.3)', '<41 4>', '<4140>'],
  ['a comment is white space (§7.2.4)', '<</A%x\n true/B null>>', '<</A true\n/B null>>'],
])('%s', (_rule, text, printed) => {
  expect(printValue(read(text).value())).toBe(printed);
});

test.each([
  ['a key that stands twice, spelled differently', '<</A 1/#41 2>>', 'pdf-duplicate-key'],
  ['a key that stands twice with the same string, in two places', '<</Contents <30>/Contents <30>>>', 'pdf-duplicate-key'],
  ['an array without end', '[1 2', 'pdf-malformed'],
  ['a string without end', '(abc', 'pdf-malformed'],
  ['a hexadecimal string without end', '<4141', 'pdf-malformed'],
  ['a letter in a hexadecimal string', '<4g>', 'pdf-malformed'],
  ['a key without value', '<</A>>', 'pdf-malformed'],
  ['two dots', '[1.2.3]', 'pdf-malformed'],
  ['more levels than the limit', '['.repeat(limits.depth + 1), 'pdf-too-deep'],
])('%s is refused', (_rule, text, code) => {
  expect(codeOf(() => read(text).value())).toBe(code);
});

test.each([
  ['  <4142> ', 2, 8, 'hex'], ['<414>', 0, 5, 'hex'], ['<41 42>', 0, 7, 'spaced-hex'], ['(AB)', 0, 4, 'literal'],
])('the place of the string %s is the place of its delimiters, and its form is told', (text, start, end, form) => {
  expect(read(text).value()).toMatchObject({ start, end, form });
});

test.each(['/B', '12', '4 0 R', 'true'])('a key that stands twice with %s is read: every reader takes the same', (value) => {
  const found = read(`<</A ${value}/A ${value}>>`).value();
  expect(found instanceof PdfDict && found.entries.size).toBe(1);
});

test('what is read is counted in memory, long before the tokens run out', () => {
  expect(codeOf(() => new PdfLexer(Buffer.from(`[${'()'.repeat(500_000)}]`), new Budget()).value())).toBe('pdf-too-complex');
});
