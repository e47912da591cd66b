import { oids } from '../../../pki/asn1/oids.ts';
import { explicit, ia5String, sequence } from '../../../pki/asn1/der-writer.ts';
import { contextPrimitive } from '../../../pki/asn1/tags.ts';
import type { Certificate } from '../../../pki/certificate/parse.ts';
import { PathCache, validatePath, type PathInput, type PathSettings, type PathVerdict } from '../../../pki/path/validate.ts';
import { dnsNames, extension, makeCrl, makeEntity, newKey, serialOctets, type Entity } from '../../../scripts/make-chain.ts';

const time = new Date('2030-01-02T00:00:00Z');
const root = makeEntity({ subject: 'root', ca: true });
const issuing = makeEntity({ subject: 'issuing', issuer: root, ca: true, pathLength: 0 });
const leaf = makeEntity({ subject: 'leaf', issuer: issuing, extensions: [dnsNames('a.example')] });

function validate(target: Entity, pool: readonly Entity[], settings: Partial<PathSettings> = {}, input: Partial<PathInput> = {}): PathVerdict {
  return validatePath({
    target: target.certificate, pool: pool.map(({ certificate }) => certificate), anchors: [{ certificate: root.certificate }],
    crls: [], ocspResponses: [], ...input,
  }, { time, revocation: 'none', ...settings });
}

const codes = ({ reasons }: PathVerdict): string[] => reasons.map(({ code, certificate }) => `${code} ${certificate}`);

test('a good chain is valid, target first, anchor last, two signatures checked', () => {
  const verdict = validate(leaf, [issuing]);
  expect(verdict).toMatchObject({ valid: true, reasons: [], signatureChecks: 2 });
  expect(verdict.path).toEqual([leaf, issuing, root].map(({ certificate }) => certificate));
});

describe('what makes a chain fail, told by code and place', () => {
  const plainCa = makeEntity({ subject: 'plain', issuer: root });
  const noSign = makeEntity({ subject: 'no sign', issuer: root, ca: true, keyUsage: ['cRLSign'] });
  const second = makeEntity({ subject: 'second', issuer: issuing, ca: true });
  const other = makeEntity({ subject: 'root', ca: true });
  const unknown = makeEntity({ subject: 'leaf', issuer: issuing, extensions: [extension('1.2.3.4', true, Uint8Array.of(5, 0))] });
  const constrained = makeEntity({ subject: 'constrained', issuer: root, ca: true, extensions: [
    extension(oids.nameConstraints, true, sequence(explicit(0, sequence(ia5String('b.example', contextPrimitive(2)))))),
  ] });
  test.each<[string, Entity, Entity[], Partial<PathSettings>, string[]]>([
    ['an issuer that is missing (§6.1.3 (a)(4))', leaf, [], {}, ['issuer-not-found 0']],
    ['an anchor of the same name with another key', makeEntity({ subject: 'x', issuer: other }), [], {}, ['signature-invalid 0']],
    ['no CA (§6.1.4 (k))', makeEntity({ subject: 'x', issuer: plainCa }), [plainCa], {}, ['not-a-ca 1', 'key-usage 1']],
    ['keyCertSign missing (§6.1.4 (n))', makeEntity({ subject: 'x', issuer: noSign }), [noSign], {}, ['key-usage 1']],
    ['path length (§6.1.4 (l))', makeEntity({ subject: 'x', issuer: second }), [second, issuing], {}, ['path-too-long 1']],
    ['not yet valid', leaf, [issuing], { time: new Date('2019-12-31T23:59:59Z') }, ['not-yet-valid 1', 'not-yet-valid 0']],
    ['expired', leaf, [issuing], { time: new Date('2040-01-01T00:00:00Z') }, ['expired 1', 'expired 0']],
    ['an unknown critical extension (§6.1.5 (f))', unknown, [issuing], {}, ['critical-extension-unknown 0']],
    ['a purpose it has not (§4.2.1.12)', makeEntity({ subject: 'x', issuer: root, extKeyUsage: [oids.clientAuth] }), [], { extendedKeyUsage: oids.serverAuth }, ['extended-key-usage 0']],
    ['a name outside the constraints (§6.1.3 (b))', makeEntity({ subject: 'x', issuer: constrained, extensions: [dnsNames('a.example')] }), [constrained], {}, ['name-constraints 0']],
    ['a server name it has not (RFC 9525)', leaf, [issuing], { serverName: 'b.example' }, ['server-name 0']],
    ['a serial number below one (§4.1.2.2)', makeEntity({ subject: 'x', issuer: root, serial: -1n }), [], {}, ['profile 0']],
    ['an explicit policy without policies (§6.1.3 (f))', leaf, [issuing], { initialExplicitPolicy: true }, ['policy 1', 'policy 0', 'policy 0']],
    ['status required and not known', leaf, [issuing], { revocation: 'required' }, ['status-unknown 0', 'status-unknown 1']],
    ['P-256 refused by a table of one\'s own', leaf, [issuing], { algorithms: [{ digest: 'sha256', refusedFrom: '2030-01-01', source: 'test' }] }, ['algorithm-not-acceptable 1', 'algorithm-not-acceptable 0']],
  ])('%s', (_rule, target, pool, settings, expected) => {
    const verdict = validate(target, pool, settings);
    expect(verdict.valid).toBe(false);
    expect(codes(verdict)).toEqual(expected);
  });
});

test('the last second is inside on both ends (§4.1.2.5)', () => {
  expect(validate(leaf, [issuing], { time: new Date('2020-01-01T00:00:00Z') }).valid).toBe(true);
  expect(validate(leaf, [issuing], { time: new Date('2039-12-31T23:59:59.900Z') }).valid).toBe(true);
});

test('an anchor may be the target, unless a path is demanded', () => {
  expect(validate(root, []).path).toEqual([root.certificate]);
  expect(codes(validate(root, [], { targetMustBeIssued: true }))).toEqual(['target-is-anchor 0']);
});

describe('path building', () => {
  test('without an anchor the path goes as far as the pool, so that the missing issuer is named', () => {
    const verdict = validate(leaf, [issuing], {}, { anchors: [] });
    expect(codes(verdict)).toEqual(['issuer-not-found 1']);
    expect(verdict.path).toEqual([leaf.certificate, issuing.certificate]);
  });

  test('twenty generations of one name: the right key is found whatever the order', () => {
    const generations = Array.from({ length: 20 }, () => makeEntity({ subject: 'generation', issuer: root, ca: true }));
    const target = makeEntity({ subject: 'x', issuer: generations[13]! });
    expect(validate(target, generations)).toMatchObject({ valid: true, signatureChecks: 2 });
    expect(validate(target, generations.toReversed()).path[1]).toBe(generations[13]!.certificate);
  });

  test('loops of cross-certificates end, and the way out of them is found', () => {
    const [a, b] = [newKey(), newKey()];
    const first = makeEntity({ subject: 'a', ca: true, key: a });
    const second = makeEntity({ subject: 'b', ca: true, key: b, issuer: first });
    const crossed = makeEntity({ subject: 'a', ca: true, key: a, issuer: second });
    const target = makeEntity({ subject: 'x', issuer: crossed });
    expect(codes(validate(target, [first, second, crossed]))).toEqual(['issuer-not-found 1']);
    const exit = makeEntity({ subject: 'b', ca: true, key: b, issuer: root });
    expect(validate(target, [first, second, crossed, exit]).valid).toBe(true);
  });

  test('a wrong turn is left: the expired cross-certificate is tried, the good one found', () => {
    const key = newKey();
    const expired = makeEntity({ subject: 'c', ca: true, key, issuer: root, notAfter: new Date('2025-01-01T00:00:00Z') });
    const good = makeEntity({ subject: 'c', ca: true, key, issuer: root });
    const target = makeEntity({ subject: 'x', issuer: good });
    expect(validate(target, [expired, good]).path[1]).toBe(good.certificate);
    expect(codes(validate(target, [expired]))).toEqual(['expired 1']);
  });

  test('a pool made to explode ends within the stated number of signature checks', () => {
    const pool: Entity[] = [];
    for (let level = 0; level < 4; level++) {
      const above = pool.slice(-8);
      for (let i = 0; i < 8; i++) pool.push(makeEntity({ subject: 'same', ca: true, issuer: above[i] ?? makeEntity({ subject: 'root', ca: true }) }));
    }
    const target = makeEntity({ subject: 'x', issuer: pool.at(-1)! });
    const verdict = validate(target, pool, { maxSignatureChecks: 50 });
    expect(verdict.valid).toBe(false);
    expect(verdict.signatureChecks).toBeLessThanOrEqual(50);
  });
});

describe('the cache never changes a verdict', () => {
  const revoked = makeCrl(issuing, { entries: [{ serialNumber: serialOctets(leaf.certificate), revokedAt: new Date('2030-01-01T00:00:00Z') }] });
  const lists = [makeCrl(root), revoked];
  const forged = { ...leaf.certificate, tbs: leaf.certificate.tbs.map((octet, i) => (i === 20 ? octet ^ 1 : octet)) };
  const cases: [string, Certificate, Partial<PathSettings>][] = [
    ['valid', leaf.certificate, {}], ['expired', leaf.certificate, { time: new Date('2041-01-01T00:00:00Z') }],
    ['revoked', leaf.certificate, { revocation: 'required' }], ['another body under a known signature', forged, {}],
    ['few checks', leaf.certificate, { maxSignatureChecks: 1 }], ['a CA as target', issuing.certificate, {}],
  ];
  test.each(cases.flatMap((each) => [[...each, false], [...each, true]] as const))('%s', (_name, certificate, settings, keepsSigners) => {
    const cache = new PathCache(1_000, keepsSigners);
    const run = (extra: Partial<PathSettings>): PathVerdict => validate({ certificate, key: leaf.key }, [issuing], { ...settings, ...extra }, { crls: lists });
    for (const [, warming, other] of cases) validate({ certificate: warming, key: leaf.key }, [issuing], { ...other, cache }, { crls: lists });
    const cold = run({});
    expect(run({ cache })).toEqual(cold);
    expect(run({ cache })).toEqual(cold);
  });

  test('a list is parsed once, from a copy', () => {
    const cache = new PathCache();
    const [list] = lists;
    const bytes = Uint8Array.from(list!.der);
    const first = cache.crl(bytes);
    bytes[40]! ^= 0xff;
    expect(cache.crl(list!.der)).toBe(first);
    expect(Buffer.from(first.der)).toEqual(Buffer.from(list!.der));
  });

  test('a certificate is parsed once, from a copy', () => {
    const cache = new PathCache();
    const bytes = Uint8Array.from(issuing.certificate.der);
    const first = cache.certificate(bytes);
    bytes[40]! ^= 0xff;
    expect(cache.certificate(issuing.certificate.der)).toBe(first);
    expect(Buffer.from(first.der)).toEqual(Buffer.from(issuing.certificate.der));
  });
});
