import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { explicit, integer, octetString, oid, retag, sequence } from '../../../pki/asn1/der-writer.ts';
import { oids } from '../../../pki/asn1/oids.ts';
import { contextConstructed } from '../../../pki/asn1/tags.ts';
import { attribute } from '../../../pki/cms/build.ts';
import { PkiError } from '../../../pki/error.ts';
import { readSignedDocument } from '../../../pki/validation/format-checking.ts';
import { certificatePem, keyPem, now, Openssl, type Holder } from '../certificates.ts';
import { counterSign, firstSigner, hashIndex, sign, withUnsigned, type Indexed } from '../cms/unsigned.ts';
import { mutated } from '../mutation.ts';
import { codesOf, Country, summaryOf } from './country.ts';

const content: Uint8Array = Buffer.from('Quyết định số 7');
const sha256 = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest();
const openssl = new Openssl();
afterAll(() => openssl.close());
let country: Country;
let holder: Holder;
let clerk: Holder;
beforeAll(async () => {
  country = await Country.found();
  holder = await country.official('Chủ tịch');
  clerk = await country.official('Văn thư');
});

describe('what openssl signs', () => {
  test.each([['attached', ['-nodetach']], ['attached and streamed', ['-nodetach', '-stream']], ['detached', []]])('%s, two signers judged each', (what, options) => {
    const stranger = keyPem(holder);
    const der = openssl.binary('cms', '-sign', '-binary', '-in', openssl.file('data', content), '-outform', 'DER', '-cades', ...options,
      '-signer', openssl.file('a.pem', certificatePem(holder)), '-inkey', openssl.file('a.key', stranger),
      '-signer', openssl.file('b.pem', certificatePem(clerk)), '-inkey', openssl.file('b.key', keyPem(clerk)));
    const given = what === 'detached' ? content : undefined;
    expect(country.validate(der, given).signatures.map(summaryOf)).toEqual(['S-1 CAdES-B-B TOTAL-PASSED', 'S-2 CAdES-B-B TOTAL-PASSED']);
  });

  test('a PDF inside a CMS is the CMS, not the PDF', () => {
    const der = openssl.binary('cms', '-sign', '-binary', '-nodetach', '-in', openssl.file('pdf', '%PDF-1.7\n%…'), '-outform', 'DER', '-nocerts', '-noattr',
      '-signer', openssl.file('a.pem', certificatePem(holder)), '-inkey', openssl.file('a.key', keyPem(holder)));
    expect(der.subarray(0, 1024).includes('%PDF-')).toBe(true);
    expect(country.validate(der).format).toBe('CMS');
  });
});

describe('counter-signatures are signatures of their own', () => {
  const countered = async (make: (signature: Uint8Array) => Promise<Uint8Array>): Promise<Uint8Array> => {
    const der = await sign(holder, content, { attached: true, certificates: [clerk.certificate.der] });
    return withUnsigned(der, attribute(oids.counterSignature, await make(firstSigner(der).signature)));
  };

  test('one that holds', async () => {
    const report = country.validate(await countered((signature) => counterSign(clerk, signature)));
    expect(report.signatures.map(summaryOf)).toEqual(['S-1 CAdES-B-B TOTAL-PASSED', 'S-1-C-1 CAdES-B-B TOTAL-PASSED']);
    expect(report.signatures[1]!.signer?.commonName).toBe('Văn thư');
  });

  test.each<[string, (signature: Uint8Array) => Promise<Uint8Array>, string]>([
    ['over something else', () => counterSign(clerk, Buffer.from('khác')), 'TOTAL-FAILED/HASH_FAILURE'],
    ['with a content type, which is for content alone', (signature) => counterSign(clerk, signature, { contentType: true }), 'TOTAL-FAILED/FORMAT_FAILURE'],
    ['that is none', () => Promise.resolve(sequence(integer(1))), 'TOTAL-FAILED/FORMAT_FAILURE'],
  ])('one %s fails; anyone can add one, so it takes nothing from what it signs', async (_what, make, verdict) => {
    const report = country.validate(await countered(make));
    expect(report.signatures.map(({ indication, subIndication }) => `${indication}/${subIndication}`)).toEqual(['TOTAL-PASSED/null', verdict]);
    expect(report.conclusion.indication).toBe('TOTAL-PASSED');
  });

  test('a counter-signature over the content is no counter-signature', async () => {
    const report = country.validate(await countered(async () => counterSign(clerk, content)));
    expect(codesOf(report)).toContain('content-changed');
  });
});

describe('timestamps', () => {
  test('over the signature value: proven; over the content of another: not', async () => {
    const der = await sign(holder, content);
    const { signature } = firstSigner(der);
    const good = country.validate(withUnsigned(der, attribute(oids.timeStampToken, await country.token(signature))), content).signatures[0]!;
    expect([summaryOf(good), good.signingTime.proven]).toEqual(['S-1 CAdES-B-T TOTAL-PASSED', now]);
    const bad = country.validate(withUnsigned(der, attribute(oids.timeStampToken, await country.token('khác'))), content).signatures[0]!;
    expect([bad.signingTime.proven, bad.messages.map(({ code }) => code).includes('timestamp-broken')]).toEqual([null, true]);
  });

  test('a bare token with its content beside', async () => {
    const report = country.validate(await country.token(content), content);
    expect(report.signatures.map(summaryOf)).toEqual(['S-1 RFC3161 TOTAL-PASSED']);
    expect(country.validate(await country.token(content), Buffer.from('khác')).conclusion.indication).toBe('TOTAL-FAILED');
  });
});

describe('archive-time-stamp-v3 covers what its index names', () => {
  const crl = sequence(sequence(integer(1)));
  const ocsp = sequence(integer(2));
  const other = retag(contextConstructed(1), sequence(oid(oids.otherRevocationInfoOcsp), ocsp));
  /** A signature with a timestamp and status values, and an archive timestamp over what `index` says. */
  async function archived(index: Indexed | ((token: Uint8Array) => Indexed) | undefined, over = content, form: string = oids.atsHashIndexV3): Promise<{ token: Uint8Array; der: Uint8Array; stampedRight: boolean; covered: ReturnType<NonNullable<ReturnType<typeof candidate>['timestamps'][number]>['covers']> }> {
    const token = await country.token(firstSigner(base).signature);
    const stamped = withUnsigned(base, attribute(oids.timeStampToken, token), { certificates: [holder.certificate.der], revocations: [crl, other] });
    const { index: made, stamped: bytes } = hashIndex(stamped, over, (typeof index === 'function' ? index(token) : index) ?? { certificates: [holder.certificate.der], revocations: [crl, other], attributeValues: [[oids.timeStampToken, token]] });
    const archive = withUnsigned(await country.token(bytes), attribute(form, made));
    const der = withUnsigned(stamped, attribute(oids.archiveTimestampV3, archive));
    const found = candidate(der).timestamps.find(({ kind }) => kind === 'archive-timestamp')!;
    const imprint = found.stamped('sha256');
    return { token, der, stampedRight: imprint !== undefined && Buffer.compare(imprint, sha256(bytes)) === 0, covered: found.covers() };
  }
  const candidate = (der: Uint8Array): ReturnType<typeof readSignedDocument>['candidates'][number] => readSignedDocument(der, content).candidates[0]!;
  let base: Uint8Array;
  beforeAll(async () => {
    base = await sign(holder, content);
  });

  test('all of it', async () => {
    const { token, stampedRight, covered } = await archived(undefined);
    expect(stampedRight).toBe(true);
    expect(covered.signatures).toEqual(['S-1']);
    expect(covered.tokens.map((each) => Buffer.from(each))).toEqual([Buffer.from(token)]);
    expect(covered.evidence.certificates.map((each) => Buffer.from(each))).toEqual([Buffer.from(holder.certificate.der)]);
    expect(covered.evidence.crls.map((each) => Buffer.from(each))).toEqual([Buffer.from(crl)]);
    expect(covered.evidence.ocspResponses.map((each) => Buffer.from(each))).toEqual([Buffer.from(ocsp)]);
  });

  test('what came later is not covered, and harms nothing', async () => {
    const { stampedRight, covered } = await archived({ certificates: [holder.certificate.der] });
    expect(stampedRight).toBe(true);
    expect([covered.tokens, covered.evidence.crls, covered.evidence.ocspResponses]).toEqual([[], [], []]);
  });

  test.each<[string, string, boolean]>([
    ['the first form, SHA-256 by default', oids.atsHashIndex, true],
    ['the first form, its digest named', oids.atsHashIndex, false],
    ['the second form', oids.atsHashIndexV2, false],
  ])('an index of %s has the hash of each attribute whole', async (_what, form, unnamed) => {
    const { token, stampedRight, covered } = await archived((stampedToken) => ({ certificates: [holder.certificate.der], unnamed, attributes: [attribute(oids.timeStampToken, stampedToken)] }), content, form);
    expect([stampedRight, covered.tokens.map((each) => Buffer.from(each)), covered.evidence.crls]).toEqual([true, [Buffer.from(token)], []]);
    const byValue = await archived((stampedToken) => ({ attributeValues: [[oids.timeStampToken, stampedToken]] }), content, form);
    expect(byValue.stampedRight).toBe(false);
  });

  test.each<[string, Indexed | undefined, Uint8Array]>([
    ['a certificate that is not there', { certificates: [crl] }, content],
    ['a status value that is not there', { revocations: [sequence(integer(9))] }, content],
    ['an attribute that is not there', { attributeValues: [[oids.counterSignature, crl]] }, content],
    ['an index with another digest than the imprint', { digest: 'sha512' }, content],
    ['another content', undefined, Buffer.from('khác')],
  ])('%s: the token proves nothing', async (_what, index, over) => {
    expect((await archived(index, over)).stampedRight).toBe(false);
  });
});

test('whatever is changed in a signature with a counter-signature and timestamps ends in a report or a PkiError', async () => {
  const plain = await sign(holder, content, { attached: true, certificates: [clerk.certificate.der] });
  const { signature } = firstSigner(plain);
  const original = withUnsigned(withUnsigned(plain, attribute(oids.counterSignature, await counterSign(clerk, signature))), attribute(oids.timeStampToken, await country.token(signature)));
  const signedOctets = Buffer.from(explicit(0, octetString(content)));
  expect(Buffer.from(original).includes(signedOctets)).toBe(true);
  fc.assert(fc.property(mutated(original), (bytes) => {
    try {
      const report = country.validate(bytes);
      return report.conclusion.indication !== 'TOTAL-PASSED' || Buffer.from(bytes).includes(Buffer.from(content));
    } catch (error) {
      return error instanceof PkiError;
    }
  }), { numRuns: 400, seed: 122 });
});
