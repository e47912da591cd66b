import { createHmac, createPublicKey } from 'node:crypto';
import fc from 'fast-check';
import { compactVerify } from 'jose';
import { PkiError } from '../../../pki/error.ts';
import { looksLikeJws, parseJws } from '../../../pki/jws/parse.ts';
import { attachedContent, verifyJws, type ResolveObject } from '../../../pki/jws/verify.ts';
import { certificatePem, type Holder, type KeyKind } from '../certificates.ts';
import { mutated } from '../mutation.ts';
import { algorithmOf, compact, digestOf, encode, flattened, forged, general, jadesHeader, signerNamed } from './sign.ts';

const content = Buffer.from('{"số":"42/GXN-UBND"}', 'utf8');
const none: ResolveObject = () => undefined;
let holder: Holder;
let ca: Holder;
beforeAll(async () => {
  ca = await signerNamed('CA', 'p256');
  holder = await signerNamed('Người ký', 'p256', ca);
});

/** The codes of all problems, or of the refusal as a whole. */
function judge(text: string | object, resolve: ResolveObject = none, by: Holder = holder): string[] {
  try {
    const jws = parseJws(Buffer.from(typeof text === 'string' ? text : JSON.stringify(text)));
    return jws.signatures.flatMap((each) => verifyJws(jws, each, resolve, by.certificate).problems.map(({ code }) => each.headerProblem?.code ?? code));
  } catch (error) {
    if (error instanceof PkiError) return [error.code];
    throw error;
  }
}

describe('what jose signs is intact here, and changed content is not', () => {
  test.each(Object.entries(algorithmOf) as [KeyKind, string][])('%s with %s', async (kind, alg) => {
    const signer = await signerNamed('Người ký', kind, ca);
    const text = await compact(signer, jadesHeader(signer, alg), content);
    const jws = parseJws(Buffer.from(text));
    expect(verifyJws(jws, jws.signatures[0]!, none, signer.certificate)).toMatchObject({ intact: true, problems: [] });
    expect(Buffer.compare(attachedContent(jws)!, content)).toBe(0);
    expect(jws.signatures[0]!.header).toMatchObject({ claimedSigningTime: new Date('2026-06-01T08:00:00Z') });
    const [header, , signature] = text.split('.');
    expect(judge([header, encode('khác'), signature].join('.'), none, signer)).toEqual(['signature-invalid']);
  });

  test('RS512, PS512 and Ed25519 by its own name', async () => {
    const rsa = await signerNamed('RSA', 'rsa', ca);
    const edwards = await signerNamed('Ed', 'ed25519', ca);
    expect(judge(await compact(rsa, jadesHeader(rsa, 'RS512'), content), none, rsa)).toEqual([]);
    expect(judge(await compact(rsa, jadesHeader(rsa, 'PS512'), content), none, rsa)).toEqual([]);
    expect(judge(await compact(edwards, jadesHeader(edwards, 'Ed25519'), content), none, edwards)).toEqual([]);
  });

  test('flattened and general, two signers judged each', async () => {
    const other = await signerNamed('B', 'p256', ca);
    expect(judge(await flattened(holder, jadesHeader(holder, 'ES256'), content, { note: 'x' }))).toEqual([]);
    const both = await general(content, [{ holder, header: jadesHeader(holder, 'ES256') }, { holder: other, header: jadesHeader(other, 'ES256') }]);
    const jws = parseJws(Buffer.from(JSON.stringify(both)));
    expect(jws.signatures.map((each, i) => verifyJws(jws, each, none, [holder, other][i]!.certificate).intact)).toEqual([true, true]);
    expect(jws.signatures.map((each) => verifyJws(jws, each, none, holder.certificate).intact)).toEqual([true, false]);
  });

  test('and jose verifies what we call intact', async () => {
    const text = await compact(holder, jadesHeader(holder, 'ES256'), content);
    const { payload } = await compactVerify(text, createPublicKey(certificatePem(holder)), { crit: { sigT: true } });
    expect(Buffer.from(payload)).toEqual(content);
  });
});

describe('detached content', () => {
  const given = (uri: string | undefined): Buffer | undefined => (uri === undefined || uri === 'giay.pdf' ? content : undefined);

  test('the payload left out', async () => {
    const [header, , signature] = (await compact(holder, jadesHeader(holder, 'ES256'), content)).split('.');
    expect(judge(`${header}..${signature}`, given)).toEqual([]);
    expect(judge(`${header}..${signature}`)).toEqual(['content-missing']);
    expect(judge(`${header}..${signature}`, () => Buffer.from('khác'))).toEqual(['signature-invalid']);
  });

  test('b64 false: signed as it is', async () => {
    const header = jadesHeader(holder, 'ES256', { b64: false, crit: ['b64', 'sigT'] });
    const made = await flattened(holder, header, content);
    expect(judge({ ...made, payload: content.toString('utf8') })).toEqual([]);
    expect(judge({ ...made, payload: undefined }, given)).toEqual([]);
    expect(judge({ ...made, payload: 'khác' })).toEqual(['signature-invalid']);
  });

  test.each([
    ['ObjectIdByURI', {}, content.toString('base64url')],
    ['ObjectIdByURIHash', { hashM: 'S512', hashV: [digestOf('sha512', content.toString('base64url'))] }, ''],
  ])('sigD by %s', async (mechanism, more, payload) => {
    const sigD = { mId: `http://uri.etsi.org/19182/${mechanism}`, pars: ['giay.pdf'], ...more };
    const text = await forged(holder, JSON.stringify(jadesHeader(holder, 'ES256', { sigD, crit: ['sigD', 'sigT'] })), undefined, payload);
    expect(judge(text, given)).toEqual([]);
    expect(judge(text)).toEqual(['content-missing']);
    expect(judge(text, () => Buffer.from('khác'))).toEqual([mechanism === 'ObjectIdByURI' ? 'signature-invalid' : 'message-digest-mismatch']);
    const [header, , signature] = text.split('.');
    expect(judge([header, encode('x'), signature].join('.'), given)).toContain('content-not-detached');
  });
});

describe('attacks', () => {
  const plain = (more: Record<string, unknown>): string => JSON.stringify(jadesHeader(holder, 'ES256', more));
  const body = encode(content.toString('utf8'));

  test.each<[string, string, () => Promise<string | object> | string | object]>([
    ['algorithm-not-supported', 'alg none with a signature', async () => forged(holder, plain({ alg: 'none' }), body)],
    ['algorithm-not-supported', 'alg nOnE', async () => forged(holder, plain({ alg: 'nOnE' }), body)],
    ['jws-malformed', 'alg none without a signature', () => `${encode({ alg: 'none' })}.${body}.`],
    ['algorithm-not-supported', 'HMAC with the public key as secret', () => {
      const input = `${encode(jadesHeader(holder, 'HS256'))}.${body}`;
      return `${input}.${createHmac('sha256', certificatePem(holder)).update(input).digest('base64url')}`;
    }],
    ['algorithm-mismatch', 'RS256 with an EC key', async () => forged(holder, plain({ alg: 'RS256' }), body)],
    ['algorithm-mismatch', 'EdDSA with an EC key', async () => forged(holder, plain({ alg: 'EdDSA' }), body)],
    ['algorithm-mismatch', 'ES384 with a key on P-256', async () => forged(holder, plain({ alg: 'ES384' }), body)],
    ['algorithm-not-supported', 'ES256K', async () => forged(holder, plain({ alg: 'ES256K' }), body)],
    ['signature-invalid', 'r and s of zero', () => `${encode(jadesHeader(holder, 'ES256'))}.${body}.${Buffer.alloc(64).toString('base64url')}`],
    ['signature-invalid', 'the signature in DER', async () => {
      const input = `${encode(jadesHeader(holder, 'ES256'))}.${body}`;
      return `${input}.${Buffer.from(await holder.signer.sign(Buffer.from(input))).toString('base64url')}`;
    }],
    ['jws-critical-not-understood', 'crit names what we do not know', async () => forged(holder, plain({ crit: ['http://example.vn/x'], 'http://example.vn/x': true }), body)],
    ['jws-critical-not-understood', 'crit names what RFC 7515 defines', async () => forged(holder, plain({ crit: ['alg'] }), body)],
    ['jws-header-malformed', 'crit names what is not there', async () => forged(holder, plain({ crit: ['sigPId'] }), body)],
    ['jws-header-malformed', 'crit is empty', async () => forged(holder, plain({ crit: [] }), body)],
    ['jws-header-malformed', 'crit is a word', async () => forged(holder, plain({ crit: 'sigT' }), body)],
    ['jws-header-malformed', 'crit names one twice', async () => forged(holder, plain({ crit: ['sigT', 'sigT'] }), body)],
    ['jws-header-malformed', 'b64 that is not critical', async () => forged(holder, plain({ b64: false }), body)],
    ['jws-header-malformed', 'b64 as a word', async () => forged(holder, plain({ b64: 'false', crit: ['b64'] }), body)],
    ['json-duplicate-name', 'alg twice', async () => forged(holder, plain({}).replace('{', '{"alg":"none",'), body)],
    ['jws-header-malformed', 'alg beside the protected header', async () => {
      const text = (await forged(holder, '{"cty":"x"}', body)).split('.');
      return { protected: text[0], header: { alg: 'ES256' }, payload: body, signature: text[2] };
    }],
    ['jws-header-malformed', 'crit beside the protected header', async () => ({ ...await flattened(holder, jadesHeader(holder, 'ES256'), content), header: { crit: ['exp'] } })],
    ['jws-header-malformed', 'one name signed and unsigned', async () => ({ ...await flattened(holder, jadesHeader(holder, 'ES256'), content), header: { x5c: [] } })],
    ['jws-malformed', 'no protected header', async () => ({ ...await flattened(holder, jadesHeader(holder, 'ES256'), content), protected: undefined })],
    ['jws-malformed', 'flattened and general at once', async () => ({ ...await flattened(holder, jadesHeader(holder, 'ES256'), content), signatures: [{}] })],
    ['jws-malformed', 'no signatures', () => ({ payload: body, signatures: [] })],
    ['jws-too-many-signatures', 'very many signatures', () => ({ payload: body, signatures: Array.from({ length: 65 }, () => ({})) })],
    ['signing-certificate-mismatch', "another's certificate digest", async () => forged(holder, plain({ 'x5t#S256': digestOf('sha256', ca.certificate.der) }), body)],
    ['signing-certificate-mismatch', 'a certificate digest that is not known', async () => forged(holder, plain({ 'x5t#o': { digAlg: 'S1', digVal: digestOf('sha1', holder.certificate.der) } }), body)],
    ['jws-mechanism-not-supported', 'sigD over HTTP headers', async () => forged(holder, plain({ sigD: { mId: 'http://uri.etsi.org/19182/HttpHeaders', pars: ['digest'] } }), undefined)],
    ['jws-header-malformed', 'sigD with fewer hashes than objects', async () => forged(holder, plain({ sigD: { mId: 'http://uri.etsi.org/19182/ObjectIdByURIHash', pars: ['a', 'b'], hashM: 'S256', hashV: ['YQ'] } }), undefined)],
    ['jws-header-malformed', 'a time that does not exist', async () => forged(holder, plain({ sigT: '2026-02-30T08:00:00Z' }), body)],
    ['jws-header-malformed', 'two times', async () => forged(holder, plain({ iat: 1 }), body)],
    ['base64-malformed', 'a payload with padding', async () => forged(holder, plain({}), `${body}==`)],
    ['base64-malformed', 'x5c in base64url', async () => forged(holder, plain({ x5c: ['-_=='] }), body)],
    ['jws-malformed', 'four parts', async () => `${await forged(holder, plain({}), body)}.x`],
  ])('%s: %s', async (code, _what, make) => {
    expect(judge(await make())).toContain(code);
  });

  test('a key sent along (jwk, jku, x5u) is never used', async () => {
    const stranger = await signerNamed('Kẻ gian', 'p256', ca);
    const jwk = createPublicKey(certificatePem(stranger)).export({ format: 'jwk' });
    expect(judge(await forged(stranger, plain({ jwk, jku: 'https://example.vn', x5u: 'https://example.vn' }), body))).toEqual(['signature-invalid']);
  });

  test('b64 must be one for all signatures', async () => {
    const encoded = await flattened(holder, jadesHeader(holder, 'ES256'), content);
    const bare = await flattened(holder, jadesHeader(holder, 'ES256', { b64: false, crit: ['b64'] }), content);
    const signatures = [encoded, bare].map(({ protected: header, signature }) => ({ protected: header, signature }));
    expect(judge({ payload: body, signatures })).toEqual(['jws-malformed']);
  });
});

test('a JWS is known by how it begins', () => {
  expect([`${encode({ alg: 'ES256' })}..x`, '{"payload":""}', ' \n{', `${encode('{ "a":1}')}..x`].map((text) => looksLikeJws(Buffer.from(text)))).toEqual([true, true, true, true]);
  expect(['%PDF-1.7', '<?xml', 'PK\u0003\u0004', '0\u0082', '', 'hello.world', 'eyJ'].map((text) => looksLikeJws(Buffer.from(text, 'latin1')))).toEqual([false, false, false, false, false, false, false]);
});

test('whatever is changed ends in a verdict or a PkiError, and only the same meaning is intact', async () => {
  const original = Buffer.from(JSON.stringify(await flattened(holder, jadesHeader(holder, 'ES256'), content)));
  fc.assert(fc.property(mutated(original), (bytes) => {
    let problems: string[];
    let payload: Uint8Array | undefined;
    try {
      const jws = parseJws(bytes);
      payload = attachedContent(jws);
      problems = jws.signatures.flatMap((each) => verifyJws(jws, each, none, holder.certificate).problems.map(({ code }) => code));
    } catch (error) {
      return error instanceof PkiError;
    }
    return problems.length > 0 || (payload !== undefined && Buffer.compare(payload, content) === 0);
  }), { numRuns: 1_500, seed: 41 });
});
