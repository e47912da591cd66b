import { createHash } from 'node:crypto';
import { fromBER } from 'asn1js';
import { element } from '../../../pki/asn1/der-writer.ts';
import { oids } from '../../../pki/asn1/oids.ts';
import { attribute } from '../../../pki/cms/build.ts';
import { readSignedDocument } from '../../../pki/validation/format-checking.ts';
import type { CandidateTimestamp } from '../../../pki/validation/candidate.ts';
import { certificatePem, keyPem, now, Openssl, type Holder } from '../certificates.ts';
import { counterSign, firstSigner, withUnsigned } from '../cms/unsigned.ts';
import { Country, summaryOf } from '../validation/country.ts';

interface Raw { valueBeforeDecodeView: Uint8Array; valueBlock: { value: Raw[] }; idBlock: { tagClass: number; tagNumber: number } }

const content: Uint8Array = Buffer.from('Quyết định số 7');
const openssl = new Openssl();
afterAll(() => openssl.close());
let country: Country;
let holder: Holder;
let token: Uint8Array;
let stamped: Record<'attached' | 'detached', Uint8Array>;
beforeAll(async () => {
  country = await Country.found();
  holder = await country.official('Chủ tịch');
  const [attached, detached] = [['-nodetach'], []].map((options) => openssl.binary('cms', '-sign', '-binary', '-in', openssl.file('data', content), '-outform', 'DER', '-cades', ...options,
    '-signer', openssl.file('a.pem', certificatePem(holder)), '-inkey', openssl.file('a.key', keyPem(holder)))) as [Buffer, Buffer];
  token = await country.token(firstSigner(attached).signature);
  const withToken = async (der: Uint8Array): Promise<Uint8Array> => withUnsigned(der, attribute(oids.timeStampToken, await country.token(firstSigner(der).signature)));
  stamped = { attached: await withToken(attached), detached: await withToken(detached) };
});

const children = (der: Uint8Array): Raw[] => (fromBER(Uint8Array.from(der)).result as unknown as Raw).valueBlock.value;
const isTagged = ({ idBlock }: Raw, tag: number): boolean => idBlock.tagClass === 3 && idBlock.tagNumber === tag;

/** What ETSI TS 101 733 §6.4.1 lists, cut out of the file by another reader of ASN.1. */
function covered(der: Uint8Array, { withTag, beside }: { withTag: boolean; beside?: Uint8Array | undefined }): Buffer {
  const fields = children(children(children(der)[1]!.valueBeforeDecodeView)[0]!.valueBeforeDecodeView);
  const signer = children(children(fields.at(-1)!.valueBeforeDecodeView)[0]!.valueBeforeDecodeView);
  const unsigned = signer.filter((each, i) => i === signer.length - 1 && isTagged(each, 1));
  const raw = (parts: readonly Raw[]): Uint8Array[] => parts.map(({ valueBeforeDecodeView }) => valueBeforeDecodeView);
  return Buffer.concat([
    fields[2]!.valueBeforeDecodeView, ...(beside ? [beside] : []), ...raw(fields.filter((each) => isTagged(each, 0) || isTagged(each, 1))), ...raw(signer.slice(0, signer.length - unsigned.length)),
    ...(withTag ? raw(unsigned) : unsigned.flatMap(({ valueBlock }) => raw(valueBlock.value))),
  ]);
}

const archived = async (der: Uint8Array, over: Uint8Array, genTime = now): Promise<Uint8Array> => withUnsigned(der, attribute(oids.archiveTimestampV2, await country.token(over, genTime)));

function archiveOf(der: Uint8Array, beside?: Uint8Array): CandidateTimestamp | undefined {
  return readSignedDocument(der, beside).candidates[0]!.timestamps.find(({ kind }) => kind === 'archive-timestamp');
}
const fits = (der: Uint8Array, over: Uint8Array, beside?: Uint8Array): boolean => {
  const imprint = archiveOf(der, beside)?.stamped('sha256');
  return imprint !== undefined && createHash('sha256').update(over).digest().equals(imprint);
};

describe.each(['attached', 'detached'] as const)('archive-time-stamp-v2 on a signature by openssl, %s', (form) => {
  const beside = form === 'detached' ? content : undefined;

  test.each([['as the text of the standard has it', true], ['as its annex had it', false]])('%s', async (_reading, withTag) => {
    const over = covered(stamped[form], { withTag, beside });
    const der = await archived(stamped[form], over, new Date(now.getTime() + 1000));
    expect(fits(der, over, beside)).toBe(true);
    const report = country.validate(der, beside);
    expect(report.signatures.map(summaryOf)).toEqual(['S-1 CAdES-B-T TOTAL-PASSED']);
    expect(report.signatures[0]!.timestamps.map(({ kind, indication }) => [kind, indication])).toEqual([['signature-timestamp', 'TOTAL-PASSED'], ['archive-timestamp', 'TOTAL-PASSED']]);
  });

  test('a second one is over the first, and leaves it as it was', async () => {
    const first = covered(stamped[form], { withTag: true, beside });
    const once = await archived(stamped[form], first, new Date(now.getTime() + 1000));
    const twice = await archived(once, covered(once, { withTag: true, beside }), new Date(now.getTime() + 2000));
    const report = country.validate(twice, beside);
    expect(report.signatures[0]!.timestamps.map(({ indication }) => indication)).toEqual(['TOTAL-PASSED', 'TOTAL-PASSED', 'TOTAL-PASSED']);
    const found = readSignedDocument(twice, beside).candidates[0]!.timestamps.filter(({ kind }) => kind === 'archive-timestamp').map((each) => each.covers().tokens.length);
    expect(new Set(found)).toEqual(new Set([1, 2]));
  });
});

test('it covers the signature, its timestamps, certificates and counter-signatures', async () => {
  const counter = await counterSign(await country.official('Văn thư'), firstSigner(stamped.attached).signature);
  const countered = withUnsigned(stamped.attached, attribute(oids.counterSignature, counter));
  const { signatures, evidence, tokens } = archiveOf(await archived(countered, covered(countered, { withTag: true })))!.covers();
  expect([signatures, tokens.length, evidence.certificates.map((der) => Buffer.from(der).toString('hex'))]).toEqual([['S-1', 'S-1-C-1'], 1, [Buffer.from(holder.certificate.der).toString('hex')]]);
});

test('what is added after it breaks it; so does another content, or none', async () => {
  const over = covered(stamped.attached, { withTag: true });
  const der = await archived(stamped.attached, over, new Date(now.getTime() + 1000));
  expect(fits(withUnsigned(der, attribute(oids.timeStampToken, token)), over)).toBe(false);
  const detached = covered(stamped.detached, { withTag: true, beside: content });
  const without = await archived(stamped.detached, detached, new Date(now.getTime() + 1000));
  expect([archiveOf(without)!.stamped('sha256'), fits(without, detached, Buffer.from('khác'))]).toEqual([undefined, false]);
});

test('any byte of what it covers that is changed takes the proof away', async () => {
  const over = covered(stamped.attached, { withTag: true });
  const der = await archived(stamped.attached, over, new Date(now.getTime() + 1000));
  const places = [Buffer.from(der).indexOf(content), Buffer.from(der).indexOf(holder.certificate.der) + 100, Buffer.from(der).indexOf(firstSigner(der).signature) + 10];
  for (const place of places) {
    const changed = Buffer.from(der);
    changed[place]! ^= 1;
    expect(fits(changed, over)).toBe(false);
    expect(country.validate(changed).conclusion.indication).not.toBe('TOTAL-PASSED');
  }
});

describe('timestamps of CAdES-C and CAdES-X', () => {
  const references = [attribute(oids.completeCertificateReferences, element(0x30)), attribute(oids.completeRevocationReferences, element(0x30))];
  const attributeFields = (der: Uint8Array): Buffer => Buffer.concat(children(der).map(({ valueBeforeDecodeView }) => valueBeforeDecodeView));
  const withReferences = (): Uint8Array => references.reduce((der, each) => withUnsigned(der, each), stamped.attached);

  test.each([
    ['over signature, token and references: proves the signature', oids.escTimestamp, true, ['S-1']],
    ['over the references alone: proves nothing of the signature', oids.certCrlTimestamp, false, []],
  ])('%s', async (_what, type, whole, proven) => {
    const { signature, unsignedAttributes } = firstSigner(stamped.attached);
    const stampedToken = attribute(oids.timeStampToken, unsignedAttributes[0]!.values[0]!);
    const over = Buffer.concat([...(whole ? [signature, attributeFields(stampedToken)] : []), ...references.map(attributeFields)]);
    const der = withUnsigned(withReferences(), attribute(type, await country.token(over)));
    const report = country.validate(der);
    expect(report.signatures[0]!.timestamps.map(({ kind, indication }) => [kind, indication])).toEqual([['signature-timestamp', 'TOTAL-PASSED'], ['validation-data-timestamp', 'TOTAL-PASSED']]);
    expect(readSignedDocument(der).candidates[0]!.timestamps.at(-1)!.covers().signatures).toEqual(proven);
  });

  test('without the references there is nothing it could be over', async () => {
    const der = withUnsigned(stamped.attached, attribute(oids.escTimestamp, await country.token('x')));
    expect(readSignedDocument(der).candidates[0]!.timestamps.at(-1)!.stamped('sha256')).toBeUndefined();
  });
});
