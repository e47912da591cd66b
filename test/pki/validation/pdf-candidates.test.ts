import { createHash } from 'node:crypto';
import { buildSignedData } from '../../../pki/cms/build.ts';
import { embedPdfSignature, preparePdfSignature, signPdf } from '../../../pki/pdf/sign.ts';
import { readPdfDocument } from '../../../pki/validation/pdf-candidates.ts';
import { makeHolder, now, type Holder, type KeyKind } from '../certificates.ts';
import { buildPdf, plainObjects } from '../pdf-file/build-pdf.ts';

const holder = await makeHolder({ profile: 'official-signing', name: 'Người ký' });
const problemsOf = (file: Uint8Array, { certificate }: Holder): string[] => {
  const [candidate] = readPdfDocument(file).candidates;
  return [...candidate!.problems.map(({ facts }) => String(facts['detail'])), ...(candidate!.signature?.check(certificate) ?? []).map(({ code }) => code)];
};

test.each<KeyKind>(['rsa', 'rsa-pss', 'p256', 'p384', 'ed25519'])('a PDF signed with a key of the kind %s is intact, and with another byte is not', async (kind) => {
  const signer = await makeHolder({ profile: 'official-signing', name: kind, kind });
  const file = await signPdf(buildPdf(plainObjects), { ...signer, chain: [], signingTime: now });
  expect(problemsOf(file, signer)).toEqual([]);
  const changed = Buffer.from(file);
  changed[changed.indexOf('DAT')]! ^= 1;
  expect(problemsOf(changed, signer)).toEqual(['message-digest-mismatch']);
});

/** As programs before PAdES signed: the CMS holds the digest of the file, whatever `inside` makes of it. */
async function signedOverDigest(inside: (digest: Buffer) => Buffer | undefined): Promise<Uint8Array> {
  const prepared = preparePdfSignature(buildPdf(plainObjects), { signingTime: now });
  const whole = Buffer.from(prepared.pdf.buffer, prepared.pdf.byteOffset, prepared.pdf.length);
  whole.write('/adbe.pkcs7.sha1'.padEnd('/ETSI.CAdES.detached'.length), whole.indexOf('/ETSI.CAdES.detached'), 'latin1');
  const hash = createHash('sha1');
  for (const part of prepared.digestInput) hash.update(part);
  const digest = hash.digest();
  const content = inside(digest);
  const signed = createHash('sha256').update(content ?? digest).digest();
  return embedPdfSignature(prepared, await buildSignedData({ ...(content && { content }), digest: signed, ...holder, certificates: [] }));
}

test.each<[string, (digest: Buffer) => Buffer | undefined, string[]]>([
  ['over the digest of the file', (digest) => digest, []],
  ['over the digest of another file', (digest) => Buffer.from(digest.map((octet) => octet ^ 1)), ['message-digest-mismatch']],
  ['over something that is no digest', () => Buffer.from('content'), ['content-no-digest']],
  ['over nothing inside', () => undefined, ['content-no-digest']],
])('adbe.pkcs7.sha1 %s', async (_what, inside, problems) => {
  expect(problemsOf(await signedOverDigest(inside), holder)).toEqual(problems);
});

test('adbe.pkcs7.sha1 depends on SHA-1, which policies judge by its date', async () => {
  const [candidate] = readPdfDocument(await signedOverDigest((digest) => digest)).candidates;
  expect(candidate!.signature!.digests.map(({ name }) => name)).toContain('sha1');
});
