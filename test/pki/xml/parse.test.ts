import { PkiError } from '../../../pki/error.ts';
import { parseXml } from '../../../pki/xml/parse.ts';
import { attributeOf, childOf, childrenOf, elementsOf, pathOf, textOf, tokenOf, bytesOf } from '../../../pki/xml/tree.ts';
import { isInstalled, Libxml } from './libxml.ts';
import { random } from './random.ts';

const parse = (xml: string): ReturnType<typeof parseXml> => parseXml(Buffer.from(xml, 'utf8'));

function refusal(xml: string | Uint8Array): string {
  try {
    parseXml(typeof xml === 'string' ? Buffer.from(xml, 'utf8') : xml);
  } catch (error) {
    if (error instanceof PkiError) return error.code;
    throw error;
  }
  return 'read';
}

test('a document becomes elements, attributes and texts with their namespaces', () => {
  const { root, before, after, ids } = parse('\ufeff<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<!--a--><?b c d?>\n'
    + '<hd:HDon xmlns:hd="urn:hd" xmlns="urn:d"><DLHDon Id="data" hd:x="1">Giá <![CDATA[<1>]]> &amp; &#x1EA1;&#273;</DLHDon></hd:HDon><!--e-->\n');
  expect(root).toMatchObject({ prefix: 'hd', local: 'HDon', namespace: 'urn:hd' });
  const data = childOf(root, 'urn:d', 'DLHDon')!;
  expect(textOf(data)).toBe('Giá <1> & ạđ');
  expect([attributeOf(data, 'Id'), attributeOf(data, 'x', 'urn:hd'), attributeOf(data, 'x')]).toEqual(['data', '1', undefined]);
  expect(ids.get('data')).toEqual([data]);
  expect(before).toEqual([{ kind: 'comment', text: 'a' }, { kind: 'instruction', target: 'b', text: 'c d' }]);
  expect(after).toEqual([{ kind: 'comment', text: 'e' }]);
});

test.each([
  ['line ends are one line feed (XML 1.0 §2.11)', '<a>1\r\n2\r3</a>', '1\n2\n3'],
  ['a carriage return by number stays (§2.11)', '<a>&#13;</a>', '\r'],
  ['text beyond the basic plane', '<a>&#x1F600;😀</a>', '😀😀'],
])('%s', (_rule, xml, text) => {
  expect(textOf(parse(xml).root)).toBe(text);
});

test('white space in attributes is spaces, but not what was written by number (§3.3.3)', () => {
  expect(attributeOf(parse('<a b="1\t2\r\n3&#9;4&#10;"/>').root, 'b')).toBe('1 2 3\t4\n');
});

test('UTF-16 with its mark is read, as Windows programs write it', () => {
  const xml = '<?xml version="1.0" encoding="utf-16"?><a>Việt</a>';
  expect(textOf(parseXml(Buffer.concat([Buffer.of(0xff, 0xfe), Buffer.from(xml, 'utf16le')])).root)).toBe('Việt');
  expect(textOf(parseXml(Buffer.concat([Buffer.of(0xfe, 0xff), Buffer.from(xml, 'utf16le').swap16()])).root)).toBe('Việt');
});

const laughs = `<!DOCTYPE a [<!ENTITY l0 "lol">${Array.from({ length: 9 }, (_, i) => `<!ENTITY l${i + 1} "${`&l${i};`.repeat(10)}">`).join('')}]><a>&l9;</a>`;

test.each([
  ['an entity bomb', laughs, 'xml-doctype'],
  ['an external entity', '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', 'xml-doctype'],
  ['an external DTD', '<!DOCTYPE a SYSTEM "http://127.0.0.1/a.dtd"><a/>', 'xml-doctype'],
  ['a parameter entity', '<!DOCTYPE a [<!ENTITY % p SYSTEM "http://127.0.0.1/">%p;]><a/>', 'xml-doctype'],
  ['an empty document type', '<!DOCTYPE a><a/>', 'xml-doctype'],
  ['an entity nobody declared', '<a>&nbsp;</a>', 'xml-entity'],
  ['an ampersand alone', '<a b="1&2"/>', 'xml-entity'],
  ['a reference without its end', '<a>&amp</a>', 'xml-entity'],
  ['a character that is none', '<a>&#0;</a>', 'xml-malformed'],
  ['a character beyond Unicode', '<a>&#x110000;</a>', 'xml-malformed'],
  ['half of a pair by number', '<a>&#xD800;</a>', 'xml-malformed'],
  ['a control character', '<a>\u0001</a>', 'xml-malformed'],
  ['XML 1.1, which allows others', '<?xml version="1.1"?><a/>', 'xml-malformed'],
  ['a declaration after white space', ' <?xml version="1.0"?><a/>', 'xml-malformed'],
  ['another encoding', '<?xml version="1.0" encoding="ISO-8859-1"?><a/>', 'xml-encoding'],
  ['UTF-16 that says it is UTF-8', Buffer.concat([Buffer.of(0xff, 0xfe), Buffer.from('<?xml version="1.0" encoding="UTF-8"?><a/>', 'utf16le')]), 'xml-encoding'],
  ['bytes that are no UTF-8', Buffer.from([0x3c, 0x61, 0x3e, 0xc3, 0x28, 0x3c, 0x2f, 0x61, 0x3e]), 'xml-encoding'],
  ['an overlong slash in UTF-8', Buffer.from([0x3c, 0x61, 0x3e, 0xc0, 0xaf, 0x3c, 0x2f, 0x61, 0x3e]), 'xml-encoding'],
  ['two roots', '<a/><b/>', 'xml-malformed'],
  ['no root', '<!--a-->', 'xml-malformed'],
  ['text after the root', '<a/>x', 'xml-malformed'],
  ['an open element', '<a><b></b>', 'xml-malformed'],
  ['ends in the wrong order', '<a><b></a></b>', 'xml-malformed'],
  ['an attribute twice', '<a b="1" b="2"/>', 'xml-malformed'],
  ['an attribute twice by two prefixes', '<a xmlns:p="urn:x" xmlns:q="urn:x" p:b="1" q:b="2"/>', 'xml-malformed'],
  ['no space between attributes', '<a b="1"c="2"/>', 'xml-malformed'],
  ['< in an attribute', '<a b="<"/>', 'xml-malformed'],
  ['an attribute without quotes', '<a b=1/>', 'xml-malformed'],
  [']]> in text', '<a>]]></a>', 'xml-malformed'],
  ['-- in a comment', '<a><!-- a -- b --></a>', 'xml-malformed'],
  ['--- at the end of a comment', '<a><!-- a ---></a>', 'xml-malformed'],
  ['a second XML declaration', '<a><?xml version="1.0"?></a>', 'xml-malformed'],
  ['a CDATA section outside', '<![CDATA[a]]><a/>', 'xml-malformed'],
  ['a name that begins with a digit', '<1a/>', 'xml-malformed'],
  ['a name of two colons', '<a:b:c xmlns:a="urn:a"/>', 'xml-malformed'],
  ['a prefix nobody declared', '<p:a/>', 'xml-namespace'],
  ['a prefix declared by a brother', '<a><b xmlns:p="urn:p"/><p:c/></a>', 'xml-namespace'],
  ['a prefix taken back', '<a xmlns:p="urn:p"><p:b xmlns:p=""/></a>', 'xml-namespace'],
  ['another meaning for xml', '<a xmlns:xml="urn:x"/>', 'xml-namespace'],
  ['another prefix for xml', '<a xmlns:x="http://www.w3.org/XML/1998/namespace"/>', 'xml-namespace'],
  ['a declared xmlns', '<a xmlns:xmlns="urn:x"/>', 'xml-namespace'],
  ['201 elements inside each other', '<a>'.repeat(201), 'xml-too-complex'],
  ['500,000 elements', `<a>${'<b/>'.repeat(500_000)}</a>`, 'xml-too-complex'],
  ['300 attributes on one element', `<a ${Array.from({ length: 300 }, (_, i) => `b${i}="1"`).join(' ')}/>`, 'xml-too-complex'],
  ['100 namespaces on one element', `<a ${Array.from({ length: 100 }, (_, i) => `xmlns:b${i}="urn:b"`).join(' ')}/>`, 'xml-too-complex'],
  ['a name of a megabyte', `<${'a'.repeat(1_000_000)}/>`, 'xml-too-complex'],
  ['an attribute of 50 MB', `<a b="${'x'.repeat(50_000_000)}"/>`, 'xml-too-large'],
  ['nothing', '', 'xml-malformed'],
])('%s is refused', (_what, xml, code) => {
  expect(refusal(xml)).toBe(code);
});

test('three million references cost no memory of their own', () => {
  expect(textOf(parse(`<a>${'&#x20;'.repeat(3_000_000)}</a>`).root)).toHaveLength(3_000_000);
});

test('an ID on two elements is known to be on two; on one element twice it is one', () => {
  const { ids } = parse('<a xmlns:wsu="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"><b Id="x"/><c ID="x"/><d id="y" xml:id="y"/><e wsu="y"/><f wsu:Id="z"/></a>');
  expect(ids.get('x')!.map(({ local }) => local)).toEqual(['b', 'c']);
  expect(ids.get('y')!.map(({ local }) => local)).toEqual(['d']);
  expect(ids.get('z')!.map(({ local }) => local)).toEqual(['f']);
});

test('a value with a comment inside is no value: readers differ in what it says', () => {
  const { root } = parse('<a><b>admin<!-- -->.vn</b><c> x\n y </c><d>QUI=</d><e>QUI</e></a>');
  const [b, c, d, e] = childrenOf(root);
  expect(() => textOf(b!)).toThrow('xml-text-expected');
  expect(tokenOf(c!)).toBe('x y');
  expect(Buffer.from(bytesOf(d!)).toString()).toBe('AB');
  expect(() => bytesOf(e!)).toThrow('xml-base64-malformed');
});

test('elements come in the order of the document and tell where they stand', () => {
  const { root } = parse('<a><b><c/></b><b/><p:d xmlns:p="urn:p"/></a>');
  expect([...elementsOf(root)].map(pathOf)).toEqual(['/a', '/a/b[1]', '/a/b[1]/c', '/a/b[2]', '/a/p:d']);
});

const sample = '<?xml version="1.0" encoding="UTF-8"?>\n<!-- b --><r xmlns="urn:d" xmlns:p="urn:p"><p:a b=\'1\' p:c="&lt;&#xA;ạ">t &amp; x<![CDATA[<z>]]></p:a><?pi d?><c xmlns=""/>\r\n<!--c--></r>\n';
const pieces = ['<', '>', '&', ';', '"', '<!--', '-->', '<![CDATA[', ']]>', '<?', '?>', 'xmlns:', ':', '=', ' ', '\r', '&#1;', '&#x85;', '\u0085', '\ufffe', '&#xFFFE;', 'é', '·', '\u0300', '-', '1', 'xml', '<!', 'p:', '&lt', '&#x;', '\u{10000}', '\u00d7'];

(isInstalled('xmllint') ? test : test.skip)('400 spoilt documents by seed: what is read here libxml2 reads too, and what it reads is refused here for a reason', () => {
  const libxml = new Libxml();
  const next = random(7);
  const ends = { read: 0, refused: 0 };
  for (let i = 0; i < 400; i++) {
    const at = next(sample.length);
    const spoilt = [sample.slice(0, at) + sample.slice(at + next(4)), sample.slice(0, at + next(30)) + sample.slice(at), sample.slice(0, at) + pieces[next(pieces.length)]! + sample.slice(at)][next(3)]!;
    libxml.file('a.xml', spoilt);
    const { code, stderr } = libxml.run('xmllint', '--nonet', '--noout', 'a.xml');
    // not of XML itself: namespace names that are no URIs; declarations of versions and encodings that nobody has
    const isRead = code === 0 && !stderr.replace(/.*is not a valid URI.*/g, '').includes('error');
    const ours = refusal(spoilt);
    if (ours === 'read') ends.read += 1;
    else ends.refused += 1;
    if ((ours === 'read') !== isRead) expect([ours, spoilt]).toEqual([expect.stringMatching(/^xml-/), expect.stringMatching(/^<\?xml version="1\.0*" |encoding="(?!UTF-8")/)]);
  }
  expect(Math.min(ends.read, ends.refused)).toBeGreaterThan(30);
  libxml.close();
}, 60_000);
