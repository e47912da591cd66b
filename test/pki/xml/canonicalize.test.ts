import { canonicalize, WorkBudget, type CanonicalMethod } from '../../../pki/xml/canonicalize.ts';
import { parseXml } from '../../../pki/xml/parse.ts';
import { elementsOf, isNamed, type XmlDocument, type XmlElement } from '../../../pki/xml/tree.ts';
import { isInstalled, Libxml } from './libxml.ts';
import { random } from './random.ts';

const parse = (xml: string): XmlDocument => parseXml(Buffer.from(xml, 'utf8'));
const methods = {
  c14n: { form: 'inclusive', comments: false, prefixes: [] },
  comments: { form: 'inclusive', comments: true, prefixes: [] },
  c14n11: { form: 'inclusive-1.1', comments: false, prefixes: [] },
  exclusive: { form: 'exclusive', comments: false, prefixes: [] },
} as const satisfies Record<string, CanonicalMethod>;

function canonical(apex: XmlDocument | XmlElement, method: CanonicalMethod, omits: (element: XmlElement) => boolean = () => false): string {
  return Buffer.from(canonicalize({ apex, omits, comments: true }, method, new WorkBudget())).toString('utf8');
}

const named = (document: XmlDocument, local: string): XmlElement => [...elementsOf(document.root)].find((element) => element.local === local)!;

// Canonical XML 1.0 §3; the document type declarations of the examples, which are refused here, are left out
const startAndEndTags = '<doc>\n   <e1   />\n   <e2   ></e2>\n   <e3   name = "elem3"   id="elem3"   />\n   <e4   name="elem4"   id="elem4"   ></e4>\n'
  + '   <e5 a:attr="out" b:attr="sorted" attr2="all" attr="I\'m"\n      xmlns:b="http://www.ietf.org"\n      xmlns:a="http://www.w3.org"\n      xmlns="http://example.org"/>\n'
  + '   <e6 xmlns="" xmlns:a="http://www.w3.org">\n      <e7 xmlns="http://www.ietf.org">\n         <e8 xmlns="" xmlns:a="http://www.w3.org">\n'
  + '            <e9 xmlns="" xmlns:a="http://www.ietf.org"/>\n         </e8>\n      </e7>\n   </e6>\n</doc>';

test.each([
  ['§3.1 what stands outside the root', '<?xml version="1.0"?>\n\n<?xml-stylesheet   href="doc.xsl"\n   type="text/xsl"   ?>\n\n<doc>Hello, world!<!-- Comment 1 --></doc>\n\n<?pi-without-data     ?>\n\n<!-- Comment 2 -->\n\n<!-- Comment 3 -->',
    methods.c14n, '<?xml-stylesheet href="doc.xsl"\n   type="text/xsl"   ?>\n<doc>Hello, world!</doc>\n<?pi-without-data?>'],
  ['§3.1 with comments', '<?xml version="1.0"?>\n\n<?xml-stylesheet   href="doc.xsl"\n   type="text/xsl"   ?>\n\n<doc>Hello, world!<!-- Comment 1 --></doc>\n\n<?pi-without-data     ?>\n\n<!-- Comment 2 -->\n\n<!-- Comment 3 -->',
    methods.comments, '<?xml-stylesheet href="doc.xsl"\n   type="text/xsl"   ?>\n<doc>Hello, world!<!-- Comment 1 --></doc>\n<?pi-without-data?>\n<!-- Comment 2 -->\n<!-- Comment 3 -->'],
  ['§3.2 white space in content', '<doc>\n   <clean>   </clean>\n   <mixed>\n      A\n      <clean>   </clean>\n      B\n   </mixed>\n</doc>', methods.c14n,
    '<doc>\n   <clean>   </clean>\n   <mixed>\n      A\n      <clean>   </clean>\n      B\n   </mixed>\n</doc>'],
  ['§3.3 start and end tags', startAndEndTags, methods.c14n,
    '<doc>\n   <e1></e1>\n   <e2></e2>\n   <e3 id="elem3" name="elem3"></e3>\n   <e4 id="elem4" name="elem4"></e4>\n'
    + '   <e5 xmlns="http://example.org" xmlns:a="http://www.w3.org" xmlns:b="http://www.ietf.org" attr="I\'m" attr2="all" b:attr="sorted" a:attr="out"></e5>\n'
    + '   <e6 xmlns:a="http://www.w3.org">\n      <e7 xmlns="http://www.ietf.org">\n         <e8 xmlns="">\n            <e9 xmlns:a="http://www.ietf.org"></e9>\n         </e8>\n      </e7>\n   </e6>\n</doc>'],
  ['§3.4 characters and references', '<doc>\r\n   <text>First line&#x0d;&#10;Second line</text>\r\n   <value>&#x32;</value>\r\n   <compute><![CDATA[value>"0" && value<"10" ?"valid":"error"]]></compute>\r\n'
    + '   <compute expr=\'value>"0" &amp;&amp; value&lt;"10" ?"valid":"error"\'>valid</compute>\r\n   <norm attr=\' &apos;   &#x20;&#13;&#xa;&#9;   &apos; \'/>\r\n</doc>', methods.c14n,
    '<doc>\n   <text>First line&#xD;\nSecond line</text>\n   <value>2</value>\n   <compute>value&gt;"0" &amp;&amp; value&lt;"10" ?"valid":"error"</compute>\n'
    + '   <compute expr="value>&quot;0&quot; &amp;&amp; value&lt;&quot;10&quot; ?&quot;valid&quot;:&quot;error&quot;">valid</compute>\n   <norm attr=" \'    &#xD;&#xA;&#x9;   \' "></norm>\n</doc>'],
])('Canonical XML 1.0 %s', (_section, xml, method, expected) => {
  expect(canonical(parse(xml), method)).toBe(expected);
});

// Exclusive XML Canonicalization 1.0 §2.2
const n0 = '<n0:local xmlns:n0="foo:bar" xmlns:n3="ftp://example.org"><n1:elem2 xmlns:n1="http://example.net" xml:lang="en"><n3:stuff xmlns:n3="ftp://example.org"/></n1:elem2></n0:local>';
const n2 = '<n2:pdu xmlns:n1="http://example.com" xmlns:n2="http://foo.example" xml:lang="fr" xml:space="retain"><n1:elem2 xmlns:n1="http://example.net" xml:lang="en"><n3:stuff xmlns:n3="ftp://example.org"/></n1:elem2></n2:pdu>';
const elem2 = '<n1:elem2 xmlns:n1="http://example.net" xml:lang="en"><n3:stuff xmlns:n3="ftp://example.org"></n3:stuff></n1:elem2>';

test('Exclusive Canonicalization §2.2: a part keeps its form in another envelope; the inclusive form does not', () => {
  expect(canonical(named(parse(n0), 'elem2'), methods.exclusive)).toBe(elem2);
  expect(canonical(named(parse(n2), 'elem2'), methods.exclusive)).toBe(elem2);
  expect(canonical(named(parse(n0), 'elem2'), methods.c14n))
    .toBe('<n1:elem2 xmlns:n0="foo:bar" xmlns:n1="http://example.net" xmlns:n3="ftp://example.org" xml:lang="en"><n3:stuff></n3:stuff></n1:elem2>');
  expect(canonical(named(parse(n2), 'elem2'), methods.c14n))
    .toBe('<n1:elem2 xmlns:n1="http://example.net" xmlns:n2="http://foo.example" xml:lang="en" xml:space="retain"><n3:stuff xmlns:n3="ftp://example.org"></n3:stuff></n1:elem2>');
});

test.each([
  ['the list of prefixes is treated as the inclusive form does (§3)', ['n2'], '<n1:elem2 xmlns:n1="http://example.net" xmlns:n2="http://foo.example" xml:lang="en"><n3:stuff xmlns:n3="ftp://example.org"></n3:stuff></n1:elem2>'],
  ['a prefix in the list that nobody declared is nothing', ['zz', '#default'], elem2],
])('Exclusive Canonicalization: %s', (_rule, prefixes, expected) => {
  expect(canonical(named(parse(n2), 'elem2'), { form: 'exclusive', comments: false, prefixes })).toBe(expected);
});

test('the default namespace is taken away where an output ancestor has one', () => {
  const document = parse('<a xmlns="urn:a"><b xmlns=""><c/></b></a>');
  for (const method of [methods.c14n, methods.exclusive]) {
    expect(canonical(document, method)).toBe('<a xmlns="urn:a"><b xmlns=""><c></c></b></a>');
    expect(canonical(named(document, 'b'), method)).toBe('<b><c></c></b>');
  }
});

test('attributes of xml: come down to the part: all in 1.0, lang and space in 1.1, none in the exclusive form', () => {
  const document = parse('<a xml:lang="vi" xml:id="i" xml:space="preserve"><b xml:lang="en"><c/></b></a>');
  expect(canonical(named(document, 'c'), methods.c14n)).toBe('<c xml:id="i" xml:lang="en" xml:space="preserve"></c>');
  expect(canonical(named(document, 'c'), methods.c14n11)).toBe('<c xml:lang="en" xml:space="preserve"></c>');
  expect(canonical(named(document, 'c'), methods.exclusive)).toBe('<c></c>');
  expect(() => canonical(named(parse('<a xml:base="x/"><c/></a>'), 'c'), methods.c14n11)).toThrow('xml-base');
});

test('names are in the order of code points, also beyond the basic plane (§2.2)', () => {
  expect(canonical(parse('<a \u{10000}="2" \uFA0E="1"/>'), methods.c14n)).toBe('<a \uFA0E="1" \u{10000}="2"></a>');
});

test('a relative namespace name has no canonical form (§1.3)', () => {
  expect(() => canonical(parse('<a xmlns="invoice"/>'), methods.c14n)).toThrow('xml-namespace');
});

test('what is left out takes nothing else with it', () => {
  const document = parse('<a xmlns:p="urn:p"><b><s p:x="1"/>t</b><s/></a>');
  expect(canonical(document, methods.c14n, (element) => isNamed(element, '', 's'))).toBe('<a xmlns:p="urn:p"><b>t</b></a>');
});

test('work has an end, however many references ask for it', () => {
  const document = parse(`<a>${'x'.repeat(1_000_000)}</a>`);
  const budget = new WorkBudget();
  expect(() => {
    for (let i = 0; i < 300; i++) canonicalize({ apex: document, omits: () => false, comments: false }, methods.c14n, budget);
  }).toThrow('xml-too-complex');
});

/** Documents of every construct, by seed: namespaces that shadow each other, white space, references, comments, instructions. */
function documentBy(next: (below: number) => number): string {
  const pick = <T>(list: readonly T[]): T => list[next(list.length)]!;
  const declared = (): string => pick(['', '', ' xmlns:p="urn:1"', ' xmlns:p="urn:2"', ' xmlns:q="urn:1"', ' xmlns="urn:d"', ' xmlns=""', ' xmlns:q="urn:q" xmlns="urn:1"']);
  const attributes = (): string => pick(['', ' b="&#9; \t&quot;&lt;>"', ' p:a="1" a="2"', ' q:z="&amp;" p:z=\'"\'', ' xml:lang="vi"', ' c="x\r\ny"', ' xml:space="preserve" d="ạ😀"']);
  const content = (depth: number): string => Array.from({ length: next(4) }, () => pick([
    () => 'text &amp; &#13; ]] > "\'', () => '<!-- c -->', () => '<?pi  some data ?>', () => '<![CDATA[<&>\r\n]]>', () => '\r\n\t', () => (depth > 0 ? element(depth - 1) : 'ế'), () => (depth > 0 ? element(depth - 1) : ''),
  ])()).join('');
  const element = (depth: number): string => {
    const name = pick(['a', 'b', 'p:c', 'q:d']);
    return `<${name}${declared()}${attributes()}>${content(depth)}</${name}>`;
  };
  return `<?xml version="1.0"?>\n<!-- before -->\n<root xmlns:p="urn:1" xmlns:q="urn:q">${element(5)}${element(5)}</root>\n<?after?>\n<!-- end -->\n`;
}

const whereXmllint = isInstalled('xmllint') ? test : test.skip;

whereXmllint('60 documents by seed have the canonical forms that libxml2 gives them, or both refuse', () => {
  const libxml = new Libxml();
  const next = random(20261125);
  let read = 0;
  for (let i = 0; i < 60; i++) {
    const xml = documentBy(next);
    libxml.file('a.xml', xml);
    let document: XmlDocument | undefined;
    try {
      document = parse(xml);
    } catch {
      // an attribute twice by two prefixes is an error that xmllint tells and goes on
      expect(libxml.run('xmllint', '--noout', 'a.xml').stderr).toContain('error');
    }
    if (!document) continue;
    read += 1;
    // xmllint writes comments in each form
    for (const [option, method] of [['--c14n', methods.comments], ['--c14n11', { ...methods.c14n11, comments: true }], ['--exc-c14n', { ...methods.exclusive, comments: true }]] as const) {
      expect(canonical(document, method)).toBe(libxml.run('xmllint', option, 'a.xml').stdout.toString('utf8'));
    }
  }
  expect(read).toBeGreaterThan(20);
  libxml.close();
}, 120_000);
