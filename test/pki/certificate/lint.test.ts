import fc from 'fast-check';
import { buildTbsCertificate } from '../../../pki/certificate/build.ts';
import { certificateRules, findingsOf, lintCertificate } from '../../../pki/certificate/lint.ts';
import { lintSubjectOf, type CertificateLintSubject } from '../../../pki/certificate/lint-subject.ts';
import { parseTbsCertificate } from '../../../pki/certificate/parse.ts';
import type { ProfileName } from '../../../pki/certificate/profile.ts';
import { initialProfiles } from '../../../pki/certificate/profiles.ts';
import { PkiError } from '../../../pki/error.ts';
import { newIssuing, newRoot, newSigner, sampleOrder, type Authority } from './sample.ts';
import { spoilt } from './spoilt.ts';

const root = await newRoot();
const issuing = await newIssuing(root);
const above: Partial<Record<ProfileName, Authority | 'self'>> = { 'root-ca': 'self', 'issuing-ca': root };

/** A certificate of the profile that keeps every rule, ready to be spoilt. */
function goodSample(name: ProfileName): { tbs: Uint8Array; subject: CertificateLintSubject } {
  const issuer = above[name] ?? issuing;
  const order = sampleOrder(name, issuer, newSigner());
  const tbs = buildTbsCertificate(order);
  const context = { profile: order.profile, issuer: issuer === 'self' ? issuer : issuer.certificate, scheme: order.scheme };
  return { tbs, subject: lintSubjectOf(parseTbsCertificate(tbs), context) };
}

const samples = new Map(initialProfiles.map(({ name }) => [name, goodSample(name)]));

test.each(initialProfiles.map(({ name }) => name))('the sample of %s breaks no row', (name) => {
  const { subject } = samples.get(name)!;
  expect(findingsOf(subject.certificate, subject)).toEqual([]);
});

test('every row has a bad sample, every sample a row, every row its own name', () => {
  const ids = certificateRules.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(spoilt.map(([id]) => id).toSorted()).toEqual(ids.toSorted());
});

test.each(spoilt)('%s: %s keeps it, spoilt breaks it', (id, profile, spoil) => {
  const rule = certificateRules.find((row) => row.id === id)!;
  const { subject } = samples.get(profile)!;
  expect(rule.check(subject)).toBe(true);
  expect(rule.check(spoil(subject))).toBe(false);
});

test.each(certificateRules)('$id says where it is written and since when', ({ source, since }) => {
  expect(source).not.toBe('');
  expect(new Date(since).toISOString().slice(0, 10)).toBe(since);
});

test('what breaks a row is not signed, and the error names the row', () => {
  const { tbs, subject } = samples.get('official-signing')!;
  const other = initialProfiles.find(({ name }) => name === 'agency-seal')!;
  expect(() => lintCertificate(tbs, { ...subject, profile: other })).toThrow(
    expect.objectContaining({ code: 'lint-failed', rule: 'profile-policies' }),
  );
});

test.each([
  ['no bytes', new Uint8Array(0)],
  ['an extension twice', (() => {
    const { tbs } = samples.get('agency-seal')!;
    // subjectKeyIdentifier (2.5.29.14) renamed to authorityKeyIdentifier (2.5.29.35)
    const at = Buffer.from(tbs).indexOf(Buffer.from('0603551d0e', 'hex'));
    const spoiltTbs = Uint8Array.from(tbs);
    spoiltTbs[at + 4] = 0x23;
    return spoiltTbs;
  })()],
  ['something behind', Buffer.concat([samples.get('agency-seal')!.tbs, Buffer.from([5, 0])])],
])('what does not parse is not signed: %s', (_what, tbs) => {
  expect(() => lintCertificate(tbs, samples.get('agency-seal')!.subject)).toThrow(expect.objectContaining({ code: 'lint-failed' }));
});

test('spoilt bytes are approved or refused as lint-failed, never anything else', () => {
  const { tbs, subject } = samples.get('official-signing')!;
  fc.assert(fc.property(fc.nat(tbs.length - 1), fc.integer({ min: 1, max: 255 }), (at, turn) => {
    const changed = Uint8Array.from(tbs);
    changed[at]! ^= turn;
    try {
      expect(lintCertificate(changed, subject).bytes).toEqual(changed);
    } catch (error) {
      if (!(error instanceof PkiError) || error.code !== 'lint-failed') throw error;
    }
  }), { numRuns: 500 });
});
